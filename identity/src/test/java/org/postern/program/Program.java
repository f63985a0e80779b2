package org.postern.program;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** A program that we did not write and that a test plays with. {@code .ci/programs} installs them all. */
public record Program(Path file) {
    /** What {@code .ci/programs} unpacks without installing it. */
    public static final Path UNPACKED =
            Path.of("..", ".ci", "unpacked").toAbsolutePath().normalize();

    /** The test is skipped where the program is missing, but fails in CI: there nothing is skipped in silence. */
    public static Program named(String name) {
        return Stream.concat(
                        Stream.of(System.getenv("PATH").split(File.pathSeparator, -1))
                                .map(Path::of),
                        Stream.of(Path.of("/usr/sbin"), UNPACKED.resolve("usr/sbin"), UNPACKED.resolve("usr/bin")))
                .map(directory -> directory.resolve(name))
                .filter(Files::isExecutable)
                .findFirst()
                .map(Program::new)
                .orElseThrow(() -> missing(name));
    }

    /** Ends the test; never returns. */
    public static AssertionError missing(String what) {
        if ("true".equals(System.getenv("CI"))) {
            throw new AssertionError(what + " is missing: .ci/programs installs it");
        }
        return Assumptions.abort(what + " is not on this machine: .ci/programs installs it");
    }

    /** Starts it there, with what it says in {@code log}. */
    public Process start(Path directory, Path log, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(file.toString()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
    }

    /** Runs it there with {@code input}, and returns what it says. */
    public String run(Path directory, String input, String... arguments) throws IOException, InterruptedException {
        Path log = Files.createTempFile(directory, "program", ".out");
        Process process = start(directory, log, arguments);
        try (var to = process.getOutputStream()) {
            to.write(input.getBytes(UTF_8));
        }
        int exit = process.waitFor();
        String said = Files.readString(log);
        assertThat(exit).as(said).isZero();
        return said;
    }
}
