package org.postern.smtp.client;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postern.smtp.Domain;
import org.postern.smtp.Envelope;
import org.postern.smtp.ForwardPath;
import org.postern.smtp.MailParameters;
import org.postern.smtp.MailParameters.Body;
import org.postern.smtp.Mailbox;
import org.postern.smtp.ReversePath;
import org.postern.smtp.client.ClientProblem.Kind;
import org.postern.smtp.client.Sent.Fate;
import org.postern.smtp.transcript.ScriptedServer;

/** What a client says to servers of all kinds. */
@Timeout(60)
class ClientSessionTest {
    private static final SmtpClient CLIENT = SmtpClient.named(new Domain("client.example"))
            .withSecurity(Security.NONE)
            .withDeadlines(Deadlines.of(Duration.ofSeconds(20)));
    private static final Payload HELLO = Payload.of("Subject: hello\r\n\r\n.dot\r\nend\r\n".getBytes(ISO_8859_1));

    static Mailbox mailbox(String text) {
        return Mailbox.parse(text).orElseThrow();
    }

    static Envelope envelope(Body body, boolean smtputf8, String... to) {
        List<ForwardPath> recipients = new ArrayList<>();
        Arrays.stream(to).forEach(one -> recipients.add(mailbox(one)));
        return new Envelope(
                mailbox("ann@client.example"), new MailParameters(OptionalLong.empty(), body, smtputf8), recipients);
    }

    static Envelope envelope(String... to) {
        return envelope(Body.SEVEN_BIT, false, to);
    }

    private static List<String> words(Sent sent) {
        return sent.fates().values().stream()
                .map(fate -> switch (fate) {
                    case Fate.Taken(var reply) -> "taken " + reply;
                    case Fate.Refused(Stage stage, var reply) -> "refused at " + stage + " " + reply;
                    case Fate.LeftOver _ -> "left over";
                })
                .toList();
    }

    private static Sent send(SmtpClient client, ScriptedServer server, Envelope... envelopes) throws Exception {
        Sent last = new Sent(java.util.Map.of());
        try (ClientSession session = client.connect(server.address())) {
            for (Envelope envelope : envelopes) {
                last = session.send(envelope, HELLO);
            }
        }
        server.verify();
        return last;
    }

    /** RFC 5321 §3.1, §3.3, appendix D.1; the banner has several lines (§4.2.1), all of which are waited for. */
    @Test
    void messageIsHandedOverStepByStep() throws Exception {
        try (var server = new ScriptedServer("""
            S: 220-mx.example.com ESMTP
            S: 220 come in
            C: EHLO client.example
            S: 250-mx.example.com
            S: 250 SIZE 1000000
            C: MAIL FROM:<ann@client.example> SIZE=29
            S: 250 ok
            C: RCPT TO:<bob@example.com>
            S: 250 ok
            C: RCPT TO:<eve@example.com>
            S: 550 5.1.1 no such user
            C: DATA
            S: 354 go
            C: Subject: hello
            C:
            C: ..dot
            C: end
            C: .
            S: 250 2.0.0 queued
            """)) {
            assertThat(words(send(CLIENT, server, envelope("bob@example.com", "eve@example.com"))))
                    .containsExactly("taken 250 2.0.0 queued", "refused at rcpt 550 5.1.1 no such user");
        }
    }

    /** RFC 2920 §3.1; the session is used again. */
    @Test
    void envelopeIsPipelinedWhereThatIsOffered() throws Exception {
        try (var server = new ScriptedServer("""
            S: 220 mx.example.com
            C: EHLO client.example
            S: 250-mx.example.com
            S: 250-PIPELINING
            S: 250 8BITMIME
            C: MAIL FROM:<ann@client.example> BODY=8BITMIME
            C: RCPT TO:<bob@example.com>
            C: RCPT TO:<eve@example.com>
            C: DATA
            S: 250 ok
            S: 250 ok
            S: 452 4.2.2 full
            S: 354 go
            C: Subject: hello
            C:
            C: ..dot
            C: end
            C: .
            S: 250 first
            C: MAIL FROM:<ann@client.example>
            C: RCPT TO:<cid@example.com>
            C: DATA
            S: 250 ok
            S: 250 ok
            S: 354 go
            C: Subject: hello
            C:
            C: ..dot
            C: end
            C: .
            S: 250 second
            """)) {
            Sent sent = send(
                    CLIENT,
                    server,
                    envelope(Body.EIGHT_BIT_MIME, false, "bob@example.com", "eve@example.com"),
                    envelope("cid@example.com"));
            assertThat(words(sent)).containsExactly("taken 250 second");
        }
    }

