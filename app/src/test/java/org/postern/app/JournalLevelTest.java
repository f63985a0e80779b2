package org.postern.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JournalLevelTest {
    @TempDir
    private Path directory;

    @ParameterizedTest
    @CsvSource({"ERROR, <3>", "WARN, <4>", "INFO, <6>", "DEBUG, <7>", "TRACE, <7>"})
    void aLineBeginsWithItsLevelAsJournaldReadsIt(String level, String prefix) {
        var event = new LoggingEvent();
        event.setLoggerContext(new LoggerContext());
        event.setInstant(Instant.parse("2026-11-24T12:00:00.123Z"));
        event.setLevel(Level.toLevel(level));
        event.setMessage("e");

        assertThat(new String(new JournalLevel(new LogLine.Text()).encode(event), UTF_8))
                .isEqualTo(prefix + new String(new LogLine.Text().encode(event), UTF_8));
    }

    @Test
    void aFileIsKnownByDeviceAndInodeAsSystemdWritesThem() throws IOException, InterruptedException {
        Path file = Files.createFile(directory.resolve("file"));
        Process stat = new ProcessBuilder("stat", "--format=%d:%i", file.toString()).start();

        assertThat(stat.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(JournalLevel.device(file))
                .isEqualTo(new String(stat.getInputStream().readAllBytes(), UTF_8).strip());
        assertThat(JournalLevel.device(directory.resolve("none"))).isEmpty();
    }

    @Test
    void whatEndsACommandIsAnErrorLineByLine() {
        assertThat(JournalLevel.error("postern: a:1: no\npostern: a:2: no"))
                .isEqualTo("<3>postern: a:1: no\n<3>postern: a:2: no");
    }

    @Test
    void elsewhereLinesStayAsTheyAre() {
        assertThat(JournalLevel.isRead()).isFalse();
    }
}
