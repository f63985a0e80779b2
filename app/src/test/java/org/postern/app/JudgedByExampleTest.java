package org.postern.app;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.postern.config.Config;
import org.postern.dns.NameServer;
import org.postern.dns.TestZone;
import org.postern.smtp.transcript.Peer;
import org.slf4j.LoggerFactory;
import org.slf4j.event.KeyValuePair;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The table "Judged by example" of the checks, played through whole sessions from those addresses (a front end names them), and through
 * {@code postern judge}: the same verdicts, replies and findings by both ways, in every profile.
 */
class JudgedByExampleTest {
    private static final String ZONE = """
        mail.good.example. A 192.0.2.10
        mail.good.example. TXT "v=spf1 a -all"
        10.2.0.192.in-addr.arpa. PTR mail.good.example.
        other.good.example. A 192.0.2.99
        11.2.0.192.in-addr.arpa. PTR host-192-0-2-11.dyn.isp.example.
        host-192-0-2-11.dyn.isp.example. A 192.0.2.11
        13.2.0.192.in-addr.arpa. PTR liar.example.
        liar.example. A 192.0.2.77
        sender.example. A 192.0.2.50
        mx.example.com. A 192.0.2.1
        """;

    private static final JsonMapper JSON = JsonMapper.builder().build();

    /**
     * A row.
     *
     * @param standard as {@code accept}, {@code quarantine iprev}, {@code 550 5.7.1 helo-self}; {@code late} where it is said after the
     *     content
     */
    private record Row(String client, String name, boolean dnsDead, String standard, String strict) {
        static Row of(String client, String name, String standard, String strict) {
            return new Row(client, name, false, standard, strict);
        }
    }

    private static final List<Row> ROWS = List.of(
            Row.of("192.0.2.10", "mail.good.example", "accept", "accept"),
            Row.of("192.0.2.10", "other.good.example", "accept", "quarantine helo-matches"),
            Row.of("192.0.2.12", "mail.good.example", "late 550 5.7.23 spf-helo", "550 5.7.25 iprev"),
            Row.of("192.0.2.13", "liar.example", "quarantine iprev", "550 5.7.25 iprev"),
            Row.of("192.0.2.11", "host-192-0-2-11.dyn.isp.example", "accept", "quarantine helo-dynamic"),
            Row.of("192.0.2.50", "mx.example.com", "550 5.7.1 helo-self", "550 5.7.1 helo-self"),
            Row.of("192.0.2.10", "192.0.2.10", "greeting 501 helo-bare-ip", "greeting 501 helo-bare-ip"),
            Row.of("192.0.2.10", "[192.0.2.99]", "quarantine helo-literal", "quarantine helo-literal"),
            Row.of("192.0.2.10", "bad..name", "greeting 501 helo-syntax", "greeting 501 helo-syntax"),
            Row.of("192.0.2.10", "-x.example", "greeting 501 helo-syntax", "greeting 501 helo-syntax"),
            Row.of("192.0.2.10", "a".repeat(64) + ".example", "greeting 501 helo-syntax", "greeting 501 helo-syntax"),
            Row.of("192.0.2.10", "localhost", "accept", "550 5.7.1 helo-fqdn"),
            Row.of("192.0.2.10", "DESKTOP-3507CDS", "accept", "550 5.7.1 helo-fqdn"),
            Row.of("192.0.2.10", "printer.local", "accept", "550 5.7.1 helo-fqdn"),
            Row.of("192.0.2.10", "nowhere.good.example", "accept", "quarantine helo-resolves"),
            Row.of("192.0.2.12", "nowhere.good.example", "quarantine helo-resolves", "550 5.7.25 iprev"),
            new Row("192.0.2.10", "mail.good.example", true, "accept", "450 4.7.1 helo-resolves"));

    @TempDir
    static Path root;

    private static NameServer names;
    private static NameServer dead;

    private final ListAppender<ILoggingEvent> log = new ListAppender<>();

    @BeforeAll
    static void names() throws IOException {
        names = NameServer.with(new TestZone(ZONE));
        dead = NameServer.with(new TestZone(""));
        dead.behave(NameServer.Manner.MUTE);
    }

    @AfterAll
    static void close() throws IOException {
        names.close();
        dead.close();
    }

    private static Config config(String profile, NameServer server) throws IOException {
        Path directory = Files.createTempDirectory(root, profile);
        return ((Config.Result.Valid) Config.read(Files.writeString(directory.resolve("postern.toml"), """
            hostname = "mx.example.com"
            [[listen]]
            address = "127.0.0.1:0"
            role = "mx"
            proxies = ["127.0.0.1"]
            [domains."example.com"]
            mailboxes = "any"
            [dns]
            servers = ["127.0.0.1:%d"]
            timeout = "%s"
            [policy]
            profile = "%s"
            """.formatted(
                                server.address().getPort(), server == dead ? "200ms" : "10s", profile))))
                .config();
    }

    @TestFactory
    Stream<DynamicTest> observe() {
        return play("observe", _ -> "accept");
    }

    @TestFactory
    Stream<DynamicTest> standard() {
        return play("standard", Row::standard);
    }

    @TestFactory
    Stream<DynamicTest> strict() {
        return play("strict", Row::strict);
    }

