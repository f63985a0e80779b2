package org.postern.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postern.config.Config;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What {@code postern explain} tells of a session is what its client wrote down and what a name server that we did not write has in its own
 * log: of a hundred sessions drawn from a mixed load, asked of the running server.
 */
class ExplainedSessionsTest {
    private static final int SESSIONS = 300;
    private static final int DRAWN = 100;

    @TempDir
    static Path root;

    private static QueryLog names;
    private static final List<Strangers.Note> NOTES = new ArrayList<>();
    private static final List<JsonNode> STORIES = new ArrayList<>();
    private static Map<String, Set<String>> answers;

    @BeforeAll
    static void playAndExplain() throws Exception {
        int port;
        try (var free = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        names = new QueryLog(root, Strangers.ZONE, port);
        Path toml = Files.writeString(root.resolve("postern.toml"), """
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
            """.formatted(port));
        Config config = ((Config.Result.Valid) Config.read(toml)).config();
        var random = new Random();
        try (Mta mta = Mta.start(config)) {
            var all = new ArrayList<Strangers.Note>();
            for (int i = 0; i < SESSIONS; i++) {
                all.add(Strangers.come(mta.addresses().getFirst(), Strangers.any(random)));
            }
            all.removeIf(note -> note.id().isEmpty());
            Collections.shuffle(all, random);
            NOTES.addAll(all.subList(0, DRAWN));
            for (Strangers.Note note : NOTES) {
                STORIES.add(explain(toml, note.id()));
            }
        }
        answers = names.answers();
    }

    @AfterAll
    static void close() throws IOException {
        names.close();
    }

    private static JsonNode explain(Path toml, String id) {
        var out = new StringWriter();
        Main.commandLine().setOut(new PrintWriter(out)).execute("explain", id, "--json", "--config", toml.toString());
        return JsonMapper.shared().readTree(out.toString());
    }

    @Test
    void explainSaysWhatTheClientAndTheNameServerHaveWrittenDown() {
        var wrong = new ArrayList<String>();
        for (int i = 0; i < DRAWN; i++) {
            for (String problem : disagreements(transaction(i), NOTES.get(i))) {
                wrong.add(NOTES.get(i) + ": " + problem);
            }
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void twoFindingsThatChangePlacesAreNoticed() {
        int noticed = 0;
        for (int i = 0; i < DRAWN; i++) {
            ObjectNode swapped = transaction(i).deepCopy();
            if (swap(swapped, "iprev", "helo-resolves")) {
                noticed++;
                assertThat(disagreements(swapped, NOTES.get(i)))
                        .as(() -> swapped.toString())
                        .isNotEmpty();
            }
        }
        assertThat(noticed).isGreaterThan(DRAWN / 4);
    }

    @Test
    void anAnswerThatWasNotGivenIsNoticed() {
        int noticed = 0;
        for (int i = 0; i < DRAWN; i++) {
            ObjectNode changed = transaction(i).deepCopy();
            if (changed.get("facts") instanceof ArrayNode facts && !facts.isEmpty()) {
                ((ObjectNode) facts.get(0)).put("answer", "192.0.2.250");
                noticed++;
                assertThat(disagreements(changed, NOTES.get(i))).isNotEmpty();
            }
        }
        assertThat(noticed).isGreaterThan(DRAWN / 4);
    }

    private static ObjectNode transaction(int number) {
        JsonNode all = STORIES.get(number).get("transactions");
        return (ObjectNode) all.get(all.size() - 1);
    }

    /** What stands in two findings, but for which check's they are; whether both are there and differ. */
    private static boolean swap(ObjectNode transaction, String one, String other) {
        ObjectNode first = null;
        ObjectNode second = null;
        for (JsonNode finding : findings(transaction)) {
            if (finding.get("check").asString().equals(one)) {
                first = (ObjectNode) finding;
            } else if (finding.get("check").asString().equals(other)) {
                second = (ObjectNode) finding;
            }
        }
        if (first == null || second == null || first.get("result").equals(second.get("result"))) {
            return false;
        }
        first.put("check", other);
        second.put("check", one);
        return true;
    }

    private static Iterable<JsonNode> findings(JsonNode transaction) {
        return transaction.has("findings")
                ? transaction.get("findings")
                : JsonMapper.shared().createArrayNode();
    }

    // --- who is right
    // -------------------------------------------------------------------------------------------------------------------

    private static List<String> disagreements(JsonNode transaction, Strangers.Note note) {
        var wrong = new ArrayList<String>();
        JsonNode told = told(transaction);
        String reply = text(told, "reply");
        if (!note.reply().endsWith(reply) || reply.isEmpty()) {
            wrong.add("the client was told " + note.reply() + ", not " + reply);
        }
        String by = text(told, "by");
        if (!note.reply().startsWith("2") && !by.equals(named(note.reply()))) {
            wrong.add("the reply is of " + named(note.reply()) + ", not of " + by);
        }
        for (JsonNode finding : findings(transaction)) {
            boolean decided = text(finding, "check").equals(by) && !note.reply().startsWith("2");
            // A protocol fault's reply is the session's own.
            if (decided && !by.equals("early-talk") && !note.reply().contains(text(finding, "text"))) {
                wrong.add("the reply does not say what " + by + " found: " + finding);
            }
            String expected = expected(text(finding, "check"), transaction);
            if (!expected.isEmpty() && !expected.equals(text(finding, "result"))) {
                wrong.add("by the name server's log it is " + expected + ": " + finding);
            }
        }
        if (transaction.has("facts")) {
            for (JsonNode fact : transaction.get("facts")) {
                Set<String> logged = answers.getOrDefault(text(fact, "question"), Set.of());
                if (!logged.contains(text(fact, "answer"))) {
                    wrong.add("the name server's log has " + logged + " for " + fact);
                }
            }
        }
        return wrong;
    }

    private static JsonNode told(JsonNode transaction) {
        JsonNode whole = transaction.get("whole");
        JsonNode to = transaction.get("to");
        return whole.has("verdict") || to == null
                ? whole
                : to.get(to.size() - 1).get("told");
    }

    private static String text(JsonNode node, String name) {
        return node.has(name) ? node.get(name).asString() : "";
    }

    /** The check that a refusal is about, as a postmaster reads it. */
    private static String named(String reply) {
        Map<String, String> words = Map.of(
                "no PTR record", "iprev",
                "does not permit", reply.contains("only.example") ? "spf" : "spf-helo",
                "which is this server", "helo-self",
                "address without brackets", "helo-bare-ip",
                "in brackets", "helo-bare-ip",
                "between the dots is empty", "helo-syntax",
                "gone.example", "from-domain",
                "before it was your turn", "early-talk");
        return words.entrySet().stream()
                .filter(one -> reply.contains(one.getKey()))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse("");
    }

    /** What a check must have come to, by what the name server says it answered; empty where that does not tell. */
    private static String expected(String check, JsonNode transaction) {
        String client = text(transaction.get("caller"), "client");
        String name = text(transaction.get("caller"), "name");
        String[] octets = client.split("\\.", -1);
        String pointer = "PTR " + octets[3] + "." + octets[2] + "." + octets[1] + "." + octets[0] + ".in-addr.arpa";
        return switch (check) {
            case "iprev" -> {
                String confirmed = one(pointer);
                yield confirmed.equals("no such name")
                        ? "permerror"
                        : one("A " + confirmed).equals(client) ? "pass" : "fail";
            }
            case "helo-resolves" ->
                !name.contains(".") || name.startsWith("[")
                        ? "none"
                        : one("A " + name).equals("no such name") ? "fail" : "pass";
            case "helo-matches" ->
                !name.contains(".") || name.startsWith("[")
                        ? "none"
                        : one("A " + name).equals(client) ? "pass" : "fail";
            default -> "";
        };
    }

    private static String one(String question) {
        return answers.getOrDefault(question, Set.of("not asked")).iterator().next();
    }
}
