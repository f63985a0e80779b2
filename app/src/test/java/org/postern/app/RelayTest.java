package org.postern.app;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.postern.smtp.transcript.Peer;

/** Mail that goes on: to Postfix's smtp-sink, with its faults. */
@Timeout(120)
class RelayTest {
    @TempDir
    private Path directory;

    private final List<Process> sinks = new ArrayList<>();

    @AfterEach
    void stop() {
        sinks.forEach(Process::destroyForcibly);
    }

    /** A sink on a free port of loopback, which writes each message into a file of {@link #dumps}. */
    private int sink(String... options) throws Exception {
        int port = Ports.free();
        Path dumps = Files.createDirectories(dumps());
        List<String> command =
                new ArrayList<>(List.of(Program.named("smtp-sink").file().toString(), "-d", dumps + "/%M."));
        if (System.getProperty("user.name", "").equals("root")) {
            command.addAll(List.of("-u", "root"));
        }
        command.addAll(List.of(options));
        command.addAll(List.of("127.0.0.1:" + port, "100"));
        sinks.add(new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("sink" + sinks.size()).toFile())
                .start());
        eventually(() -> {
            try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                return socket.isConnected();
            } catch (IOException notYet) {
                return false;
            }
        });
        return port;
    }

    private Path dumps() {
        return directory.resolve("dumps");
    }

    private static void eventually(Callable<Boolean> condition) throws Exception {
        Instant deadline = Instant.now().plus(Duration.ofSeconds(60));
        while (!condition.call()) {
            assertThat(Instant.now()).isBefore(deadline);
            Thread.sleep(20);
        }
    }

    private PosternProcess postern(int port, String more) throws IOException {
        return PosternProcess.with(directory, PosternProcess.RELAYING + """
            [[routes]]
            to = "relay.test"
            via = "smtp://127.0.0.1:%d"
            """.formatted(port) + more);
    }

    private static void send(PosternProcess postern, String from, String... to) throws Exception {
        try (Peer peer = Peer.to(new InetSocketAddress(InetAddress.getLoopbackAddress(), postern.port()))) {
            assertThat(peer.reply()).startsWith("220 ");
            peer.ask("HELO client.example");
            assertThat(peer.ask("MAIL FROM:<" + from + ">")).startsWith("250 ");
            for (String one : to) {
                assertThat(peer.ask("RCPT TO:<" + one + ">")).startsWith("250 ");
            }
            assertThat(peer.ask("DATA")).startsWith("354 ");
            assertThat(peer.ask("From: a@example.org\r\nSubject: onward\r\n\r\n..dot\r\n."))
                    .startsWith("250 ");
        }
    }

    @Test
    void messageReachesTheNextHopWithOurTrace() throws Exception {
        try (PosternProcess postern = postern(sink(), "")) {
            send(postern, "ann@localhost", "bob@relay.test");
            // The sink makes the file at MAIL, and writes it when it likes.
            eventually(() -> !arrived().isEmpty()
                    && Files.readString(arrived().getFirst(), ISO_8859_1).contains("\n.dot\n"));
            String message = Files.readString(arrived().getFirst(), ISO_8859_1);
            assertThat(message)
                    .contains("X-Helo-Args: mx.example.com")
                    .contains("X-Mail-Args: <ann@localhost>")
                    .contains("X-Rcpt-Args: <bob@relay.test>")
                    .contains("Received: from client.example (unknown [127.0.0.1])")
                    .contains("\n.dot\n");
            eventually(() -> postern.output().contains("event=delivered"));
        }
    }

    private String forwarded() throws IOException {
        for (Path file : arrived()) {
            String message = read(file);
            if (message.contains("\nDelivered-To: sales@localhost") && message.contains("\n.dot\n")) {
                return message;
            }
        }
        return "";
    }

    /** A sink that breaks a session off removes the file of its message. */
    private static String read(Path file) throws IOException {
        try {
            return Files.readString(file, ISO_8859_1);
        } catch (NoSuchFileException brokenOff) {
            return "";
        }
    }

    private List<Path> arrived() throws IOException {
        try (Stream<Path> files = Files.list(dumps())) {
            return files.toList();
        }
    }

    /** A recipient whom the next hop refuses: the sender, who is ours, is told by whom and why. */
    @Test
    @Tag("bounce-1")
    void refusedRecipientIsReportedToItsSenderAndARefusedReportToThePostmaster() throws Exception {
        try (PosternProcess postern = postern(sink("-f", "rcpt", "-B", "550 5.1.1 no such user here"), "")) {
            send(postern, "ann@localhost", "bob@relay.test");
            String report = Files.readString(postern.mail("ann", 1).getFirst(), ISO_8859_1);
            assertThat(report)
                    .contains("Return-Path: <>")
                    .contains("Auto-Submitted: auto-replied")
                    .contains("Content-Type: multipart/report; report-type=delivery-status;")
                    .contains("Final-Recipient: rfc822; bob@relay.test")
                    .contains("Action: failed")
                    .contains("Status: 5.1.1")
                    .contains("Remote-MTA: dns; [127.0.0.1]")
                    .contains("Diagnostic-Code: smtp; 550 5.1.1 no such user here")
                    .contains("There is no such mailbox.")
                    .contains("Subject: onward");

            // A report that comes back goes no further than here.
            send(postern, "", "eve@relay.test");
            eventually(() -> Files.isDirectory(directory.resolve("data/maildir/postmaster/new"))
                    && postern.output().contains("/maildir/postmaster"));
        }
    }

    /** There, postmaster would be somebody else. */
    @Test
    void mailToThePostmasterGoesToWhoReadsItUnderHisOwnName() throws Exception {
        try (PosternProcess postern = PosternProcess.with(directory, """
            hostname = "mx.example.com"
            postmaster = "pat@relay.test"
            [[listen]]
            address = "127.0.0.1:0"
            role = "trusted"
            [relay]
            trusted = ["127.0.0.0/8"]
            [domains.localhost]
            deliver = "maildir:maildir/{domain}/{local}"
            mailboxes = "any"
            [[routes]]
            to = "relay.test"
            via = "smtp://127.0.0.1:%d"
            """.formatted(sink()))) {
            send(postern, "ann@localhost", "postmaster", "abuse@localhost", "pat@relay.test");
            eventually(() -> postern.output().split("event=delivered", -1).length == 4);
            // One mailbox gets one copy.
            assertThat(arrived()).hasSize(1);
            assertThat(Files.readString(arrived().getFirst(), ISO_8859_1))
                    .contains("X-Rcpt-Args: <pat@relay.test>")
                    .doesNotContain("abuse");
        }
    }

    @Test
    void whatIsRefusedForAWhileIsDeliveredLater() throws Exception {
        int port = sink("-r", "data");
        try (PosternProcess postern = postern(port, """
            [queue]
            retry = ["100ms"]
            """)) {
            send(postern, "ann@localhost", "bob@relay.test");
            eventually(() -> postern.output().contains("event=\"delivery put off\""));
            sinks.getFirst().destroyForcibly().waitFor();
            eventually(() -> postern.output().contains("connection refused"));
        }
    }

    /** A stranger's mail goes on to outside under a sender of ours, and what comes back to that goes to the stranger. */
    @Test
    void aliasSendsOnUnderASenderOfOursAndItsBounceFindsItsWayBack() throws Exception {
        try (PosternProcess postern = postern(sink(), """
            [aliases]
            "sales@localhost" = ["ann@localhost", "bob@relay.test", "eve@nowhere.relay.test"]
            [[routes]]
            to = "*"
            via = "smtp://127.0.0.1:%d"
            [forwarding]
            srs = "localhost"
            """.formatted(sink("-q", "rcpt")))) {
            send(postern, "stranger@far.relay.test", "sales@localhost");
            // One mailbox has it whatever befalls the others.
            assertThat(Files.readString(postern.mail("ann", 1).getFirst(), ISO_8859_1))
                    .contains("Delivered-To: ann@localhost");
            // The other sink has a file for a moment as well, of the message that it breaks off.
            eventually(() -> !forwarded().isEmpty());
            String forwarded = forwarded();
            assertThat(forwarded).contains("X-Rcpt-Args: <bob@relay.test>", "\nDelivered-To: sales@localhost");
            Matcher sender = Pattern.compile("X-Mail-Args: <(SRS0=[^>]*)>").matcher(forwarded);
            assertThat(sender.find()).as(forwarded).isTrue();

            eventually(() -> postern.output().contains("event=\"delivery put off\""));
            sinks.getLast().destroyForcibly().waitFor();
            assertThat(sender.group(1)).endsWith("=far.relay.test=stranger@localhost");
            send(postern, "", sender.group(1));
            eventually(() -> postern.output().contains("<stranger@far.relay.test>"));
        }
    }
}
