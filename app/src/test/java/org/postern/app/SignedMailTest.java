package org.postern.app;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postern.config.Config;
import org.postern.dkim.Dkimpy;
import org.postern.smtp.transcript.Peer;

/** What leaves is signed for its author where it is one of ours, and Python's {@code dkim} verifies what the next hop got. */
@Timeout(180)
class SignedMailTest {
    private static final String[] BOTH = {"pass rsa-sha256 example.com", "pass ed25519-sha256 example.com"};

    /** An honest server that takes 8 bits. */
    private static final Hop.Manner EIGHT_BITS =
            asked -> asked.startsWith("EHLO") ? Optional.of("250-hop\r\n250 8BITMIME") : Optional.empty();

    @TempDir
    private Path directory;

    private OpensslKey rsa;
    private OpensslKey ed25519;
    private Dkimpy dkimpy;
    private Hop hop;
    private int port;

    @BeforeEach
    void start() throws Exception {
        rsa = OpensslKey.rsa(directory, "example.com");
        ed25519 = OpensslKey.ed25519(directory, "example.com");
        dkimpy = new Dkimpy(directory, Map.of(rsa.name(), rsa.record(), ed25519.name(), ed25519.record()));
        port = Ports.free("127.0.0.12");
        hop = Hop.at("127.0.0.12", port, EIGHT_BITS);
    }

    @AfterEach
    void stop() throws IOException {
        hop.close();
    }

    private Mta postern() throws IOException {
        // The Ed25519 key comes first: what is signed has RSA first all the same.
        Path file = Files.writeString(
                directory.resolve("postern.toml"), """
                    hostname = "mx.example.com"
                    [[listen]]
                    address = "127.0.0.1:0"
                    role = "trusted"
                    [[listen]]
                    address = "127.0.0.1:0"
                    role = "mx"
                    [relay]
                    trusted = ["127.0.0.0/8"]
                    [policy]
                    profile = "observe"
                    [domains.localhost]
                    deliver = "maildir:maildir/{domain}/{local}"
                    mailboxes = "any"
                    [domains."inner.test"]
                    deliver = "smtp://127.0.0.12:%d"
                    mailboxes = "any"
                    [[routes]]
                    to = "*"
                    via = "smtp://127.0.0.12:%d"
                    [dns]
                    servers = ["127.0.0.1:9"]
                    """.formatted(port, port) + ed25519.section() + rsa.section());
        return Mta.start(((Config.Result.Valid) Config.read(file)).config());
    }

    private static String message(String from, String body) {
        return """
            From: Ann <%s>
            To: bob@far.test
            Subject: hello  and
              more\s
            Date: Sat, 28 Nov 2026 12:00:00 +0000
            Message-ID: <1@example.com>
            MIME-Version: 1.0
            Content-Type: text/plain; charset=iso-8859-1
            Content-Transfer-Encoding: 8bit

            """.formatted(from).replace("\n", "\r\n") + body;
    }

    private static void send(Mta mta, int listener, String to, String message) throws IOException {
        try (Peer peer = Peer.greetedBy(mta.addresses().get(listener))) {
            peer.ask("EHLO client.example");
            assertThat(peer.ask("MAIL FROM:<ann@localhost> BODY=8BITMIME")).startsWith("250 ");
            for (String one : to.split(",", -1)) {
                assertThat(peer.ask("RCPT TO:<" + one + ">")).startsWith("250 ");
            }
            assertThat(peer.ask("DATA")).startsWith("354 ");
            peer.send(message.replace("\r\n.", "\r\n..") + (message.endsWith("\r\n") ? "" : "\r\n"));
            assertThat(peer.ask(".")).startsWith("250 ");
        }
    }

    private static void send(Mta mta, String message) throws IOException {
        send(mta, 0, "bob@far.test", message);
    }

    /** The octets that the next hop got, once it has as many messages. */
    private byte[] got(int count) throws Exception {
        Operator.await("the next hop has it", () -> hop.messages().size() == count);
        return hop.messages().getLast().content().replace("\n", "\r\n").getBytes(ISO_8859_1);
    }

    private static String bodyOf(byte[] message) {
        String text = new String(message, ISO_8859_1);
        return text.substring(text.indexOf("\r\n\r\n") + 4);
    }

    /** Lines with all that a canonical form may trip over. */
    private static String body(int octets) {
        String lines =
                "Hello  Bob,\t\r\n \r\n.\r\n..dots and caf\u00e9 \u0001\u00ff\r\n" + "long ".repeat(190) + "\r\n";
        return lines.repeat(Math.max(1, octets / lines.length())) + "\r\n \r\n\r\n";
    }

