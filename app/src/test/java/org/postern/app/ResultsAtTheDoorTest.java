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
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postern.config.Config;
import org.postern.dns.NameServer;
import org.postern.dns.TestZone;
import org.postern.finding.AuthenticationResults;
import org.postern.finding.AuthenticationResults.MethodResult;
import org.postern.smtp.transcript.Peer;

/** What a reader of a delivered message may believe of its header, and what a client that is counted by its organisation gets. */
class ResultsAtTheDoorTest {
    @TempDir
    Path directory;

    private Config config(NameServer server, String more) throws IOException {
        return ((Config.Result.Valid) Config.read(Files.writeString(directory.resolve("postern.toml"), """
            hostname = "mx.example.com"
            [[listen]]
            address = "127.0.0.1:0"
            role = "mx"
            [domains."example.com"]
            mailboxes = "any"
            [dns]
            servers = ["127.0.0.1:%d"]
            %s
            """.formatted(
                                server.address().getPort(), more))))
                .config();
    }

    private List<String> delivered(Config config) throws Exception {
        Path inbox = config.data().resolve("maildir/example.com/bob");
        Instant deadline = Instant.now().plus(Duration.ofSeconds(20));
        while (Instant.now().isBefore(deadline)) {
            for (String folder : List.of("new", ".Junk/new")) {
                if (Files.isDirectory(inbox.resolve(folder))) {
                    try (Stream<Path> files = Files.list(inbox.resolve(folder))) {
                        List<Path> found = files.toList();
                        if (!found.isEmpty()) {
                            return Files.readAllLines(found.getFirst(), ISO_8859_1);
                        }
                    }
                }
            }
            Thread.sleep(20);
        }
        throw new AssertionError("nothing was delivered");
    }

    @Test
    @Tag("ar-1")
    @Tag("ar-2")
    void forgedResultsAreLeftOutAndOursCannotBeBroken() throws Exception {
        try (var server = NameServer.with(new TestZone("""
            1.0.0.127.in-addr.arpa. PTR x\\);dmarc=pass.example.
            e.example. MX 10 mail.e.example.
            """))) {
            Config config = config(server, "");
            try (Mta mta = Mta.start(config);
                    Peer peer = Peer.greetedBy(mta.addresses().getFirst())) {
                peer.ask("EHLO [IPv6:2001:db8::1]");
                assertThat(peer.ask("MAIL FROM:<\"x; dmarc=pass\"@e.example>")).startsWith("250");
                assertThat(peer.ask("RCPT TO:<bob@example.com>")).startsWith("250");
                peer.ask("DATA");
                assertThat(peer.ask(String.join(
                                "\r\n",
                                "Authentication-Results: mx.example.com; spf=pass smtp.mailfrom=bank.example",
                                "authentication-results: (a comment) \"MX.example.com\"",
                                " 1; dkim=pass",
                                "Authentication-Results: other.example; dkim=pass header.d=bank.example",
                                "X-Postern-Findings: verdict=accept",
                                "Subject: hello",
                                "",
                                "Authentication-Results: mx.example.com; in the body",
                                ".")))
                        .startsWith("250");
            }
            List<String> lines = delivered(config);
            assertThat(lines)
                    .filteredOn(line -> line.toLowerCase(java.util.Locale.ROOT).startsWith("authentication-results:"))
                    .containsExactly(
                            "Authentication-Results: mx.example.com;",
                            "Authentication-Results: other.example; dkim=pass header.d=bank.example",
                            "Authentication-Results: mx.example.com; in the body");
            assertThat(lines)
                    .filteredOn(line -> line.startsWith("X-Postern-Findings:"))
                    .hasSize(1);
            assertThat(lines).noneMatch(line -> line.contains("dkim=pass") && !line.contains("other.example"));
            AuthenticationResults ours =
                    AuthenticationResults.parse(unfolded(lines)).orElseThrow();
            assertThat(ours.authservId()).isEqualTo("mx.example.com");
            assertThat(ours.results())
                    .extracting(MethodResult::method)
                    .containsOnly("iprev", "spf", "dkim", "arc", "dmarc");
            assertThat(ours.results())
                    .filteredOn(result ->
                            !result.method().equals("iprev") && !result.method().equals("spf"))
                    .extracting(MethodResult::result)
                    .containsExactly("none", "none", "permerror");
            assertThat(ours.results())
                    .flatExtracting(MethodResult::properties)
                    .extracting(AuthenticationResults.Property::value)
                    .contains("\"x; dmarc=pass\"@e.example");
        }
    }

    /** The value of the first Authentication-Results. */
    private static String unfolded(List<String> lines) {
        int first = lines.indexOf("Authentication-Results: mx.example.com;");
        var value = new StringBuilder(lines.get(first).substring("Authentication-Results:".length()));
        for (String line : lines.subList(first + 1, lines.size())) {
            if (!line.startsWith(" ") && !line.startsWith("\t")) {
                break;
            }
            value.append(line);
        }
        return value.toString();
    }

    // The key of reverse DNS's organisation: another address of it has no more left than the first one.
    @Test
    void organisationSharesItsRates() throws Exception {
        try (var server = NameServer.with(new TestZone("""
            2.0.0.127.in-addr.arpa. PTR a.sender.example.
            a.sender.example. A 127.0.0.2
            3.0.0.127.in-addr.arpa. PTR b.sender.example.
            b.sender.example. A 127.0.0.3
            4.0.0.127.in-addr.arpa. PTR a.other.example.
            a.other.example. A 127.0.0.4
            sender.example. MX 10 a.sender.example.
            """))) {
            Config config = config(server, "[limits]\nrecipients-per-client-per-hour = 1\n");
            try (Mta mta = Mta.start(config)) {
                assertThat(recipient(mta, "127.0.0.2", "a.sender.example")).startsWith("250");
                assertThat(recipient(mta, "127.0.0.3", "b.sender.example")).startsWith("450 4.7.1");
                assertThat(recipient(mta, "127.0.0.4", "a.other.example")).startsWith("250");
            }
        }
    }

    private static String recipient(Mta mta, String client, String name) throws Exception {
        try (Peer peer = Peer.from(client, mta.addresses().getFirst())) {
            peer.reply();
            peer.ask("EHLO " + name);
            peer.ask("MAIL FROM:<ann@sender.example>");
            return peer.ask("RCPT TO:<bob@example.com>");
        }
    }
}
