package org.postern.app;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postern.dkim.Body;
import org.postern.dkim.Signing;
import org.postern.dkim.SigningKey;
import org.postern.dns.NameServer;
import org.postern.dns.TestZone;
import org.postern.message.OpenMessage;
import org.postern.smtp.Domain;

/**
 * What a stranger is told whose mail had its 250 here, and is then refused by the host that it goes on to: a report when SPF says that it
 * is his; else nothing at all, for it would go to somebody else.
 */
@Timeout(120)
@Tag("bounce-1")
class StrangersReportTest {
    /** The stranger is 192.0.2.10; all of these domains have their mail at 127.0.0.13. */
    private static final String ZONE = """
        mail.stranger.test. A 192.0.2.10
        10.2.0.192.in-addr.arpa. PTR mail.stranger.test.
        mx.example.com. A 192.0.2.1
        home.test. A 127.0.0.13
        pass.test. MX 10 home.test.
        pass.test. TXT "v=spf1 ip4:192.0.2.10 -all"
        other.test. MX 10 home.test.
        other.test. TXT "v=spf1 ip4:192.0.2.10 -all"
        fail.test. MX 10 home.test.
        fail.test. TXT "v=spf1 ip4:192.0.2.99 -all"
        none.test. MX 10 home.test.
        inner.test. MX 10 inner-host.test.
        inner.test. TXT "v=spf1 ip4:192.0.2.10 -all"
        inner-host.test. A 10.0.0.5
        """;

    private static final String OBSERVE = """
        [policy]
        profile = "observe"
        """;
    private static final String EXCEPTION = """
        [[policy.exceptions]]
        sender = "fail.test"
        checks = ["spf"]
        """;

    @TempDir
    private Path directory;

    private NameServer names;
    private int port;
    private Hop inside;
    private Hop home;

    @BeforeEach
    void start() throws IOException {
        names = NameServer.with(new TestZone(ZONE));
        port = Ports.free("127.0.0.12", "127.0.0.13");
        inside = Hop.at("127.0.0.12", port, Hop.Manner.saying(".", "550 5.7.1 we don't like what it says"));
        home = Hop.at("127.0.0.13", port, Hop.Manner.HONEST);
    }

    @AfterEach
    void stop() throws IOException {
        names.close();
        inside.close();
        home.close();
    }

    private PosternProcess postern(String more) throws IOException {
        return PosternProcess.with(
                directory, """
                    hostname = "mx.example.com"
                    [[listen]]
                    address = "127.0.0.1:0"
                    role = "mx"
                    proxies = ["127.0.0.1"]
                    [domains."inside.test"]
                    deliver = "smtp://127.0.0.12:%d"
                    mailboxes = "any"
                    [[routes]]
                    to = "*"
                    via = "mx"
                    [delivery]
                    allow-nets = ["127.0.0.0/8"]
                    mx-port = %d
                    [dns]
                    servers = ["127.0.0.1:%d"]
                    """.formatted(port, port, names.address().getPort()) + more);
    }

    private static String send(PosternProcess postern, String from) throws IOException {
        try (Client stranger = Client.of(postern, "192.0.2.10", "mail.stranger.test")) {
            return stranger.send(from, "bob@inside.test");
        }
    }

    private String heldInTheEnd(String... parts) throws Exception {
        return new Operator(directory).saysInTheEnd(List.of("queue", "list", "--held"), parts);
    }

    @Test
    void whoPassesSpfIsToldByWhomAndWhy() throws Exception {
        try (PosternProcess postern = postern("")) {
            send(postern, "ann@pass.test");

            Operator.await("he is told", () -> home.messages().size() == 1);
            Hop.Message report = home.messages().getFirst();
            assertThat(report.from()).isEmpty();
            assertThat(report.to()).containsExactly("ann@pass.test");
            Bounce bounce = Bounce.read(report.content().getBytes(ISO_8859_1));
            assertThat(bounce.type()).isEqualTo("multipart/report");
            assertThat(bounce.faults()).isEmpty();
            assertThat(bounce.header()).containsEntry("Auto-Submitted", "auto-replied");
            assertThat(bounce.about("bob@inside.test"))
                    .containsEntry("Action", "failed")
                    .containsEntry("Status", "5.7.1")
                    .containsEntry("Diagnostic-Code", "smtp; 550 5.7.1 we don't like what it says");
            assertThat(bounce.prose()).contains("127.0.0.12 said to the content: 550 5.7.1 we don't like what it says");
            Operator.await(
                    "nothing is left",
                    () -> new Operator(directory).says("queue", "list").startsWith("nothing"));
        }
    }

