package org.postern.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postern.config.Config;
import org.postern.config.Judging;
import org.postern.dns.NameServer;
import org.postern.dns.TestZone;
import org.postern.journal.Entry;
import org.postern.journal.Field;
import org.postern.journal.JournalFiles;
import org.postern.journal.Query;
import org.postern.journal.Replay;
import org.postern.policy.ListFiles;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * {@code postern replay} says of recorded sessions what a live run of the same sessions says: thousands of them, of all kinds that {@link
 * Strangers} knows, under each of the profiles.
 */
class ReplayTest {
    private static final int SESSIONS = 2_300;
    private static final int AT_ONCE = 8;

    @TempDir
    static Path root;

    private static NameServer names;
    private static final Map<String, Run> RUNS = new HashMap<>();

    /**
     * The same sessions under one profile.
     *
     * @param told what became of each, in their order
     */
    private record Run(Config config, List<Entry.Transaction> told) {}

    @BeforeAll
    static void playAll() throws Exception {
        names = NameServer.with(new TestZone(Strangers.ZONE));
        for (String profile : List.of("observe", "standard", "strict")) {
            RUNS.put(profile, play(profile));
        }
    }

    @AfterAll
    static void close() throws IOException {
        names.close();
    }

    private static Config config(String profile) throws IOException {
        Path directory = Files.createDirectories(root.resolve(profile));
        return ((Config.Result.Valid) Config.read(Files.writeString(directory.resolve("postern.toml"), """
            hostname = "mx.example.com"
            [[listen]]
            address = "127.0.0.1:0"
            role = "mx"
            proxies = ["127.0.0.1"]
            [domains."example.com"]
            deliver = "discard:"
            mailboxes = ["bob", "eve"]
            [dns]
            servers = ["127.0.0.1:%d"]
            [limits]
            sessions-per-client = 1_000
            journal-free-bytes = 0
            [policy]
            profile = "%s"
            """.formatted(
                                names.address().getPort(), profile))))
                .config();
    }

    private static Run play(String profile) throws Exception {
        Config config = config(profile);
        var notes = new ArrayList<Future<Strangers.Note>>();
        try (Mta mta = Mta.start(config);
                ExecutorService clients = Executors.newFixedThreadPool(AT_ONCE)) {
            var random = new Random(9);
            for (int i = 0; i < SESSIONS; i++) {
                Strangers.Kind kind = Strangers.any(random);
                notes.add(clients.submit(() -> Strangers.come(mta.addresses().getFirst(), kind)));
            }
        }
        var told = new ArrayList<Entry.Transaction>();
        try (JournalFiles journal = journal(config)) {
            for (Future<Strangers.Note> note : notes) {
                told.add(transaction(journal, note.get()));
            }
        }
        return new Run(config, told);
    }

    private static Run run(String profile) {
        return Objects.requireNonNull(RUNS.get(profile));
    }

    private static JournalFiles journal(Config config) throws IOException {
        return JournalFiles.open(Rooms.journalDirectory(config)).orElseThrow();
    }

    /** What the journal has of that client; nothing of one that went away before it was told anything by name. */
    private static Entry.Transaction transaction(JournalFiles journal, Strangers.Note note) throws IOException {
        if (note.id().isEmpty()) {
            return NOTHING;
        }
        Field field = note.id().startsWith("m-") ? Field.MESSAGE : Field.SESSION;
        return journal.all(Query.of(field, note.id()), 10).stream()
                .filter(Entry.Transaction.class::isInstance)
                .map(Entry.Transaction.class::cast)
                .findFirst()
                .orElseThrow(() -> new AssertionError("nothing is known of " + note));
    }

    private static final Entry.Transaction NOTHING = new Entry.Transaction(
            0,
            "",
            new Entry.Caller("", false, "", "", "", "", "", "", false),
            Entry.Stage.ENVELOPE,
            "",
            List.of(),
            Entry.Told.NOTHING,
            "",
            "",
            0,
            List.of(),
            List.of(),
            List.of());

    // --- the same by replay and live
    // -------------------------------------------------------------------------------------------------------

