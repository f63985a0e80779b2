package org.postern.app;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.postern.smtp.transcript.Peer;
import picocli.CommandLine;

/** {@code postern queue}: against a server that can't deliver, and against its store once it is killed. */
@Timeout(120)
@Isolated("listens to System.out")
class QueueCommandTest {
    private static final Pattern ID = Pattern.compile("m-[0-9A-Z]{13}");
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    Path directory;

    record Said(int code, String out, String err) {}

    private Said queue(String... words) {
        var out = new StringWriter();
        var err = new StringWriter();
        CommandLine line = Main.commandLine();
        line.setOut(new PrintWriter(out, true));
        line.setErr(new PrintWriter(err, true));
        line.setColorScheme(CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.OFF));
        List<String> arguments = new ArrayList<>(List.of("queue"));
        arguments.addAll(List.of(words));
        arguments.addAll(List.of("--config", directory.resolve("postern.toml").toString()));
        return new Said(line.execute(arguments.toArray(String[]::new)), out.toString(), err.toString());
    }

    /** A server that has no Maildirs, for there is a file in their place. */
    private PosternProcess stuck() throws IOException {
        Files.writeString(directory.resolve("maildir"), "in the way");
        return PosternProcess.with(directory, PosternProcess.ANY_AT_LOCALHOST);
    }

    /** Hands over a message, and its id. */
    private static String send(PosternProcess postern, String from, String to) throws IOException {
        try (Peer peer = Peer.greetedBy(new InetSocketAddress(InetAddress.getLoopbackAddress(), postern.port()))) {
            peer.ask("EHLO c.example.org");
            peer.ask(octets("MAIL FROM:<" + from + "> SMTPUTF8"));
            peer.ask(octets("RCPT TO:<" + to + ">"));
            peer.ask("DATA");
            var id = ID.matcher(peer.ask("Subject: hello\r\n\r\nHello\r\n."));
            assertThat(id.find()).isTrue();
            return id.group();
        }
    }

    /** The peer writes a character an octet. */
    private static String octets(String text) {
        return new String(text.getBytes(UTF_8), ISO_8859_1);
    }

    /** Once the first attempt for it has failed. */
    private String tried(PosternProcess postern) throws IOException {
        String id = send(postern, "ann@example.org", "bob@localhost");
        await(() -> queue("show", id).out().contains("tried 1 time"));
        return id;
    }

    private interface Condition {
        boolean holds() throws IOException;
    }

    private static void await(Condition condition) throws IOException {
        Instant deadline = Instant.now().plus(PATIENCE);
        while (!condition.holds()) {
            assertThat(Instant.now()).as("past the deadline").isBefore(deadline);
            Thread.onSpinWait();
        }
    }

    @Test
    void everyCommandWorksOnTheServerAndOnItsStoreAlike() throws Exception {
        String one;
        String two;
        try (var postern = stuck()) {
            one = tried(postern);
            two = tried(postern);
            everything(one, two);
            assertThat(queue("flush").out()).isEqualTo("1 message is due now\n");
            await(() -> queue("show", one).out().contains("tried 2 times"));
            postern.kill();
        }
        assertThat(directory.resolve("data/control.sock")).exists();
        await(() -> queue("list").code() == 0);
        everything(one, two);
        assertThat(queue("flush").out()).isEqualTo("1 message is due now, and tried when the server starts\n");
        assertThat(queue("drop", two)).isEqualTo(new Said(0, two + " dropped\n", ""));
        assertThat(queue("drop", two, one).code()).isEqualTo(1);
        assertThat(queue("list").out()).isEqualTo("nothing is queued\n");
    }

    /** Leaves two held and one waiting. */
    private void everything(String one, String two) {
        queue("release", two);
        Said list = queue("list");
        assertThat(list.err()).isEmpty();
        assertThat(list.code()).isZero();
        assertThat(list.out().lines())
                .satisfiesExactly(
                        line -> assertThat(line).startsWith("ID ").endsWith("FROM -> TO"),
                        line -> assertThat(line)
                                .startsWith(one)
                                .contains(" waiting ")
                                .endsWith("<ann@example.org> -> <bob@localhost>"),
                        line -> assertThat(line).startsWith("    can't write into "),
                        line -> assertThat(line).startsWith(two),
                        line -> assertThat(line).startsWith("    "),
                        line -> assertThat(line)
                                .isEqualTo("2 messages: postern queue show ID tells more, postern queue flush tries all"
                                        + " now"));

        assertThat(queue("hold", two, two))
                .isEqualTo(new Said(
                        0, two + " held; it goes on with: postern queue release\n" + two + " is held already\n", ""));
        assertThat(queue("list", "--held").out())
                .contains(two, "1 message: postern queue show ID tells why")
                .doesNotContain(one);
        assertThat(queue("list").out()).contains("2 messages, 1 held: ");
        assertThat(queue("show", two).out())
                .startsWith(two + "  held\n")
                .contains("from      <ann@example.org>", "held by the operator", "Received: from c.example.org")
                .endsWith("when its cause is mended: postern queue release " + two + "\n");
        assertThat(queue("release", two).out()).isEqualTo(two + " released, due now\n");
        assertThat(queue("hold", two.toLowerCase(java.util.Locale.ROOT)).code()).isIn(0, 75);
        assertThat(queue("retry", two).out()).isEqualTo(two + " due now\n");
        await(two);

        Said json = queue("list", "--json", "--held");
        assertThat(json.err()).isEmpty();
        assertThat(json.out().lines())
                .singleElement()
                .satisfies(line -> assertThat(line)
                        .startsWith("{\"id\":\"" + two + "\",\"received\":\"")
                        .contains("\"state\":\"held\"", "\"from\":\"ann@example.org\"", "\"to\":\"bob@localhost\"")
                        .contains("\"next\":null", "\"problem\":\"held by the operator; before: can't write into "));
        assertThat(queue("show", "--json", one).out())
                .startsWith("{\"summary\":{\"id\":\"" + one)
                .contains("\"recipients\":[{\"to\":\"bob@localhost\",\"state\":\"waiting\"");

        assertThat(queue("hold", "m-0000000000000"))
                .isEqualTo(new Said(
                        1, "", "postern: m-0000000000000 is not in the queue: delivered, dropped, or never here\n"));
        assertThat(queue("show", "m-0000000000000").code()).isEqualTo(1);
    }

    /** Holds it again, whatever is under way. */
    private void await(String id) {
        Instant deadline = Instant.now().plus(PATIENCE);
        while (queue("hold", id).code() == 75) {
            assertThat(Instant.now()).isBefore(deadline);
        }
    }

    @Test
    void contentIsWrittenAsItWouldBeHandedOn() throws Exception {
        try (var postern = stuck()) {
            String id = tried(postern);
            PrintStream before = System.out;
            var octets = new ByteArrayOutputStream();
            System.setOut(new PrintStream(octets, true, UTF_8));
            try {
                assertThat(queue("show", "--content", id).code()).isZero();
            } finally {
                System.setOut(before);
            }
            assertThat(octets.toString(UTF_8))
                    .startsWith("Authentication-Results: mx.example.com;\r\n iprev=")
                    .contains("\r\nReceived: from c.example.org ")
                    .endsWith("\r\nSubject: hello\r\n\r\nHello\r\n");
        }
    }

    // A local part may hold marks that turn the direction of text; a trace holds what a client said.
    @Test
    @Tag("xss-1")
    void whatMailSaysDoesNotActOnTheTerminal() throws Exception {
        try (var postern = stuck()) {
            String id = send(postern, "ann\u202egro.elpmaxe@example.org", "bob\u2066@localhost");
            await(() -> queue("list").out().contains(id));
            assertThat(queue("list").out() + queue("show", id).out())
                    .contains("ann\\u202egro.elpmaxe@example.org")
                    .matches(text -> text.chars().allMatch(c -> c == '\n' || Harmless.isHarmless(c)), "is harmless");
        }
    }

    @Test
    void anotherProgramSpeaksTheProtocol() throws Exception {
        Program python = Program.named("python3");
        try (var postern = stuck()) {
            String id = tried(postern);
            Said said = new Said(
                    0,
                    python.run(
                                    new java.io.ByteArrayInputStream(new byte[0]),
                                    Map.of(),
                                    "-c",
                                    """
                                    import json, socket, sys
                                    s = socket.socket(socket.AF_UNIX)
                                    s.connect(sys.argv[1])
                                    f = s.makefile("rw")
                                    for ask in [{"ask": "hello"}, {"ask": "page", "most": 10, "held": False}, {"ask": "dance"}]:
                                        f.write(json.dumps({"postern": 1} | ask) + "\\n")
                                        f.flush()
                                        answer = json.loads(f.readline())
                                        print(answer["answer"], [m["id"] for m in answer.get("messages", [])])
                                    """,
                                    directory.resolve("data/control.sock").toString())
                            .succeeded()
                            .output(),
                    "");
            assertThat(said.out()).isEqualTo("here []\nmessages ['" + id + "']\nfailed []\n");
        }
    }

    // A start is measured: docs/decisions/0002-start.md.
    @Test
    void startDoesWithoutJson() throws Exception {
        Path classes = directory.resolve("classes");
        try (var postern = PosternProcess.with(
                directory, PosternProcess.ANY_AT_LOCALHOST, "-Xlog:class+load:file=" + classes + "::filecount=0")) {
            await(() -> Files.exists(directory.resolve("data/control.sock")));
            assertThat(classes).content().contains("ControlServer").doesNotContain("jackson");
            assertThat(queue("list").code()).isZero();
            assertThat(classes).content().contains("tools.jackson");
            assertThat(postern.isAlive()).isTrue();
        }
    }

    @Test
    void stopTakesTheSocketAway() throws Exception {
        try (var postern = stuck()) {
            await(() -> Files.exists(directory.resolve("data/control.sock")));
            postern.terminate();
            assertThat(postern.exitCode()).isZero();
        }
        assertThat(directory.resolve("data/control.sock")).doesNotExist();
        assertThat(queue("list").out()).isEqualTo("nothing is queued\n");
    }

    @Test
    void spoolThatIsInUseWithoutAnAnswerIsTemporary() throws Exception {
        try (var postern = stuck()) {
            await(() -> Files.exists(directory.resolve("data/control.sock")));
            Files.delete(directory.resolve("data/control.sock"));

            Said said = queue("list");
            assertThat(said.code()).isEqualTo(75);
            assertThat(said.err()).contains("another process has the spool", "try again");
            assertThat(postern.isAlive()).isTrue();
        }
    }

    @Test
    void whereThereIsNoSpoolNoneIsMade() throws Exception {
        Files.writeString(directory.resolve("postern.toml"), "hostname = \"mx.example.com\"\n");

        assertThat(queue("list").code()).isZero();
        assertThat(queue("list").out()).startsWith("nothing is queued: there is no spool yet in ");
        assertThat(queue("list", "--json")).isEqualTo(new Said(0, "", ""));
        assertThat(queue("flush").code()).isZero();
        assertThat(queue("hold", "m-0000000000000").code()).isEqualTo(1);
        assertThat(directory.resolve("data")).doesNotExist();
    }

    @Test
    void whatIsNoIdIsUsage() throws Exception {
        Files.writeString(directory.resolve("postern.toml"), "");
        Said said = queue("hold", "17");

        assertThat(said.code()).isEqualTo(2);
        assertThat(said.err()).contains("'17' is no message id: those look like m-");
    }
}
