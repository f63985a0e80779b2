package org.postern.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.postern.dns.NameServer;
import org.postern.dns.TestZone;
import org.postern.smtp.transcript.Peer;

/** A stranger whose address has no name brings mail: what becomes of it, and what the operator and its readers are told. */
@Timeout(240)
class QuarantineTest {
    /** 192.0.2.20 greets by its own name, and reverse DNS does not know it; SPF knows it for good.test. 192.0.2.21 is unknown to all. */
    private static final String ZONE = """
        mail.good.test. A 192.0.2.20
        good.test. MX 10 mail.good.test.
        good.test. TXT "v=spf1 ip4:192.0.2.20 -all"
        mail.plain.test. A 192.0.2.21
        plain.test. MX 10 mail.plain.test.
        mx.example.com. A 192.0.2.1
        """;

    private static final String HOLD = "quarantine = \"hold\"";
    private static final Pattern ID = Pattern.compile("kept as (m-[0-9A-Z]{13})");

    @TempDir
    private Path directory;

    private NameServer names;
    private int port;

    @BeforeEach
    void start() throws IOException {
        names = NameServer.with(new TestZone(ZONE));
        port = Ports.free("127.0.0.12");
    }

    @AfterEach
    void stop() throws IOException {
        names.close();
    }

    private PosternProcess postern(String policy, String more) throws IOException {
        return PosternProcess.with(
                directory, """
                    hostname = "mx.example.com"
                    [[listen]]
                    address = "127.0.0.1:0"
                    role = "mx"
                    proxies = ["127.0.0.1"]
                    [domains.localhost]
                    deliver = "maildir:maildir/{domain}/{local}"
                    mailboxes = "any"
                    [domains."inside.test"]
                    deliver = "smtp://127.0.0.12:%d"
                    mailboxes = "any"
                    [dns]
                    servers = ["127.0.0.1:%d"]
                    [policy]
                    %s
                    """.formatted(port, names.address().getPort(), policy) + more);
    }

