package org.postern.delivery;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.postern.config.Config;
import org.postern.dns.TestZone;
import org.postern.queue.Courier.Outcome;
import org.postern.queue.Courier.Run;
import org.postern.queue.Diagnosis;
import org.postern.route.Forwarding;
import org.postern.route.OwnHost;
import org.postern.route.Router;
import org.postern.signing.Signer;
import org.postern.smtp.Envelope;
import org.postern.smtp.ForwardPath;
import org.postern.smtp.MailParameters;
import org.postern.smtp.Mailbox;
import org.postern.smtp.ReversePath;
import org.postern.smtp.transcript.ScriptedServer;
import org.postern.spool.RocksSpool;
import org.postern.spool.Spool;
import org.postern.spool.SpooledMessage;

/** Attempts at other hosts, and what is made of what these say. */
@Timeout(60)
class DeliveriesTest {
    @TempDir
    private Path directory;

    private Map<ForwardPath, Outcome> deliver(ScriptedServer server, String scheme, String... to) throws Exception {
        return deliver("Subject: x\r\n\r\nhello\r\n", server.address().getPort(), scheme, _ -> {}, to);
    }

    private Map<ForwardPath, Outcome> deliver(
            String content, int port, String scheme, Consumer<Run> beside, String... to) throws Exception {
        Path file = Files.writeString(directory.resolve("postern.toml"), """
            hostname = "mx.example.com"
            [[routes]]
            to = "*"
            via = "%s://127.0.0.1:%d"
            """.formatted(scheme, port));
        Config config = ((Config.Result.Valid) Config.read(file)).config();
        var router =
                new Router(config.hostname(), config.domains(), config.sending().routes(), Optional.empty(), directory);
        try (Spool spool =
                RocksSpool.open(directory.resolve("spool"), new RocksSpool.Room(1 << 20, 0), Clock.systemUTC())) {
            SpooledMessage message = accept(spool, content, to);
            var deliveries = new Deliveries(
                    config,
                    spool,
                    router,
                    Forwarding.none(),
                    new TestZone("").resolver(),
                    new OwnHost(Set.of(), Set.of()),
                    Signer.none(config.hostname()));
            var destination =
                    deliveries.destination(message.recipients().getFirst().path());
            try (Run run = deliveries.run(destination)) {
                beside.accept(run);
                return run.deliver(message, message.recipients());
            }
        }
    }

    private static SpooledMessage accept(Spool spool, String content, String... to) throws IOException {
        List<ForwardPath> recipients =
                List.of(to).stream().<ForwardPath>map(DeliveriesTest::mailbox).toList();
        var envelope = new Envelope(new ReversePath.Null(), MailParameters.NONE, recipients);
        return spool.accept(
                new Spool.Arrival(spool.nextId(), "s-1", envelope, ""),
                new ByteArrayInputStream(content.getBytes(UTF_8)));
    }

    private static Mailbox mailbox(String text) {
        return Mailbox.parse(text).orElseThrow();
    }

    /** RFC 2033: who has it has it, and must not get it again; of the others nobody knows. */
    @Test
    @Tag("peer-3")
    void whoAnsweredByLmtpBeforeTheConnectionBrokeHasTheMessage() throws Exception {
        try (var server = new ScriptedServer("""
            S: 220 mail.example.com
            C: LHLO mx.example.com
            S: 250 mail.example.com
            C: MAIL FROM:<>
            S: 250 ok
            C: RCPT TO:<bob@a.test>
            S: 250 ok
            C: RCPT TO:<eve@a.test>
            S: 250 ok
            C: DATA
            S: 354 go
            C: Subject: x
            C:
            C: hello
            C: .
            S: 250 2.0.0 bob has it
            close
            """)) {
            Map<ForwardPath, Outcome> outcomes = deliver(server, "lmtp", "bob@a.test", "eve@a.test");
            assertThat(how(outcomes.get(mailbox("bob@a.test")))).isEqualTo("127.0.0.1: 250 2.0.0 bob has it");
            assertThat(outcomes.get(mailbox("eve@a.test"))).isInstanceOf(Outcome.Later.class);
        }
    }

