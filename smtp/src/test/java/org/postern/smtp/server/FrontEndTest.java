package org.postern.smtp.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postern.smtp.Envelope;
import org.postern.smtp.Reply;
import org.postern.smtp.transcript.Peer;
import org.postern.smtp.transcript.TestCertificate;

/** Whose sessions those are that come by a listed front end: 127.0.0.1 is one, 127.0.0.2 is not. */
class FrontEndTest {
    private static final InetSocketAddress TO = at("198.51.100.1", 25);
    private static final byte[] NOTHING = {};

    /** What handlers and events saw, a line each. */
    private final List<String> seen = new CopyOnWriteArrayList<>();

    private final List<SessionEnd> ends = new CopyOnWriteArrayList<>();

    private static InetSocketAddress at(String address, int port) {
        return new InetSocketAddress(InetAddress.ofLiteral(address), port);
    }

    private static String octets(byte[] octets) {
        return new String(octets, ISO_8859_1);
    }

    private SmtpServer server(UnaryOperator<SmtpServer.Listener> listener, String... limits) throws IOException {
        Limits changed = Limits.DEFAULT;
        for (String limit : limits) {
            changed = TestLimits.with(changed, limit);
        }
        InetAddress frontEnd = InetAddress.ofLiteral("127.0.0.1");
        return SmtpServer.named("mx.example.com")
                .listen(listener.apply(SmtpServer.Listener.on(0).behind(frontEnd::equals)), Watcher::new)
                .limits(changed)
                .tls(TestCertificate.server())
                .events(new Watch())
                .start();
    }

    private SmtpServer server(String... limits) throws IOException {
        return server(UnaryOperator.identity(), limits);
    }

    private static InetSocketAddress at(SmtpServer server) {
        return server.addresses().getFirst();
    }

    private static Peer named(SmtpServer server, String client) throws IOException {
        Peer peer = Peer.to(at(server));
        peer.send(octets(ProxyHeaders.v1(at(client, 40_000), at(client, 25))));
        return peer;
    }

    private final class Watch implements Events {
        @Override
        public void turnedAway(InetAddress client, Reply reply) {
            seen.add("turned away " + client.getHostAddress());
        }

        @Override
        public void proxyFault(InetAddress proxy, String why) {
            seen.add(why);
        }
    }

    private final class Watcher implements SessionHandler {
        private final Session session;

        Watcher(Session session) {
            this.session = session;
        }

        private String whose() {
            return session.client().getAddress().getHostAddress() + " "
                    + session.client().getPort()
                    + session.proxy()
                            .map(proxy -> " by " + proxy.getHostAddress())
                            .orElse("")
                    + (session.isProxyItself() ? " itself" : "")
                    + (session.trusted() ? " trusted" : "");
        }

        @Override
        public Reply connected(Reply banner) {
            seen.add(whose());
            return banner;
        }

        @Override
        public Reply message(Envelope envelope, InputStream content) throws IOException {
            content.readAllBytes();
            seen.add(session.greeting().orElseThrow().client().getHostAddress());
            return Reply.of(250, "2.0.0", "kept");
        }

        @Override
        public void refused(String asked, Reply reply) {
            seen.add("refused " + asked + " " + reply.code());
        }

        @Override
        public void ended(SessionEnd end) {
            ends.add(end);
        }
    }

    private void eventuallyEnded(SmtpServer server) throws InterruptedException {
        Instant deadline = Instant.now().plus(Duration.ofSeconds(20));
        while (server.sessions() > 0) {
            assertThat(Instant.now()).as("deadline").isBefore(deadline);
            Thread.sleep(5);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"192.0.2.7", "2001:db8:0:0:0:0:0:7"})
    void whomTheHeaderNamesIsTheClient(String client) throws Exception {
        for (byte[] header : List.of(
                ProxyHeaders.v1(at(client, 40_000), at(client, 25)),
                ProxyHeaders.v2(at(client, 40_000), at(client, 25), NOTHING),
                ProxyHeaders.v2(at(client, 40_000), at(client, 25), ProxyHeaders.tlv(4, new byte[3_000])))) {
            seen.clear();
            try (SmtpServer server = server();
                    Peer peer = Peer.to(at(server))) {
                peer.send(octets(header));

                assertThat(peer.reply()).startsWith("220 ");
                assertThat(peer.ask("EHLO client.example")).startsWith("250-");
                peer.ask("MAIL FROM:<>");
                peer.ask("RCPT TO:<a@example.com>");
                peer.ask("DATA");
                assertThat(peer.ask("Subject: x\r\n.")).startsWith("250 ");
                assertThat(seen).containsExactly(client + " 40000 by 127.0.0.1", client);
            }
        }
    }

