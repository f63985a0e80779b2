package org.postern.app;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.postern.config.Config;
import org.postern.dkim.Body;
import org.postern.dkim.Dkimpy;
import org.postern.dkim.Signing;
import org.postern.dns.NameServer;
import org.postern.dns.TestZone;
import org.postern.message.OpenMessage;
import org.postern.smtp.transcript.Peer;

/** What an alias sends on to outside is sealed, and Python's {@code dkim} passes the chain that the next hop got. */
@Timeout(180)
class SealedMailTest {
    /** The stranger is 127.0.0.2; relays are on 127.0.0.1. */
    private static final String ZONE = """
        mail.stranger.test. A 127.0.0.2
        2.0.0.127.in-addr.arpa. PTR mail.stranger.test.
        stranger.test. MX 10 mail.stranger.test.
        stranger.test. TXT "v=spf1 ip4:127.0.0.2 -all"
        _dmarc.stranger.test. TXT "v=DMARC1; p=reject"
        mx.relay1.test. A 127.0.0.1
        1.0.0.127.in-addr.arpa. PTR mx.relay1.test.
        relay1.test. MX 10 mx.relay1.test.
        relay1.test. TXT "v=spf1 ip4:127.0.0.1 -all"
        """;

    private static final String MESSAGE = """
        From: Ann <ann@stranger.test>
        To: list@relay1.test
        Subject: hello  and
         more
        Date: Sat, 28 Nov 2026 12:00:00 +0000
        Message-ID: <1@stranger.test>

        Hello  all,
        .

        """.replace("\n", "\r\n");

    @TempDir
    private Path directory;

    private final Map<String, String> records = new HashMap<>();
    private OpensslKey strangers;
    private OpensslKey relay0;
    private final List<OpensslKey> relay1 = new ArrayList<>();
    private OpensslKey relay2;
    private NameServer names;
    private Hop hop;
    private int port;

    @BeforeEach
    void start() throws Exception {
        strangers = published(OpensslKey.rsa(directory, "stranger.test"));
        relay0 = published(OpensslKey.rsa(directory, "relay0.test"));
        relay1.add(published(OpensslKey.rsa(directory, "relay1.test")));
        relay1.add(published(OpensslKey.ed25519(directory, "relay1.test")));
        relay2 = published(OpensslKey.rsa(directory, "relay2.test"));
        var zone = new StringBuilder(ZONE);
        List.of(strangers, relay0, relay1.get(0), relay1.get(1), relay2).forEach(key -> zone.append(key.zoneLine()));
        names = NameServer.with(new TestZone(zone.toString()));
        port = Ports.free("127.0.0.12");
        hop = Hop.at("127.0.0.12", port, Hop.Manner.HONEST);
    }

    @AfterEach
    void stop() throws IOException {
        names.close();
        hop.close();
    }

    private OpensslKey published(OpensslKey key) {
        records.put(key.name(), key.record());
        return key;
    }

    /** One whose list@ goes on to {@code next}, by {@code port}. */
    private Mta relay(int number, String next, String host, int at, List<OpensslKey> keys) throws IOException {
        Path own = Files.createDirectory(directory.resolve("relay" + number));
        var toml = new StringBuilder(
                """
                hostname = "mx.relay%1$d.test"
                [[listen]]
                address = "127.0.0.1:0"
                role = "mx"
                [policy]
                profile = "observe"
                [domains."relay%1$d.test"]
                deliver = "maildir:maildir/{domain}/{local}"
                mailboxes = "any"
                [aliases]
                "list@relay%1$d.test" = ["%2$s"]
                [forwarding]
                srs = "relay%1$d.test"
                [[routes]]
                to = "*"
                via = "smtp://%3$s:%4$d"
                [dns]
                servers = ["127.0.0.1:%5$d"]
                """.formatted(number, next, host, at, names.address().getPort()));
        keys.forEach(key -> toml.append(key.section()));
        Path file = Files.writeString(own.resolve("postern.toml"), toml);
        return Mta.start(((Config.Result.Valid) Config.read(file)).config());
    }

    private Mta relay1() throws IOException {
        return relay(1, "bob@far.test", "127.0.0.12", port, relay1);
    }

    private String signedByAuthor() throws Exception {
        OpenMessage opened = OpenMessage.of(new ByteArrayInputStream(MESSAGE.getBytes(ISO_8859_1)), 1 << 20)
                .orElseThrow();
        var body = new Body();
        Signing signing =
                Signing.begin(opened.header(), body, Signing.Style.USUAL, List.of(strangers.key()), Instant.now());
        opened.through(body::through).octets().readAllBytes();
        return signing.fields() + MESSAGE;
    }

    private static void send(Mta mta, String to, String message) throws IOException {
        try (Peer peer = Peer.from("127.0.0.2", mta.addresses().getFirst())) {
            peer.reply();
            peer.ask("EHLO mail.stranger.test");
            assertThat(peer.ask("MAIL FROM:<ann@stranger.test>")).startsWith("250 ");
            assertThat(peer.ask("RCPT TO:<" + to + ">")).startsWith("250 ");
            assertThat(peer.ask("DATA")).startsWith("354 ");
            peer.send(message.replace("\r\n.", "\r\n.."));
            assertThat(peer.ask(".")).startsWith("250 ");
        }
    }

