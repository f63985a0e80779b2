package org.postern.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postern.config.Config;
import org.postern.dns.NameServer;
import org.postern.dns.TestZone;
import org.postern.journal.Codec;
import org.postern.journal.Entry;
import org.postern.journal.JournalFiles;
import org.postern.journal.Query;
import org.postern.smtp.transcript.Peer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code postern explain}, {@code journal} and {@code tail}: of a server that runs, and of the files when none does. */
class ExplainCommandTest {
    @TempDir
    private Path directory;

    private NameServer names;
    private Mta mta;

    private record Said(int exit, String out, String err) {}

    @BeforeEach
    void start() throws Exception {
        names = NameServer.with(new TestZone(Strangers.ZONE));
        mta = Mta.start(config(""));
    }

    @AfterEach
    void stop() throws IOException {
        mta.close();
        names.close();
    }

    private Config config(String more) throws IOException {
        Path toml = Files.writeString(
                directory.resolve("postern.toml"), """
                    hostname = "mx.example.com"
                    data = "data"
                    [[listen]]
                    address = "127.0.0.1:0"
                    role = "mx"
                    proxies = ["127.0.0.1"]
                    [domains."example.com"]
                    mailboxes = ["bob", "eve"]
                    [dns]
                    servers = ["127.0.0.1:%d"]
                    [limits]
                    journal-free-bytes = 0
                    %s
                    """.formatted(names.address().getPort(), more));
        return ((Config.Result.Valid) Config.read(toml)).config();
    }

    private InetSocketAddress server() {
        return mta.addresses().getFirst();
    }

    private Said postern(String... arguments) {
        var out = new StringWriter();
        var err = new StringWriter();
        String[] all = Stream.concat(
                        Stream.of(arguments),
                        Stream.of("--config", directory.resolve("postern.toml").toString()))
                .toArray(String[]::new);
        int exit = Main.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(all);
        return new Said(exit, out.toString(), err.toString());
    }

    // --- the answer
    // --------------------------------------------------------------------------------------------------------------------

    @Test
    void aRefusedSessionIsExplainedByTheIdInItsReply() throws Exception {
        Strangers.Note note = Strangers.come(server(), Strangers.Kind.NO_SUCH_SENDER);
        Said said = postern("explain", note.id());

        assertThat(said.exit()).isEqualTo(1);
        assertThat(said.out())
                .startsWith("192.0.2.10, which greeted as mail.good.example, was refused by from-domain: ")
                .contains(note.reply())
                .contains("MX gone.example: no such name")
                .contains("what its owner should see to\n  - send from a domain that takes mail");
    }

    @Test
    void aDeliveredMessageIsExplainedByItsIdItsMessageIdAndItsRecipient() throws Exception {
        Strangers.Note note = Strangers.come(server(), Strangers.Kind.GOOD);
        String told = awaitDelivered(note.id());

        assertThat(told).startsWith(note.id() + " was delivered to bob@example.com: ");
        assertThat(postern("explain", "bob@example.com").out()).isEqualTo(told);
        Strangers.come(server(), Strangers.Kind.OUR_NAME);
        Said both = postern("explain", "ann@sender.example", "--since", "1h");
        assertThat(both.exit()).isZero();
        assertThat(both.out().lines().toList())
                .hasSize(3)
                .satisfiesExactly(
                        newest -> assertThat(newest).contains("reject").contains("by helo-self"),
                        first -> assertThat(first).contains("accept").contains(note.id()),
                        next -> assertThat(next).startsWith("for one of them: postern explain ID"));
    }

    private String awaitDelivered(String id) throws InterruptedException {
        Said said = awaitExplained(id, one -> one.exit() == 0);
        assertThat(said.exit()).as(said.out()).isZero();
        return said.out();
    }

    private Said awaitExplained(String id, Predicate<Said> enough) throws InterruptedException {
        long until = System.nanoTime() + 20_000_000_000L;
        Said said = postern("explain", id);
        while (!enough.test(said) && System.nanoTime() < until) {
            Thread.sleep(50);
            said = postern("explain", id);
        }
        return said;
    }

    @Test
    void whenNoServerRunsTheFilesTellTheSame() throws Exception {
        Strangers.Note note = Strangers.come(server(), Strangers.Kind.LIAR);
        String running = awaitExplained(note.id(), one -> one.out().contains("/bob/.Junk"))
                .out();
        mta.close();

        assertThat(postern("explain", note.id()).out()).startsWith(running.substring(0, running.indexOf('\n')));
        assertThat(postern("journal", "search", "--verdict", "quarantine").out())
                .contains(note.id());
        assertThat(postern("tail").exit()).isEqualTo(1);
    }

    @Test
    void whatIsAskedTodayStandsBesideWhatWasAnsweredThen() throws Exception {
        Strangers.Note note = Strangers.come(server(), Strangers.Kind.NOT_PERMITTED);
        names.close();
        names = NameServer.with(new TestZone(Strangers.ZONE.replace("v=spf1 a -all", "v=spf1 +all")));
        config("");

        assertThat(postern("explain", note.id(), "--now").out())
                .contains("TXT mail.good.example: \"v=spf1 a -all\"")
                .contains("today: \"v=spf1 +all\"")
                .contains("A mail.good.example: 192.0.2.10")
                .contains("the same today");
    }

