package org.postern.app;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A program that is spoken to line by line, each when what it waits for has been said. */
final class Conversation implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Process process;
    private final Path output;
    private final OutputStream to;
    private int heard;

    Conversation(List<String> command) throws IOException {
        output = Files.createTempFile("conversation", ".out");
        process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        to = process.getOutputStream();
    }

    /** Waits until the program has said {@code part}, behind what was waited for before. */
    Conversation hears(String part) throws IOException, InterruptedException {
        Instant deadline = Instant.now().plus(PATIENCE);
        int at = said().indexOf(part, heard);
        while (at < 0) {
            boolean over = !process.isAlive() || Instant.now().isAfter(deadline);
            Thread.sleep(10);
            at = said().indexOf(part, heard);
            assertThat(over && at < 0)
                    .as("no \"" + part + "\" in: " + said().substring(heard))
                    .isFalse();
        }
        heard = at + part.length();
        return this;
    }

    /** Tells the program a line. */
    Conversation says(String line) throws IOException {
        to.write((line + "\r\n").getBytes(ISO_8859_1));
        to.flush();
        return this;
    }

    /** Types a line, as at a terminal. */
    Conversation types(String line) throws IOException {
        to.write((line + "\n").getBytes(ISO_8859_1));
        to.flush();
        return this;
    }

    /** All that the program has said. */
    String said() throws IOException {
        return Files.readString(output, ISO_8859_1);
    }

    /** Ends our side, and waits for its end. */
    void ends() throws IOException, InterruptedException {
        to.close();
        assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                .as(said())
                .isTrue();
    }

    @Override
    public void close() throws IOException {
        process.destroyForcibly();
        Files.deleteIfExists(output);
    }
}
