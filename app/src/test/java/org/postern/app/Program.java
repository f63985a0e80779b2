package org.postern.app;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** A program that we did not write and that a test plays with. {@code .ci/programs} installs them all. */
record Program(Path file) {
    private static final int PATIENCE_SECONDS = 120;

    /** What {@code .ci/programs} unpacks without installing it, for Debian's mail servers exclude each other. */
    static final Path UNPACKED =
            Path.of("..", ".ci", "unpacked").toAbsolutePath().normalize();

    record Outcome(int exit, String output) {
        Outcome succeeded() {
            assertThat(exit).as(output).isZero();
            return this;
        }
    }

    /** The test is skipped where the program is missing, but fails in CI: there nothing is skipped in silence. */
    static Program named(String name) {
        Optional<Path> found = Stream.concat(
                        Stream.of("usr/sbin", "usr/bin").map(UNPACKED::resolve),
                        Stream.concat(
                                Stream.of(System.getenv("PATH").split(File.pathSeparator, -1))
                                        .map(Path::of),
                                Stream.of(Path.of("/usr/sbin"))))
                .map(directory -> directory.resolve(name))
                .filter(Files::isExecutable)
                .findFirst();
        return new Program(found.orElseThrow(() -> missing(name)));
    }

    /** As {@link #named} does, of a file that is no program. */
    static void requireFile(Path file) {
        if (!Files.exists(file)) {
            throw missing(file.getFileName().toString());
        }
    }

    /** As {@link #named} does, where a program changes to users of its own. */
    static void requireRoot(String what) {
        if (!System.getProperty("user.name").equals("root")) {
            throw missing(what + ", started by root,");
        }
    }

    /** Never returns. */
    static AssertionError missing(String what) {
        if ("true".equals(System.getenv("CI"))) {
            throw new AssertionError(what + " is missing: .ci/programs installs it");
        }
        return Assumptions.abort(what + " is not on this machine: .ci/programs installs it");
    }

    Conversation converse(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(file.toString()));
        command.addAll(List.of(arguments));
        return new Conversation(command);
    }

    Outcome run(String... arguments) throws IOException, InterruptedException {
        return run(new ByteArrayInputStream(new byte[0]), Map.of(), arguments);
    }

    Outcome run(InputStream stdin, Map<String, String> environment, String... arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(file.toString()));
        command.addAll(List.of(arguments));
        Path output = Files.createTempFile("program", ".out");
        var builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        try {
            try (var to = process.getOutputStream()) {
                stdin.transferTo(to);
            } catch (IOException endedFirst) {
                // Its output says why.
            }
            boolean ended = process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
            String said = Files.readString(output, ISO_8859_1);
            assertThat(ended).as(file + " has not ended; it said: " + said).isTrue();
            return new Outcome(process.exitValue(), said);
        } finally {
            process.destroyForcibly();
            Files.delete(output);
        }
    }
}