    @Test
    @Tag("relay-3")
    void whoClaimsLoopbackIsNotTrustedOnAnyListener() throws Exception {
        try (SmtpServer server = server(listener -> listener.trusting(_ -> true));
                Peer peer = named(server, "127.0.0.1")) {
            assertThat(peer.reply()).startsWith("220 ");
            assertThat(seen).containsExactly("127.0.0.1 40000 by 127.0.0.1 itself");
        }
        seen.clear();
        try (SmtpServer server = server(listener -> listener.trusting(_ -> true));
                Peer peer = named(server, "127.0.0.2")) {
            assertThat(peer.reply()).startsWith("220 ");
            assertThat(seen).containsExactly("127.0.0.2 40000 by 127.0.0.1");
        }
    }

    @Test
    @Tag("relay-3")
    void frontEndItselfIsNotTrustedWhateverItSays() throws Exception {
        for (byte[] header :
                List.of("PROXY UNKNOWN\r\n".getBytes(ISO_8859_1), ProxyHeaders.v2(0x20, 0, NOTHING), NOTHING)) {
            seen.clear();
            try (SmtpServer server = server(listener -> listener.trusting(_ -> true), "proxyTime=50");
                    Peer peer = Peer.to(at(server))) {
                peer.send(octets(header));

                assertThat(peer.reply()).startsWith("220 ");
                assertThat(seen).containsExactly("127.0.0.1 " + peer.socket().getLocalPort() + " by 127.0.0.1 itself");
            }
        }
    }

    @Test
    @Tag("relay-3")
    void whoIsNotListedNamesNobody() throws Exception {
        try (SmtpServer server = server();
                Peer peer = Peer.from("127.0.0.2", at(server))) {
            assertThat(peer.reply()).startsWith("220 ");
            assertThat(peer.ask("PROXY TCP4 192.0.2.7 192.0.2.1 1 25")).startsWith("500 ");
            assertThat(peer.ask("XCLIENT ADDR=192.0.2.7")).startsWith("550 5.7.0 ");
            assertThat(seen)
                    .containsExactly(
                            "127.0.0.2 " + peer.socket().getLocalPort(),
                            "refused PROXY 500",
                            "refused XCLIENT ADDR=192.0.2.7 550");
        }
    }

    @Test
    void xclientNamesTheClientOfAnotherSession() throws Exception {
        try (SmtpServer server = server("proxyTime=50")) {
            try (Peer peer = Peer.greetedBy(at(server))) {
                peer.ask("EHLO proxy.example");
                assertThat(peer.ask("XCLIENT ADDR=IPV6:2001:db8::7 PORT=40000 NAME=trusted.example"))
                        .isEqualTo("220 mx.example.com ESMTP Postern");
                peer.ask("EHLO client.example");
                assertThat(peer.ask("QUIT")).startsWith("221 ");
                assertThat(seen)
                        .containsExactly(
                                "127.0.0.1 " + peer.socket().getLocalPort() + " by 127.0.0.1 itself",
                                "2001:db8:0:0:0:0:0:7 40000 by 127.0.0.1");
            }
            eventuallyEnded(server);
            assertThat(ends)
                    .extracting(SessionEnd::reason)
                    .containsExactly(SessionEnd.Reason.NAMED, SessionEnd.Reason.QUIT);
            assertThat(ends).extracting(SessionEnd::commands).containsExactly(2, 2);
        }
    }

    @Test
    void sessionsAtOnceAreThoseOfWhomTheHeaderNames() throws Exception {
        try (SmtpServer server = server("sessionsPerClient=1")) {
            try (Peer first = named(server, "192.0.2.7")) {
                assertThat(first.reply()).startsWith("220 ");
                try (Peer second = named(server, "192.0.2.7");
                        Peer other = named(server, "192.0.2.8")) {
                    assertThat(second.reply()).isEqualTo("421 too many sessions of yours; please come again later");
                    assertThat(second.read()).isNegative();
                    assertThat(other.reply()).startsWith("220 ");
                    assertThat(seen).contains("turned away 192.0.2.7");
                }
            }
            eventuallyEnded(server);
            try (Peer again = named(server, "192.0.2.7")) {
                assertThat(again.reply()).startsWith("220 ");
            }
        }
    }

    @Test
    void sessionsAtOnceAreThoseOfWhomXclientNames() throws Exception {
        try (SmtpServer server = server("sessionsPerClient=1", "proxyTime=50")) {
            try (Peer first = Peer.greetedBy(at(server));
                    Peer second = Peer.greetedBy(at(server))) {
                assertThat(first.ask("XCLIENT ADDR=192.0.2.7")).startsWith("220 ");
                assertThat(second.ask("XCLIENT ADDR=192.0.2.7"))
                        .isEqualTo("421 too many sessions of yours; please come again later");
                assertThat(second.read()).isNegative();
            }
            eventuallyEnded(server);
            try (Peer again = Peer.greetedBy(at(server))) {
                assertThat(again.ask("XCLIENT ADDR=192.0.2.7")).startsWith("220 ");
            }
        }
    }

