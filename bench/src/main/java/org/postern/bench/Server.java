package org.postern.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** {@code ./postern serve} with a configuration, in a directory of its own. */
final class Server implements AutoCloseable {
    private static final int PORT = 2527;
    private static final int PATIENCE_MS = 30_000;

    private final Process process;
    private final Path directory;

    private Server(Process process, Path directory) {
        this.process = process;
        this.directory = directory;
    }

    /** Starts it and waits for its banner; {@code jvm} takes the place of the script's own options when it is not empty. */
    static Server start(String limits, String jvm) throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory("postern-bench");
        Path config = Files.writeString(directory.resolve("postern.toml"), """
            hostname = "mx.example.com"
            [[listen]]
            address = "127.0.0.1:%d"
            role = "mx"
            [domains."example.com"]
            deliver = "maildir:maildir/{local}"
            mailboxes = "any"
            [limits]
            %s
            """.formatted(PORT, limits));
        var builder = new ProcessBuilder(
                        Path.of("postern").toAbsolutePath().toString(), "serve", "--config", config.toString())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("output").toFile());
        if (!jvm.isEmpty()) {
            builder.environment().put("POSTERN_JVM", jvm);
        }
        var server = new Server(builder.start(), directory);
        server.awaitBanner();
        return server;
    }

    private void awaitBanner() throws IOException, InterruptedException {
        while (process.isAlive()) {
            try (Client client = new Client(1)) {
                client.reply();
                return;
            } catch (IOException notYet) {
                Thread.sleep(20);
            }
        }
        throw new IOException("the server ended: " + Files.readString(directory.resolve("output")));
    }

    Path directory() {
        return directory;
    }

    /** Resident memory, in KiB. */
    long residentKib() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/" + process.pid() + "/status"))) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("[^0-9]", ""));
            }
        }
        throw new IOException("no VmRSS");
    }

    @Override
    public void close() throws IOException {
        process.destroy();
        // Uninterruptibly: a bench that is stopped leaves nothing behind.
        process.onExit().join();
        new ProcessBuilder(List.of("rm", "-rf", directory.toString()))
                .start()
                .onExit()
                .join();
    }

    /** A connection; {@code n} chooses one of many loopback addresses, for each has only so many ports. */
    static final class Client implements AutoCloseable {
        final Socket socket = new Socket();
        private final BufferedReader in;

        Client(int n) throws IOException {
            socket.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.1." + (1 + n % 200)), 0));
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), PORT));
            socket.setSoTimeout(PATIENCE_MS);
            in = new BufferedReader(new InputStreamReader(socket.getInputStream(), US_ASCII), 256);
        }

        String reply() throws IOException {
            String line = in.readLine();
            while (line != null && line.length() > 3 && line.charAt(3) == '-') {
                line = in.readLine();
            }
            if (line == null || line.charAt(0) > '3') {
                throw new IOException("the server said " + line);
            }
            return line;
        }

        String ask(String command) throws IOException {
            socket.getOutputStream().write((command + "\r\n").getBytes(US_ASCII));
            return reply();
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