    /** Who signs for his own domain may name anybody in MAIL FROM: only to that domain does a DMARC pass let a report go. */
    @ParameterizedTest
    @CsvSource({"ann@signed.test, true", "ann@bounces.signed.test, true", "victim@none.test, false"})
    void whoPassesDmarcIsToldInHisOwnDomain(String sender, boolean isTold) throws Exception {
        KeyPair keys = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        byte[] der = keys.getPublic().getEncoded();
        String key = Base64.getEncoder().encodeToString(Arrays.copyOfRange(der, der.length - 32, der.length));
        names.close();
        names = NameServer.with(new TestZone(ZONE + """
            signed.test. MX 10 home.test.
            bounces.signed.test. MX 10 home.test.
            _dmarc.signed.test. TXT "v=DMARC1; p=none"
            k._domainkey.signed.test. TXT "v=DKIM1; k=ed25519; p=%s"
            """.formatted(key)));
        String message = "From: Ann <ann@signed.test>\r\nSubject: onward\r\n\r\nHello\r\n";
        OpenMessage opened = OpenMessage.of(new ByteArrayInputStream(message.getBytes(ISO_8859_1)), 1_000)
                .orElseThrow();
        var body = new Body();
        Signing signing = Signing.begin(
                opened.header(),
                body,
                Signing.Style.USUAL,
                List.of(new SigningKey(new Domain("signed.test"), "k", keys.getPrivate())),
                Instant.now());
        opened.through(body::through).rest().readAllBytes();
        try (PosternProcess postern = postern("");
                Client stranger = Client.of(postern, "192.0.2.10", "mail.stranger.test")) {
            String id = stranger.sendContent(signing.fields() + message, sender, "bob@inside.test");

            if (isTold) {
                Operator.await("he is told", () -> home.messages().size() == 1);
                assertThat(home.messages().getFirst().to()).containsExactly(sender);
            } else {
                heldInTheEnd(id, "nobody is told: its sender may be forged");
                assertThat(home.messages()).isEmpty();
            }
        }
    }

    /** By whichever way such mail has come in. */
    @ParameterizedTest
    @CsvSource({"fail.test, observe", "fail.test, exception", "none.test, observe", "none.test, standard"})
    void whoDoesNotPassIsToldNothingAndHisMessageIsHeldAndListed(String domain, String policy) throws Exception {
        String more =
                switch (policy) {
                    case "observe" -> OBSERVE;
                    case "exception" -> EXCEPTION;
                    default -> "";
                };
        try (PosternProcess postern = postern(more)) {
            String id = send(postern, "ann@" + domain);

            heldInTheEnd(
                    id,
                    " held ",
                    "<ann@" + domain + "> -> <bob@inside.test>",
                    "550 5.7.1 we don't like what it says; nobody is told: its sender may be forged, for neither SPF"
                            + " nor DMARC passed, and a report would go to somebody else");
            // What would have gone before this one has not.
            send(postern, "ann@pass.test");
            Operator.await("another one is told", () -> home.messages().size() == 1);
            assertThat(home.messages().getFirst().to()).containsExactly("ann@pass.test");
            assertThat(home.connections()).isEqualTo(1);
        }
    }

    @Test
    void pastTheRateOfADomainItsMessagesAreHeldAndOthersAreStillTold() throws Exception {
        try (PosternProcess postern = postern("""
            [limits]
            reports-per-domain-per-hour = 2
            """)) {
            send(postern, "ann@pass.test");
            send(postern, "eve@pass.test");
            Operator.await("two are told", () -> home.messages().size() == 2);

            String id = send(postern, "sid@pass.test");
            heldInTheEnd(id, "nobody is told: too many reports went to its sender within an hour");
            send(postern, "ann@other.test");
            Operator.await("the other is told", () -> home.messages().size() == 3);
            assertThat(home.messages())
                    .extracting(message -> message.to().getFirst())
                    .containsExactlyInAnyOrder("ann@pass.test", "eve@pass.test", "ann@other.test");
        }
    }

