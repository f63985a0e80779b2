package org.postern.app;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.postern.config.Config;
import org.postern.dkim.Dkimpy;
import org.postern.dns.CachingResolver;
import org.postern.dns.DnsName;
import org.postern.dns.DnsSettings;
import org.postern.dns.NameServer;
import org.postern.dns.RealServers;
import org.postern.dns.RecordType;
import org.postern.dns.TestZone;
import org.postern.smtp.transcript.Peer;

/** {@code postern dkim}: from new keys to signed mail. */
@Timeout(180)
class DkimCommandTest {
    private static final Pattern VALUE = Pattern.compile("name   (\\S+)\ntype   TXT\nvalue  (.*)\n");

    @TempDir
    private Path directory;

    private NameServer names;
    private Operator operator;

    @BeforeEach
    void start() throws IOException {
        names = NameServer.with(new TestZone(""));
        operator = new Operator(directory);
        configure("");
    }

    @AfterEach
    void stop() throws IOException {
        names.close();
    }

    private Path configure(String more) throws IOException {
        return Files.writeString(
                directory.resolve("postern.toml"), """
                    hostname = "mx.example.com"
                    [[listen]]
                    address = "127.0.0.1:0"
                    role = "trusted"
                    [relay]
                    trusted = ["127.0.0.0/8"]
                    [dns]
                    servers = ["127.0.0.1:%d"]
                    %s
                    """.formatted(names.address().getPort(), more));
    }

    /** What it says to publish, as a zone file has it. */
    private static String zoneLines(String said) {
        return said.substring(said.indexOf("\n\n") + 2, said.indexOf("\nWhere a form asks"));
    }

    /** The same as forms have it. */
    private static Map<String, String> records(String said, String domain) {
        Map<String, String> records = new HashMap<>();
        Matcher value = VALUE.matcher(said);
        while (value.find()) {
            records.put(value.group(1) + "." + domain, value.group(2));
        }
        return records;
    }

    /** As the server notes it when it sees a record. */
    private void seen(Instant since, String... selectors) throws IOException {
        for (String selector : selectors) {
            Files.writeString(directory.resolve("data/dkim/example.com").resolve(selector + ".stands"), since + "\n");
        }
    }

