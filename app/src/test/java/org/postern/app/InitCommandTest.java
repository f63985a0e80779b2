package org.postern.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.postern.config.Config;
import org.postern.dns.NameServer;
import org.postern.dns.TestZone;
import org.postern.smtp.transcript.Peer;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code postern init}: from nothing to a server that takes mail, and to DNS that says so. */
@Timeout(180)
class InitCommandTest {
    @TempDir
    private Path directory;

    private NameServer names;
    private Path file;

    @BeforeEach
    void start() throws IOException {
        names = NameServer.with(new TestZone(""));
        file = directory.resolve("postern.toml");
    }

    @AfterEach
    void stop() throws IOException {
        names.close();
    }

    private record Said(int code, String out, String err) {}

    private static Said postern(List<String> arguments) {
        var out = new StringWriter();
        var err = new StringWriter();
        CommandLine line = Main.commandLine();
        line.setOut(new PrintWriter(out, true));
        line.setErr(new PrintWriter(err, true));
        line.setColorScheme(CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.OFF));
        return new Said(line.execute(arguments.toArray(String[]::new)), out.toString(), err.toString());
    }

    private String dns() {
        return "127.0.0.1:" + names.address().getPort();
    }

    private Said init(String... more) {
        List<String> words = new ArrayList<>(List.of("init", "--config", file.toString(), "--dns", dns()));
        words.addAll(List.of(more));
        return postern(words);
    }

    private Said initForAnn(String... more) {
        List<String> words =
                new ArrayList<>(List.of("--hostname", "mx.example.com", "--mailbox", "ann", "--address", "192.0.2.10"));
        words.addAll(List.of(more));
        return init(words.toArray(String[]::new));
    }

    /** What a person pastes into zones: from a record on to the next empty line. */
    private static String zoneLines(String said) {
        return Stream.of(said.split("\n\n", -1))
                        .filter(block -> block.lines().findFirst().orElse("").matches("\\S+\\. IN [A-Z]+ .*"))
                        .collect(Collectors.joining("\n"))
                + "\n";
    }

    private Config config() throws IOException {
        Config.Result result = Config.read(file);
        assertThat(result).isInstanceOf(Config.Result.Valid.class);
        return ((Config.Result.Valid) result).config();
    }

    @Test
    void whatIsPublishedAsPrintedIsFoundRight() throws IOException {
        Said first = initForAnn();
        assertThat(first.err()).isEmpty();
        assertThat(first.code()).isZero();
        assertThat(first.out())
                .contains("--domain", "example.com", file + " is written", "two new keys")
                .contains("missing  A      mx.example.com")
                .contains("the name of 192.0.2.10 should be mx.example.com")
                .contains("postern config check --config " + file, "postern serve --config " + file)
                .endsWith("--address 192.0.2.10   looks at DNS again, once the records are published\n");
        assertThat(init("--address", "192.0.2.10").code()).isEqualTo(1);

        names.serve(new TestZone(zoneLines(first.out())));
        Said second = init("--address", "192.0.2.10");
        assertThat(second.out())
                .contains(file + " is there, and stays as it is", "DNS has all of it.")
                .doesNotContain("missing", "To publish", "To ask of");
        assertThat(second.code()).isZero();
        assertThat(postern(List.of("dkim", "list", "--config", file.toString())).out())
                .contains("in DNS");
        assertThat(postern(List.of("config", "check", "--config", file.toString()))
                        .out())
                .endsWith(": fine\n");
    }

    @Test
    void addressOfTheHostsNameIsTakenWhereTheMachineHasNone() {
        names.serve(new TestZone("mx.example.com. A 192.0.2.10\n10.2.0.192.in-addr.arpa. PTR mx.example.com.\n"));
        // What this machine sends from may be anything: then it is looked at instead.
        assertThat(init("--hostname", "mx.example.com").out()).contains("A      mx.example.com", "This host is known");
    }

    @Test
    void configurationIsForItsOwnerAndGroup() throws IOException {
        initForAnn();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-r-----");
        try (var files = Files.list(directory)) {
            assertThat(files.map(each -> each.getFileName().toString()))
                    .containsExactlyInAnyOrder("postern.toml", "data");
        }
    }

    @Test
    void serverOfItTakesMailForWhoExistsAndForNobodyElse() throws Exception {
        initForAnn();
        // Any port that is free, and nobody who answers: loopback has no name to be judged by.
        String toml = Files.readString(file)
                .replace("0.0.0.0:25", "127.0.0.1:0")
                .replace("[::]:25", "127.0.0.1:0")
                .replace("127.0.0.1:2525", "127.0.0.1:0")
                .replace(dns(), "127.0.0.1:9");
        try (var postern = PosternProcess.with(directory, toml)) {
            Client.send(postern, "ann@example.org", "ann@example.com");
            try (Peer peer = Peer.greetedBy(new InetSocketAddress(InetAddress.getLoopbackAddress(), postern.port()))) {
                peer.ask("EHLO client.example");
                peer.ask("MAIL FROM:<ann@example.org>");
                assertThat(peer.ask("RCPT TO:<bob@example.com>")).startsWith("550 5.1.1 ");
                assertThat(peer.ask("RCPT TO:<bob@example.net>")).startsWith("550 5.7.1 ");
            }
            Path inbox = directory.resolve("data/maildir/example.com/ann/new");
            Operator.await("it is there", () -> {
                String[] mail = inbox.toFile().list();
                return mail != null && mail.length == 1;
            });
        }
    }

    @Test
    void whatIsThereStaysUnlessForced() throws IOException {
        Files.writeString(file, "hostname = \"other.example.com\"\n");
        assertThat(initForAnn().out()).contains("stays as it is; --force writes it anew");
        assertThat(Files.readString(file)).isEqualTo("hostname = \"other.example.com\"\n");
        assertThat(directory.resolve("data")).doesNotExist();

        assertThat(initForAnn("--force").out()).contains(file + " is written");
        assertThat(config().hostname().name()).isEqualTo("mx.example.com");
    }

    @Test
    void keysThatAreThereAreKept() throws IOException {
        initForAnn();
        assertThat(initForAnn("--force").out()).doesNotContain("two new keys");
        try (var keys = Files.list(directory.resolve("data/dkim/example.com"))) {
            assertThat(keys.filter(key -> key.toString().endsWith(".pem"))).hasSize(2);
        }
    }

    @Test
    void keysThatRootMakesAreTheServersUsers() throws IOException {
        Program.requireRoot("postern init");
        Path data = Files.createDirectory(directory.resolve("data"));
        UserPrincipal nobody =
                data.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("nobody");
        Files.setOwner(data, nobody);
        initForAnn();
        try (var made = Files.walk(data)) {
            assertThat(made).hasSizeGreaterThan(5).allMatch(each -> isOf(nobody, each));
        }
    }

    private static boolean isOf(UserPrincipal user, Path file) {
        try {
            return Files.getOwner(file).equals(user);
        } catch (IOException problem) {
            throw new UncheckedIOException(problem);
        }
    }

    @Test
    void mistakesInWhatIsThereAreSaid() throws IOException {
        Files.writeString(file, "hostnam = \"mx.example.com\"\n");
        Said said = init();
        assertThat(said.code()).isEqualTo(1);
        assertThat(said.err()).contains("the configuration can't be used", ":1: ");
    }

    @Test
    void allThatCantBeUsedIsSaidAtOnceAndNothingIsWritten() throws IOException {
        Said said = init(
                "--hostname",
                "192.0.2.1",
                "--domain",
                "example.com",
                "--mailbox",
                "ann@example.org",
                "--deliver",
                "/var/mail",
                "--trusted",
                "10.0.0.1/8",
                "--smarthost",
                "smart host",
                "--address",
                "here");
        assertThat(said.code()).isEqualTo(2);
        assertThat(said.out()).isEmpty();
        assertThat(said.err().lines())
                .satisfiesExactly(
                        line -> assertThat(line).startsWith("postern: --hostname: 192.0.2.1 is an address"),
                        line -> assertThat(line).startsWith("postern: --mailbox: ann@example.org is an address"),
                        line -> assertThat(line).startsWith("postern: --deliver: \"/var/mail\" should be"),
                        line -> assertThat(line).startsWith("postern: --smarthost: "),
                        line -> assertThat(line).startsWith("postern: --trusted: 10.0.0.1/8 is no net"),
                        line -> assertThat(line).startsWith("postern: --address: here is no address"),
                        line -> assertThat(line).startsWith("postern: nothing was written"));
        try (var files = Files.list(directory)) {
            assertThat(files).isEmpty();
        }
    }

    @Test
    void whatTheConfigurationWouldNotTakeIsSaid() {
        Said said = init("--hostname", "mx.example.com", "--mailbox", "ann", "--postmaster", "bob@example.com");
        assertThat(said.code()).isEqualTo(2);
        assertThat(said.err()).contains("postern: postmaster should be a mailbox of one of our domains");
        assertThat(file).doesNotExist();
    }

    @Test
    void nameWithoutDotIsTakenAndToldOf() throws IOException {
        Said said = init("--hostname", "mx", "--domain", "example.com");
        assertThat(said.code()).isZero();
        assertThat(said.out()).contains("note: mx is not fully qualified", "note: nothing is asked about mx,");
        assertThat(config().hostname().name()).isEqualTo("mx");
    }

    @Test
    void fileThatCantBeWrittenKeepsNothingElseFromBeingSaid() throws IOException {
        Path noDirectory = Files.writeString(directory.resolve("taken"), "");
        file = noDirectory.resolve("postern.toml");
        Said said = initForAnn();
        assertThat(said.code()).isEqualTo(1);
        assertThat(said.out())
                .contains("can't write " + file + ": ", "can't make keys in ", "see to what could not be written")
                .contains("mx.example.com. IN A 192.0.2.10");
    }

    @Test
    void serverThatDoesNotAnswerIsToldOfAndRecordsArePrinted() {
        names.behave(NameServer.Manner.GARBAGE);
        Said said = initForAnn();
        assertThat(said.code()).isZero();
        assertThat(said.out())
                .contains("unknown  A ", "mx.example.com. IN A 192.0.2.10")
                .doesNotContain("missing");
    }

    @Test
    void dropInNamesTheDirectoriesOfMail() throws IOException {
        Path dropIn = directory.resolve("postern.service.d/mail.conf");
        Said said = initForAnn("--deliver", "maildir:/var/mail/{domain}/{local}", "--unit-drop-in", dropIn.toString());
        assertThat(said.out()).contains(dropIn + " is written; then: systemctl daemon-reload");
        assertThat(Files.readString(dropIn))
                .endsWith("[Service]\nReadWritePaths=" + directory.resolve("data") + "\nReadWritePaths=/var/mail\n");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(dropIn)))
                .isEqualTo("rw-r--r--");

        Files.writeString(dropIn, "[Service]\n");
        Said kept = init("--unit-drop-in", dropIn.toString());
        assertThat(kept.out()).contains("was not written by postern init: --force writes it anew");
        assertThat(Files.readString(dropIn)).isEqualTo("[Service]\n");
    }

    @Test
    void jsonSaysTheSameAndKeepsToItsSchema() throws IOException, InterruptedException {
        String first = initForAnn("--json").out();
        Schema.permits("init", first);
        JsonNode json = JsonMapper.shared().readTree(first);
        assertThat(json.get("config").asString()).isEqualTo(file.toString());
        assertThat(json.get("fine").asBoolean()).isTrue();
        assertThat(json.get("was_there").asBoolean()).isFalse();
        assertThat(json.get("dns_is_right").asBoolean()).isFalse();
        assertThat(json.get("addresses").get(0).get("source").asString()).isEqualTo("said");
        var zone = new StringBuilder();
        json.get("records")
                .forEach(record -> record.get("publish")
                        .forEach(line -> zone.append(line.asString()).append('\n')));
        names.serve(new TestZone(zone.toString()));
        String second = init("--json", "--address", "192.0.2.10").out();
        Schema.permits("init", second);
        JsonNode after = JsonMapper.shared().readTree(second);
        assertThat(after.get("dns_is_right").asBoolean()).isTrue();
        assertThat(after.get("was_there").asBoolean()).isTrue();
    }

    /** On a terminal, which {@code script} makes. */
    @Test
    void onATerminalItAsks() throws Exception {
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                "org.postern.app.Main",
                "init",
                "--config",
                file.toString(),
                "--dns",
                dns(),
                "--address",
                "192.0.2.10");
        String shell = command.stream().map(word -> "'" + word + "'").collect(Collectors.joining(" "));
        try (Conversation script = Program.named("script").converse("-qec", shell, "/dev/null")) {
            script.hears("The name of this server")
                    .types("mx_1.example.com")
                    .hears("has an underscore")
                    .hears("The name of this server")
                    .types("mx.example.com")
                    .hears("Domains that mail comes for [example.com]: ")
                    .types("")
                    .hears("Who has a mailbox there")
                    .types("ann@elsewhere.example")
                    .hears("ann@elsewhere.example is an address")
                    .hears("Who has a mailbox there")
                    .types("bob ann")
                    .hears("Where Postern keeps what is its own [data]: ")
                    .types("")
                    .hears("Where their mail goes [maildir:data/maildir/{domain}/{local}]: ")
                    .types("")
                    .hears("Who reads mail to postmaster [ann@example.com]: ")
                    .types("bob")
                    .hears("By whom mail leaves")
                    .types("")
                    .hears("is written")
                    .hears("Next:");
            script.ends();
        }
        assertThat(Files.readString(file, UTF_8))
                .contains("postmaster = \"bob@example.com\"", "mailboxes = [\"ann\", \"bob\"]");
        assertThat(config().hostname().name()).isEqualTo("mx.example.com");
    }
}
