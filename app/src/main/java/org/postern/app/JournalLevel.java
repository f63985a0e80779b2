package org.postern.app;

import static java.nio.charset.StandardCharsets.US_ASCII;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.encoder.EncoderBase;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Collectors;

/** Lines with their level before them in the way that journald reads, {@code <4>} for a warning: sd-daemon(3). */
final class JournalLevel extends EncoderBase<ILoggingEvent> {
    private static final Path STANDARD_ERROR = Path.of("/proc/self/fd/2");

    private final Encoder<ILoggingEvent> line;

    JournalLevel(Encoder<ILoggingEvent> line) {
        this.line = line;
    }

    /**
     * Whether standard error leads to journald. {@code JOURNAL_STREAM} alone doesn't say so, for children inherit it and may write
     * elsewhere: systemd.exec(5).
     */
    static boolean isRead() {
        return Optional.ofNullable(System.getenv("JOURNAL_STREAM"))
                .filter(journal -> journal.equals(device(STANDARD_ERROR)))
                .isPresent();
    }

    /** Device and inode as {@code JOURNAL_STREAM} has them; empty where there is no such file. */
    static String device(Path file) {
        try {
            return Files.getAttribute(file, "unix:dev") + ":" + Files.getAttribute(file, "unix:ino");
        } catch (IOException | UnsupportedOperationException nothingThere) {
            return "";
        }
    }

    /** What ends a command, each line of it. */
    static String error(String text) {
        return text.lines().map(line -> "<3>" + line).collect(Collectors.joining("\n"));
    }

    @Override
    public byte[] encode(ILoggingEvent event) {
        var whole = new ByteArrayOutputStream();
        whole.writeBytes(("<" + severity(event.getLevel()) + ">").getBytes(US_ASCII));
        whole.writeBytes(line.encode(event));
        return whole.toByteArray();
    }

    /** RFC 5424 §6.2.1. */
    private static int severity(Level level) {
        return switch (level.toInt()) {
            case Level.ERROR_INT -> 3;
            case Level.WARN_INT -> 4;
            case Level.INFO_INT -> 6;
            default -> 7;
        };
    }

    @Override
    public byte[] headerBytes() {
        return line.headerBytes();
    }

    @Override
    public byte[] footerBytes() {
        return line.footerBytes();
    }
}
