package org.postern.app;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postern.smtp.Envelope;
import org.postern.smtp.MailParameters;
import org.postern.smtp.Mailbox;
import org.postern.smtp.transcript.Peer;
import org.postern.spool.RocksSpool;
import org.postern.spool.Spool;

/** A start with a million messages in the spool, all due at once. */
@Tag("soak")
@Tag("crash-1")
class LongQueueTest {
    private static final int MESSAGES = "short".equals(System.getProperty("soak")) ? 20_000 : 1_000_000;
    private static final int AT_ONCE = 500;

    @TempDir
    Path directory;

    @Test
    void millionWaitingMessagesFitTheHeapAndTheFirstIsDeliveredSoon() throws Exception {
        fill("bob@localhost");
        Instant began = Instant.now();
        try (var postern = PosternProcess.with(directory, PosternProcess.ANY_AT_LOCALHOST, "-Xmx512m")) {
            Duration listening = Duration.between(began, Instant.now());
            postern.waitForOutput("event=delivered");
            Instant first = postern.output()
                    .lines()
                    .filter(line -> line.contains("event=delivered"))
                    .map(line -> Instant.parse(line.substring(0, line.indexOf(' '))))
                    .findFirst()
                    .orElseThrow();
            try (Peer peer = Peer.greetedBy(
                    new java.net.InetSocketAddress(java.net.InetAddress.getLoopbackAddress(), postern.port()))) {
                assertThat(peer.ask("EHLO c.example.org")).startsWith("250-mx.example.com");
            }
            System.out.println("queued=" + MESSAGES + " first delivered after "
                    + Duration.between(began, first).toMillis() + " ms, listening after " + listening.toMillis()
                    + " ms, -Xmx512m");
            assertThat(postern.isAlive()).isTrue();
            assertThat(postern.output()).doesNotContain("OutOfMemoryError");
        }
    }

    /** All that are there are due at once, for a host that lets clients in and then says nothing. */
    @Test
    @Tag("fair-1")
    void whatComesForAHostThatLivesGoesThereAtOnceBesideAMillionForOneThatIsSilent() throws Exception {
        fill("bob@silent.example");
        int port = Ports.free("127.0.0.11", "127.0.0.12");
        try (Hop silent = Hop.at("127.0.0.11", port, Hop.Manner.saying("banner", Hop.STALL));
                Hop live = Hop.at("127.0.0.12", port, Hop.Manner.HONEST);
                var postern =
                        PosternProcess.with(directory, PosternProcess.RELAYING + """
                            [[routes]]
                            to = "silent.example"
                            via = "smtp://127.0.0.11:%1$d"
                            [[routes]]
                            to = "live.example"
                            via = "smtp://127.0.0.12:%1$d"
                            """.formatted(port), "-Xmx512m")) {
            RealServer.eventually(() -> silent.connections() > 0);
            for (int i = 0; i < 10; i++) {
                Client.send(postern, "ann@example.org", "carol@live.example");
                Client.send(postern, "ann@example.org", "ann@localhost");
            }
            RealServer.eventually(() -> live.messages().size() == 10);
            postern.mail("ann", 10);

            assertThat(silent.messages()).isEmpty();
            assertThat(silent.most()).as("at once").isLessThanOrEqualTo(20);
            String why = new Operator(directory).says("queue", "why", "silent.example");
            var waiting = Pattern.compile("waiting +(\\d+) messages").matcher(why);
            assertThat(waiting.find()).as(why).isTrue();
            assertThat(Integer.parseInt(waiting.group(1))).isBetween(MESSAGES - 20, MESSAGES);
        }
    }

    private void fill(String recipient) throws Exception {
        byte[] content = ("Subject: one of many\r\n\r\n" + "x".repeat(500) + "\r\n").getBytes(US_ASCII);
        var envelope = new Envelope(
                Mailbox.parse("ann@example.org").orElseThrow(),
                MailParameters.NONE,
                List.of(Mailbox.parse(recipient).orElseThrow()));
        var room = new RocksSpool.Room(64L << 20, 0);
        try (var spool = RocksSpool.open(directory.resolve("data/spool"), room, Clock.systemUTC());
                var senders = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> all = new ArrayList<>();
            for (int sender = 0; sender < AT_ONCE; sender++) {
                all.add(senders.submit(() -> {
                    for (int i = 0; i < MESSAGES / AT_ONCE; i++) {
                        spool.accept(
                                new Spool.Arrival(spool.nextId(), "s-1", envelope, "Received: here\r\n"),
                                new ByteArrayInputStream(content));
                    }
                    return MESSAGES;
                }));
            }
            for (Future<?> one : all) {
                one.get();
            }
        }
    }
}
