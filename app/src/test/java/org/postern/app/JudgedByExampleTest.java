package org.postern.app;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.postern.config.Config;
import org.postern.dkim.Body;
import org.postern.dkim.Signing;
import org.postern.dkim.SigningKey;
import org.postern.dns.NameServer;
import org.postern.dns.TestZone;
import org.postern.message.OpenMessage;
import org.postern.smtp.Domain;
import org.postern.smtp.transcript.Peer;
import org.slf4j.LoggerFactory;
import org.slf4j.event.KeyValuePair;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The table "Judged by example" of the checks, played through whole sessions from those addresses (a front end names them), and through
 * {@code postern judge}, with the message and without: the same verdicts, replies and findings by all ways, in every profile.
 */
@Isolated("listens to a logger")
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
        _dmarc.signed.example. TXT "v=DMARC1; p=reject"
        """;

    private static final String UNSIGNED = "From: Ann <ann@sender.example>\r\nSubject: hello\r\n\r\nhello\r\n";
    private static final String TO_SIGN = "From: Ann <ann@signed.example>\r\nSubject: hello\r\n\r\nhello\r\n";

    private static String signed;

    private static final JsonMapper JSON = JsonMapper.builder().build();

    /**
     * A row.
     *
     * @param standard as {@code accept}, {@code quarantine iprev}, {@code 550 5.7.1 helo-self}; {@code late} where it is said after the
     *     content
     */
    private record Row(String client, String name, boolean dnsDead, boolean isSigned, String standard, String strict) {
        static Row of(String client, String name, String standard, String strict) {
            return new Row(client, name, false, false, standard, strict);
        }

        String message() {
            return isSigned ? signed : UNSIGNED;
        }
    }

    private static final List<Row> ROWS = List.of(
            Row.of("192.0.2.10", "mail.good.example", "accept", "accept"),
            Row.of("192.0.2.10", "other.good.example", "accept", "quarantine helo-matches"),
            Row.of("192.0.2.12", "mail.good.example", "late 550 5.7.23 spf-helo", "550 5.7.25 iprev"),
            new Row("192.0.2.12", "mail.good.example", false, true, "accept", "550 5.7.25 iprev"),
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
            new Row("192.0.2.10", "mail.good.example", true, false, "accept", "450 4.7.1 helo-resolves"));

    @TempDir
    static Path root;

    private static NameServer names;
    private static NameServer dead;

    private final ListAppender<ILoggingEvent> log = new ListAppender<>();

    @BeforeAll
    static void names() throws Exception {
        KeyPair keys = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        byte[] der = keys.getPublic().getEncoded();
        String key = Base64.getEncoder().encodeToString(Arrays.copyOfRange(der, der.length - 32, der.length));
        names = NameServer.with(
                new TestZone(ZONE + "k._domainkey.signed.example. TXT \"v=DKIM1; k=ed25519; p=" + key + "\"\n"));
        signed = signed(new SigningKey(new Domain("signed.example"), "k", keys.getPrivate()));
        dead = NameServer.with(new TestZone(""));
        dead.behave(NameServer.Manner.MUTE);
    }

    private static String signed(SigningKey key) throws Exception {
        OpenMessage opened = OpenMessage.of(new ByteArrayInputStream(TO_SIGN.getBytes(US_ASCII)), 1_000)
                .orElseThrow();
        var body = new Body();
        Signing signing = Signing.begin(opened.header(), body, Signing.Style.USUAL, List.of(key), Instant.now());
        opened.through(body::through).rest().readAllBytes();
        return signing.fields() + TO_SIGN;
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
                        row.client + " greets as " + row.name + (row.dnsDead ? ", DNS dead" : "")
                                + (row.isSigned ? ", DMARC passes" : "") + ": " + expected.apply(row),
                        () -> {
                            NameServer server = row.dnsDead ? dead : names;
                            Config config = config(profile, server);
                            Met met = bySession(config, row);
                            assertThat(met.verdict()).as("by a session").isEqualTo(expected.apply(row));
                            String atOnce = expected.apply(row).replace("greeting ", "");
                            Judged brought = byCommand(config, row, true);
                            assertThat(brought.verdict())
                                    .as("by postern judge --message")
                                    .isEqualTo(atOnce.replace("late ", ""));
                            // A session that is refused before has heard no message.
                            met.findings()
                                    .filter(_ -> !atOnce.matches("[45].*"))
                                    .ifPresent(findings -> assertThat(brought.findings())
                                            .as("the findings of both")
                                            .isEqualTo(findings));
                            if (!row.isSigned) {
                                Judged judged = byCommand(config, row, false);
                                assertThat(judged.verdict())
                                        .as("by postern judge")
                                        .isEqualTo(atOnce);
                                assertThat(brought.findings()).startsWith(judged.findings());
                            }
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
        String reply = peer.ask(row.message() + ".");
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

    private static Judged byCommand(Config config, Row row, boolean withMessage) throws IOException {
        var out = new StringWriter();
        CommandLine line = Main.commandLine().setOut(new PrintWriter(out));
        var arguments = new ArrayList<>(List.of(
                "judge",
                "--mail-from",
                "ann@sender.example",
                "--rcpt-to",
                "bob@example.com",
                "--json",
                "--config",
                config.data().resolveSibling("postern.toml").toString()));
        if (withMessage) {
            Path file = config.data().resolveSibling("message.eml");
            Files.writeString(file, row.message().replace("\r\n", "\n"));
            arguments.addAll(List.of("--message", file.toString()));
        }
        arguments.addAll(List.of("--", row.client, row.name));
        int exit = line.execute(arguments.toArray(String[]::new));
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
