package org.postern.app;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.postern.journal.ReplayCount;
import tools.jackson.databind.json.JsonMapper;

/** What another policy would have said, as programs read it: {@code docs/replay.schema.json}. */
record ReplayJson(
        long judged,
        long same,
        long changed,
        List<Change> changes,
        @JsonProperty("not_judged") Map<String, Long> notJudged,
        long trusted,
        long unreadable) {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final int NETS = 20;

    /** A verdict. */
    record Verdict(String verdict, String by) {}

    /** How often a net's clients are in it. */
    record Client(String net, long count) {}

    /** From one verdict to another. */
    record Change(Verdict was, Verdict is, long count, List<String> examples, List<Client> clients) {}

    static String of(ReplayCount count) {
        var open = new TreeMap<String, Long>();
        count.open()
                .forEach((why, many) ->
                        open.put(why.name().toLowerCase(Locale.ROOT).replace('_', '-'), many));
        return MAPPER.writeValueAsString(new ReplayJson(
                count.same() + count.changed(),
                count.same(),
                count.changed(),
                count.changes(NETS).stream()
                        .map(row -> new Change(
                                new Verdict(row.change().was(), row.change().wasBy()),
                                new Verdict(row.change().is(), row.change().isBy()),
                                row.count(),
                                row.examples(),
                                row.clients().stream()
                                        .map(client -> new Client(client.net(), client.count()))
                                        .toList()))
                        .toList(),
                open,
                count.trusted(),
                count.unreadable()));
    }
}