    private byte[] got() throws Exception {
        Operator.await("the next hop has it", () -> !hop.messages().isEmpty());
        return hop.messages().getFirst().content().replace("\n", "\r\n").getBytes(ISO_8859_1);
    }

    private Dkimpy dkimpy() {
        return new Dkimpy(directory, records);
    }

    /** A relay before ours, which is not a Postern. */
    private String throughPython(String message) throws Exception {
        String results = "Authentication-Results: mx.relay0.test; dmarc=pass header.from=stranger.test\r\n";
        return new String(
                dkimpy().sealed(
                                (results + message).getBytes(ISO_8859_1),
                                relay0.file(),
                                "r",
                                "relay0.test",
                                "mx.relay0.test"),
                ISO_8859_1);
    }

    private static String unfolded(byte[] message) {
        return new String(message, ISO_8859_1).replaceAll("\r\n[ \t]+", " ");
    }

    @Test
    void whatAnAliasSendsOnIsSealedAndItsAuthorsSignatureHolds() throws Exception {
        try (Mta mta = relay1()) {
            send(mta, "list@relay1.test", signedByAuthor());
            byte[] got = got();
            assertThat(hop.messages().getFirst().from()).startsWith("SRS0=").endsWith("@relay1.test");
            assertThat(dkimpy().chain(got)).containsExactly("pass success", "1 relay1.test ams seal none");
            assertThat(dkimpy().signatures(got)).containsExactly("pass rsa-sha256 stranger.test");
            assertThat(unfolded(got))
                    .containsPattern("ARC-Authentication-Results: i=1; mx\\.relay1\\.test;.* dmarc=pass")
                    .containsPattern("ARC-Authentication-Results: i=1;.* dkim=pass")
                    .containsPattern("ARC-Authentication-Results: i=1;.* spf=pass");
        }
    }

    @Test
    void aSecondRelayAddsASetAndBothHold() throws Exception {
        try (Mta second = relay(2, "bob@far.test", "127.0.0.12", port, List.of(relay2));
                Mta first = relay(
                        1,
                        "list@relay2.test",
                        "127.0.0.1",
                        second.addresses().getFirst().getPort(),
                        relay1)) {
            send(first, "list@relay1.test", signedByAuthor());
            byte[] got = got();
            assertThat(dkimpy().chain(got))
                    .containsExactly("pass success", "2 relay2.test ams seal pass", "1 relay1.test ams seal none");
            assertThat(dkimpy().signatures(got)).containsExactly("pass rsa-sha256 stranger.test");
            assertThat(unfolded(got))
                    .containsPattern("ARC-Authentication-Results: i=2; mx\\.relay2\\.test;.* arc=pass");
        }
    }

    @Test
    void aChainThatItCameWithIsContinued() throws Exception {
        try (Mta mta = relay1()) {
            send(mta, "list@relay1.test", throughPython(signedByAuthor()));
            assertThat(dkimpy().chain(got()))
                    .containsExactly("pass success", "2 relay1.test ams seal pass", "1 relay0.test ams seal none");
        }
    }

    /** RFC 8617 §5.1.2. */
    @Test
    @Tag("arc-1")
    void whoFindsAChainBrokenSaysSo() throws Exception {
        try (Mta mta = relay1()) {
            send(mta, "list@relay1.test", throughPython(signedByAuthor()).replace("Hello  all", "Hello you"));
            byte[] got = got();
            assertThat(unfolded(got)).containsPattern("ARC-Seal: i=2;.* cv=fail;");
            assertThat(dkimpy().chain(got).getFirst())
                    .isEqualTo("None ARC-Seal[2] reported failure, the chain is terminated");
        }
    }

    /** RFC 8617 §5.1: behind a cv=fail nothing is added, and nothing to what is no chain. */
    @Test
    @Tag("arc-1")
    void nothingIsAddedToWhatIsNoChain() throws Exception {
        try (Mta mta = relay1()) {
            String gap = throughPython(signedByAuthor()).replaceFirst("ARC-Seal: i=1;", "X-Seal: i=1;");
            assertThat(gap).contains("X-Seal");
            send(mta, "list@relay1.test", gap);
            assertThat(unfolded(got())).doesNotContain("ARC-Seal:", "ARC-Message-Signature: i=2");
        }
    }

    @Test
    void whatStaysHereIsNotSealed() throws Exception {
        try (Mta mta = relay1()) {
            send(mta, "carol@relay1.test", signedByAuthor());
            Path inbox = directory.resolve("relay1/maildir/relay1.test/carol/new");
            Operator.await(
                    "it is here",
                    () -> Files.isDirectory(inbox) && inbox.toFile().list().length == 1);
            try (var files = Files.list(inbox)) {
                assertThat(Files.readString(files.findFirst().orElseThrow(), ISO_8859_1))
                        .doesNotContain("ARC-Seal")
                        .contains("dmarc=pass");
            }
        }
    }

    @Test
    void withoutKeysNothingIsSealed() throws Exception {
        try (Mta mta = relay(1, "bob@far.test", "127.0.0.12", port, List.of())) {
            send(mta, "list@relay1.test", signedByAuthor());
            byte[] got = got();
            assertThat(unfolded(got)).doesNotContain("ARC-Seal");
            assertThat(dkimpy().signatures(got)).containsExactly("pass rsa-sha256 stranger.test");
        }
    }
}
