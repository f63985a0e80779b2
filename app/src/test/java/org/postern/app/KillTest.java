package org.postern.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postern.smtp.transcript.Peer;

/** kill -9 under load: each message that got its 250 is delivered after a later start. */
@Tag("crash-1")
class KillTest {
    private static final int KILLS = 3;
    private static final int SENDERS = 20;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    private final Set<String> confirmed = ConcurrentHashMap.newKeySet();
    private final AtomicInteger next = new AtomicInteger();

    @Test
    void whatGotIts250OutlivesTheProcess() throws Exception {
        var random = new Random(9);
        for (int kill = 0; kill < KILLS; kill++) {
            int before = confirmed.size();
            try (var postern = PosternProcess.with(directory, PosternProcess.ANY_AT_LOCALHOST);
                    var senders = Executors.newVirtualThreadPerTaskExecutor()) {
                for (int i = 0; i < SENDERS; i++) {
                    senders.execute(() -> sendUntilItDies(postern));
                }
                await(() -> confirmed.size() > before + 100 + random.nextInt(200));
                postern.kill();
                senders.shutdown();
                assertThat(senders.awaitTermination(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                        .isTrue();
            }
        }
        try (var postern = PosternProcess.with(directory, PosternProcess.ANY_AT_LOCALHOST)) {
            await(() -> delivered().containsAll(confirmed));
            assertThat(postern.isAlive()).isTrue();
        }
    }

    private void sendUntilItDies(PosternProcess postern) {
        try (Peer peer = Peer.greetedBy(new InetSocketAddress(InetAddress.getLoopbackAddress(), postern.port()))) {
            peer.ask("EHLO c.example.org");
            while (true) {
                String name = "n" + next.incrementAndGet();
                peer.ask("MAIL FROM:<ann@example.org>");
                peer.ask("RCPT TO:<bob@localhost>");
                peer.ask("DATA");
                String reply =
                        peer.ask("From: a@example.org\r\nSubject: " + name + "\r\n\r\n" + "x".repeat(500) + "\r\n.");
                if (reply.startsWith("250 ")) {
                    confirmed.add(name);
                }
            }
        } catch (IOException | RuntimeException dead) {
            // As it should be.
        }
    }

    private Set<String> delivered() throws IOException {
        Set<String> names = new TreeSet<>();
        Path inbox = directory.resolve("maildir/localhost/bob/new");
        if (Files.isDirectory(inbox)) {
            try (Stream<Path> files = Files.list(inbox)) {
                for (Path file : files.toList()) {
                    Files.readString(file)
                            .lines()
                            .filter(line -> line.startsWith("Subject: "))
                            .forEach(line -> names.add(line.substring(9)));
                }
            }
        }
        return names;
    }

    private interface Condition {
        boolean holds() throws IOException;
    }

    private static void await(Condition condition) throws IOException, InterruptedException {
        Instant deadline = Instant.now().plus(PATIENCE);
        while (!condition.holds()) {
            assertThat(Instant.now()).as("past the deadline").isBefore(deadline);
            Thread.sleep(10);
        }
    }
}
