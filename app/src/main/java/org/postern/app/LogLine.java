package org.postern.app;

import static java.nio.charset.StandardCharsets.UTF_8;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.encoder.EncoderBase;
import java.util.List;
import java.util.Locale;
import org.postern.smtp.Letters;
import org.slf4j.event.KeyValuePair;

/**
 * A log event as one line, whatever its values hold: control characters, quotes and marks that turn the direction of text are escaped,
 * so that a line stays one line and means what it says.
 */
abstract sealed class LogLine extends EncoderBase<ILoggingEvent> {

    /** {@code 2026-11-24T12:00:00.123Z info event=session id=s-01JD... client=127.0.0.1}. */
    static final class Text extends LogLine {
        @Override
        String line(ILoggingEvent event) {
            var line = new StringBuilder();
            line.append(event.getInstant()).append(' ').append(level(event)).append(" event=");
            value(line, event.getFormattedMessage());
            for (KeyValuePair pair : pairs(event)) {
                line.append(' ').append(pair.key).append('=');
                value(line, String.valueOf(pair.value));
            }
            if (event.getThrowableProxy() != null) {
                line.append(" trace=");
                value(line, trace(event.getThrowableProxy()));
            }
            return line.toString();
        }

        private static void value(StringBuilder line, String value) {
            boolean plain = !value.isEmpty()
                    && Letters.all(value, c -> c > 0x20 && c < 0x7f && c != '"' && c != '=' && c != '\\');
            if (plain) {
                line.append(value);
            } else {
                quote(line, value);
            }
        }
    }

    /** The same as an object of JSON. */
    static final class Json extends LogLine {
        @Override
        String line(ILoggingEvent event) {
            var line = new StringBuilder("{");
            member(line, "time", event.getInstant().toString());
            member(line, "level", level(event));
            member(line, "event", event.getFormattedMessage());
            for (KeyValuePair pair : pairs(event)) {
                if (pair.value instanceof Integer || pair.value instanceof Long || pair.value instanceof Boolean) {
                    key(line, pair.key);
                    line.append(pair.value);
                } else {
                    member(line, pair.key, String.valueOf(pair.value));
                }
            }
            if (event.getThrowableProxy() != null) {
                member(line, "trace", trace(event.getThrowableProxy()));
            }
            return line.append('}').toString();
        }

        private static void member(StringBuilder line, String key, String value) {
            key(line, key);
            quote(line, value);
        }

        private static void key(StringBuilder line, String key) {
            if (line.length() > 1) {
                line.append(',');
            }
            quote(line, key);
            line.append(':');
        }
    }

    abstract String line(ILoggingEvent event);

    @Override
    public byte[] encode(ILoggingEvent event) {
        return (line(event) + "\n").getBytes(UTF_8);
    }

    @Override
    public byte[] headerBytes() {
        return new byte[0];
    }

    @Override
    public byte[] footerBytes() {
        return new byte[0];
    }

    private static String level(ILoggingEvent event) {
        return event.getLevel().toString().toLowerCase(Locale.ROOT);
    }

    private static List<KeyValuePair> pairs(ILoggingEvent event) {
        return event.getKeyValuePairs() == null ? List.of() : event.getKeyValuePairs();
    }

    private static String trace(IThrowableProxy problem) {
        return ThrowableProxyUtil.asString(problem);
    }

    private static void quote(StringBuilder line, String value) {
        line.append('"');
        value.chars().forEach(c -> {
            switch (c) {
                case '"', '\\' -> line.append('\\').append((char) c);
                case '\n' -> line.append("\\n");
                case '\t' -> line.append("\\t");
                default -> {
                    if (Harmless.isHarmless(c)) {
                        line.append((char) c);
                    } else {
                        line.append(Harmless.escaped(c));
                    }
                }
            }
        });
        line.append('"');
    }
}