    /** RFC 2920 §3.1: DATA was said before it was known that nobody is left. */
    @Test
    void contentForNobodyIsEmpty() throws Exception {
        try (var server = new ScriptedServer("""
            S: 220 mx.example.com
            C: EHLO client.example
            S: 250-mx.example.com
            S: 250 PIPELINING
            C: MAIL FROM:<ann@client.example>
            C: RCPT TO:<bob@example.com>
            C: DATA
            S: 250 ok
            S: 550 5.1.1 no
            S: 354 go
            C: .
            S: 554 no valid recipients
            C: MAIL FROM:<ann@client.example>
            C: RCPT TO:<bob@example.com>
            C: DATA
            S: 250 ok
            S: 550 5.1.1 no
            S: 503 no valid recipients
            C: RSET
            S: 250 ok
            C: MAIL FROM:<ann@client.example>
            C: RCPT TO:<bob@example.com>
            C: DATA
            S: 550 5.7.1 not you
            S: 503 no sender
            S: 503 no sender
            """)) {
            Envelope bob = envelope("bob@example.com");
            assertThat(words(send(CLIENT, server, bob, bob, bob))).containsExactly("refused at mail 550 5.7.1 not you");
        }
    }

    /** RFC 5321 §3.2, §4.1.1.1. */
    @Test
    void serverWithoutEhloIsGreetedByHelo() throws Exception {
        for (String reply : List.of("500 what", "502 no", "504 no", "550 no")) {
            try (var server = new ScriptedServer("""
                S: 220 mx.example.com
                C: EHLO client.example
                S: %s
                C: HELO client.example
                S: 250 mx.example.com
                C: MAIL FROM:<ann@client.example>
                S: 250 ok
                C: RCPT TO:<bob@example.com>
                S: 250 ok
                C: DATA
                S: 354 go
                C: Subject: hello
                C:
                C: ..dot
                C: end
                C: .
                S: 250 ok
                """.formatted(reply))) {
                assertThat(words(send(CLIENT, server, envelope(Body.EIGHT_BIT_MIME, true, "bob@example.com"))))
                        .containsExactly("taken 250 ok");
            }
        }
    }

    @Test
    void serverThatHangsUpOnEhloIsGreetedByHeloOnANewConnection() throws Exception {
        try (var server = new ScriptedServer("""
            S: 220 mx.example.com
            C: EHLO client.example
            close
            ----
            S: 220 mx.example.com
            C: HELO client.example
            S: 250 mx.example.com
            """)) {
            try (ClientSession session = CLIENT.connect(server.address())) {
                assertThat(session.verb()).isEqualTo("HELO");
                assertThat(session.capabilities().keywords()).isEmpty();
            }
            server.verify();
        }
    }

    @Test
    void refusalAtTheBannerOrOfBothGreetingsIsTold() throws Exception {
        for (String script : List.of("""
            S: 554 no service for you
            close
            """, """
            S: 220 mx.example.com
            C: EHLO client.example
            S: 550 no
            C: HELO client.example
            S: 554 no service for you
            close
            """)) {
            try (var server = new ScriptedServer(script)) {
                assertThatThrownBy(() -> CLIENT.connect(server.address()))
                        .isInstanceOfSatisfying(ClientProblem.class, problem -> {
                            assertThat(problem.kind()).isEqualTo(Kind.REFUSED);
                            assertThat(problem.reply().orElseThrow()).hasToString("554 no service for you");
                        });
                server.verify();
            }
        }
    }

    /** RFC 3030 §2: exact counts, no dots doubled; a small message in the same packet as its envelope. */
    @Test
    void smallMessageGoesWithItsEnvelopeByBdat() throws Exception {
        try (var server = new ScriptedServer("""
            S: 220 mx.example.com
            C: EHLO client.example
            S: 250-mx.example.com
            S: 250-PIPELINING
            S: 250 CHUNKING
            C: MAIL FROM:<ann@client.example>
            C: RCPT TO:<bob@example.com>
            C: BDAT 29 LAST
            C: Subject: hello
            C:
            C: .dot
            C: end
            S: 250 ok
            S: 250 ok
            S: 250 taken
            C: MAIL FROM:<ann@client.example>
            C: RCPT TO:<bob@example.com>
            C: BDAT 29 LAST
            C: Subject: hello
            C:
            C: .dot
            C: end
            S: 250 ok
            S: 550 5.1.1 no
            S: 554 nobody is left
            """)) {
            Envelope bob = envelope("bob@example.com");
            assertThat(words(send(CLIENT, server, bob, bob))).containsExactly("refused at rcpt 550 5.1.1 no");
        }
    }

    @Test
    void chunksAreGivenUpWhenOneIsRefused() throws Exception {
        try (var server = new ScriptedServer("""
            S: 220 mx.example.com
            C: EHLO client.example
            S: 250-mx.example.com
            S: 250 CHUNKING
            C: MAIL FROM:<ann@client.example>
            S: 250 ok
            C: RCPT TO:<bob@example.com>
            S: 250 ok
            C: BDAT 29 LAST
            C: Subject: hello
            C:
            C: .dot
            C: end
            S: 552 5.3.4 too much
            """)) {
            assertThat(words(send(CLIENT, server, envelope("bob@example.com"))))
                    .containsExactly("refused at content 552 5.3.4 too much");
        }
    }