    @ParameterizedTest
    @ValueSource(ints = {1_000, 300_000, 25_000_000})
    void mailOfOursIsSignedByBothKeys(int octets) throws Exception {
        try (Mta mta = postern()) {
            String message = message("ann@example.com", body(octets));
            send(mta, message);
            byte[] got = got(1);
            assertThat(dkimpy.signatures(got)).containsExactly(BOTH);
            assertThat(new String(got, ISO_8859_1).endsWith(message)).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1_000, 300_000})
    void contentThatIsConvertedForTheNextHopIsSignedAsItLeaves(int octets) throws Exception {
        hop.behave(Hop.Manner.HONEST);
        try (Mta mta = postern()) {
            send(mta, message("ann@example.com", body(octets)));
            byte[] got = got(1);
            assertThat(new String(got, ISO_8859_1)).contains("Content-Transfer-Encoding: quoted-printable");
            assertThat(bodyOf(got).chars().allMatch(octet -> octet < 0x80)).isTrue();
            assertThat(dkimpy.signatures(got)).containsExactly(BOTH);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\r\n", "\r\n\r\n", "x", " \r\n"})
    void bodiesThatAreHardlyThereAreSigned(String body) throws Exception {
        try (Mta mta = postern()) {
            send(mta, message("ann@example.com", body));
            assertThat(dkimpy.signatures(got(1))).containsExactly(BOTH);
        }
    }

    @Test
    void anAuthorOfASubdomainIsSignedForByTheDomainAbove() throws Exception {
        try (Mta mta = postern()) {
            send(mta, message("ann@News.Example.com", "Hello\r\n"));
            assertThat(dkimpy.signatures(got(1))).containsExactly(BOTH);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"eve@example.org", "eve@notexample.com", "eve@com", "a@example.com, eve@example.org"})
    void anAuthorOfAnotherDomainIsNotSignedFor(String from) throws Exception {
        try (Mta mta = postern()) {
            send(mta, message("ann@example.com", "Hello\r\n").replace("Ann <ann@example.com>", from));
            assertThat(new String(got(1), ISO_8859_1)).doesNotContain("DKIM-Signature", "ARC-");
        }
    }

    @Test
    void aStrangersMailThatPassesToAnInnerHopIsNotSigned() throws Exception {
        try (Mta mta = postern()) {
            send(mta, 1, "bob@inner.test", message("ann@example.com", "Hello\r\n"));
            assertThat(new String(got(1), ISO_8859_1)).doesNotContain("DKIM-Signature", "ARC-");
            // The same by one of ours, for comparison.
            send(mta, 0, "bob@inner.test", message("ann@example.com", "Hello\r\n"));
            assertThat(dkimpy.signatures(got(2))).containsExactly(BOTH);
        }
    }

    @Test
    void aReportIsSignedForOurHost() throws Exception {
        hop.behave(asked -> asked.contains("<bob@") ? Optional.of("550 5.1.1 nobody") : EIGHT_BITS.answer(asked));
        try (Mta mta = postern()) {
            try (Peer peer = Peer.greetedBy(mta.addresses().getFirst())) {
                peer.ask("EHLO client.example");
                peer.ask("MAIL FROM:<ann@home.test>");
                peer.ask("RCPT TO:<bob@far.test>");
                peer.ask("DATA");
                peer.send("From: ann@home.test\r\nSubject: x\r\n\r\nHello\r\n");
                assertThat(peer.ask(".")).startsWith("250 ");
            }
            byte[] got = got(1);
            assertThat(hop.messages().getFirst().from()).isEmpty();
            assertThat(hop.messages().getFirst().to()).containsExactly("ann@home.test");
            assertThat(dkimpy.signatures(got)).containsExactly(BOTH);
        }
    }

    @Test
    void aCopyForAMailboxHereIsNotChanged() throws Exception {
        try (Mta mta = postern()) {
            String message = message("ann@example.com", "Hello\r\n");
            send(mta, 0, "carol@localhost,bob@far.test", message);
            assertThat(dkimpy.signatures(got(1))).containsExactly(BOTH);
            Path inbox = directory.resolve("maildir/localhost/carol/new");
            Operator.await("it is here too", () -> Files.isDirectory(inbox) && count(inbox) == 1);
            try (Stream<Path> files = Files.list(inbox)) {
                String copy = Files.readString(files.findFirst().orElseThrow(), ISO_8859_1);
                assertThat(copy).doesNotContain("DKIM-Signature").endsWith(message.replace("\r\n", "\n"));
            }
        }
    }

    private static long count(Path inbox) throws IOException {
        try (Stream<Path> files = Files.list(inbox)) {
            return files.count();
        }
    }

    @Test
    void signaturesOfOthersStayBehindOurs() throws Exception {
        try (Mta mta = postern()) {
            String other = "DKIM-Signature: v=1; a=rsa-sha256; d=other.test; s=k; h=from; bh=AA==; b=AA==\r\n";
            send(mta, other.repeat(7) + message("ann@example.com", "Hello\r\n"));
            List<String> lines = dkimpy.signatures(got(1));
            assertThat(lines).hasSize(9).startsWith(BOTH);
        }
    }
}
