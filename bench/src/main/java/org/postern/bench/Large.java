package org.postern.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.postern.bench.Server.Client;

/** Many sessions that each send a message of 25 MB at once, into a heap of 64 MiB. */
public final class Large {
    private static final int MEGABYTES = 25;
    private static final String JVM = "-Xmx64m -XX:+UseSerialGC -XX:+UseCompactObjectHeaders";

    private Large() {}

    /** {@code [SESSIONS]}, 50 by default. */
    public static void main(String[] arguments) throws Exception {
        int sessions = arguments.length == 0 ? 50 : Integer.parseInt(arguments[0]);
        try (Server server = Server.start("sessions-per-client = 1000", JVM);
                ExecutorService senders = Executors.newFixedThreadPool(sessions)) {
            long began = System.nanoTime();
            List<Future<String>> replies = new ArrayList<>();
            for (int i = 0; i < sessions; i++) {
                int n = i;
                replies.add(senders.submit(() -> send(n)));
            }
            for (Future<String> reply : replies) {
                if (!reply.get().startsWith("250 ")) {
                    throw new IOException(reply.get());
                }
            }
            double seconds = (System.nanoTime() - began) / 1e9;
            Path inbox = server.directory().resolve("maildir/big/new");
            while (files(inbox, MEGABYTES * 1_000_000L) < sessions) {
                Thread.sleep(20);
            }
            double delivered = (System.nanoTime() - began) / 1e9;
            System.out.printf(
                    "%d sessions with %d MB each at once, JVM %s: all got 250, in %.1f s, %.0f MB/s; delivered after"
                            + " %.1f s; resident %.0f MiB%n",
                    sessions,
                    MEGABYTES,
                    JVM,
                    seconds,
                    sessions * MEGABYTES / seconds,
                    delivered,
                    server.residentKib() / 1024.0);
        }
    }

    private static long files(Path inbox, long least) throws IOException {
        if (!Files.isDirectory(inbox)) {
            return 0;
        }
        try (Stream<Path> files = Files.list(inbox)) {
            return files.filter(file -> file.toFile().length() >= least * 99 / 100)
                    .count();
        }
    }

    private static String send(int n) throws IOException {
        byte[] piece = ("x".repeat(98) + "\r\n").repeat(1_000).getBytes(US_ASCII);
        try (Client client = new Client(n)) {
            client.socket.setSoTimeout(600_000);
            client.reply();
            client.ask("EHLO client.example.org");
            client.ask("MAIL FROM:<ann@example.org>");
            client.ask("RCPT TO:<big@example.com>");
            client.ask("DATA");
            OutputStream out = client.socket.getOutputStream();
            out.write("Subject: large\r\n\r\n".getBytes(US_ASCII));
            for (int i = 0; i < MEGABYTES * 10; i++) {
                out.write(piece);
            }
            return client.ask(".");
        }
    }
}
