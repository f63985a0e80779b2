package org.postern.smtp.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postern.smtp.Envelope;
import org.postern.smtp.Reply;
import org.postern.smtp.transcript.Peer;
import org.postern.smtp.transcript.TestCertificate;

/** Peers that misuse TLS. RFC 3207 §4, RFC 8996. */
class TlsTest {
    private final BlockingQueue<SessionEnd> ends = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> refused = new LinkedBlockingQueue<>();
    private final BlockingQueue<Integer> kept = new LinkedBlockingQueue<>();
    private SmtpServer server;

    private final class Noting implements SessionHandler {
        @Override
        public Reply message(Envelope envelope, InputStream content) throws IOException {
            kept.add(content.readAllBytes().length);
            return Reply.of(250, "2.0.0", "kept");
        }

        @Override
        public void refused(String asked, Reply reply) {
            refused.add(asked + " " + reply);
        }

        @Override
        public void ended(SessionEnd end) {
            ends.add(end);
        }
    }

    @BeforeEach
    void start() throws IOException {
        server = SmtpServer.named("mx.example.com")
                .listen(SmtpServer.Listener.on(0), _ -> new Noting())
                .listen(SmtpServer.Listener.on(0).with(TlsMode.IMPLICIT), _ -> new Noting())
                .limits(TestLimits.with(Limits.DEFAULT, "handshakeTime=500"))
                .tls(TestCertificate.server())
                .start();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private InetSocketAddress startTls() {
        return server.addresses().getFirst();
    }

    private InetSocketAddress implicit() {
        return server.addresses().getLast();
    }

    private SessionEnd end() throws InterruptedException {
        SessionEnd end = ends.poll(10, TimeUnit.SECONDS);
        assertThat(end).as("the session's end").isNotNull();
        return end;
    }

    private Peer readyForHandshake() throws IOException {
        Peer peer = Peer.greetedBy(startTls());
        peer.ask("EHLO c.example");
        assertThat(peer.ask("STARTTLS")).startsWith("220 ");
        return peer;
    }

    @Test
    @Tag("tls-5")
    void peerThatStallsInTheHandshakeIsCut() throws Exception {
        try (Peer peer = readyForHandshake()) {
            assertThat(peer.read()).isNegative();
            assertThat(end().reason()).isEqualTo(SessionEnd.Reason.TIMEOUT);
        }
    }

    @Test
    @Tag("tls-5")
    void peerThatStallsWithinTheHelloIsCut() throws Exception {
        try (Peer peer = Peer.to(implicit())) {
            // A record that promises 512 octets, and brings five.
            peer.send("\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003");
            assertThat(peer.read()).isNegative();
            assertThat(end().reason()).isEqualTo(SessionEnd.Reason.TIMEOUT);
        }
    }

    @ParameterizedTest
    @Tag("tls-5")
    @ValueSource(
            strings = {
                "EHLO again.example\r\n",
                "\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000",
                "\u0016\u0003\u0001\u0000\u0004abcd",
                "\u0017\u0003\u0003\u00ff\u00ff",
                "\u0080.\u0001\u0000\u0002\u0000\u0015\u0000\u0000\u0000\u0010"
            })
    void garbageInPlaceOfAHelloEndsTheSession(String garbage) throws Exception {
        try (Peer peer = readyForHandshake()) {
            peer.send(garbage);
            // An alert at most, and no word of SMTP.
            for (int octet = peer.read(); octet >= 0; octet = peer.read()) {
                assertThat(octet).isNotEqualTo('2').isNotEqualTo('5');
            }
            assertThat(end().reason()).isIn(SessionEnd.Reason.TLS, SessionEnd.Reason.TIMEOUT);
            assertThat(kept).isEmpty();
        }
    }

    @Test
    @Tag("tls-5")
    void oldVersionsAreRefused() throws Exception {
        // A hello of TLS 1.0 with TLS_RSA_WITH_AES_128_CBC_SHA, as no client of today makes it any more.
        String hello = "\u0003\u0001" + "r".repeat(32) + "\u0000\u0000\u0002\u0000/\u0001\u0000";
        try (Peer peer = readyForHandshake()) {
            peer.send("\u0016\u0003\u0001\u0000" + (char) (hello.length() + 4) + "\u0001\u0000\u0000"
                    + (char) hello.length() + hello);
            // RFC 5246 §7.2: a fatal alert, protocol_version.
            assertThat(List.of(
                            peer.read(), peer.read(), peer.read(), peer.read(), peer.read(), peer.read(), peer.read()))
                    .first()
                    .isEqualTo(0x15);
            assertThat(end().reason()).isEqualTo(SessionEnd.Reason.TLS);
            assertThat(refused.poll(10, TimeUnit.SECONDS)).contains("454 4.7.0 TLS handshake failed");
        }
    }

    @Test
    @Tag("tls-5")
    void renegotiationIsRefused() throws Exception {
        try (Peer peer = readyForHandshake();
                SSLSocket socket = peer.secure(new String[] {"TLSv1.2"})) {
            peer.ask("EHLO c.example");
            assertThatThrownBy(() -> {
                        socket.startHandshake();
                        peer.ask("NOOP");
                        peer.ask("NOOP");
                    })
                    // The alert, or the closed socket that it left.
                    .isInstanceOf(IOException.class);
            assertThat(end().reason()).isEqualTo(SessionEnd.Reason.GONE);
        }
    }

    // CVE-2026-45185: what comes in clear behind the end of TLS is never a part of the chunk.
    @Test
    @Tag("bdat-1")
    void closeNotifyInsideAChunkEndsItForGood() throws Exception {
        try (Peer peer = readyForHandshake()) {
            Socket clear = peer.socket();
            SSLSocket secured = peer.secure();
            peer.ask("EHLO c.example");
            peer.ask("MAIL FROM:<>");
            peer.ask("RCPT TO:<b@example.org>");
            peer.send("BDAT 100 LAST\r\nhalf of it");
            secured.shutdownOutput();
            try {
                clear.getOutputStream().write("x".repeat(200).getBytes(java.nio.charset.StandardCharsets.US_ASCII));
                clear.getOutputStream().write("\r\nNOOP\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
            } catch (IOException closedAlready) {
                // So much the better.
            }
            assertThat(end().messages()).isZero();
            assertThat(kept).isEmpty();
        }
    }

    // A session's end in good order says so: whoever cuts a connection can't make less of it (RFC 8446 §6.1).
    @Test
    void quitEndsTlsWithCloseNotify() throws Exception {
        try (Peer peer = readyForHandshake()) {
            peer.secure();
            peer.ask("EHLO c.example");
            assertThat(peer.ask("QUIT")).startsWith("221 ");
            // JSSE throws where the end came without.
            assertThat(peer.socket().getInputStream().read()).isNegative();
        }
        assertThat(end().time()).isLessThan(Duration.ofSeconds(10));
    }
}
