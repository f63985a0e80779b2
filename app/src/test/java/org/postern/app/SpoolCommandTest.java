package org.postern.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postern.app.CommandsTest.Said;
import org.postern.smtp.Envelope;
import org.postern.smtp.MailParameters;
import org.postern.smtp.Mailbox;
import org.postern.smtp.ReversePath;
import org.postern.spool.RocksSpool;
import org.postern.spool.Spool;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code postern spool check} and {@code postern spool repair}: what they say, and how they end. */
@Tag("crash-2")
class SpoolCommandTest {
    private static final int MESSAGES = 20;

    @TempDir
    Path directory;

    private Path spool;
    private String config;

    @BeforeEach
    void fill() throws IOException {
        spool = directory.resolve("data/spool");
        String toml =
                PosternProcess.ANY_AT_LOCALHOST.replaceFirst("\\n", "\ndata = \"" + directory.resolve("data") + "\"\n");
        config = Files.writeString(directory.resolve("check.toml"), toml).toString();
        fill("bob");
    }

    private void fill(String name) throws IOException {
        try (RocksSpool open = RocksSpool.open(spool, new RocksSpool.Room(1 << 20, 0), Clock.systemUTC())) {
            for (int i = 0; i < MESSAGES; i++) {
                var envelope = new Envelope(
                        new ReversePath.Null(),
                        MailParameters.NONE,
                        List.of(Mailbox.parse(name + i + "@localhost").orElseThrow()));
                open.accept(
                        new Spool.Arrival(open.nextId(), "s-1", envelope, ""),
                        new ByteArrayInputStream(new byte[5_000]));
            }
        }
    }

    private Said spool(String... words) {
        return CommandsTest.postern(
                Stream.concat(Stream.of("spool"), Stream.concat(Stream.of(words), Stream.of("--config", config)))
                        .toArray(String[]::new));
    }

    private void damage() throws IOException {
        Path log;
        try (Stream<Path> files = Files.list(spool.resolve("db"))) {
            log = files.filter(file -> file.toString().endsWith(".log"))
                    .max(Comparator.comparingLong(file -> file.toFile().length()))
                    .orElseThrow();
        }
        try (var file = new RandomAccessFile(log.toFile(), "rw")) {
            file.seek(file.length() / 2);
            file.write(new byte[] {1, 2, 3, 4});
        }
    }

    @Test
    void wholeSpoolIsFine() {
        assertThat(spool("check"))
                .isEqualTo(new Said(0, spool + ": fine\n  messages  20 whole, 0 of them held, 100000 octets\n", ""));
        assertThat(spool("repair"))
                .isEqualTo(new Said(
                        0,
                        spool + ": fine, there is nothing to repair\n"
                                + "  messages  20 whole, 0 of them held, 100000 octets\n",
                        ""));
    }

    @Test
    void damageIsSaidThenRepairedThenFine() throws IOException {
        damage();
        assertThat(CommandsTest.postern("serve", "--config", config))
                .matches(said -> said.code() == 1)
                .matches(said -> said.err().contains("postern spool repair"));

        Said checked = spool("check");
        assertThat(checked.code()).isEqualTo(1);
        assertThat(checked.out())
                .startsWith(spool + ": damaged\n")
                .containsPattern("  lost      m-[0-9A-Z]{13} from <> to <bob\\d+@localhost>: all of it is missing\n")
                .endsWith("To save what can be saved: postern spool repair --config " + config + "\n");

        Said repaired = spool("repair");
        assertThat(repaired.code()).isEqualTo(1);
        assertThat(repaired.out())
                .startsWith(spool + ": repaired\n")
                .contains("  damaged   " + spool + "/db.damaged-")
                .endsWith("Start the server again: postern serve --config " + config + "\n");
        assertThat(lost(repaired)).isEqualTo(lost(checked)).isNotEmpty();
        assertThat(spool("check").code()).isZero();
    }

    // A mark that turns the direction of text, in an address that SMTPUTF8 allows.
    @Test
    @Tag("xss-1")
    void addressCannotActOnTheTerminal() throws IOException {
        fill("eve\u202e");
        damage();
        assertThat(spool("check").out()).contains("<eve\\u202e").doesNotContain("\u202e");
        assertThat(spool("repair").out()).contains("<eve\\u202e").doesNotContain("\u202e");
    }

    private static List<String> lost(Said said) {
        return said.out().lines().filter(line -> line.startsWith("  lost ")).toList();
    }

    @Test
    void saidAsJson() throws IOException {
        damage();
        Said checked = spool("check", "--json");
        JsonNode json = JsonMapper.shared().readTree(checked.out());

        assertThat(checked.code()).isEqualTo(1);
        assertThat(json.get("fine").asBoolean()).isFalse();
        assertThat(json.get("messages").asInt() + json.get("damaged").size()).isEqualTo(MESSAGES);
        assertThat(json.get("damaged").get(0).get("envelope").asString()).startsWith("from <> to <bob");
        assertThat(json.get("damaged").get(0).get("part").asString()).isEqualTo("whole");

        JsonNode repaired =
                JsonMapper.shared().readTree(spool("repair", "--json").out());
        assertThat(repaired.get("damaged")).isEqualTo(json.get("damaged"));
        assertThat(Path.of(repaired.get("kept").asString())).isDirectory();
        assertThat(Path.of(repaired.get("report").asString())).isRegularFile();
    }

    @Test
    void runningServerIsNotDisturbed() throws IOException {
        try (var postern = PosternProcess.with(directory, Files.readString(Path.of(config)))) {
            for (String command : List.of("check", "repair")) {
                Said said = spool(command);
                assertThat(said.code()).isEqualTo(75);
                assertThat(said.err())
                        .isEqualTo("postern: the spool in " + spool
                                + " is in use: another Postern runs on this data directory; stop it, then ask again\n");
            }
            assertThat(postern.isAlive()).isTrue();
        }
    }
}