    private Stream<DynamicTest> play(String profile, java.util.function.Function<Row, String> expected) {
        return ROWS.stream()
                .map(row -> DynamicTest.dynamicTest(
                        row.client + " greets as " + row.name + (row.dnsDead ? ", DNS dead" : "") + ": "
                                + expected.apply(row),
                        () -> {
                            NameServer server = row.dnsDead ? dead : names;
                            Config config = config(profile, server);
                            Met met = bySession(config, row);
                            assertThat(met.verdict()).as("by a session").isEqualTo(expected.apply(row));
                            Judged judged = byCommand(config, row);
                            assertThat(judged.verdict())
                                    .as("by postern judge")
                                    .isEqualTo(expected.apply(row).replace("greeting ", ""));
                            met.findings()
                                    .ifPresent(findings -> assertThat(judged.findings())
                                            .as("the findings of both")
                                            .isEqualTo(findings));
                        }));
    }

    // --- by a session
    // --------------------------------------------------------------------------------------------------------------------

    /** @param findings empty where the session tells none: a greeting that is refused at once */
    private record Met(String verdict, Optional<String> findings) {}

    private Met bySession(Config config, Row row) throws Exception {
        var visits = (Logger) LoggerFactory.getLogger("org.postern.door.Visit");
        visits.setLevel(Level.INFO);
        log.list.clear();
        log.start();
        visits.addAppender(log);
        try (Mta mta = Mta.start(config);
                Peer peer = Peer.to(mta.addresses().getFirst())) {
            return new Met(session(peer, row, config, mta.addresses().getFirst()), findings());
        } finally {
            visits.detachAppender(log);
        }
    }

    private String session(Peer peer, Row row, Config config, InetSocketAddress at) throws Exception {
        peer.send("PROXY TCP4 " + row.client + " 192.0.2.1 4711 " + at.getPort() + "\r\n");
        assertThat(peer.reply()).startsWith("220");
        String greeted = peer.ask("EHLO " + row.name);
        if (!greeted.startsWith("250")) {
            return "greeting " + greeted.substring(0, 3) + by();
        }
        assertThat(peer.ask("MAIL FROM:<ann@sender.example>")).startsWith("250");
        String recipient = peer.ask("RCPT TO:<bob@example.com>");
        if (!recipient.startsWith("250")) {
            return code(recipient) + by();
        }
        assertThat(peer.ask("DATA")).startsWith("354");
        String reply = peer.ask("Subject: hello\r\n\r\nhello\r\n.");
        if (!reply.startsWith("250")) {
            return "late " + code(reply) + by();
        }
        Path inbox = config.data().resolve("maildir/example.com/bob");
        Instant deadline = Instant.now().plus(Duration.ofSeconds(20));
        while (Instant.now().isBefore(deadline)) {
            if (holdsMail(inbox.resolve("new"))) {
                return "accept";
            }
            if (holdsMail(inbox.resolve(".Junk/new"))) {
                return "quarantine" + by();
            }
            Thread.sleep(20);
        }
        return "lost";
    }

    private static boolean holdsMail(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return false;
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.findAny().isPresent();
        }
    }

    /** {@code 550 5.7.25} of a reply. */
    private static String code(String reply) {
        return reply.replaceAll("(?s)^(\\d{3}( \\d\\.\\d+\\.\\d+)?)[ -].*", "$1");
    }

    private String by() {
        return value("by").map(by -> " " + by.substring(0, by.indexOf('='))).orElse(" nobody");
    }

    private Optional<String> findings() {
        return value("verdict").map(_ -> value("findings").orElse(""));
    }

    private Optional<String> value(String key) {
        return List.copyOf(log.list).stream()
                .flatMap(event -> Optional.ofNullable(event.getKeyValuePairs()).orElse(List.of()).stream())
                .filter(pair -> pair.key.equals(key))
                .map((KeyValuePair pair) -> String.valueOf(pair.value))
                .findFirst();
    }

    // --- by the command
    // ------------------------------------------------------------------------------------------------------------------

    private record Judged(String verdict, String findings) {}

    private static Judged byCommand(Config config, Row row) throws IOException {
        var out = new StringWriter();
        CommandLine line = Main.commandLine().setOut(new PrintWriter(out));
        int exit = line.execute(
                "judge",
                "--mail-from",
                "ann@sender.example",
                "--rcpt-to",
                "bob@example.com",
                "--json",
                "--config",
                config.data().resolveSibling("postern.toml").toString(),
                "--",
                row.client,
                row.name);
        JsonNode judged = JSON.readTree(out.toString());
        String word = judged.get("verdict").asString();
        assertThat(exit).isEqualTo(word.equals("accept") ? 0 : 1);
        String by = judged.has("decided_by") ? " " + judged.get("decided_by").asString() : "";
        String late = judged.has("unless") ? "late " : "";
        String code = judged.has("reply") ? code(judged.get("reply").asString()) : word;
        var findings = new ArrayList<String>();
        for (JsonNode finding : judged.get("findings")) {
            String result = finding.get("result").asString();
            if (!result.equals("pass") && !result.equals("none")) {
                findings.add(finding.get("id").asString() + "=" + result);
            }
        }
        return new Judged(late + code + by, findings.stream().collect(Collectors.joining(" ")));
    }
}