    @Test
    void helloOfTlsMayComeWithTheHeader() throws Exception {
        try (SmtpServer server = server(listener -> listener.with(TlsMode.IMPLICIT));
                Socket socket = new Socket(at(server).getAddress(), at(server).getPort())) {
            byte[] header = ProxyHeaders.v2(at("192.0.2.7", 40_000), TO, NOTHING);
            var together = new HeaderFirst(socket, header);
            var tls = (SSLSocket) TestCertificate.trustAll().getSocketFactory().createSocket(together, "mx", 0, false);
            tls.startHandshake();

            assertThat(octets(tls.getInputStream().readNBytes(4))).isEqualTo("220 ");
            assertThat(seen).containsExactly("192.0.2.7 40000 by 127.0.0.1");
        }
    }

    /** Sends a header in one packet with what is written first. */
    private static final class HeaderFirst extends Socket {
        private final Socket over;
        private byte[] header;

        HeaderFirst(Socket over, byte[] header) {
            this.over = over;
            this.header = header;
        }

        @Override
        public boolean isConnected() {
            return true;
        }

        @Override
        public InputStream getInputStream() throws IOException {
            return over.getInputStream();
        }

        @Override
        public java.io.OutputStream getOutputStream() {
            return new java.io.OutputStream() {
                @Override
                public void write(int octet) throws IOException {
                    write(new byte[] {(byte) octet}, 0, 1);
                }

                @Override
                public void write(byte[] octets, int from, int length) throws IOException {
                    var all = new java.io.SequenceInputStream(
                            new ByteArrayInputStream(header), new ByteArrayInputStream(octets, from, length));
                    header = NOTHING;
                    over.getOutputStream().write(all.readAllBytes());
                }
            };
        }
    }

    @Test
    void frontEndMayShakeHandsItselfAndThenNameItsClient() throws Exception {
        try (SmtpServer server = server(listener -> listener.with(TlsMode.IMPLICIT));
                Peer peer = Peer.to(at(server))) {
            peer.secure();
            assertThat(peer.reply()).startsWith("220 ");
            peer.ask("EHLO proxy.example");
            assertThat(peer.ask("XCLIENT ADDR=192.0.2.7")).startsWith("220 ");
            assertThat(seen).last().isEqualTo("192.0.2.7 0 by 127.0.0.1");
        }
    }

    @ParameterizedTest
    @CsvSource({"STARTTLS, ''", "IMPLICIT, ''", "STARTTLS, L", "IMPLICIT, L"})
    void healthCheckThatOnlyConnectsIsNoFault(TlsMode tls, String local) throws Exception {
        try (SmtpServer server = server(listener -> listener.with(tls), "proxyTime=10000")) {
            try (Peer peer = Peer.to(at(server))) {
                peer.send(local.isEmpty() ? "" : octets(ProxyHeaders.v2(0x20, 0, NOTHING)));
                // As HAProxy does: by a reset.
                peer.socket().setSoLinger(true, 0);
            }
            eventuallyEnded(server);
            assertThat(seen).allMatch(line -> line.endsWith(" itself"));
            assertThat(ends).allMatch(end -> end.refusals() == 0 && end.reason() == SessionEnd.Reason.GONE);
        }
    }

    @ParameterizedTest
    @Tag("relay-3")
    @CsvSource(
            delimiter = '|',
            value = {
                "PROXY TCP4 192.0.2.7|it closed the connection within its PROXY header",
                "GET / HTTP/1.1|its first octets are no PROXY header",
                "PROXY TCP5 192.0.2.7 192.0.2.1 1 25<CR><LF>|its PROXY line has not six words with TCP4 or TCP6",
            })
    void whatIsNoHeaderIsToldAndClosed(String octets, String why) throws Exception {
        try (SmtpServer server = server();
                Peer peer = Peer.to(at(server))) {
            peer.send(octets.replace("<CR><LF>", "\r\n"));
            peer.socket().shutdownOutput();

            assertThat(peer.read()).isNegative();
            eventuallyEnded(server);
            assertThat(seen).containsExactly(why);
            assertThat(ends).isEmpty();
        }
    }

    @Test
    @Tag("relay-3")
    void headerThatIsNotWholeInTimeIsToldAndClosedWithoutAWord() throws Exception {
        try (SmtpServer server = server("proxyTime=100");
                Peer peer = Peer.to(at(server))) {
            peer.send("PROXY ");

            assertThat(peer.read()).isNegative();
            eventuallyEnded(server);
            assertThat(seen).containsExactly("its PROXY header was not whole in time");
        }
    }
}