    @Test
    void jsonIsAsItsSchemaSays() throws Exception {
        for (Strangers.Kind kind : Strangers.Kind.values()) {
            Strangers.Note note = Strangers.come(server(), kind);
            if (!note.id().isEmpty()) {
                Schema.permits(
                        "explain", postern("explain", note.id(), "--json").out());
            }
        }
    }

    @Test
    void whatIsNoIdIsSaidWithWhatToWrite() {
        Said said = postern("explain", "hello");
        assertThat(said.exit()).isEqualTo(2);
        assertThat(said.err()).contains("'hello' is none of: a session as s-");
        assertThat(postern("explain", "s-01JD4Z6X9M2K7QF").exit()).isEqualTo(1);
    }

    // --- people and secrets
    // ---------------------------------------------------------------------------------------------------------------

    @Test
    void aPersonIsForgottenAndNobodyElse() throws Exception {
        Strangers.Note note = Strangers.come(server(), Strangers.Kind.TWO_RECIPIENTS);
        awaitEntries("eve@example.com");

        assertThat(postern("journal", "forget", "eve@example.com").out())
                .startsWith("eve@example.com was taken out of");
        assertThat(postern("explain", "eve@example.com").exit()).isEqualTo(1);
        assertThat(postern("explain", note.id()).out())
                .contains("<bob@example.com>")
                .doesNotContain("eve@");
    }

    private void awaitEntries(String address) throws InterruptedException {
        long until = System.nanoTime() + 20_000_000_000L;
        while (postern("journal", "search", "--to", address, "--destination", "local")
                                .exit()
                        != 0
                && System.nanoTime() < until) {
            Thread.sleep(50);
        }
    }

    @Test
    @Tag("secret-1")
    void passwordsThatClientsSayAreNotInTheJournal() throws Exception {
        try (Peer peer = Peer.to(server())) {
            peer.send("PROXY TCP4 192.0.2.10 192.0.2.1 4711 " + server().getPort() + "\r\n");
            peer.reply();
            peer.ask("EHLO mail.good.example");
            peer.ask("AUTH PLAIN AGFubgBvcGVuc2VzYW1l");
            peer.ask("AUTH LOGIN");
            peer.ask("b3BlbnNlc2FtZQ==");
            peer.ask("QUIT");
        }
        mta.close();
        var all = new StringBuilder();
        try (JournalFiles journal =
                JournalFiles.open(directory.resolve("data/journal")).orElseThrow()) {
            for (Entry entry : journal.all(Query.ANY, 100)) {
                all.append(Codec.text(entry)).append('\n');
            }
        }
        assertThat(all.toString())
                .contains("AUTH")
                .doesNotContain("AGFubgBvcGVuc2VzYW1l")
                .doesNotContain("b3BlbnNlc2FtZQ");
    }

    @Test
    void nobodyElseMayLookIntoIt() throws Exception {
        Strangers.come(server(), Strangers.Kind.GOOD);
        postern("journal", "search");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve("data/journal"))))
                .isEqualTo("rwx------");
    }

    // --- what strangers write
    // -------------------------------------------------------------------------------------------------------------

    @Test
    @Tag("xss-1")
    void whatStrangersWriteActsNeitherOnATerminalNorInJson() throws Exception {
        String odd = "<script>\u001b]0;owned\u0007\u001b[31m\u202e\"'";
        try (Peer peer = Peer.to(server())) {
            peer.send("PROXY TCP4 192.0.2.10 192.0.2.1 4711 " + server().getPort() + "\r\n");
            peer.reply();
            peer.out().write(("EHLO " + odd + "\r\n").getBytes(UTF_8));
            peer.reply();
            peer.ask("EHLO mail.good.example");
            peer.ask("MAIL FROM:<\"<script>\\\"x\"@sender.example>");
            peer.ask("RCPT TO:<bob@example.com>");
            peer.ask("DATA");
            peer.out()
                    .write(("From: ann@sender.example\r\nMessage-ID: <" + odd + "@x>\r\n\r\nhello\r\n.\r\n")
                            .getBytes(UTF_8));
            peer.reply();
            peer.ask("QUIT");
        }
        for (String[] command : new String[][] {
            {"journal", "search"},
            {"explain", "bob@example.com"},
            {"explain", "bob@example.com", "--json"},
            {"journal", "search", "--json"}
        }) {
            String shown = postern(command).out();
            assertThat(shown).contains("<script>");
            assertThat(shown.chars().filter(c -> c != '\n').allMatch(Harmless::isHarmless))
                    .as(String.join(" ", command) + ": " + shown)
                    .isTrue();
        }
        JsonNode story = JsonMapper.shared()
                .readTree(postern("explain", "bob@example.com", "--json").out());
        assertThat(story.get("transactions").get(0).get("messageId").asString()).startsWith("<script>");
    }
}
