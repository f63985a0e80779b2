package org.postern.app;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postern.config.Config;
import org.postern.dns.NameServer;
import org.postern.dns.TestZone;
import org.postern.filter.RealFilters;
import org.postern.smtp.transcript.Peer;

/** rspamd and ClamAV, asked by the server about real messages: refused, quarantined, taken; and what happens when both are down. */
class FiltersAtTheDoorTest {
    @TempDir
    static Path root;

    private static NameServer names;
    private static RealFilters real;
    private static String rspamd;
    private static String clamav;

    @BeforeAll
    static void start() throws Exception {
        names = NameServer.with(new TestZone("""
            client.example. A 127.0.0.1
            1.0.0.127.in-addr.arpa. PTR client.example.
            sender.example. A 127.0.0.1
            """));
        real = new RealFilters(root);
        rspamd = real.rspamd();
        clamav = real.clamav();
    }

    @AfterAll
    static void stop() throws IOException {
        real.close();
        names.close();
    }

    private static Config config(String rspamdAddress, String clamavAddress, String more) throws IOException {
        Path directory = Files.createTempDirectory(root, "server");
        return ((Config.Result.Valid) Config.read(Files.writeString(directory.resolve("postern.toml"), """
            hostname = "mx.example.com"
            [[listen]]
            address = "127.0.0.1:0"
            role = "mx"
            [domains."example.com"]
            mailboxes = "any"
            [dns]
            servers = ["127.0.0.1:%d"]
            [[filters]]
            name = "spam"
            address = "%s"
            %s
            [[filters]]
            name = "virus"
            address = "%s"
            %s
            """.formatted(
                                names.address().getPort(), rspamdAddress, more, clamavAddress, more))))
                .config();
    }

    private static String send(Config config, String subject, String body) throws Exception {
        try (Mta mta = Mta.start(config);
                Peer peer = Peer.greetedBy(mta.addresses().getFirst())) {
            peer.ask("EHLO client.example");
            assertThat(peer.ask("MAIL FROM:<ann@sender.example>")).startsWith("250");
            assertThat(peer.ask("RCPT TO:<bob@example.com>")).startsWith("250");
            peer.ask("DATA");
            String reply = peer.ask("From: ann@sender.example\r\nTo: bob@example.com\r\nSubject: " + subject
                    + "\r\n"
                    + "Date: Sat, 28 Nov 2026 12:00:00 +0000\r\n"
                    + "Message-ID: <1@sender.example>\r\n"
                    + "X-Spam-Flag: NO\r\n\r\n"
                    + body + "\r\n.");
            return reply.startsWith("250") ? where(config) : reply;
        }
    }

    /** As {@code new}, {@code .Junk/new}. */
    private static String where(Config config) throws Exception {
        Path inbox = config.data().resolve("maildir/example.com/bob");
        Instant deadline = Instant.now().plus(Duration.ofSeconds(20));
        while (Instant.now().isBefore(deadline)) {
            for (String folder : List.of("new", ".Junk/new")) {
                if (!files(inbox.resolve(folder)).isEmpty()) {
                    return folder;
                }
            }
            Thread.sleep(20);
        }
        return "lost";
    }

    private static List<Path> files(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        }
    }

    @Test
    void whatRspamdRejectsIsRefused() throws Exception {
        Config config = config(rspamd, clamav, "");

        assertThat(send(config, "test", RealFilters.GTUBE)).startsWith("550 5.7.1 spam says \"reject\": Gtube pattern");
        assertThat(files(config.data().resolve("maildir/example.com/bob/new"))).isEmpty();
    }

    @Test
    void whatRspamdDoubtsGoesIntoJunkWithItsFields() throws Exception {
        Config config = config(rspamd, clamav, "");

        assertThat(send(config, "an Offer", "hello")).isEqualTo(".Junk/new");

        String mail = Files.readString(
                files(config.data().resolve("maildir/example.com/bob/.Junk/new"))
                        .getFirst(),
                ISO_8859_1);
        assertThat(mail)
                .contains("verdict=quarantine by=filter;")
                .contains("X-Rspamd-Action: add header\n")
                .contains("X-Virus-Status: Clean\n")
                .contains("X-Spam-Flag: YES\n")
                .doesNotContain("X-Spam-Flag: NO");
    }

    @Test
    void whatClamavFindsIsRefused() throws Exception {
        assertThat(send(config(rspamd, clamav, ""), "test", RealFilters.EICAR))
                .startsWith("550 5.7.1 virus refuses it: virus found: Eicar-Test.UNOFFICIAL");
    }

    @Test
    void whatNeitherMindsIsTaken() throws Exception {
        assertThat(send(config(rspamd, clamav, ""), "hello", "hello")).isEqualTo("new");
    }

    @Test
    void whenBothAreDownTheSettingSaysWhatHappens() throws Exception {
        // Nobody listens there.
        String noRspamd = "http://127.0.0.1:1";
        String noClamav = "tcp://127.0.0.1:1";

        assertThat(send(config(noRspamd, noClamav, ""), "test", RealFilters.EICAR))
                .isEqualTo("new");
        assertThat(send(config(noRspamd, noClamav, "temperror = \"defer\""), "test", RealFilters.EICAR))
                .startsWith("451 4.7.1 spam does not answer");
    }
}
