package org.postern.smtp.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postern.smtp.Envelope;
import org.postern.smtp.Reply;
import org.postern.smtp.transcript.Peer;
import org.postern.smtp.transcript.TestCertificate;

/** Many clients, slow ones, and floods. */
class LoadTest {
    private static SmtpServer server(String... limits) throws IOException {
        Limits changed = TestLimits.with(Limits.DEFAULT, "sessionsPerClient=100000");
        for (String limit : limits) {
            changed = TestLimits.with(changed, limit);
        }
        return SmtpServer.named("mx.example.com")
                .listen(SmtpServer.Listener.on(0), _ -> new Sink())
                .limits(changed)
                .tls(TestCertificate.server())
                .events(new Silent())
                .start();
    }

    private static final class Sink implements SessionHandler {
        @Override
        public Reply message(Envelope envelope, InputStream content) throws IOException {
            content.transferTo(java.io.OutputStream.nullOutputStream());
            return Reply.of(250, "2.0.0", "kept " + envelope.recipients().size());
        }
    }

    private static final class Silent implements Events {
        @Override
        public void turnedAway(InetAddress client, Reply reply) {}
    }

    private static InetSocketAddress at(SmtpServer server) {
        return server.addresses().getFirst();
    }

    private static void eventually(Callable<Boolean> condition) throws Exception {
        Instant deadline = Instant.now().plus(Duration.ofSeconds(20));
        while (!condition.call()) {
            assertThat(Instant.now()).as("deadline").isBefore(deadline);
            Thread.sleep(5);
        }
    }

