package org.postern.smtp.client;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postern.smtp.Domain;
import org.postern.smtp.Envelope;
import org.postern.smtp.Extension;
import org.postern.smtp.client.ClientProblem.Kind;
import org.postern.smtp.transcript.ScriptedServer;

/** Servers that mean ill, or are broken: bounded, and never taken as having delivered. */
@Timeout(60)
class HostileServerTest {
    private static final SmtpClient CLIENT = SmtpClient.named(new Domain("client.example"))
            .withHost("mx.example.com")
            .withDeadlines(Deadlines.of(Duration.ofSeconds(20)));
    private static final SmtpClient IMPATIENT = CLIENT.withDeadlines(Deadlines.of(Duration.ofMillis(300)));
    private static final Payload HELLO = Payload.of("Subject: hello\r\n\r\nhello\r\n".getBytes(ISO_8859_1));
    private static final Envelope BOB = ClientSessionTest.envelope("bob@example.com");
    private static final String GREETED = """
        S: 220 mx.example.com
        C: EHLO client.example
        S: 250 mx.example.com
        """;
    private static final String WANTS_CONTENT = GREETED + """
        C: MAIL FROM:<ann@client.example>
        S: 250 ok
        C: RCPT TO:<bob@example.com>
        S: 250 ok
        C: DATA
        """;

    private static ClientProblem problem(SmtpClient client, String script) throws Exception {
        try (var server = new ScriptedServer(script)) {
            return catchThrowableOfType(ClientProblem.class, () -> {
                try (ClientSession session = client.connect(server.address())) {
                    session.send(BOB, HELLO);
                }
            });
        }
    }

    @ParameterizedTest
    @Tag("peer-1")
    @ValueSource(
            strings = {
                "999 what",
                "what is this",
                "22",
                "220\t",
                "120 x",
                "2200 x",
                "<NUL>",
                "<LF>",
                "220-a<CR><LF>221 b"
            })
    void whatIsNoReplyEndsTheSession(String banner) throws Exception {
        assertThat(problem(CLIENT, "S: " + banner + "\nstall\n").kind()).isEqualTo(Kind.GARBLED);
    }

    @Test
    @Tag("peer-1")
    void endlessReplyIsBounded() throws Exception {
        String endless = "S: 220-more\n".repeat(1_100) + "stall\n";
        assertThat(problem(CLIENT, endless).kind()).isEqualTo(Kind.GARBLED);
        assertThat(problem(CLIENT, "S! " + "x".repeat(1_000_000) + "\nstall\n").kind())
                .isEqualTo(Kind.GARBLED);
        String long_ = "S: 220-" + "x".repeat(4_000) + "\n";
        assertThat(problem(CLIENT, long_.repeat(20) + "stall\n").kind()).isEqualTo(Kind.GARBLED);
    }

    /** Each octet comes in time, the reply never: what is bounded is the whole of it. */
    @Test
    @Tag("peer-1")
    void replyThatTricklesEndsAtItsDeadline() throws Exception {
        try (var listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread trickle = Thread.ofVirtual().start(() -> {
                try (var socket = listener.accept()) {
                    while (true) {
                        socket.getOutputStream().write('2');
                        Thread.sleep(50);
                    }
                } catch (IOException | InterruptedException over) {
                    // The client has left.
                    return;
                }
            });
            var address = new InetSocketAddress(listener.getInetAddress(), listener.getLocalPort());
            ClientProblem problem = catchThrowableOfType(
                    ClientProblem.class, () -> IMPATIENT.connect(address).close());
            assertThat(problem.kind()).isEqualTo(Kind.TIMED_OUT);
            assertThat(problem.stage()).isEqualTo(Stage.BANNER);
            trickle.interrupt();
            trickle.join();
        }
    }

    @Test
    @Tag("peer-1")
    void serverThatTakesNoContentEndsAtItsDeadline() throws Exception {
        try (var server = new ScriptedServer(WANTS_CONTENT + "S: 354 go\nC: never comes whole\n")) {
            byte[] much = new byte[64 << 20];
            Arrays.fill(much, (byte) 'x');
            ClientProblem problem = catchThrowableOfType(ClientProblem.class, () -> {
                try (ClientSession session = IMPATIENT.connect(server.address())) {
                    session.send(BOB, Payload.of(much));
                }
            });
            assertThat(problem.kind()).isIn(Kind.TIMED_OUT, Kind.CLOSED);
            assertThat(problem.stage()).isEqualTo(Stage.CONTENT);
        }
    }