    /** A message of a stranger; its id. */
    private static String send(
            PosternProcess postern, String client, String name, String from, String to, String header)
            throws IOException {
        var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), postern.port());
        try (Peer peer = Peer.to(address)) {
            peer.send("PROXY TCP4 " + client + " 192.0.2.1 4711 25\r\n");
            assertThat(peer.reply()).startsWith("220 ");
            assertThat(peer.ask("EHLO " + name)).startsWith("250");
            assertThat(peer.ask("MAIL FROM:<" + from + ">")).startsWith("250 ");
            assertThat(peer.ask("RCPT TO:<" + to + ">")).startsWith("250 ");
            assertThat(peer.ask("DATA")).startsWith("354 ");
            String reply = peer.ask(header + "\r\n\r\nHello\r\n.");
            Matcher id = ID.matcher(reply);
            assertThat(id.find()).as(reply).isTrue();
            return id.group(1);
        }
    }

    private static String good(PosternProcess postern, String from, String to) throws IOException {
        return send(postern, "192.0.2.20", "mail.good.test", from, to, "From: Ann <ann@good.test>\r\nSubject: hello");
    }

    private static String plain(PosternProcess postern, String from, String to) throws IOException {
        return send(postern, "192.0.2.21", "mail.plain.test", from, to, "From: Eve <eve@plain.test>\r\nSubject: hi");
    }

    private String says(String... words) {
        return new Operator(directory).says(words);
    }

    private static List<Path> filesIn(Path mailbox) throws IOException {
        if (!Files.isDirectory(mailbox)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(mailbox)) {
            return files.toList();
        }
    }

    private Path inbox(String user) {
        return directory.resolve("maildir/localhost").resolve(user).resolve("new");
    }

    private Path postmaster() {
        return directory.resolve("data/maildir/postmaster/new");
    }

    // --- held
    // ------------------------------------------------------------------------------------------------------------------

    @Test
    void whatIsHeldIsListedAndShownApartFromTheQueue() throws Exception {
        try (PosternProcess postern = postern(HOLD, "")) {
            String id = send(
                    postern,
                    "192.0.2.20",
                    "mail.good.test",
                    "ann@good.test",
                    "bob@localhost",
                    String.join(
                            "\r\n",
                            "From: =?utf-8?Q?Ann_L=C3=A9e?= <ann@good.test>",
                            "To: bob@localhost",
                            "Subject: =?utf-8?B?R3LDvMOfZQ==?="));

            assertThat(says("quarantine", "list"))
                    .contains(id, "iprev", "<ann@good.test> -> <bob@localhost>\n    Grüße\n", "1 message:");
            assertThat(says("queue", "list")).startsWith("nothing is queued");
            assertThat(says("queue", "list", "--held")).startsWith("nothing is held");
            assertThat(says("quarantine", "show", id))
                    .contains(
                            id + "  in quarantine",
                            "because   The computer that brought it has no proper name in the Internet",
                            "found     iprev=permerror: 192.0.2.20 has no PTR record",
                            "from      <ann@good.test>",
                            "to        <bob@localhost>",
                            "by 192.0.2.20, which greeted as mail.good.test",
                            ", in 29d",
                            "From      Ann Lée <ann@good.test>",
                            "Subject   Grüße",
                            "postern quarantine release " + id);
            assertThat(says("quarantine", "show", "--json", id))
                    .contains("\"check\":\"iprev\"", "\"subject\":\"Grüße\"", "\"to\":[\"bob@localhost\"]");
            assertThat(says("quarantine", "list", "--json")).startsWith("{\"id\":\"" + id + "\"");
            assertThat(filesIn(inbox("bob"))).isEmpty();
        }
    }

    @Test
    @Tag("xss-1")
    void whatActsOnATerminalIsShownAndDoesNot() throws Exception {
        try (PosternProcess postern = postern(HOLD, "")) {
            String id = send(
                    postern,
                    "192.0.2.20",
                    "mail.good.test",
                    "ann@good.test",
                    "bob@localhost",
                    "From: \u001b[31mred <ann@good.test>\r\nSubject: =?utf-8?B?G1sybSDigK5jb2Q=?=");

            for (String said : List.of(says("quarantine", "list"), says("quarantine", "show", id))) {
                assertThat(said).contains("\\u001b[2m \\u202ecod").doesNotContain("\u001b", "\u202e");
            }
        }
    }

    @Test
    void queueCommandsLeaveItAlone() throws Exception {
        try (PosternProcess postern = postern(HOLD, "")) {
            String id = good(postern, "ann@good.test", "bob@localhost");

            for (String verb : List.of("retry", "release", "hold", "drop")) {
                assertThat(says("queue", verb, id)).contains(id + " lies in quarantine: postern quarantine show " + id);
                assertThat(new Operator(directory).exitCode("queue", verb, id)).isEqualTo(1);
            }
            says("queue", "flush");
            assertThat(says("quarantine", "list")).contains(id);
            assertThat(filesIn(inbox("bob"))).isEmpty();
        }
    }

    @Test
    void whatIsReleasedGoesIntoTheInboxAndItsTraceSaysSo() throws Exception {
        try (PosternProcess postern = postern(HOLD, "")) {
            String id = good(postern, "ann@good.test", "bob@localhost");
            assertThat(says("quarantine", "release", id)).isEqualTo(id + " released, due now\n");

            assertThat(Files.readString(postern.mail("bob", 1).getFirst()))
                    .contains(
                            "\nX-Postern-Findings: verdict=released by=iprev;", "iprev=permerror", "\nSubject: hello\n")
                    .doesNotContain("verdict=quarantine", "X-Spam-Flag");
            assertThat(says("quarantine", "release", id)).contains("is not in quarantine");
            assertThat(new Operator(directory).exitCode("quarantine", "show", id))
                    .isEqualTo(1);
            assertThat(directory.resolve("maildir/localhost/bob/.Junk")).doesNotExist();
        }
    }

    @Test
    void whatIsReleasedGoesToTheNextHopWithoutAMark() throws Exception {
        try (Hop hop = Hop.at("127.0.0.12", port, Hop.Manner.HONEST);
                PosternProcess postern = postern(HOLD, "")) {
            String held = good(postern, "ann@good.test", "bob@inside.test");
            assertThat(hop.connections()).isZero();
            says("quarantine", "release", held);

            Operator.await("the next hop has it", () -> hop.messages().size() == 1);
            assertThat(hop.messages().getFirst().content())
                    .contains("X-Postern-Findings: verdict=released by=iprev;")
                    .doesNotContain("X-Spam-Flag");
        }
    }

    @Test
    void whatIsDroppedIsGone() throws Exception {
        try (PosternProcess postern = postern(HOLD, "")) {
            String id = good(postern, "ann@good.test", "bob@localhost");
            assertThat(says("quarantine", "drop", id)).isEqualTo(id + " dropped\n");
            assertThat(says("quarantine", "list")).isEqualTo("nothing is in quarantine\n");
            assertThat(postern.output()).contains("event=\"dropped by the operator\" id=" + id);
        }
    }

    @Test
    void killedServerStillHasItAndTheCommandsDoWithoutOne() throws Exception {
        String id;
        try (PosternProcess postern = postern(HOLD, "")) {
            id = good(postern, "ann@good.test", "bob@localhost");
            postern.kill();
            postern.exitCode();
        }
        assertThat(says("quarantine", "list")).contains(id, "<ann@good.test> -> <bob@localhost>");
        assertThat(says("quarantine", "release", "--trust", id)).contains(id + " released, due now");
        try (PosternProcess postern = postern(HOLD, "")) {
            assertThat(Files.readString(postern.mail("bob", 1).getFirst())).contains("verdict=released by=iprev;");
            good(postern, "ann@good.test", "bob@localhost");
            postern.mail("bob", 2);
        }
    }

    @Test
    void postmasterIsToldBeforeItIsForgotten() throws Exception {
        try (PosternProcess postern = postern(HOLD, """
            [quarantine]
            keep = "6s"
            """)) {
            String id = good(postern, "ann@good.test", "bob@localhost");
            Operator.await(
                    "the postmaster is told", () -> !filesIn(postmaster()).isEmpty());
            assertThat(Files.readString(filesIn(postmaster()).getFirst()))
                    .contains(
                            "\nSubject: A quarantined message will soon be forgotten\n",
                            "\nAuto-Submitted: auto-generated\n",
                            id,
                            "  from <ann@good.test>\n  to <bob@localhost>\n    iprev: 192.0.2.20 has no PTR record",
                            "postern quarantine release ID");
            postern.waitForOutput("event=\"forgotten, undelivered\"");
            Operator.await("nothing is left", () -> says("quarantine", "list").startsWith("nothing is in quarantine"));
            assertThat(filesIn(inbox("bob"))).isEmpty();
            assertThat(filesIn(postmaster())).hasSize(1);
        }
    }

    // --- trust
    // -----------------------------------------------------------------------------------------------------------------

    @Test
    void trustedSenderComesThroughAndNobodyElse() throws Exception {
        try (PosternProcess postern = postern(HOLD, "")) {
            String first = good(postern, "ann@good.test", "bob@localhost");
            assertThat(says("quarantine", "release", "--trust", first))
                    .contains("trusted: ann@good.test, when proven by spf good.test; iprev will only be noted");
            postern.mail("bob", 1);

            good(postern, "ann@good.test", "bob@localhost");
            assertThat(postern.mail("bob", 2))
                    .anySatisfy(
                            file -> assertThat(Files.readString(file)).contains("verdict=accept;", "iprev=permerror"));

            String other = good(postern, "sid@good.test", "bob@localhost");
            // Whoever writes the same address without what proves it is not him.
            String forged = send(
                    postern, "192.0.2.21", "mail.plain.test", "eve@plain.test", "bob@localhost", "From: ann@good.test");
            assertThat(says("quarantine", "list")).contains(other, forged);

            assertThat(says("quarantine", "trusted", "list"))
                    .contains(first, "ann@good.test, when proven by spf good.test");
            assertThat(says("quarantine", "trusted", "remove", first)).contains(first + " is no reason");
            assertThat(says("quarantine", "trusted", "list")).startsWith("nobody is trusted");
            String again = good(postern, "ann@good.test", "bob@localhost");
            assertThat(says("quarantine", "list")).contains(again);
            postern.mail("bob", 2);
        }
    }

    @Test
    void trustWithoutSpfIsInTheAddressThatItCameFrom() throws Exception {
        try (PosternProcess postern = postern(HOLD, "")) {
            String first = plain(postern, "eve@plain.test", "bob@localhost");
            assertThat(says("quarantine", "release", "--trust-domain", first))
                    .contains("trusted: plain.test, when proven by client 192.0.2.21/32; iprev will only be noted");
            plain(postern, "sid@plain.test", "bob@localhost");
            postern.mail("bob", 2);

            String elsewhere = send(
                    postern, "192.0.2.22", "mail.plain.test", "eve@plain.test", "bob@localhost", "Subject: not me");
            assertThat(says("quarantine", "list")).contains(elsewhere);
        }
    }

    @Test
    void mailOfNobodyIsReleasedAndNotTrusted() throws Exception {
        try (PosternProcess postern = postern(HOLD, "")) {
            String id = good(postern, "", "bob@localhost");
            assertThat(says("quarantine", "release", "--trust", id))
                    .contains(id + " released, due now", "is not trusted: it has no sender (<>)");
            postern.mail("bob", 1);
            assertThat(says("quarantine", "trusted", "list")).startsWith("nobody is trusted");
        }
    }

    // --- junk
    // ------------------------------------------------------------------------------------------------------------------

    @Test
    void nextHopGetsAMarkThatNoStrangerCanWrite() throws Exception {
        try (Hop hop = Hop.at("127.0.0.12", port, Hop.Manner.HONEST);
                PosternProcess postern = postern("", "")) {
            send(
                    postern,
                    "192.0.2.20",
                    "mail.good.test",
                    "ann@good.test",
                    "bob@inside.test",
                    String.join("\r\n", "x-spam-flag: NO", "Subject: me", "X-Spam-Flag: NO"));
            Operator.await("the next hop has it", () -> hop.messages().size() == 1);
            assertThat(hop.messages().getFirst().content())
                    .contains("X-Postern-Findings: verdict=quarantine by=iprev;", "\nX-Spam-Flag: YES\n")
                    .doesNotContain("NO\n");
            assertThat(says("quarantine", "list")).isEqualTo("nothing is in quarantine\n");
        }
    }

    @Test
    void otherMarkIsWrittenWhereOneIsSet() throws Exception {
        try (Hop hop = Hop.at("127.0.0.12", port, Hop.Manner.HONEST);
                PosternProcess postern = postern("", """
                    [quarantine]
                    header = "X-Spam: Yes"
                    """)) {
            send(
                    postern,
                    "192.0.2.20",
                    "mail.good.test",
                    "ann@good.test",
                    "bob@inside.test",
                    "X-Spam: no\r\nX-Spam-Flag: kept");
            Operator.await("the next hop has it", () -> hop.messages().size() == 1);
            assertThat(hop.messages().getFirst().content())
                    .contains("\nX-Spam: Yes\n", "\nX-Spam-Flag: kept\n")
                    .doesNotContain("X-Spam: no");
        }
    }

    // --- the digest
    // ------------------------------------------------------------------------------------------------------------

    /** As if the last digest had been sent so long ago. */
    private void missADay() throws IOException {
        Files.writeString(
                directory.resolve("data/digest"),
                Instant.now().minusSeconds(2 * 86_400).toString());
    }

    @Test
    @Tag("xss-1")
    void missedDigestIsMadeUpForAndTellsAllInWords() throws Exception {
        String id;
        try (PosternProcess postern = postern(HOLD, "")) {
            id = send(
                    postern,
                    "192.0.2.20",
                    "mail.good.test",
                    "ann@good.test",
                    "bob@localhost",
                    "From: \"<b>Ann</b>\" <ann@good.test>\r\nSubject: =?utf-8?Q?=3Cscript_src=3D//evil.test=3E_?="
                            + "\r\n =?utf-8?Q?=1B[31m_=E2=80=AEred_Gr=C3=BC=C3=9Fe?=");
            postern.kill();
            postern.exitCode();
        }
        missADay();
        try (PosternProcess postern = postern(HOLD, "")) {
            Operator.await("the digest is there", () -> !filesIn(postmaster()).isEmpty());
            Digest digest = Digest.read(Files.readAllBytes(filesIn(postmaster()).getFirst()));
            assertThat(digest.type()).isEqualTo("multipart/alternative");
            assertThat(digest.types()).containsExactly("text/plain", "text/html");
            assertThat(digest.faults()).isEmpty();
            assertThat(digest.header())
                    .containsEntry("Return-Path", "<>")
                    .containsEntry("From", "Mail system <postmaster@mx.example.com>")
                    .containsEntry("Subject", "1 message kept back on mx.example.com")
                    .containsEntry("Auto-Submitted", "auto-generated");
            assertThat(digest.text().lines()).allMatch(line -> line.length() <= 78);
            assertThat(digest.text())
                    .contains(
                            "1.         <script src=//evil.test> \\u001b[31m \\u202ered Grüße\n",
                            "from       \"<b>Ann</b>\" <ann@good.test>\n",
                            "because    The computer that brought it has no proper name in the\n",
                            "iprev: 192.0.2.20 has no PTR record",
                            "release    postern quarantine release " + id);
            assertThat(digest.html())
                    .contains("&lt;script src=//evil.test&gt; \\u001b[31m \\u202ered Grüße", id)
                    .doesNotContain("\u001b", "\u202e");
            assertThat(digest.loaded()).isEmpty();
            assertThat(digest.tags()).doesNotContain("script", "b", "img", "link", "iframe");

            // Told once: the next day tells of what is new only.
            postern.terminate();
            postern.exitCode();
        }
        missADay();
        try (PosternProcess postern = postern(HOLD, "")) {
            assertThat(says("quarantine", "list")).contains(id);
            Operator.await(
                    "the day is over",
                    () -> Instant.parse(Files.readString(directory.resolve("data/digest"))
                                    .strip())
                            .isAfter(Instant.now().minusSeconds(3_600)));
            assertThat(postern.output()).doesNotContain("event=digest");
            assertThat(filesIn(postmaster())).hasSize(1);
        }
    }

    @Test
    void recipientsAreToldOfTheirOwnAndWhomToAsk() throws Exception {
        String bobs;
        String carols;
        try (PosternProcess postern = postern(HOLD, "")) {
            bobs = good(postern, "ann@good.test", "bob@localhost");
            carols = good(postern, "ann@good.test", "carol@localhost");
            postern.kill();
            postern.exitCode();
        }
        missADay();
        try (PosternProcess postern = postern(HOLD, """
            [quarantine]
            digest = "recipients"
            """)) {
            Digest digest = Digest.read(
                    Files.readString(postern.mail("bob", 1).getFirst()).getBytes(UTF_8));
            assertThat(digest.header()).containsEntry("To", "bob@localhost");
            assertThat(digest.text())
                    .contains(bobs, "The postmaster is postmaster@mx.example.com")
                    .doesNotContain(carols, "postern quarantine release");
            assertThat(Files.readString(postern.mail("carol", 1).getFirst())).contains(carols);
            assertThat(filesIn(postmaster())).isEmpty();
        }
    }
}
