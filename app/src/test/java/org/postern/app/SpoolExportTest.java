package org.postern.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postern.app.CommandsTest.Said;
import org.postern.backup.Sha256;
import org.postern.smtp.Envelope;
import org.postern.smtp.MailParameters;
import org.postern.smtp.Mailbox;
import org.postern.spool.Doubt;
import org.postern.spool.RocksSpool;
import org.postern.spool.Spool;
import org.postern.spool.SpooledMessage;
import org.postern.spool.Standing;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.DBOptions;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code postern spool export} and {@code postern spool import}: beside a server and without one, whole or not at all. */
class SpoolExportTest {
    private static final RocksSpool.Room ROOM = new RocksSpool.Room(1 << 20, 0);
    private static final String SCHEMA = """
        import json, jsonschema, pathlib, sys
        schema = json.load(open(sys.argv[1]))
        jsonschema.Draft202012Validator.check_schema(schema)
        files = list(pathlib.Path(sys.argv[2]).glob('*.json'))
        for file in files:
            jsonschema.validate(json.loads(file.read_text()), schema)
        print(len(files))
        """;

    @TempDir
    Path directory;

    private Path data(String name) {
        return directory.resolve(name);
    }

    private String config(String name) throws IOException {
        String toml = PosternProcess.ANY_AT_LOCALHOST.replaceFirst("\\n", "\ndata = \"" + data(name) + "\"\n");
        return Files.writeString(directory.resolve(name + ".toml"), toml).toString();
    }

    private Said export(String name, String to, String... more) throws IOException {
        return command(name, "export", to, more);
    }

    private Said take(String name, String from, String... more) throws IOException {
        return command(name, "import", from, more);
    }

    private Said command(String name, String command, String place, String... more) throws IOException {
        var words = new ArrayList<>(
                List.of("spool", command, directory.resolve(place).toString()));
        words.addAll(List.of("--config", config(name)));
        words.addAll(List.of(more));
        return CommandsTest.postern(words.toArray(String[]::new));
    }

    private List<SpooledMessage> fill(String name, int count, int octets) throws IOException {
        List<SpooledMessage> all = new ArrayList<>();
        var random = new Random(count);
        try (RocksSpool spool = RocksSpool.open(data(name).resolve("spool"), ROOM, Clock.systemUTC())) {
            for (int i = 0; i < count; i++) {
                byte[] content = new byte[1 + random.nextInt(octets)];
                random.nextBytes(content);
                all.add(spool.accept(arrival(spool, "bob" + i + "@localhost", i), new ByteArrayInputStream(content)));
            }
            spool.update(all.getLast().with(Duration.ofDays(5), one -> one.held("given up after 120h")));
        }
        return all;
    }

    /** Every fifth is in quarantine. */
    private static Spool.Arrival arrival(Spool spool, String to, int number) {
        var envelope = new Envelope(
                Mailbox.parse("ann\u202e@example.org").orElseThrow(),
                MailParameters.NONE,
                List.of(Mailbox.parse(to).orElseThrow()));
        Doubt doubt = Doubt.fresh(Doubt.Way.HELD, "192.0.2.1", "mail.example", "iprev", List.of(), "");
        return new Spool.Arrival(
                spool.nextId(),
                "s-1",
                envelope,
                "Received: from test\r\n",
                number % 5 == 4 ? Optional.of(doubt) : Optional.empty(),
                Standing.OURS,
                Map.of());
    }

    private Map<String, String> files(String place) throws IOException {
        var files = new TreeMap<String, String>();
        try (Stream<Path> all = Files.list(directory.resolve(place))) {
            for (Path file : all.toList()) {
                files.put(file.getFileName().toString(), sha256(file));
            }
        }
        return files;
    }

    private static String sha256(Path file) throws IOException {
        return HexFormat.of().formatHex(Sha256.begin().digest(Files.readAllBytes(file)));
    }

    // --- there and back
    // --------------------------------------------------------------------------------------------------------

    @Test
    void spoolGoesThroughFilesIntoAnother() throws IOException {
        long octets = fill("old", 12, 100_000).stream()
                .mapToLong(one -> one.octets() + one.trace().length())
                .sum();
        String sum = "12 messages, " + octets + " octets";
        assertThat(export("old", "a"))
                .isEqualTo(new Said(
                        0,
                        sum + " written into " + directory + "/a; to put them into a spool: postern spool import "
                                + directory + "/a\n",
                        ""));
        assertThat(take("new", "a"))
                .isEqualTo(new Said(
                        0,
                        sum + " imported; start the server: postern serve --config " + directory + "/new.toml\n",
                        ""));
        assertThat(export("new", "b").code()).isZero();
        assertThat(files("b")).isEqualTo(files("a")).hasSize(24);

        assertThat(take("new", "a").out())
                .contains("is in the spool already")
                .endsWith("0 messages, 0 octets imported, 12 there already; start the server: postern serve --config "
                        + directory + "/new.toml\n");
    }

