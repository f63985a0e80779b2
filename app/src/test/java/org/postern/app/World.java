package org.postern.app;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A host of its own, by name spaces of the kernel: its network has itself alone, with the addresses of all who come to it, its names are its
 * own, and what is written under its /etc, /home, /srv and /var is gone with it. Needs root.
 */
final class World implements AutoCloseable {
    private static final Path SCRIPTS =
            Path.of("src/test/resources/postfix").toAbsolutePath().normalize();

    private final Process process;
    private final long first;

    /**
     * Makes it.
     *
     * @param site what becomes its /etc/postfix
     * @param place an empty directory
     */
    World(Path site, Path place) throws Exception {
        Program.requireRoot("unshare");
        Path output = place.resolveSibling(place.getFileName() + ".out");
        var command = List.of(
                Program.named("unshare").file().toString(),
                "--mount",
                "--net",
                "--uts",
                "--pid",
                "--fork",
                "--kill-child",
                "--mount-proc",
                "sh",
                SCRIPTS.resolve("world.sh").toString(),
                site.toAbsolutePath().toString(),
                place.toString());
        for (String needed : List.of("nsd", "ip", "openssl", "nsenter")) {
            Program.named(needed);
        }
        process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        RealServer.eventually(
                () -> !process.isAlive() || Files.readString(output).lines().anyMatch("up"::equals));
        assertThat(process.isAlive()).as(Files.readString(output)).isTrue();
        first = process.children().findFirst().orElseThrow().pid();
    }

    /** What runs the test's own {@code postern}, there as well as here. */
    static List<String> postern() {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:-UsePerfData",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                "org.postern.app.Main");
    }

    /** Runs a command within, to its end. */
    String run(String... command) throws IOException, InterruptedException {
        return feed("", command).succeeded().output();
    }

    /** The same, however it ends. */
    Program.Outcome outcome(String... command) throws IOException, InterruptedException {
        return feed("", command);
    }

    /** Runs a script of {@code src/test/resources/postfix} within. */
    String script(String name) throws IOException, InterruptedException {
        return feed(Files.readString(SCRIPTS.resolve(name)), "sh", "-s")
                .succeeded()
                .output();
    }

    /** Writes a file within. */
    void write(String file, String content) throws IOException, InterruptedException {
        feed(content, "sh", "-c", "mkdir -p \"$(dirname \"$1\")\" && cat > \"$1\"", "sh", file)
                .succeeded();
    }

    private Program.Outcome feed(String stdin, String... command) throws IOException, InterruptedException {
        Program.Outcome outcome = Program.named("nsenter")
                .run(new ByteArrayInputStream(stdin.getBytes(UTF_8)), Map.of(), within(command));
        return new Program.Outcome(outcome.exit(), new String(outcome.output().getBytes(ISO_8859_1), UTF_8));
    }

    /** Starts a command within, which goes on until the end of this world. */
    Process start(Path output, String... command) throws IOException {
        List<String> all =
                new ArrayList<>(List.of(Program.named("nsenter").file().toString()));
        all.addAll(List.of(within(command)));
        return new ProcessBuilder(all)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
    }

    private String[] within(String... command) {
        List<String> all =
                new ArrayList<>(List.of("--target", Long.toString(first), "--mount", "--net", "--uts", "--pid", "--"));
        all.addAll(List.of(command));
        return all.toArray(String[]::new);
    }

    /** Ends all its processes. */
    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }
}