    // The deadline is a command's, not a read's: each octet comes long before a timeout of reading would strike.
    @Test
    @Tag("slow-1")
    void clientsThatSendAnOctetAtATimeAreDismissedWhileOthersAreGreeted() throws Exception {
        int count = 500;
        try (SmtpServer server = server("commandTime=1500")) {
            List<Peer> slow = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                slow.add(Peer.greetedBy(at(server)));
            }
            var dripping = Thread.startVirtualThread(() -> drip(slow));
            try (Peer newcomer = Peer.greetedBy(at(server))) {
                assertThat(newcomer.ask("EHLO c.example")).startsWith("250-mx.example.com");
            }
            int told = 0;
            for (Peer peer : slow) {
                if (peer.reply().startsWith("421 4.4.2 ")) {
                    told++;
                }
                peer.close();
            }
            dripping.join();
            // A few may have sent into the closed connection, and lost our words to its reset.
            assertThat(told).isGreaterThan(count * 9 / 10);
            eventually(() -> server.sessions() == 0);
        }
    }

    private static void drip(List<Peer> peers) {
        // Well past the deadline; what is closed meanwhile refuses its octet.
        for (int round = 0; round < 20; round++) {
            for (Peer peer : peers) {
                try {
                    peer.send("x");
                } catch (IOException closed) {
                    return;
                }
            }
            try {
                Thread.sleep(50);
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Test
    @Tag("slow-1")
    void clientThatNeverReadsIsCut() throws Exception {
        try (SmtpServer server = server("replyTime=500", "idleCommands=1000000");
                Peer deaf = Peer.greetedBy(at(server))) {
            deaf.socket().setReceiveBufferSize(4_096);
            byte[] helps = "HELP\r\n".repeat(10_000).getBytes(java.nio.charset.StandardCharsets.US_ASCII);
            var sending = Thread.startVirtualThread(() -> {
                try {
                    while (true) {
                        deaf.out().write(helps);
                    }
                } catch (IOException cut) {
                    // As it should be.
                }
            });
            sending.join(Duration.ofSeconds(20));

            assertThat(sending.isAlive()).as("still sending").isFalse();
            eventually(() -> server.sessions() == 0);
        }
    }

    @Test
    @Tag("slow-2")
    void contentThatTricklesEndsTheSession() throws Exception {
        // 500 octets a second after the first minute is the default; here much more after a second.
        try (SmtpServer server = server("contentTime=1000", "contentBytesPerSecond=1000000");
                Peer peer = Peer.greetedBy(at(server))) {
            for (String command : List.of("EHLO c.example", "MAIL FROM:<>", "RCPT TO:<b@example.org>")) {
                peer.ask(command);
            }
            assertThat(peer.ask("DATA")).startsWith("354 ");
            var trickle = Thread.startVirtualThread(() -> {
                try {
                    while (true) {
                        peer.send("one line\r\n");
                        Thread.sleep(20);
                    }
                } catch (IOException | InterruptedException closed) {
                    // As it should be.
                }
            });
            assertThat(peer.reply()).startsWith("421 4.4.2 ");
            trickle.join();
        }
    }

    @Test
    @Tag("slow-2")
    void chunksThatTrickleEndTheSession() throws Exception {
        try (SmtpServer server = server("contentTime=1000", "contentBytesPerSecond=1000000");
                Peer peer = Peer.greetedBy(at(server))) {
            for (String command : List.of("EHLO c.example", "MAIL FROM:<>", "RCPT TO:<b@example.org>")) {
                peer.ask(command);
            }
            // Each octet comes with its BDAT, so that content is never waited for.
            eventually(() -> {
                peer.send("BDAT 1\r\na");
                return !peer.reply().startsWith("250 2.0.0 ");
            });
            eventually(() -> server.sessions() == 0);
        }
    }

    @Test
    @Tag("slow-2")
    void underLoadCommandsHaveLessTime() throws Exception {
        try (SmtpServer server = server("sessions=10", "commandTimeUnderLoad=400")) {
            List<Peer> peers = new ArrayList<>();
            for (int i = 0; i < 9; i++) {
                peers.add(Peer.greetedBy(at(server)));
            }
            assertThat(peers.getFirst().reply()).startsWith("421 4.4.2 ");
            for (Peer peer : peers) {
                peer.close();
            }
        }
    }

    @Test
    @Tag("flood-1")
    void moreThanTheLimitAreTurnedAwayAndItRecovers() throws Exception {
        try (SmtpServer server = server("sessions=20")) {
            List<Peer> inside = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                inside.add(Peer.greetedBy(at(server)));
            }
            for (int i = 0; i < 50; i++) {
                try (Peer outside = Peer.to(at(server))) {
                    assertThat(outside.reply()).startsWith("421 too many sessions here");
                    assertThat(outside.read()).isNegative();
                }
            }
            assertThat(inside.getFirst().ask("NOOP")).startsWith("250 ");
            for (Peer peer : inside) {
                peer.close();
            }
            eventually(() -> server.sessions() == 0);
            try (Peer again = Peer.to(at(server))) {
                assertThat(again.reply()).startsWith("220 ");
            }
        }
    }

    @Test
    @Tag("flood-1")
    void oneClientTakesNoMoreThanItsShare() throws Exception {
        try (SmtpServer server = server("sessionsPerClient=3")) {
            List<Peer> inside = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                inside.add(Peer.from("127.0.0.2", at(server)));
                assertThat(inside.getLast().reply()).startsWith("220 ");
            }
            try (Peer fourth = Peer.from("127.0.0.2", at(server));
                    Peer other = Peer.from("127.0.0.3", at(server))) {
                assertThat(fourth.reply()).startsWith("421 too many sessions of yours");
                assertThat(other.reply()).startsWith("220 ");
            }
            inside.removeFirst().close();
            eventually(() -> {
                try (Peer again = Peer.from("127.0.0.2", at(server))) {
                    return again.reply().startsWith("220 ");
                }
            });
            for (Peer peer : inside) {
                peer.close();
            }
        }
    }

    @Test
    @Tag("flood-1")
    void trustedClientsHaveNoShare() throws Exception {
        try (SmtpServer server = SmtpServer.named("mx.example.com")
                        .listen(SmtpServer.Listener.on(0).trusting(_ -> true), _ -> new Sink())
                        .limits(TestLimits.with(Limits.DEFAULT, "sessionsPerClient=1"))
                        .start();
                Peer one = Peer.to(at(server));
                Peer two = Peer.to(at(server))) {
            assertThat(List.of(one.reply(), two.reply())).allMatch(reply -> reply.startsWith("220 "));
        }
    }

    // RFC 7608's reason: who has an address of IPv6 has 2^64 of them.
    @ParameterizedTest
    @Tag("flood-1")
    @CsvSource({
        "2001:db8::1, 2001:db8::ffff, false",
        "2001:db8::1, 2001:db8:0:0:ffff::1, false",
        "2001:db8::1, 2001:db8:0:1::1, true",
        "192.0.2.1, 192.0.2.1, false",
        "192.0.2.1, 192.0.2.2, true",
    })
    void netOf64BitsIsOneClient(String one, String other, boolean enters) {
        var count = new ClientCount();
        assertThat(count.enter(InetAddress.ofLiteral(one), 1)).isTrue();

        assertThat(count.enter(InetAddress.ofLiteral(other), 1)).isEqualTo(enters);
    }

    @Test
    @Tag("pipe-2")
    void tenThousandPipelinedRecipientsAreHeldToTheLimit() throws Exception {
        try (SmtpServer server = server("recipients=100", "errorsPerSession=100000");
                Peer peer = Peer.greetedBy(at(server))) {
            peer.ask("EHLO c.example");
            peer.ask("MAIL FROM:<>");
            var sending = Thread.startVirtualThread(() -> {
                try {
                    peer.send("RCPT TO:<b@example.org>\r\n".repeat(10_000));
                } catch (IOException closed) {
                    throw new java.io.UncheckedIOException(closed);
                }
            });
            int accepted = 0;
            int later = 0;
            for (int i = 0; i < 10_000; i++) {
                String reply = peer.reply();
                if (reply.startsWith("250 ")) {
                    accepted++;
                } else {
                    later++;
                }
                assertThat(reply).matches("250 2\\.1\\.5 .*|452 4\\.5\\.3 .*");
            }
            sending.join();
            assertThat(List.of(accepted, later)).containsExactly(100, 9_900);
            peer.ask("DATA");
            assertThat(peer.ask("x\r\n.")).isEqualTo("250 2.0.0 kept 100");
        }
    }
}
