package org.postern.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postern.smtp.transcript.Peer;

/** Who is trusted where {@code relay = true}: never loopback, where a port forwarder's clients come from, and never by a front end's word. */
@Tag("relay-3")
class TrustTest {
    /** Of the untrusted it is refused, of the trusted recorded. */
    private static final String BARE_ADDRESS = "EHLO 192.0.2.9";

    @TempDir
    private static Path directory;

    @Test
    void noneOfLoopbackAndNoneWhomAFrontEndNames() throws Exception {
        try (var postern = PosternProcess.with(directory, """
            hostname = "mx.example.com"
            [[listen]]
            address = "127.0.0.1:0"
            role = "mx"
            relay = true
            proxies = ["127.0.0.9"]
            [relay]
            trusted = ["127.0.0.0/8", "192.0.2.0/24"]
            """)) {
            var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), postern.port());
            try (Peer forwarded = Peer.to(address)) {
                assertThat(forwarded.reply()).startsWith("220 ");
                assertThat(forwarded.ask(BARE_ADDRESS)).startsWith("501 ");
            }
            try (Peer named = Peer.from("127.0.0.9", address)) {
                assertThat(named.ask("PROXY TCP4 192.0.2.9 192.0.2.1 40000 25")).startsWith("220 ");
                assertThat(named.ask(BARE_ADDRESS)).startsWith("501 ");
                named.ask("EHLO client.example");
                named.ask("MAIL FROM:<a@example.org>");
                assertThat(named.ask("RCPT TO:<x@elsewhere.example>")).startsWith("550 5.7.1 ");
            }
        }
    }
}