    private List<String> selectors() throws IOException {
        try (var files = Files.list(directory.resolve("data/dkim/example.com"))) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".pem"))
                    .map(name -> name.substring(0, name.length() - 4))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void whereThereAreNoneItSaysHowToMakeSome() {
        assertThat(operator.says("dkim", "list"))
                .startsWith("There are no keys yet. To make some: postern dkim new DOMAIN --config ");
        assertThat(operator.exitCode("dkim", "list")).isEqualTo(1);
        assertThat(operator.says("dkim", "list", "--json")).isEqualTo("[]\n");
    }

    @Test
    void recordsAreTheSameInBothForms() {
        String said = operator.says("dkim", "new", "example.com");
        Map<String, String> records = records(said, "example.com");
        assertThat(records).hasSize(2);
        var zone = new TestZone(zoneLines(said)).resolver();
        records.forEach((name, text) ->
                assertThat(zone.ask(new DnsName(name), RecordType.TXT).texts()).containsExactly(text));
    }

    @Test
    void keysWaitAreSeenAndSign() throws Exception {
        String said = operator.says("dkim", "new", "example.com");
        assertThat(operator.says("dkim", "list"))
                .contains("waits for its record", "not in DNS: no such name", "To publish:", zoneLines(said));
        assertThat(operator.exitCode("dkim", "list")).isEqualTo(1);

        names.serve(new TestZone(zoneLines(said)));
        assertThat(operator.says("dkim", "list"))
                .contains("waits for its record  in DNS", "The server has not seen p")
                .doesNotContain("To publish");

        int port = Ports.free("127.0.0.12");
        try (Hop hop = Hop.at("127.0.0.12", port, Hop.Manner.HONEST);
                Mta mta = start("[[routes]]\nto = \"*\"\nvia = \"smtp://127.0.0.12:" + port + "\"\n")) {
            // Of its two keys one is seen before the other.
            Operator.await("both sign", () -> !operator.says("dkim", "list").contains("waits"));
            assertThat(operator.exitCode("dkim", "list")).isZero();
            assertThat(operator.says("dkim", "list")).contains("signs since 20").doesNotContain("\n\n");
            send(mta);
            Operator.await("it is there", () -> hop.messages().size() == 1);
            byte[] got =
                    hop.messages().getFirst().content().replace("\n", "\r\n").getBytes(ISO_8859_1);
            assertThat(new Dkimpy(directory, records(said, "example.com")).signatures(got))
                    .containsExactly("pass rsa-sha256 example.com", "pass ed25519-sha256 example.com");
        }
    }

    @Test
    void withoutTheirRecordsNothingIsSigned() throws Exception {
        operator.says("dkim", "new", "example.com");
        int port = Ports.free("127.0.0.12");
        try (Hop hop = Hop.at("127.0.0.12", port, Hop.Manner.HONEST);
                Mta mta = start("[[routes]]\nto = \"*\"\nvia = \"smtp://127.0.0.12:" + port + "\"\n")) {
            Operator.await("both are asked for", () -> names.asked() >= 2);
            send(mta);
            Operator.await("it is there", () -> hop.messages().size() == 1);
            assertThat(hop.messages().getFirst().content()).doesNotContain("DKIM-Signature");
        }
    }

    private Mta start(String more) throws IOException {
        return Mta.start(((Config.Result.Valid) Config.read(configure(more))).config());
    }

    private static void send(Mta mta) throws IOException {
        try (Peer peer = Peer.greetedBy(mta.addresses().getFirst())) {
            peer.ask("EHLO client.example");
            peer.ask("MAIL FROM:<ann@example.com>");
            peer.ask("RCPT TO:<bob@far.test>");
            peer.ask("DATA");
            peer.send("From: ann@example.com\r\nSubject: hello\r\n\r\nHello\r\n");
            assertThat(peer.ask(".")).startsWith("250 ");
        }
    }

    @Test
    void theFormerPairIsListedWithTheDayFromWhichItsRecordsMayGo() throws Exception {
        String former = zoneLines(operator.says("dkim", "new", "example.com"));
        String next = zoneLines(operator.says("dkim", "new", "example.com"));
        names.serve(new TestZone(former + next));
        List<String> names = selectors();
        assertThat(names).hasSize(4);
        Instant now = Instant.now();
        seen(now.minus(90, ChronoUnit.DAYS), names.get(0), names.get(1));
        seen(now, names.get(2), names.get(3));
        assertThat(operator.says("dkim", "list"))
                .containsPattern("(?s)retired on 20.*retired on 20.*signs since 20.*signs since 20")
                .containsPattern("The record " + names.get(0) + "\\._domainkey\\.example\\.com may go on 20")
                .doesNotContain("To publish");
        assertThat(operator.exitCode("dkim", "list")).isZero();

        seen(now.minus(8, ChronoUnit.DAYS), names.get(2), names.get(3));
        assertThat(operator.says("dkim", "list"))
                .contains("The record " + names.get(0) + "._domainkey.example.com may go now.");
        this.names.serve(new TestZone(next));
        assertThat(operator.says("dkim", "list")).contains("retired on 20").doesNotContain("may go", "To publish");
        assertThat(operator.exitCode("dkim", "list")).isZero();
    }

    @Test
    void aRecordThatWentAwayIsToBePublishedAgain() throws Exception {
        operator.says("dkim", "new", "example.com");
        seen(Instant.now(), selectors().toArray(String[]::new));
        assertThat(operator.says("dkim", "list"))
                .contains("signs since 20", "._domainkey.example.com signs can't be verified.", "To publish:");
        assertThat(operator.exitCode("dkim", "list")).isEqualTo(1);
        names.behave(NameServer.Manner.GARBAGE);
        assertThat(operator.says("dkim", "list"))
                .contains("DNS can't be asked: ")
                .doesNotContain("To publish", "can't be verified");
    }

    @Test
    void jsonHasTheSame() {
        Map<String, String> records =
                records(operator.says("dkim", "new", "B\u00fccher.example"), "xn--bcher-kva.example");
        String json = operator.says("dkim", "list", "--json");
        assertThat(json)
                .startsWith("[{\"domain\":\"xn--bcher-kva.example\",\"selector\":\"p")
                .contains("\"state\":\"waiting\"", "\"in_dns\":false", "\"dns\":\"not in DNS: no such name\"");
        records.forEach(
                (name, text) -> assertThat(json).contains("\"name\":\"" + name + "\",\"record\":\"" + text + "\""));
    }

    @Test
    void keysOfTheConfigurationAreListedToo() throws Exception {
        OpensslKey key = OpensslKey.rsa(directory, "example.com");
        configure(key.section());
        assertThat(operator.says("dkim", "list")).isEqualTo("""
            example.com  r  rsa-sha256      signs, by [[dkim]]  there is no key at r._domainkey.example.com

            What r._domainkey.example.com signs can't be verified.
            """);
        assertThat(operator.exitCode("dkim", "list")).isEqualTo(1);
        names.serve(new TestZone(key.zoneLine()));
        assertThat(operator.says("dkim", "list"))
                .isEqualTo("example.com  r  rsa-sha256      signs, by [[dkim]]  in DNS\n");
        assertThat(operator.exitCode("dkim", "list")).isZero();
        assertThat(operator.says("dkim", "list", "--json")).contains("\"state\":\"configured\",\"in_dns\":true");
        Files.createDirectory(directory.resolve("other"));
        OpensslKey other = OpensslKey.rsa(directory.resolve("other"), "example.com");
        names.serve(new TestZone(other.zoneLine()));
        assertThat(operator.says("dkim", "list")).contains("another key is in DNS");
    }

    @Test
    void oddDomainsAreRefused() {
        String label = "a".repeat(63) + ".";
        for (String odd : List.of("a b", ".", "x-.example", "ann@example.com", label.repeat(3) + "a".repeat(50))) {
            assertThat(operator.exitCode("dkim", "new", odd)).as(odd).isEqualTo(2);
            assertThat(operator.says("dkim", "new", odd)).startsWith("DOMAIN should be a domain as example.com, not ");
        }
        assertThat(directory.resolve("data/dkim")).doesNotExist();
    }

    /** What it prints NSD serves, and what NSD then serves are these records. */
    @Test
    void printedLinesGoIntoAZoneAsTheyAre() throws Exception {
        String said = operator.says("dkim", "new", "example.com");
        Path zones = Files.createDirectory(directory.resolve("zones"));
        try (var servers = new RealServers(zones)) {
            Path file = servers.zone("example.com.", zoneLines(said));
            assertThat(Program.named("nsd-checkzone")
                            .run("example.com", file.toString())
                            .succeeded()
                            .output())
                    .contains("zone example.com is ok");
            servers.startNsd();
            var served = new CachingResolver(DnsSettings.of(List.of(servers.startUnbound("iterator", "")))
                    .with(DnsSettings.Dnssec.OFF));
            records(said, "example.com")
                    .forEach((name, text) -> assertThat(served.ask(new DnsName(name), RecordType.TXT)
                                    .texts())
                            .containsExactly(text));
        }
    }
}
