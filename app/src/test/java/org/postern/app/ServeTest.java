package org.postern.app;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postern.smtp.transcript.Peer;

/** The program as a process: its start, its stop, and what it does when memory or file descriptors are short. */
class ServeTest {
    @TempDir
    Path directory;

    private static InetSocketAddress at(PosternProcess postern) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), postern.port());
    }

    private static Peer content(PosternProcess postern) throws IOException {
        Peer peer = Peer.greetedBy(at(postern));
        peer.ask("EHLO c.example.org");
        peer.ask("MAIL FROM:<ann@example.org>");
        peer.ask("RCPT TO:<bob@localhost>");
        assertThat(peer.ask("DATA")).startsWith("354 ");
        return peer;
    }

    @Test
    void firstLinesSayWhereItListensAndWhatToTry() throws Exception {
        try (var postern = PosternProcess.with(directory, PosternProcess.ANY_AT_LOCALHOST)) {
            postern.waitForOutput("  try ");
            assertThat(postern.output().lines())
                    .satisfiesExactlyInAnyOrder(
                            line -> assertThat(line).startsWith("Postern ").endsWith(" is mx.example.com"),
                            line -> assertThat(line)
                                    .isEqualTo("  listens   127.0.0.1:" + postern.port() + " (mx, STARTTLS)"),
                            line -> assertThat(line).startsWith("  receives  localhost: any mailbox -> "),
                            line -> assertThat(line).isEqualTo("  relays    nothing"),
                            line -> assertThat(line).startsWith("  settings  "),
                            line -> assertThat(line)
                                    .isEqualTo("  try       swaks --server 127.0.0.1:" + postern.port()
                                            + " --to ann@localhost"),
                            line -> assertThat(line).contains("self-signed certificate made"));
        }
    }

    @Test
    void theLogGoesToStandardError() throws Exception {
        try (var postern = PosternProcess.under(directory, "exec 2>errors", PosternProcess.ANY_AT_LOCALHOST)) {
            postern.waitForOutput("  try ");
            assertThat(postern.output()).doesNotContain("event=");
            assertThat(directory.resolve("errors")).content().contains("event=\"self-signed certificate made\"");
        }
    }

    @Test
    @Tag("stop-1")
    void sigtermTellsIdleSessionsAndLetsTransactionsEnd() throws Exception {
        try (var postern = PosternProcess.with(directory, PosternProcess.ANY_AT_LOCALHOST);
                Peer ungreeted = Peer.greetedBy(at(postern));
                Peer idle = Peer.greetedBy(at(postern));
                Peer secured = Peer.greetedBy(at(postern));
                Peer busy = content(postern)) {
            idle.ask("EHLO c.example.org");
            secured.ask("EHLO c.example.org");
            secured.ask("STARTTLS");
            secured.secure();
            secured.ask("EHLO c.example.org");
            busy.send("From: ann@example.org\r\nSubject: half\r\n");
            postern.terminate();

            for (Peer peer : List.of(ungreeted, idle, secured)) {
                assertThat(peer.reply()).startsWith("421 4.3.2 shutting down; please come again [s-");
                assertThat(peer.read()).isNegative();
            }
            busy.send("\r\nand the other half\r\n.\r\n");
            assertThat(busy.reply()).startsWith("250 2.0.0 ");
            assertThat(busy.reply()).startsWith("421 4.3.2 ");
            assertThat(postern.exitCode()).isZero();
        }
        // Delivered before the end, or after the next start: accepted is accepted.
        try (var postern = PosternProcess.with(directory, PosternProcess.ANY_AT_LOCALHOST)) {
            assertThat(postern.mail("bob", 1)).hasSize(1);
        }
    }

    @Test
    @Tag("stop-1")
    void transactionThatGoesOnForeverDoesNotHoldItUp() throws Exception {
        String toml = PosternProcess.ANY_AT_LOCALHOST.replace("[[listen]]", "[limits]\nstop-time = \"1s\"\n[[listen]]");
        try (var postern = PosternProcess.with(directory, toml);
                Peer busy = content(postern)) {
            busy.send("From: ann@example.org\r\nSubject: half\r\n");
            postern.terminate();

            assertThat(busy.reply()).startsWith("421 4.3.2 shutting down; please come again [s-");
            assertThat(postern.exitCode()).isZero();
            assertThat(postern.mail("bob", 0)).isEmpty();
        }
    }

    @Test
    @Tag("mem-1")
    void twentyOfTheLargestMessagesAtOnceFitASmallHeap() throws Exception {
        int sessions = 20;
        try (var postern = PosternProcess.with(directory, PosternProcess.ANY_AT_LOCALHOST, "-Xmx64m");
                var senders = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<String>> replies = new ArrayList<>();
            for (int i = 0; i < sessions; i++) {
                replies.add(senders.submit(() -> sendMegabytes(postern, 25)));
            }
            for (Future<String> reply : replies) {
                assertThat(reply.get()).startsWith("250 2.0.0 ");
            }
            for (Path file : postern.mail("bob", sessions)) {
                assertThat(Files.size(file)).isGreaterThan(25_000_000 / 100 * 98);
            }
        }
    }

    static String sendMegabytes(PosternProcess postern, int megabytes) throws IOException {
        byte[] line = new byte[100];
        Arrays.fill(line, (byte) 'x');
        line[98] = '\r';
        line[99] = '\n';
        byte[] piece = new byte[100_000];
        for (int i = 0; i < piece.length; i++) {
            piece[i] = line[i % 100];
        }
        try (Peer peer = content(postern)) {
            peer.socket().setSoTimeout(300_000);
            OutputStream out = peer.out();
            out.write("From: ann@example.org\r\nSubject: large\r\n\r\n".getBytes(US_ASCII));
            for (int i = 0; i < megabytes * 10; i++) {
                out.write(piece);
            }
            out.write(".\r\n".getBytes(US_ASCII));
            return peer.reply();
        }
    }

    @Test
    @Tag("mem-1")
    void hundredThousandHeadersAreRefused() throws Exception {
        try (var postern = PosternProcess.with(directory, PosternProcess.ANY_AT_LOCALHOST, "-Xmx64m");
                Peer peer = content(postern)) {
            for (int i = 0; i < 100; i++) {
                peer.send("X-Header: filled with words, and then some\r\n".repeat(1_000));
            }
            peer.send("\r\nbody\r\n.\r\n");

            assertThat(peer.reply()).startsWith("552 5.3.4 ");
            assertThat(peer.ask("NOOP")).startsWith("250 ");
            assertThat(postern.mail("bob", 0)).isEmpty();
        }
    }

    @Test
    @Tag("mem-1")
    void tenThousandNestedPartsAreContentLikeAnyOther() throws Exception {
        try (var postern = PosternProcess.with(directory, PosternProcess.ANY_AT_LOCALHOST, "-Xmx64m");
                Peer peer = content(postern)) {
            peer.send("From: ann@example.org\r\nMIME-Version: 1.0\r\n");
            for (int i = 0; i < 10_000; i++) {
                peer.send("Content-Type: multipart/mixed; boundary=\"b" + i + "\"\r\n\r\n--b" + i + "\r\n");
            }
            peer.send(".\r\n");

            assertThat(peer.reply()).startsWith("250 2.0.0 ");
        }
    }

    private static final String MANY_PER_CLIENT =
            PosternProcess.ANY_AT_LOCALHOST.replace("[[listen]]", "[limits]\nsessions-per-client = 1_000\n[[listen]]");

    @Test
    @Tag("fd-1")
    void sessionsAreFewerThanFilesMayBeOpen() throws Exception {
        try (var postern = PosternProcess.under(directory, "ulimit -n 256", MANY_PER_CLIENT)) {
            postern.waitForOutput("fewer sessions at once than limits.sessions");
            List<Peer> peers = new ArrayList<>();
            String last = "";
            for (int i = 0; i < 256 && !last.startsWith("421 "); i++) {
                Peer peer = Peer.to(at(postern));
                peers.add(peer);
                last = peer.reply();
            }
            assertThat(last).startsWith("421 ");
            // What was left is enough for a message to be kept and delivered.
            Peer first = peers.getFirst();
            first.ask("EHLO c.example.org");
            first.ask("MAIL FROM:<ann@example.org>");
            first.ask("RCPT TO:<bob@localhost>");
            first.ask("DATA");
            assertThat(first.ask("From: a@example.org\r\nSubject: x\r\n\r\nx\r\n."))
                    .startsWith("250 2.0.0 ");
            postern.mail("bob", 1);
            for (Peer peer : peers) {
                peer.close();
            }
        }
    }

    @Test
    @Tag("fd-1")
    void outOfFileDescriptorsItPausesAndRecovers() throws Exception {
        Program prlimit = Program.named("prlimit");
        try (var postern = PosternProcess.with(directory, MANY_PER_CLIENT)) {
            long open;
            try (var files = Files.list(Path.of("/proc/" + postern.pid() + "/fd"))) {
                open = files.count();
            }
            prlimit.run("--pid", Long.toString(postern.pid()), "--nofile=" + (open + 60))
                    .succeeded();
            List<Peer> peers = new ArrayList<>();
            for (int i = 0; i < 140; i++) {
                // The kernel's queue takes those that the process can't.
                peers.add(Peer.to(at(postern)));
            }
            postern.waitForOutput("can't accept connections");
            for (Peer peer : peers) {
                peer.close();
            }
            eventually(() -> {
                try (Peer again = Peer.to(at(postern))) {
                    again.reply();
                }
                // Said once it has gone well for a second.
                return postern.output().contains("accepts connections again");
            });
            assertThat(postern.output().split("can't accept connections", -1))
                    .as(postern.output())
                    .hasSize(2);
        }
    }

    /** Under LC_ALL=C the JVM has no file names but ASCII ones; ./postern sees to it that it is never started so. */
    @Test
    void aNameThatTheLocaleCannotWriteIsNoMailbox() throws Exception {
        try (var postern = PosternProcess.under(directory, "export LC_ALL=C", PosternProcess.ANY_AT_LOCALHOST);
                Peer peer = Peer.greetedBy(at(postern))) {
            peer.ask("EHLO c.example.org");
            peer.ask("MAIL FROM:<ann@example.org> SMTPUTF8");
            assertThat(peer.ask("RCPT TO:<\u00c3\u00a9@localhost>")).startsWith("550 5.1.1 ");
            assertThat(peer.ask("RCPT TO:<e@localhost>")).startsWith("250 ");
        }
    }

    @Test
    void aTemplateThatTheLocaleCannotWriteIsAMistakeThatSaysSo() {
        String toml = PosternProcess.ANY_AT_LOCALHOST.replace("maildir/{domain}", "maildir/\u00e9/{domain}");
        assertThatThrownBy(() -> PosternProcess.under(directory, "export LC_ALL=C", toml))
                .hasMessageContaining("postern.toml:6: domains.localhost.deliver has no good path: ")
                .hasMessageContaining("LC_ALL=C.UTF-8");
    }

    @Test
    void eachSessionIsALineOfTheLog() throws Exception {
        try (var postern =
                        PosternProcess.with(directory, PosternProcess.ANY_AT_LOCALHOST + "[log]\nformat = \"json\"\n");
                Peer peer = content(postern)) {
            peer.send("From: ann@example.org\r\nSubject: \u001b[31m\r\n\r\nbody\r\n.\r\n");
            peer.reply();
            peer.ask("RCPT TO:<x@elsewhere.example>");
            peer.ask("MAIL FROM:<ann@example.org>");
            peer.ask("RCPT TO:<x@elsewhere.example>");
            peer.ask("QUIT");
            postern.waitForOutput("\"event\":\"session\"");

            assertThat(Files.readString(directory.resolve("output"), UTF_8).lines())
                    .filteredOn(line -> line.startsWith("{"))
                    .anySatisfy(
                            line -> assertThat(line).contains("\"session\":\"s-", "x@elsewhere.example", "550 5.7.1"));
        }
    }

    private static void eventually(Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + 30_000_000_000L;
        while (!condition.call()) {
            assertThat(System.nanoTime() - deadline).as("past the deadline").isNegative();
            Thread.sleep(20);
        }
    }
}