    @Test
    @Tag("peer-1")
    void repliesAheadOfCommandsAreNoAnswers() throws Exception {
        ClientProblem ahead = problem(CLIENT, """
            S: 220 mx.example.com
            C: EHLO client.example
            S: 250 mx.example.com<CR><LF>250 ok<CR><LF>250 ok<CR><LF>354 go<CR><LF>250 taken
            stall
            """);
        assertThat(ahead.kind()).isIn(Kind.GARBLED, Kind.CLOSED);
        ClientProblem dot = problem(CLIENT, WANTS_CONTENT + "S: 354 go<CR><LF>250 taken\nstall\n");
        assertThat(dot.kind()).isEqualTo(Kind.GARBLED);
    }

    @Test
    @Tag("peer-1")
    void yesBeforeTheFinalDotIsNoYes() throws Exception {
        try (var server = new ScriptedServer(WANTS_CONTENT + "S: 354 go\nC: Subject: hello\nS: 250 taken\nstall\n")) {
            ClientProblem problem = catchThrowableOfType(ClientProblem.class, () -> {
                try (ClientSession session = CLIENT.connect(server.address())) {
                    session.send(BOB, new Payload() {
                        @Override
                        public InputStream open() {
                            return new SequenceInputStream(
                                    new ByteArrayInputStream(
                                            ("Subject: hello\r\n" + "x".repeat(200_000)).getBytes(ISO_8859_1)),
                                    new Late(server));
                        }

                        @Override
                        public long octets() {
                            return 200_016;
                        }
                    });
                }
            });
            assertThat(problem.kind()).isEqualTo(Kind.GARBLED);
        }
    }

    /** Ends when the server has said its yes. */
    private static final class Late extends InputStream {
        private final ScriptedServer server;

        Late(ScriptedServer server) {
            this.server = server;
        }

        @Override
        public int read() throws IOException {
            server.awaitSaid("250 taken");
            return -1;
        }

        @Override
        public int read(byte[] into, int from, int count) throws IOException {
            return read();
        }
    }

    @Test
    @Tag("dup-1")
    void connectionThatBreaksBeforeTheFinalReplyIsNoDelivery() throws Exception {
        ClientProblem problem = problem(CLIENT, WANTS_CONTENT + """
            S: 354 go
            C: Subject: hello
            C:
            C: hello
            C: .
            close
            """);
        assertThat(problem.kind()).isEqualTo(Kind.CLOSED);
        assertThat(problem.stage()).isEqualTo(Stage.CONTENT);
    }

    @Test
    @Tag("peer-2")
    void ehloListIsReadAsFarAsItMakesSense() throws Exception {
        String list = "S: 250-X" + "\nS: 250-X".repeat(900) + "\n";
        try (var server = new ScriptedServer("""
            S: 220 mx.example.com
            C: EHLO client.example
            S: 250-mx.example.com
            S: 250-<NUL>BAD
            S: 250-SIZE -1
            S: 250-SIZE 5
            S: 250-8BITMIME
            %sS: 250 PIPELINING
            """.formatted(list))) {
            try (ClientSession session = CLIENT.connect(server.address())) {
                assertThat(session.capabilities().maxMessageBytes()).isEmpty();
                assertThat(session.capabilities().has(Extension.PIPELINING)).isTrue();
                assertThat(session.capabilities().has(Extension.EIGHT_BIT_MIME)).isTrue();
            }
            server.verify();
        }
        assertThat(problem(CLIENT, "S: 220 x\nC: EHLO client.example\n" + "S: 250-X\n".repeat(10_000) + "stall\n")
                        .kind())
                .isEqualTo(Kind.GARBLED);
    }

    @Test
    @Tag("peer-2")
    void tlsThatIsOfferedAndNotThereIsDoneWithoutWhereItNeedNotBe() throws Exception {
        String script = """
            S: 220 mx.example.com
            C: EHLO client.example
            S: 250-mx.example.com
            S: 250 STARTTLS
            C: STARTTLS
            S: 454 4.7.0 not now
            """;
        try (var server = new ScriptedServer(script)) {
            try (ClientSession session = CLIENT.connect(server.address())) {
                assertThat(session.tls()).isEmpty();
                assertThat(session.tlsProblem().orElseThrow()).contains("454 4.7.0 not now");
            }
            server.verify();
        }
        assertThat(problem(CLIENT.withSecurity(Security.REQUIRED), script).kind())
                .isEqualTo(Kind.NO_TLS);
        assertThat(problem(CLIENT.withSecurity(Security.VERIFIED), GREETED).kind())
                .isEqualTo(Kind.NO_TLS);
    }