    @Test
    void filesKeepToTheirSchemaAndActOnNoTerminal() throws IOException, InterruptedException {
        fill("old", 12, 100);
        assertThat(export("old", "a").code()).isZero();
        for (Path file : list("a", ".json")) {
            assertThat(Files.readString(file)).doesNotContain("\u001b").doesNotContain("\u202e");
        }
        Program python = new Program(Path.of("/usr/bin/python3"));
        if (python.run("-c", "import jsonschema").exit() != 0) {
            throw Program.missing("python3-jsonschema");
        }
        String place = directory.resolve("a").toString();
        assertThat(python.run("-c", SCHEMA, "../docs/spool-export.schema.json", place)
                        .succeeded()
                        .output())
                .isEqualTo("12\n");
    }

    private List<Path> list(String place, String ending) throws IOException {
        try (Stream<Path> all = Files.list(directory.resolve(place))) {
            return all.filter(file -> file.toString().endsWith(ending)).sorted().toList();
        }
    }

    @Test
    void thoseThatAreNamedAreExported() throws IOException {
        String id = fill("old", 3, 100).get(1).id().toString();
        assertThat(export("old", "a", "--id", id).code()).isZero();
        assertThat(files("a").keySet()).containsExactly(id + ".eml", id + ".json");

        Said said = export("old", "b", "--id", id, "--id", "m-1M89981FP0000");
        assertThat(said.code()).isEqualTo(1);
        assertThat(said.err())
                .isEqualTo("postern: m-1M89981FP0000 is not in the spool: delivered, dropped, or never here\n");
        assertThat(files("b")).isEqualTo(files("a"));
        assertThat(export("old", "c", "--id", "../x").code()).isEqualTo(2);
    }

    @Test
    void saidAsJson() throws IOException {
        fill("old", 2, 100);
        JsonNode exported =
                JsonMapper.shared().readTree(export("old", "a", "--json").out());
        assertThat(exported.get("messages").asInt()).isEqualTo(2);
        assertThat(exported.get("octets").asLong()).isPositive();
        assertThat(exported.get("gone").size() + exported.get("failed").size()).isZero();

        Path broken = list("a", ".eml").getFirst();
        Files.writeString(broken, "other");
        Said said = take("new", "a", "--json");
        assertThat(said.code()).isEqualTo(1);
        JsonNode imported = JsonMapper.shared().readTree(said.out());
        assertThat(imported.get("messages").asInt()).isEqualTo(1);
        assertThat(imported.get("refused").propertyNames())
                .containsExactly(broken.getFileName().toString().replace(".eml", ".json"));
    }

    @Test
    void whereThereIsNoSpoolYetNothingIsExported() throws IOException {
        assertThat(export("none", "a").out()).startsWith("0 messages, 0 octets written into ");
        assertThat(data("none")).doesNotExist();
    }

    // --- beside a server
    // -------------------------------------------------------------------------------------------------------

    /** Of a server that delivers some of its mail, and can't deliver the rest. */
    private String toml() throws IOException {
        return Files.readString(Path.of(config("old")))
                + "[domains.\"dead.example\"]\ndeliver = \"smtp://127.0.0.1:9\"\nmailboxes = \"any\"\n";
    }

