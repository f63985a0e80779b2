package org.postern.smtp.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postern.smtp.Envelope;
import org.postern.smtp.Greeting;
import org.postern.smtp.Reply;
import org.postern.smtp.transcript.Peer;

/** Which clients come to which wildcard address. */
class ListenTest {
    private static final String IPV4 = "0.0.0.0";
    private static final String IPV6 = "::";

    /** Says in its welcome which listener the client came to. */
    private record Named(String name) implements SessionHandler {
        @Override
        public Reply greeted(Greeting greeting, Reply welcome) {
            return Reply.of(250, name);
        }

        @Override
        public Reply message(Envelope envelope, InputStream content) {
            return Reply.of(250, "2.0.0", "kept");
        }
    }

    @BeforeAll
    static void needsIpv6() throws IOException {
        assumeThat(NetworkInterface.getByInetAddress(InetAddress.ofLiteral("::1")))
                .as("::1 on this machine")
                .isNotNull();
    }

    private static SmtpServer listening(int port, String... addresses) throws IOException {
        var server = SmtpServer.named("mx.example.com");
        for (String address : addresses) {
            var at = new InetSocketAddress(InetAddress.ofLiteral(address), port);
            server.listen(SmtpServer.Listener.at(at), _ -> new Named(address));
        }
        return server.start();
    }

    private static String whoAnswers(String address, SmtpServer server) throws IOException {
        int port = server.addresses().getFirst().getPort();
        try (Peer peer = Peer.greetedBy(new InetSocketAddress(InetAddress.ofLiteral(address), port))) {
            return peer.ask("HELO c.example").substring("250 ".length());
        }
    }

    private static int freePort() throws IOException {
        try (var probe = new ServerSocket(0)) {
            return probe.getLocalPort();
        }
    }

    @Test
    void theIpv4WildcardTakesNoIpv6() throws IOException {
        try (SmtpServer server = listening(0, IPV4)) {
            assertThat(whoAnswers("127.0.0.1", server)).isEqualTo(IPV4);
            assertThatThrownBy(() -> whoAnswers("::1", server)).isInstanceOf(ConnectException.class);
        }
    }

    @Test
    void theIpv6WildcardAloneTakesIpv4Too() throws IOException {
        try (SmtpServer server = listening(0, IPV6)) {
            assertThat(whoAnswers("127.0.0.1", server)).isEqualTo(IPV6);
            assertThat(whoAnswers("::1", server)).isEqualTo(IPV6);
        }
    }

    @ParameterizedTest
    @CsvSource({"0.0.0.0,::", "::,0.0.0.0"})
    void bothWildcardsShareAPortAndEachTakesItsOwn(String first, String second) throws IOException {
        try (SmtpServer server = listening(freePort(), first, second)) {
            for (int i = 0; i < 10; i++) {
                assertThat(whoAnswers("127.0.0.1", server)).isEqualTo(IPV4);
                assertThat(whoAnswers("::1", server)).isEqualTo(IPV6);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"0.0.0.0,::", "::,0.0.0.0"})
    void nobodyElseSharesIt(String first, String second) throws IOException {
        int port = freePort();
        try (SmtpServer server = listening(port, first, second)) {
            assertThat(server.addresses()).hasSize(2);
            for (String other : new String[] {IPV4, IPV6}) {
                assertThatThrownBy(() -> listening(port, other))
                        .isInstanceOf(IOException.class)
                        .hasMessageStartingWith("can't listen on /")
                        .hasMessageContaining(":" + port + ": ");
            }
            assertThatThrownBy(() -> listening(port, first, second)).isInstanceOf(IOException.class);
        }
    }

    @Test
    void oneWildcardTwiceIsOneTooMany() throws IOException {
        int port = freePort();
        assertThatThrownBy(() -> listening(port, IPV4, IPV4)).isInstanceOf(IOException.class);
    }
}