    @Test
    void whatWasObservedIsJudgedByStandardAsALiveRunDoes() throws Exception {
        Map<Replay.Unjudged, Integer> open = compare("observe", "standard");
        int all = open.values().stream().mapToInt(Integer::intValue).sum()
                - open.getOrDefault(Replay.Unjudged.NOTHING, 0);
        assertThat(all).as("not judged: " + open).isLessThanOrEqualTo(SESSIONS / 20);
    }

    @Test
    void whatWasObservedIsJudgedByStrictAsALiveRunDoes() throws Exception {
        assertThat(compare("observe", "strict")).containsOnlyKeys(Replay.Unjudged.NOTHING);
    }

    @Test
    void whatStandardHasJudgedIsJudgedByStrictAsALiveRunDoes() throws Exception {
        assertThat(compare("standard", "strict").keySet())
                .isSubsetOf(Replay.Unjudged.NOTHING, Replay.Unjudged.NO_CONTENT, Replay.Unjudged.REFUSED_EARLY);
    }

    @Test
    void whatStrictHasRefusedIsCountedWhereStandardWouldHaveLookedFurther() throws Exception {
        assertThat(compare("strict", "standard"))
                .containsKeys(Replay.Unjudged.NO_CONTENT)
                .doesNotContainKey(Replay.Unjudged.GREYLIST);
    }

    /** Session by session; what could not be judged, by its reason. */
    private static Map<Replay.Unjudged, Integer> compare(String recorded, String by) throws IOException {
        Judging judging = run(by).config().judging();
        var replay = new Replay(judging.policy(), ListFiles.none().current(), false);
        var open = new TreeMap<Replay.Unjudged, Integer>();
        var wrong = new ArrayList<String>();
        for (int i = 0; i < SESSIONS; i++) {
            Entry.Transaction was = run(recorded).told().get(i);
            Entry.Transaction live = run(by).told().get(i);
            switch (replay.judge(was)) {
                case Replay.Outcome.Open(Replay.Unjudged why) -> open.merge(why, 1, Integer::sum);
                case Replay.Outcome.Trusted _ -> wrong.add("nobody here is trusted: " + was);
                case Replay.Outcome.Ruled(String verdict, String check) -> {
                    Entry.Told told = live.decided();
                    if (!told.verdict().equals(verdict) || !told.by().equals(check)) {
                        wrong.add(was.session() + ": by replay " + verdict + " " + check + ", live " + told);
                    }
                }
            }
        }
        assertThat(wrong).as(recorded + " judged by " + by).isEmpty();
        return open;
    }

    // --- the command
    // --------------------------------------------------------------------------------------------------------------------

    @Test
    void theCommandCountsWhatChangesAndNamesExamples() throws Exception {
        Config config = run("observe").config();
        Path policy = run("standard").config().data().resolveSibling("postern.toml");
        var out = new StringWriter();
        int exit = Main.commandLine()
                .setOut(new PrintWriter(out))
                .execute(
                        "replay",
                        "--json",
                        "--policy",
                        policy.toString(),
                        "--config",
                        config.data().resolveSibling("postern.toml").toString());

        assertThat(exit).isEqualTo(1);
        JsonNode count = JsonMapper.shared().readTree(out.toString());
        assertThat(count.get("judged").asInt())
                .isEqualTo(count.get("same").asInt() + count.get("changed").asInt());
        assertThat(count.get("changes").size()).isGreaterThanOrEqualTo(8);
        JsonNode most = count.get("changes").get(0);
        assertThat(most.get("was").get("verdict").asString()).isEqualTo("accept");
        String example = most.get("examples").get(0).asString();
        var story = new StringWriter();
        int found = Main.commandLine()
                .setOut(new PrintWriter(story))
                .execute(
                        "explain",
                        example,
                        "--config",
                        config.data().resolveSibling("postern.toml").toString());
        assertThat(Optional.of(found))
                .hasValueSatisfying(code -> assertThat(code).isBetween(0, 1));
        assertThat(story.toString()).contains(example);
    }
}
