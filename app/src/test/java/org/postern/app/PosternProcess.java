package org.postern.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** {@code postern serve} in a JVM of its own, as an operator runs it, in a directory of its own. */
final class PosternProcess implements AutoCloseable {
    private static final Pattern PORT = Pattern.compile("listens\\s+\\S+:(\\d+) ");
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Path directory;
    private final Path output;
    private final Process process;
    private final int port;

    /** {@code .}: who listens, for whom, and nothing else that a test needs; more TOML goes behind it. */
    static final String ANY_AT_LOCALHOST = """
        hostname = "mx.example.com"
        [[listen]]
        address = "127.0.0.1:0"
        role = "mx"
        [domains.localhost]
        deliver = "maildir:maildir/{domain}/{local}"
        mailboxes = "any"
        """;

    /** The same for who is trusted, and who may send wherever a route of the test's own leads. */
    static final String RELAYING = """
        hostname = "mx.example.com"
        [[listen]]
        address = "127.0.0.1:0"
        role = "trusted"
        [relay]
        trusted = ["127.0.0.0/8"]
        [domains.localhost]
        deliver = "maildir:maildir/{domain}/{local}"
        mailboxes = "any"
        """;

    private PosternProcess(Path directory, List<String> shell, List<String> jvm, String toml) throws IOException {
        this.directory = directory;
        this.output = directory.resolve("output");
        Path config = Files.writeString(directory.resolve("postern.toml"), toml + namesOf(toml));
        List<String> command = new ArrayList<>(shell);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "--enable-native-access=ALL-UNNAMED"));
        command.addAll(jvm);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), "org.postern.app.Main"));
        command.addAll(List.of("serve", "--config", config.toString()));
        this.process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        this.port = waitForPort();
    }

    /** Where a test has no names of its own, nobody is asked but a port of this host where nobody is. */
    private static String namesOf(String toml) {
        return toml.contains("[dns]") ? "" : "\n[dns]\nservers = [\"127.0.0.1:9\"]\n";
    }

    static PosternProcess with(Path directory, String toml, String... jvm) throws IOException {
        return new PosternProcess(directory, List.of(), List.of(jvm), toml);
    }

    /** As the last command of a shell script, which may set limits first. */
    static PosternProcess under(Path directory, String shell, String toml) throws IOException {
        return new PosternProcess(directory, List.of("sh", "-c", shell + "; exec \"$@\"", "sh"), List.of(), toml);
    }

    private int waitForPort() throws IOException {
        Instant deadline = Instant.now().plus(PATIENCE);
        while (process.isAlive() && Instant.now().isBefore(deadline)) {
            Matcher listens = PORT.matcher(output());
            // The last of the lines that it begins with.
            if (listens.find() && output().contains("settings")) {
                return Integer.parseInt(listens.group(1));
            }
            pause();
        }
        process.destroyForcibly();
        throw new AssertionError("postern did not start: " + output());
    }

    int port() {
        return port;
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** All that it has written so far. */
    String output() throws IOException {
        return Files.readString(output, UTF_8);
    }

    Socket connect() throws IOException {
        var socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout((int) PATIENCE.toMillis());
        return socket;
    }

    /** The files in {@code new} of a Maildir of localhost, once there are that many; never more. */
    List<Path> mail(String localPart, int count) throws IOException {
        Path inbox = directory.resolve("maildir/localhost").resolve(localPart).resolve("new");
        Instant deadline = Instant.now().plus(PATIENCE);
        List<Path> mail = files(inbox);
        while (mail.size() < count && Instant.now().isBefore(deadline)) {
            pause();
            mail = files(inbox);
        }
        assertThat(mail).as(inbox + "; " + output()).hasSize(count);
        return mail;
    }

    private static List<Path> files(Path inbox) throws IOException {
        if (!Files.isDirectory(inbox)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(inbox)) {
            return files.toList();
        }
    }

    /** SIGTERM. */
    void terminate() {
        process.destroy();
    }

    /** SIGKILL. */
    void kill() {
        process.destroyForcibly();
    }

    /** Waits for its end. */
    int exitCode() throws InterruptedException, IOException {
        assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                .as("still runs: " + output())
                .isTrue();
        return process.exitValue();
    }

    void waitForOutput(String part) throws IOException {
        Instant deadline = Instant.now().plus(PATIENCE);
        while (!output().contains(part)) {
            assertThat(Instant.now()).as("no " + part + " in: " + output()).isBefore(deadline);
            pause();
        }
    }

    private static void pause() {
        try {
            Thread.sleep(10);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

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