    /** RFC 5321 §4.5.3.2.1 would give it five minutes. */
    @Test
    @Tag("fair-1")
    void hostThatNeverAnswersIsLeftWhenOthersWait() throws Exception {
        // The kernel accepts, and nobody else.
        try (var silent = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            Consumer<Run> impatient = run -> Thread.ofVirtual().start(() -> {
                while (!silent.isClosed()) {
                    run.hurry();
                    Thread.onSpinWait();
                }
            });
            Outcome outcome = deliver("x\r\n", silent.getLocalPort(), "smtp", impatient, "bob@a.test")
                    .get(mailbox("bob@a.test"));
            assertThat(outcome).isInstanceOf(Outcome.Unreachable.class);
            assertThat(String.valueOf(outcome)).contains(Brake.WHY);
        }
    }

    /** RFC 9422 §4.2: the rest goes in another transaction, and by another connection where one takes but one message. */
    @Test
    void recipientsPastTheLimitGoInAnotherTransaction() throws Exception {
        String one = """
            S: 220 mx.example.net
            C: EHLO mx.example.com
            S: 250-mx.example.net
            S: 250 LIMITS RCPTMAX=1 MAILMAX=1
            C: MAIL FROM:<>
            S: 250 ok
            C: RCPT TO:<%s@a.test>
            S: 250 ok
            C: DATA
            S: 354 go
            C: Subject: x
            C:
            C: hello
            C: .
            S: 250 taken
            """;
        try (var server = new ScriptedServer(one.formatted("bob") + "----\n" + one.formatted("eve"))) {
            assertThat(deliver(server, "smtp", "bob@a.test", "eve@a.test").values())
                    .extracting(DeliveriesTest::how)
                    .containsOnly("127.0.0.1: 250 taken");
        }
    }

    /** RFC 6152 §3. */
    @Test
    void eightBitContentGoesEncodedToWhoTakesSevenBitsOnly() throws Exception {
        try (var server = new ScriptedServer("""
            S: 220 mx.example.net
            C: EHLO mx.example.com
            S: 250-mx.example.net
            S: 250 HELP
            C: MAIL FROM:<>
            S: 250 ok
            C: RCPT TO:<bob@a.test>
            S: 250 ok
            C: DATA
            S: 354 go
            C: Subject: x
            C: MIME-Version: 1.0
            C: Content-Type: text/plain; charset=unknown-8bit
            C: Content-Transfer-Encoding: quoted-printable
            C:
            C: wie sch=C3=B6n ist es am Meer
            C: .
            S: 250 taken
            """)) {
            assertThat(deliver(
                                    "Subject: x\r\n\r\nwie schön ist es am Meer\r\n",
                                    server.address().getPort(),
                                    "smtp",
                                    _ -> {},
                                    "bob@a.test")
                            .values())
                    .extracting(DeliveriesTest::how)
                    .containsOnly("127.0.0.1: 250 taken");
        }
    }

    @Test
    void whatCannotBeConvertedIsRefusedAndSaidWhy() throws Exception {
        try (var server = new ScriptedServer("""
            S: 220 mx.example.net
            C: EHLO mx.example.com
            S: 250 mx.example.net
            """)) {
            assertThat(deliver(
                                    "Subject: schön\r\n\r\nhello\r\n",
                                    server.address().getPort(),
                                    "smtp",
                                    _ -> {},
                                    "bob@a.test")
                            .values())
                    .containsOnly(new Outcome.Failed(Diagnosis.of(
                            "5.6.3",
                            "the next host takes no 8-bit content, and the message can't be converted: it has 8-bit"
                                    + " octets in a header field: Subject")));
        }
    }

    /** How it was delivered; what went wrong else. */
    private static String how(@Nullable Outcome outcome) {
        return outcome instanceof Outcome.Delivered delivered ? delivered.how() : String.valueOf(outcome);
    }
}
