package org.postern.postfix;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Postfix's own reader of main.cf, {@code postconf -x}: what it says comes before what we make of it ourselves.
 *
 * @param program where it is
 */
public record Postconf(Path program) {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int MAX_OUTPUT = 16 * 1024 * 1024;

    /** The one of this machine. */
    public static Optional<Postconf> here() {
        return Stream.of("/usr/sbin/postconf", "/usr/local/sbin/postconf", "/opt/homebrew/sbin/postconf")
                .map(Path::of)
                .filter(Files::isExecutable)
                .findFirst()
                .map(Postconf::new);
    }

    /**
     * All settings of a directory with their names replaced, defaults included.
     *
     * @throws Unreadable when postconf does not take it; the message is its own
     */
    Map<String, String> expanded(Path directory) throws Unreadable {
        try {
            Path out = Files.createTempFile("postconf", ".out");
            Path err = Files.createTempFile("postconf", ".err");
            try {
                return values(directory, out, err);
            } finally {
                Files.delete(out);
                Files.delete(err);
            }
        } catch (Unreadable known) {
            throw known;
        } catch (IOException problem) {
            throw new Unreadable("can't run " + program + ": " + problem.getMessage());
        }
    }

    private Map<String, String> values(Path directory, Path out, Path err) throws IOException {
        // Into files: a pipe that nobody reads would make it wait.
        Process process = new ProcessBuilder(program.toString(), "-x", "-c", directory.toString())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        try {
            process.getOutputStream().close();
            if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                throw new Unreadable(program + " has not ended after " + PATIENCE.toSeconds() + " s");
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new Unreadable(program + " was interrupted");
        } finally {
            process.destroyForcibly();
        }
        if (Files.size(out) > MAX_OUTPUT || Files.size(err) > MAX_OUTPUT) {
            throw new Unreadable(program + " says more than " + MAX_OUTPUT + " octets");
        }
        if (process.exitValue() != 0) {
            String said = new String(Files.readAllBytes(err), StandardCharsets.UTF_8)
                    .lines()
                    .reduce((_, last) -> last)
                    .orElse("exit code " + process.exitValue());
            throw new Unreadable(said);
        }
        Map<String, String> values = new HashMap<>();
        for (String line : new String(Files.readAllBytes(out), StandardCharsets.UTF_8).split("\n", -1)) {
            int equals = line.indexOf('=');
            if (equals > 0) {
                values.put(
                        line.substring(0, equals).strip(),
                        line.substring(equals + 1).strip());
            }
        }
        return values;
    }
}