    /** CVE-2011-0411 from the other side. */
    @Test
    @Tag("tls-2")
    void whatComesInClearBehindTheYesToStartTlsIsThrownAway() throws Exception {
        String injecting = """
            S: 220 mx.example.com
            C: EHLO client.example
            S: 250-mx.example.com
            S: 250 STARTTLS
            C: STARTTLS
            S: 220 go<CR><LF>250-mx.example.com<CR><LF>250 AUTH PLAIN
            stall
            """;
        assertThat(problem(CLIENT.withSecurity(Security.REQUIRED), injecting).kind())
                .isEqualTo(Kind.TLS_FAILED);
    }

    @Test
    @Tag("tls-5")
    void handshakeThatStallsOrIsGarbageIsGivenUp() throws Exception {
        String begins = """
            S: 220 mx.example.com
            C: EHLO client.example
            S: 250-mx.example.com
            S: 250 STARTTLS
            C: STARTTLS
            S: 220 go
            """;
        assertThat(problem(IMPATIENT.withSecurity(Security.REQUIRED), begins + "stall\n")
                        .kind())
                .isEqualTo(Kind.TIMED_OUT);
        try (var server = new ScriptedServer(begins + "garbage\n----\n" + GREETED)) {
            try (ClientSession session = CLIENT.connect(server.address())) {
                assertThat(session.tls()).isEmpty();
                assertThat(session.tlsProblem().orElseThrow()).contains("the TLS handshake failed");
            }
            server.verify();
        }
        assertThat(problem(CLIENT.withSecurity(Security.REQUIRED), begins + "garbage\n")
                        .kind())
                .isEqualTo(Kind.TLS_FAILED);
        // RFC 8996.
        assertThat(problem(CLIENT.withSecurity(Security.REQUIRED), begins + "tls1.0\n")
                        .kind())
                .isEqualTo(Kind.TLS_FAILED);
    }

    /** RFC 2033: the rest must not be taken for delivered. */
    @Test
    @Tag("peer-3")
    void lmtpServerThatAnswersForFewerHasDeliveredToNobodyElse() throws Exception {
        ClientProblem problem;
        try (var server = new ScriptedServer("""
            S: 220 mx.example.com
            C: LHLO client.example
            S: 250 mx.example.com
            C: MAIL FROM:<ann@client.example>
            S: 250 ok
            C: RCPT TO:<bob@example.com>
            S: 250 ok
            C: RCPT TO:<eve@example.com>
            S: 250 ok
            C: DATA
            S: 354 go
            C: Subject: hello
            C:
            C: hello
            C: .
            S: 250 bob has it
            close
            """)) {
            problem = catchThrowableOfType(ClientProblem.class, () -> {
                try (ClientSession session =
                        CLIENT.withProtocol(SmtpClient.Protocol.LMTP).connect(server.address())) {
                    session.send(ClientSessionTest.envelope("bob@example.com", "eve@example.com"), HELLO);
                }
            });
        }
        assertThat(problem.partly().orElseThrow().fates().values())
                .extracting(fate -> fate.getClass().getSimpleName())
                .containsExactly("Taken", "LeftOver");
    }

    @Test
    @Tag("peer-3")
    void lmtpServerThatAnswersForMoreIsNotUsedAgain() throws Exception {
        try (var server = new ScriptedServer("""
            S: 220 mx.example.com
            C: LHLO client.example
            S: 250 mx.example.com
            C: MAIL FROM:<ann@client.example>
            S: 250 ok
            C: RCPT TO:<bob@example.com>
            S: 250 ok
            C: DATA
            S: 354 go
            C: Subject: hello
            C:
            C: hello
            C: .
            S: 250 bob has it<CR><LF>250 so has eve
            stall
            """)) {
            ClientSession session =
                    CLIENT.withProtocol(SmtpClient.Protocol.LMTP).connect(server.address());
            assertThat(session.send(BOB, HELLO).isTakenWhole()).isTrue();
            ClientProblem problem = catchThrowableOfType(ClientProblem.class, () -> session.send(BOB, HELLO));
            assertThat(problem.kind()).isEqualTo(Kind.GARBLED);
            assertThat(session.isUsable()).isFalse();
        }
    }
}
