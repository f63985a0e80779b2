package org.postern.app;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.postern.smtp.transcript.Peer;

/** The configuration changes while the server runs. */
@Timeout(180)
class ReloadTest {
    @TempDir
    private Path directory;

    private Operator operator;
    private int port;

    @BeforeEach
    void begin() throws Exception {
        operator = new Operator(directory);
        port = Ports.free();
    }

    /** A listener, and what a test adds. */
    private String toml(String more) {
        return """
            hostname = "mx.example.com"
            [[listen]]
            address = "127.0.0.1:%d"
            role = "mx"
            [dns]
            servers = ["127.0.0.1:9"]
            [policy]
            profile = "observe"
            [domains.localhost]
            deliver = "maildir:maildir/{domain}/{local}"
            mailboxes = "any"
            """.formatted(port) + more;
    }

    private void write(String toml) throws Exception {
        Files.writeString(directory.resolve("postern.toml"), toml);
    }

    private Peer peer() throws Exception {
        return Peer.greetedBy(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    }

    private String rcpt(String to) throws Exception {
        try (Peer peer = peer()) {
            peer.ask("EHLO client.example");
            peer.ask("MAIL FROM:<a@example.org>");
            return peer.ask("RCPT TO:<" + to + ">");
        }
    }

    @Test
    void whatIsWrongChangesNothingAndWhatIsRightHoldsForNewSessions() throws Exception {
        try (PosternProcess postern = PosternProcess.with(directory, toml(""));
                Peer before = peer()) {
            before.ask("EHLO client.example");
            assertThat(rcpt("ann@new.example")).startsWith("550 5.7.1");

            write(toml(
                    "[domains.\"new.example\"]\ndeliver = \"maildir:maildir/{domain}/{local}\"\nmailboxs = \"any\"\n"));
            assertThat(operator.exitCode("reload")).isEqualTo(1);
            assertThat(operator.says("reload"))
                    .contains("postern.toml:", "mailboxs", "mailboxes")
                    .contains("nothing is reloaded, the server goes on as before");
            assertThat(rcpt("ann@new.example")).startsWith("550 5.7.1");

            write(toml("""
                [domains."new.example"]
                deliver = "maildir:maildir/{domain}/{local}"
                mailboxes = "any"
                """));
            assertThat(operator.says("reload")).isEqualTo("reloaded\n");
            assertThat(rcpt("ann@new.example")).startsWith("250 ");
            before.ask("MAIL FROM:<a@example.org>");
            assertThat(before.ask("RCPT TO:<ann@new.example>")).startsWith("550 5.7.1");
            assertThat(before.ask("RCPT TO:<ann@localhost>")).startsWith("250 ");
            assertThat(postern.isAlive()).isTrue();
        }
    }

    @Test
    void hangupDoesTheSameAndTellsTheLog() throws Exception {
        try (PosternProcess postern = PosternProcess.with(directory, toml(""))) {
            write(toml("nonsense = 1\n"));
            hangup(postern);
            postern.waitForOutput("event=\"not reloaded\"");
            assertThat(postern.output()).contains("nonsense");

            write(toml("[limits]\nrecipients = 100\nmessage-bytes = 1_000_000\n"));
            hangup(postern);
            postern.waitForOutput("event=reloaded");
            try (Peer peer = peer()) {
                assertThat(peer.ask("EHLO client.example")).contains("SIZE 1000000");
            }
        }
    }

    private static void hangup(PosternProcess postern) throws Exception {
        assertThat(new ProcessBuilder("kill", "-HUP", String.valueOf(postern.pid()))
                        .start()
                        .waitFor())
                .isZero();
    }

    @Test
    void listenersComeAndGo() throws Exception {
        int other = Ports.free();
        String second = "[[listen]]\naddress = \"127.0.0.1:" + other + "\"\nrole = \"trusted\"\n";
        try (PosternProcess _ = PosternProcess.with(directory, toml(""))) {
            write(second + toml(""));
            assertThat(operator.exitCode("reload"))
                    .as("a table before the first key")
                    .isEqualTo(1);
            write(toml("").replace("[[listen]]", second + "[[listen]]"));
            assertThat(operator.says("reload")).isEqualTo("reloaded\n");
            try (Peer peer = Peer.greetedBy(new InetSocketAddress(InetAddress.getLoopbackAddress(), other))) {
                peer.ask("QUIT");
            }
            port = other;
            assertThat(rcpt("ann@localhost")).startsWith("250 ");
            // sendmail finds the listener by the file that the server leaves.
            assertThat(Files.readString(directory.resolve("data/sendmail"))).contains("listener 127.0.0.1:" + other);
        }
    }

    @Test
    void whatCannotBeFollowedChangesNothing() throws Exception {
        try (PosternProcess _ = PosternProcess.with(directory, toml(""))) {
            write("alias-files = [\"/nowhere/aliases\"]\n" + toml(""));
            assertThat(operator.says("reload"))
                    .contains("/nowhere/aliases", "nothing is reloaded, the server goes on as before");
            write("data = \"elsewhere\"\n" + toml(""));
            // That server is not this one.
            assertThat(operator.says("reload")).contains("no server runs with the data directory", "elsewhere");
            write(toml(""));
            assertThat(operator.says("reload")).isEqualTo("reloaded\n");
            assertThat(rcpt("ann@localhost")).startsWith("250 ");
        }
    }

    @Test
    void whatHoldsFromTheNextStartIsSaid() throws Exception {
        try (PosternProcess _ = PosternProcess.with(directory, toml(""))) {
            write(toml("[journal]\nkeep = \"3d\"\n"));
            assertThat(operator.says("reload"))
                    .contains("remark: [journal] and its limits hold from the next start", "reloaded");
        }
    }

    @Test
    void withoutAServerTheCommandSaysSo() throws Exception {
        write(toml(""));
        assertThat(operator.exitCode("reload")).isEqualTo(1);
        assertThat(operator.says("reload")).contains("no server runs with the data directory");
    }

    /** What waits for a host that is dead goes to the one that is named in its place. */
    @Test
    void waitingMailGoesTheNewWay() throws Exception {
        int dead = Ports.free();
        int sink = Ports.free();
        Path dumps = Files.createDirectories(directory.resolve("dumps"));
        String relay = """
            [relay]
            trusted = ["127.0.0.0/8"]
            [queue]
            retry = ["1s"]
            [[routes]]
            to = "*"
            via = "smtp://127.0.0.1:%d"
            """;
        String trusted = toml("").replace("role = \"mx\"", "role = \"trusted\"");
        try (PosternProcess postern = PosternProcess.with(directory, trusted + relay.formatted(dead))) {
            try (Peer peer = peer()) {
                peer.ask("EHLO client.example");
                peer.ask("MAIL FROM:<a@localhost>");
                peer.ask("RCPT TO:<bob@far.example>");
                peer.ask("DATA");
                assertThat(peer.ask("Subject: onward\r\n\r\nhi\r\n.")).startsWith("250 ");
            }
            postern.waitForOutput("connection refused");
            Process smtpSink = new ProcessBuilder(
                            Program.named("smtp-sink").file().toString(),
                            "-u",
                            System.getProperty("user.name"),
                            "-d",
                            dumps + "/%M.",
                            "127.0.0.1:" + sink,
                            "100")
                    .redirectErrorStream(true)
                    .redirectOutput(directory.resolve("sink").toFile())
                    .start();
            try {
                write(trusted + relay.formatted(sink));
                assertThat(operator.says("reload")).isEqualTo("reloaded\n");
                postern.waitForOutput("event=delivered");
                assertThat(operator.says("queue", "list")).contains("nothing is queued");
            } finally {
                smtpSink.destroyForcibly().waitFor();
            }
        }
    }

    /** As many reloads as there is time for while a client sends: each message that got its 250 is there, once. */
    @Test
    void noMessageAndNoSessionIsLostWhileItReloads() throws Exception {
        int messages = 3_000;
        String trusted = toml("").replace("role = \"mx\"", "role = \"trusted\"");
        try (PosternProcess postern = PosternProcess.with(directory, trusted)) {
            Process source = new ProcessBuilder(
                            Program.named("smtp-source").file().toString(),
                            "-s",
                            "10",
                            "-m",
                            String.valueOf(messages),
                            "-l",
                            "2000",
                            "-f",
                            "a@localhost",
                            "-t",
                            "ann@localhost",
                            "127.0.0.1:" + port)
                    .redirectErrorStream(true)
                    .redirectOutput(directory.resolve("source").toFile())
                    .start();
            int reloads = 0;
            while (source.isAlive()) {
                write(trusted + "[limits]\nmessage-bytes = " + (1_000_000 + reloads) + "\n");
                assertThat(operator.says("reload")).isEqualTo("reloaded\n");
                reloads++;
            }
            assertThat(source.waitFor(10, TimeUnit.SECONDS)).isTrue();
            assertThat(Files.readString(directory.resolve("source"), ISO_8859_1))
                    .isEmpty();
            assertThat(source.exitValue()).isZero();
            assertThat(reloads).isGreaterThan(2);
            assertThat(postern.mail("ann", messages)).hasSize(messages);
            assertThat(operator.says("queue", "list")).contains("nothing is queued");
            assertThat(threads(postern))
                    .as("threads that nobody needs any more")
                    .isLessThan(200);
        }
    }

    private static long threads(PosternProcess postern) throws Exception {
        try (Stream<Path> all = Files.list(Path.of("/proc/" + postern.pid() + "/task"))) {
            return all.count();
        }
    }

    @Test
    void commandTellsWhatItDoes() {
        assertThat(List.of(operator.says("reload", "--help")))
                .first()
                .asString()
                .contains("SIGHUP", "without a stop");
    }
}