    /** He may write into DNS what he likes: his report goes to no host of ours, but to our postmaster. */
    @Test
    @Tag("relay-4")
    void reportToWhoseMxIsAnInnerHostGoesToThePostmaster() throws Exception {
        try (PosternProcess postern = postern("")) {
            send(postern, "ann@inner.test");

            postern.waitForOutput("10.0.0.5, which is private");
            postern.waitForOutput("/maildir/postmaster");
            assertThat(home.connections()).isZero();
        }
    }

    /** A bounce from outside for a mailbox that is refused there: nobody sent it. */
    @Test
    void bounceOfAStrangerIsNeverAnswered() throws Exception {
        try (PosternProcess postern = postern(OBSERVE)) {
            String id = send(postern, "");

            heldInTheEnd(id, "<> -> <bob@inside.test>", "nobody is told: it has no sender");
            assertThat(home.connections()).isZero();
        }
    }

    /** The mailbox is ours, and whom it stands for is not: the same holds for what that one's host refuses. */
    @Test
    void whatAnAliasSendsOnAndIsRefusedThereIsToldToWhoPassesOnly() throws Exception {
        names.serve(new TestZone(ZONE + """
            far.test. MX 10 far-host.test.
            far-host.test. A 127.0.0.12
            """));
        try (PosternProcess postern = postern("""
            [aliases]
            "bob@inside.test" = ["bob@far.test"]
            [forwarding]
            srs = "inside.test"
            """)) {
            String id = send(postern, "ann@none.test");
            heldInTheEnd(id, "<ann@none.test> -> <bob@far.test>", "nobody is told: its sender may be forged");

            send(postern, "ann@pass.test");
            Operator.await("he is told", () -> home.messages().size() == 1);
            Hop.Message report = home.messages().getFirst();
            assertThat(report.to()).containsExactly("ann@pass.test");
            assertThat(Bounce.read(report.content().getBytes(ISO_8859_1)).about("bob@far.test"))
                    .containsEntry("Original-Recipient", "rfc822; bob@inside.test")
                    .containsEntry("Status", "5.7.1");
        }
    }

    /** Without a route nothing leaves, reports neither; what stays says so. */
    @Test
    void reportThatNoRouteLeadsToIsHeldAndNamesTheRoutes() throws Exception {
        try (PosternProcess postern = PosternProcess.with(
                directory, """
                    hostname = "mx.example.com"
                    [[listen]]
                    address = "127.0.0.1:0"
                    role = "mx"
                    proxies = ["127.0.0.1"]
                    [domains."inside.test"]
                    deliver = "smtp://127.0.0.12:%d"
                    mailboxes = "any"
                    [dns]
                    servers = ["127.0.0.1:%d"]
                    """.formatted(port, names.address().getPort()))) {
            send(postern, "ann@pass.test");

            heldInTheEnd("<> -> <ann@pass.test>", "no route leads there: see [[routes]]");
            assertThat(home.connections()).isZero();
        }
    }

    /** What is held for nobody may be told of it is forgotten in the end, and not without a word. */
    @Test
    @Tag("bounce-1")
    void postmasterIsToldOfWhatWillBeForgotten() throws Exception {
        try (PosternProcess postern = postern("""
            [queue]
            held-expire = "6s"
            """)) {
            String id = send(postern, "ann@none.test");
            heldInTheEnd(id);

            Path mailbox = directory.resolve("data/maildir/postmaster/new");
            Operator.await(
                    "the postmaster is told",
                    () -> Files.isDirectory(mailbox) && !mailIn(mailbox).isEmpty());
            assertThat(mailIn(mailbox).getFirst())
                    .contains(
                            "\nSubject: A held message will soon be forgotten\n",
                            "\nAuto-Submitted: auto-generated\n",
                            id,
                            "  from <ann@none.test>\n  to <bob@inside.test>\n",
                            "nobody is told: its sender may be forged",
                            "postern queue release ID");
            postern.waitForOutput("event=\"forgotten, undelivered\"");
            Operator.await(
                    "nothing is left",
                    () -> new Operator(directory).says("queue", "list").startsWith("nothing"));
            assertThat(mailIn(mailbox)).hasSize(1);
        }
    }

    private static List<String> mailIn(Path mailbox) throws IOException {
        try (Stream<Path> files = Files.list(mailbox)) {
            List<String> mail = new ArrayList<>();
            for (Path file : files.toList()) {
                mail.add(Files.readString(file, ISO_8859_1));
            }
            return mail;
        }
    }
}