    @Test
    void exportBesideAServerUnderLoadHasOnlyWholeMessages() throws Exception {
        Set<String> kept = ConcurrentHashMap.newKeySet();
        try (var postern = PosternProcess.with(directory, toml());
                ExecutorService senders = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 4; i++) {
                String to = i % 2 == 0 ? "bob@dead.example" : "bob@localhost";
                senders.execute(() -> sendUntilInterrupted(postern, to, kept));
            }
            Operator.await("200 messages", () -> kept.size() > 200);
            Set<String> before = Set.copyOf(kept);
            Said said = export("old", "a");
            senders.shutdownNow();
            assertThat(said.code()).as(said.err()).isZero();
            assertThat(list("a", ".json").stream()
                            .map(file -> file.getFileName().toString().replace(".json", "")))
                    .containsAll(before);
            assertThat(list("a", ".eml"))
                    .hasSameSizeAs(list("a", ".json"))
                    .allSatisfy(file -> assertThat(file)
                            .content(UTF_8)
                            .contains("Received: from")
                            .contains("Subject: ")
                            .endsWith("the end\r\n"));

            assertThat(take("old", "a"))
                    .isEqualTo(new Said(
                            75,
                            "",
                            "postern: the spool in " + data("old").resolve("spool")
                                    + " is in use: another Postern runs on this data directory; stop it, then ask"
                                    + " again\n"));
        }
        // Each as its .json says, octet for octet.
        Said said = take("new", "a");
        assertThat(said.code()).as(said.err()).isZero();
    }

    /** Remembers the ids of those that stay. */
    private static void sendUntilInterrupted(PosternProcess postern, String to, Set<String> kept) {
        String content = "Subject: load\r\n\r\n" + "0123456789\r\n".repeat(3_000) + "the end\r\n";
        try (Client client = Client.of(postern)) {
            while (!Thread.currentThread().isInterrupted()) {
                String id = client.sendContent(content, "ann@example.org", to);
                if (to.endsWith("dead.example")) {
                    kept.add(id);
                }
            }
        } catch (IOException | RuntimeException | AssertionError over) {
            // The test is over.
        }
    }

    // --- what goes wrong
    // -------------------------------------------------------------------------------------------------------

    private Process start(String shell, String... words) throws IOException {
        List<String> command = new ArrayList<>(List.of("sh", "-c", shell + "exec \"$@\"", "sh"));
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData"));
        command.add("--enable-native-access=ALL-UNNAMED");
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), "org.postern.app.Main"));
        command.addAll(List.of(words));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("said").toFile())
                .start();
    }

    @Test
    @Tag("crash-1")
    void importThatIsKilledAndBegunAgainBringsEachOnce() throws Exception {
        fill("old", 300, 150_000);
        assertThat(export("old", "a").code()).isZero();
        var random = new Random(7);
        Path current = data("new").resolve("spool/db/CURRENT");
        for (int kill = 0; kill < 4; kill++) {
            Process running =
                    start("", "spool", "import", directory.resolve("a").toString(), "--config", config("new"));
            Operator.await("a store", () -> Files.exists(current) || !running.isAlive());
            running.waitFor(random.nextInt(500), TimeUnit.MILLISECONDS);
            running.destroyForcibly().waitFor();
        }
        Said said = take("new", "a");
        assertThat(said.code()).as(said.err()).isZero();
        assertThat(export("new", "b").code()).isZero();
        assertThat(files("b")).isEqualTo(files("a")).hasSize(600);
    }

    // A file that may not grow stands for a disk that is full: write says so in the same place.
    @Test
    @Tag("disk-1")
    void exportThatCantBeWrittenSaysSoAndLeavesNoHalfFile() throws Exception {
        try (var postern = PosternProcess.with(directory, toml())) {
            String content = "Subject: x\r\n\r\n" + "0123456789\r\n".repeat(50_000);
            try (Client client = Client.of(postern)) {
                client.sendContent(content, "ann@example.org", "bob@dead.example");
            }
            Process running = start(
                    "ulimit -f 200; ", "spool", "export", directory.resolve("a").toString(), "--config", config("old"));
            assertThat(running.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(Files.readString(directory.resolve("said")))
                    .contains("postern: can't write " + directory + "/a/m-")
                    .contains("postern: this is no whole export: 0 messages, 0 octets written into");
            assertThat(running.exitValue()).isEqualTo(75);
            assertThat(files("a")).isEmpty();
        }
    }

    @Test
    void directoryThatCantServeIsSaid() throws IOException {
        fill("old", 1, 100);
        Files.writeString(directory.resolve("file"), "");
        assertThat(export("old", "file").code()).isEqualTo(1);
        assertThat(export("old", "file/below"))
                .isEqualTo(new Said(1, "", "postern: can't write " + directory + "/file/below: Not a directory\n"));
        assertThat(export("old", "none/below"))
                .isEqualTo(new Said(
                        1, "", "postern: can't write " + directory + "/none/below: there is no such directory\n"));
        assertThat(export("old", "a").code()).isZero();
        assertThat(export("old", "a"))
                .isEqualTo(new Said(
                        1,
                        "",
                        "postern: " + directory + "/a is not empty, and what is in it would be mixed with this export:"
                                + " name another directory\n"));
        assertThat(take("new", "none"))
                .isEqualTo(new Said(1, "", "postern: there is no directory " + directory + "/none\n"));
        assertThat(data("new")).doesNotExist();
    }

    @Test
    void spoolOfANewerPosternIsRefusedByAll() throws Exception {
        fill("old", 1, 100);
        assertThat(export("old", "a").code()).isZero();
        writeFormat(data("old").resolve("spool/db"), 3, "0.3.0");
        String why = "has format 3, which a newer Postern wrote";
        for (Said said : List.of(
                export("old", "b"),
                take("old", "a"),
                CommandsTest.postern("spool", "check", "--config", config("old")),
                CommandsTest.postern("spool", "repair", "--config", config("old")),
                CommandsTest.postern("serve", "--config", config("old")))) {
            assertThat(said.code()).isEqualTo(1);
            assertThat(said.err()).contains(why).contains("postern spool export DIR");
        }
        assertThat(directory.resolve("b")).doesNotExist();
    }

    /** As a Postern of that format leaves a spool; {@code version} is the one that says so. */
    static void writeFormat(Path db, int format, String version) throws RocksDBException {
        List<ColumnFamilyDescriptor> families;
        try (var options = new Options()) {
            families = RocksDB.listColumnFamilies(options, db.toString()).stream()
                    .map(ColumnFamilyDescriptor::new)
                    .toList();
        }
        List<ColumnFamilyHandle> handles = new ArrayList<>();
        try (var options = new DBOptions();
                var opened = RocksDB.open(options, db.toString(), families, handles)) {
            opened.put("format".getBytes(UTF_8), new byte[] {(byte) format});
            opened.put("writer".getBytes(UTF_8), version.getBytes(UTF_8));
            handles.forEach(ColumnFamilyHandle::close);
        }
    }
}
