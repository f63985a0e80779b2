package org.postern.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.postern.config.Config;
import org.postern.dns.NameServer;
import org.postern.dns.TestZone;
import org.postern.smtp.transcript.Peer;

/** What DNS has to do with a session, and what it must not have. */
class NamesTest {
    private static final Duration DELAY = Duration.ofMillis(300);

    @TempDir
    Path directory;

    private Config config(NameServer server, String more) throws IOException {
        return ((Config.Result.Valid) Config.read(Files.writeString(
                        directory.resolve("postern.toml"),
                        more + "\n[dns]\nservers = [\"127.0.0.1:"
                                + server.address().getPort() + "\"]\n")))
                .config();
    }

    private static String send(Peer peer, String domain) throws IOException {
        peer.ask("EHLO client.example.org");
        peer.ask("MAIL FROM:<ann@sender.example>");
        String reply = peer.ask("RCPT TO:<bob@" + domain + ">");
        peer.ask("DATA");
        peer.ask("Subject: hello\r\n\r\nhello\r\n.");
        return reply;
    }

    // The newcomer's first mail lands in new/, with DNS, without it, and with one that lies: nobody is asked.
    @ParameterizedTest
    @EnumSource(names = {"HONEST", "MUTE", "GARBAGE"})
    void firstRunTakesMailWhateverDnsSays(NameServer.Manner manner) throws Exception {
        try (var server = NameServer.with(new TestZone("*. A 192.0.2.1\n"))) {
            server.behave(manner);
            Config config = config(server, "[[listen]]\naddress = \"127.0.0.1:0\"\nrole = \"trusted\"\n");
            try (Mta mta = Mta.start(config);
                    Peer peer = Peer.greetedBy(mta.addresses().getFirst())) {
                assertThat(send(peer, "localhost")).startsWith("250");
                Path inbox = config.data().resolve("maildir/localhost/bob/new");
                Instant deadline = Instant.now().plus(Duration.ofSeconds(20));
                while (!holdsMail(inbox) && Instant.now().isBefore(deadline)) {
                    Thread.sleep(20);
                }
                assertThat(holdsMail(inbox)).isTrue();
            }
            assertThat(server.asked()).isZero();
        }
    }

    private static boolean holdsMail(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return false;
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.findAny().isPresent();
        }
    }

    /** A cold session of a usual sender, against a name server that takes its time: what it costs, and how long it waits. */
    @Test
    void coldSessionAsksFewQuestionsSideBySide() throws Exception {
        var zone = new TestZone("""
            1.0.0.127.in-addr.arpa. PTR client.example.org.
            client.example.org. A 127.0.0.1
            client.example.org. TXT "v=spf1 a -all"
            sender.example. MX 10 client.example.org.
            sender.example. TXT "v=spf1 mx -all"
            """);
        try (var server = NameServer.with(zone)) {
            server.delay(DELAY);
            Config config = config(server, """
                hostname = "mx.example.com"
                [[listen]]
                address = "127.0.0.1:0"
                role = "mx"
                [domains."example.com"]
                deliver = "discard:"
                mailboxes = "any"
                """);
            try (Mta mta = Mta.start(config)) {
                InetSocketAddress address = mta.addresses().getFirst();
                // Another client and sender before: what is cold is DNS then, and not this program.
                try (Peer peer = Peer.from("127.0.0.2", address)) {
                    peer.reply();
                    peer.ask("EHLO other.example.org");
                    peer.ask("MAIL FROM:<ann@other.example>");
                    peer.ask("RCPT TO:<bob@example.com>");
                }
                int before = server.asked();
                long start = System.nanoTime();
                try (Peer peer = Peer.greetedBy(address)) {
                    assertThat(send(peer, "example.com")).startsWith("250");
                }
                long cold = System.nanoTime() - start;
                int asked = server.asked() - before;
                start = System.nanoTime();
                try (Peer peer = Peer.greetedBy(address)) {
                    assertThat(send(peer, "example.com")).startsWith("250");
                }
                long warm = System.nanoTime() - start;
                System.out.printf(
                        "a cold session: %d questions, %.1f times a name server's %d ms; a warm one: %d questions,"
                                + " %.1f times%n",
                        asked,
                        (double) cold / DELAY.toNanos(),
                        DELAY.toMillis(),
                        server.asked() - before - asked,
                        (double) warm / DELAY.toNanos());
                // PTR, A, TXT of the greeting's name; MX and TXT of the sender's domain.
                assertThat(asked).isEqualTo(5);
                assertThat(server.asked() - before).isEqualTo(asked);
            }
        }
    }
}