    /** RFC 2033 §4.2. */
    @Test
    void lmtpAnswersForEachRecipient() throws Exception {
        try (var server = new ScriptedServer("""
            S: 220 mail.example.com LMTP
            C: LHLO client.example
            S: 250-mail.example.com
            S: 250 PIPELINING
            C: MAIL FROM:<ann@client.example>
            C: RCPT TO:<bob@example.com>
            C: RCPT TO:<eve@example.com>
            C: RCPT TO:<cid@example.com>
            C: DATA
            S: 250 ok
            S: 250 ok
            S: 550 5.1.1 no
            S: 250 ok
            S: 354 go
            C: Subject: hello
            C:
            C: ..dot
            C: end
            C: .
            S: 250 2.0.0 bob has it
            S: 452 4.2.2 cid is full
            """)) {
            Sent sent = send(
                    CLIENT.withProtocol(SmtpClient.Protocol.LMTP),
                    server,
                    envelope("bob@example.com", "eve@example.com", "cid@example.com"));
            assertThat(words(sent))
                    .containsExactly(
                            "taken 250 2.0.0 bob has it",
                            "refused at rcpt 550 5.1.1 no",
                            "refused at content 452 4.2.2 cid is full");
        }
    }

    /** RFC 9422 §4.1, §4.2. */
    @Test
    void limitsAreKeptTo() throws Exception {
        try (var server = new ScriptedServer("""
            S: 220 mx.example.com
            C: EHLO client.example
            S: 250-mx.example.com
            S: 250 LIMITS RCPTMAX=1 MAILMAX=1
            C: MAIL FROM:<ann@client.example>
            S: 250 ok
            C: RCPT TO:<bob@example.com>
            S: 250 ok
            C: DATA
            S: 354 go
            C: Subject: hello
            C:
            C: ..dot
            C: end
            C: .
            S: 250 ok
            """)) {
            try (ClientSession session = CLIENT.connect(server.address())) {
                assertThat(words(session.send(envelope("bob@example.com", "eve@example.com"), HELLO)))
                        .containsExactly("taken 250 ok", "left over");
                assertThat(session.isUsable()).isFalse();
            }
            server.verify();
        }
    }

    @Test
    void sizeIsKnownBeforeAnythingIsSent() throws Exception {
        try (var server = new ScriptedServer("""
            S: 220 mx.example.com
            C: EHLO client.example
            S: 250-mx.example.com
            S: 250 SIZE 1000
            """);
                ClientSession session = CLIENT.connect(server.address())) {
            assertThat(session.isTooLarge(1_000)).isFalse();
            assertThat(session.isTooLarge(1_001)).isTrue();
        }
    }

    /** RFC 5321 §3.8. */
    @Test
    void serverThatClosesTheSessionIsNotUsedAgain() throws Exception {
        try (var server = new ScriptedServer("""
            S: 220 mx.example.com
            C: EHLO client.example
            S: 250 mx.example.com
            C: MAIL FROM:<ann@client.example>
            S: 250 ok
            C: RCPT TO:<bob@example.com>
            S: 250 ok
            C: RCPT TO:<eve@example.com>
            S: 421 4.3.2 going down
            close
            """);
                ClientSession session = CLIENT.connect(server.address())) {
            assertThat(words(session.send(envelope("bob@example.com", "eve@example.com"), HELLO)))
                    .containsExactly("refused at rcpt 421 4.3.2 going down", "refused at rcpt 421 4.3.2 going down");
            assertThat(session.isUsable()).isFalse();
            server.verify();
        }
    }

    @Test
    void whoeverHangsUpOnAnIdleSessionIsNotedBeforeTheNextMessage() throws Exception {
        try (var server = new ScriptedServer("""
            S: 220 mx.example.com
            C: EHLO client.example
            S: 250 mx.example.com
            C: MAIL FROM:<ann@client.example>
            S: 550 no
            S: 421 4.4.2 idle for too long
            close
            """);
                ClientSession session = CLIENT.connect(server.address())) {
            session.send(envelope("bob@example.com"), HELLO);
            server.verify();
            assertThatThrownBy(() -> session.send(envelope("bob@example.com"), HELLO))
                    .isInstanceOfSatisfying(ClientProblem.class, problem -> {
                        assertThat(problem.kind()).isEqualTo(Kind.CLOSED);
                        assertThat(problem.stage()).isEqualTo(Stage.MAIL);
                    });
        }
    }

    @Test
    void recipientIsAskedForWithoutAMessage() throws Exception {
        try (var server = new ScriptedServer("""
            S: 220 mx.example.com
            C: EHLO client.example
            S: 250 mx.example.com
            C: MAIL FROM:<>
            S: 250 ok
            C: RCPT TO:<bob@example.com>
            S: 550 5.1.1 no such user
            C: RSET
            S: 250 ok
            C: MAIL FROM:<ann@client.example>
            S: 550 no
            """)) {
            try (ClientSession session = CLIENT.connect(server.address())) {
                assertThat(session.verify(new ReversePath.Null(), mailbox("bob@example.com")))
                        .hasToString("550 5.1.1 no such user");
                session.send(envelope("bob@example.com"), HELLO);
            }
            server.verify();
        }
    }
}
