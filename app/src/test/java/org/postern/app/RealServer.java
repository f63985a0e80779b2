package org.postern.app;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A mail server that we did not write, on a free port of loopback, in a directory and with processes of its own. bob and carol have a
 * mailbox there, at {@value #DOMAIN}, and nobody else.
 */
final class RealServer implements AutoCloseable {
    static final String DOMAIN = "next.test";

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Process process;
    private final int port;
    private final List<Path> logs;
    private final Mailboxes mailboxes;

    /** Where new mail for a local part turns up, a file each. */
    interface Mailboxes {
        Path of(String localPart);
    }

    /**
     * Starts it, and waits until it listens.
     *
     * @param log what it writes besides its output
     * @param command that stays in the foreground
     */
    RealServer(Path directory, int port, Path log, Mailboxes mailboxes, List<String> command) throws Exception {
        this.port = port;
        this.mailboxes = mailboxes;
        Path output = directory.resolve("output");
        this.logs = List.of(output, log);
        // Some end all processes of their group when they end.
        List<String> apart =
                new ArrayList<>(List.of(Program.named("setsid").file().toString()));
        apart.addAll(command);
        this.process = new ProcessBuilder(apart)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        // Apart, it would outlive tests that are broken off.
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroy));
        boolean up = false;
        try {
            eventually(() -> !process.isAlive() || listens());
            up = process.isAlive();
        } finally {
            if (!up) {
                close();
            }
        }
        assertThat(up).as("it did not start: " + log()).isTrue();
    }

    private boolean listens() {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException notYet) {
            return false;
        }
    }

    /** A directory in {@code parent} that servers may enter which are not of our user. */
    static Path room(Path parent, String name) throws IOException {
        Files.setPosixFilePermissions(parent, PosixFilePermissions.fromString("rwxr-xr-x"));
        return open(parent.resolve(name));
    }

    /** A directory in which everybody may write. */
    static Path open(Path directory) throws IOException {
        Files.createDirectories(directory);
        return Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
    }

    /** Waits until {@code condition} holds. */
    static void eventually(Callable<Boolean> condition) throws Exception {
        Instant deadline = Instant.now().plus(PATIENCE);
        while (!condition.call()) {
            assertThat(Instant.now()).as("it takes too long").isBefore(deadline);
            Thread.sleep(20);
        }
    }

    int port() {
        return port;
    }

    /** All that it has written so far. */
    String log() throws IOException {
        var all = new StringBuilder();
        for (Path log : logs) {
            if (Files.isRegularFile(log)) {
                all.append(Files.readString(log, ISO_8859_1));
            }
        }
        return all.toString();
    }

    /** The messages for {@code localPart} so far. */
    List<Path> mail(String localPart) throws IOException {
        Path directory = mailboxes.of(localPart);
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.toList();
        }
    }

    /** The one message for {@code localPart}, once it is there. */
    String onlyMail(String localPart) throws Exception {
        eventually(() -> !mail(localPart).isEmpty());
        assertThat(mail(localPart)).hasSize(1);
        return Files.readString(mail(localPart).getFirst(), ISO_8859_1);
    }

    @Override
    public void close() {
        stop();
    }

    /** Ends all its processes. */
    void stop() {
        List<ProcessHandle> children = process.descendants().toList();
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException stop) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        children.forEach(ProcessHandle::destroyForcibly);
    }
}
