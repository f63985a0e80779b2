package org.postern.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.strings;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.event.KeyValuePair;

class LogLineTest {
    private static final LogLine TEXT = new LogLine.Text();
    private static final LogLine JSON = new LogLine.Json();

    private static LoggingEvent event(String message, KeyValuePair... pairs) {
        var event = new LoggingEvent();
        event.setLoggerContext(new LoggerContext());
        event.setInstant(Instant.parse("2026-11-24T12:00:00.123Z"));
        event.setLevel(Level.INFO);
        event.setMessage(message);
        event.setKeyValuePairs(List.of(pairs));
        return event;
    }

    private static String line(LogLine form, LoggingEvent event) {
        return new String(form.encode(event), UTF_8);
    }

    private static String valueOf(LogLine form, String value) {
        String line = line(form, event("e", new KeyValuePair("k", value)));
        return line.substring(line.indexOf(form == TEXT ? "k=" : "\"k\":") + (form == TEXT ? 2 : 4))
                .strip();
    }

    @Test
    void textIsKeysAndValues() {
        assertThat(line(TEXT, event("session ended", new KeyValuePair("id", "s-1"), new KeyValuePair("n", 3))))
                .isEqualTo("2026-11-24T12:00:00.123Z info event=\"session ended\" id=s-1 n=3\n");
    }

    @Test
    void jsonIsAnObjectALine() {
        assertThat(line(
                        JSON,
                        event(
                                "ended",
                                new KeyValuePair("id", "s-1"),
                                new KeyValuePair("n", 3),
                                new KeyValuePair("t", true))))
                .isEqualTo(
                        "{\"time\":\"2026-11-24T12:00:00.123Z\",\"level\":\"info\",\"event\":\"ended\",\"id\":\"s-1\","
                                + "\"n\":3,\"t\":true}\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "plain|plain",
                "a b|\"a b\"",
                "a=b|\"a=b\"",
                "say \"x\"|\"say \\\"x\\\"\"",
                "back\\slash|\"back\\\\slash\"",
                "Grüße|\"Grüße\""
            })
    void valueIsQuotedWhereItMust(String value, String written) {
        assertThat(valueOf(TEXT, value)).isEqualTo(written);
    }

    @Test
    void emptyValueIsSeen() {
        assertThat(valueOf(TEXT, "")).isEqualTo("\"\"");
    }

    @Tag("xss-1")
    @ParameterizedTest
    @ValueSource(
            strings = {
                "a\nevent=forged",
                "a\r\n2026-11-24T12:00:00Z info event=forged",
                "\u001b[31mred",
                "\u202eright to left",
                "\u2028line",
                "\u0000nul",
                "\u0085next",
                "<script>\"'"
            })
    void valueThatWouldForgeALineStaysOneValue(String value) {
        for (LogLine form : List.of(TEXT, JSON)) {
            String written = valueOf(form, value);
            assertThat(written).startsWith("\"").endsWith(form == TEXT ? "\"" : "\"}");
            assertThat(written.chars())
                    .noneMatch(c -> Character.isISOControl(c)
                            || Character.getType(c) == Character.FORMAT
                            || c == 0x2028
                            || c == 0x2029);
        }
    }

    @Tag("xss-1")
    @Test
    void anyValueIsOneLine() {
        qt().forAll(strings().allPossible().ofLengthBetween(0, 60)).checkAssert(value -> {
            for (LogLine form : List.of(TEXT, JSON)) {
                String line = line(form, event(value, new KeyValuePair("k", value)));
                assertThat(line).endsWith("\n");
                assertThat(line.substring(0, line.length() - 1).chars()).noneMatch(Character::isISOControl);
            }
        });
    }

    @Test
    void exceptionIsAPartOfTheLine() {
        LoggingEvent event = event("failed");
        event.setThrowableProxy(new ch.qos.logback.classic.spi.ThrowableProxy(new IllegalStateException("why")));

        assertThat(line(TEXT, event).strip())
                .contains("trace=\"java.lang.IllegalStateException: why\\n\\tat ")
                .doesNotContain("\n");
    }
}
