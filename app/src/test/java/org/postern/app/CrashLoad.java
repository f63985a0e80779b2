package org.postern.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import org.postern.smtp.transcript.Peer;

/** Fifty clients that bring mail to one process after the other until it dies, and the ledger of what got its 250. */
final class CrashLoad {
    private static final int CONNECTIONS = 50;
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final IntFunction<List<String>> recipients;
    private final Set<String> confirmed = ConcurrentHashMap.newKeySet();
    private final AtomicInteger next = new AtomicInteger();

    /**
     * A load of numbered messages.
     *
     * @param recipients of the message of a number
     */
    CrashLoad(IntFunction<List<String>> recipients) {
        this.recipients = recipients;
    }

    /** A message of that subject for that recipient. */
    static String entry(String subject, String recipient) {
        return subject + " " + recipient;
    }

    /** An entry for each recipient of each message that got its 250. */
    Set<String> confirmed() {
        return confirmed;
    }

    /** Puts the process under load, and ends both when {@code isEnough}: by a power cut, which stays, or by a kill alone. */
    void crash(PosternProcess postern, Callable<Boolean> isEnough, PowerCutDisk disk, PowerCut powerCut)
            throws Exception {
        try (var senders = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < CONNECTIONS; i++) {
                senders.execute(() -> sendUntilItDies(postern));
            }
            Instant deadline = Instant.now().plus(PATIENCE);
            while (!isEnough.call()) {
                assertThat(Instant.now()).as(postern.output()).isBefore(deadline);
                Thread.sleep(1);
            }
            if (powerCut.isOne()) {
                disk.cut();
                Thread.sleep(powerCut.livesOn());
            }
            postern.kill();
            senders.shutdown();
            assertThat(senders.awaitTermination(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .isTrue();
        }
    }

    /**
     * Whether the power of the disk goes.
     *
     * @param livesOn how long the process still lives without its disk
     */
    record PowerCut(boolean isOne, Duration livesOn) {
        static final PowerCut NONE = new PowerCut(false, Duration.ZERO);
        static final PowerCut AT_ONCE = new PowerCut(true, Duration.ZERO);
    }

    /** Sends small messages mostly, a large one now and then. */
    private void sendUntilItDies(PosternProcess postern) {
        try (Peer peer = Peer.greetedBy(new InetSocketAddress(InetAddress.getLoopbackAddress(), postern.port()))) {
            peer.ask("EHLO c.example.org");
            while (true) {
                int number = next.incrementAndGet();
                String name = "n" + number;
                int octets = number % 100 == 0 ? 300_000 : 200 + number * 37 % 4_000;
                List<String> to = recipients.apply(number);
                peer.ask("MAIL FROM:<ann@example.org>");
                for (String recipient : to) {
                    peer.ask("RCPT TO:<" + recipient + ">");
                }
                peer.ask("DATA");
                String line = "x".repeat(70) + "\r\n";
                String reply = peer.ask(
                        "From: a@example.org\r\nSubject: " + name + "\r\n\r\n" + line.repeat(octets / 72 + 1) + ".");
                if (reply.startsWith("250 ")) {
                    to.forEach(recipient -> confirmed.add(entry(name, recipient)));
                }
            }
        } catch (IOException | RuntimeException dead) {
            // As it should be.
        }
    }
}
