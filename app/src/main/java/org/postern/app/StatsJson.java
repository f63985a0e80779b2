package org.postern.app;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.postern.journal.Decision;
import org.postern.journal.Entry;
import org.postern.journal.Stats;
import org.postern.journal.Traffic;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.json.JsonMapper;

/** What the journal says of a time, as programs read it: {@code docs/stats.schema.json}. */
record StatsJson(
        String since,
        String until,
        long entries,
        Optional<String> first,
        Optional<String> last,
        long unknown,
        Sessions sessions,
        Messages messages,
        long transactions,
        List<Verdict> verdicts,
        List<StatsRows.OfTraffic> checks,
        StatsRows.OfHandovers deliveries,
        List<StatsRows.OfHandovers> destinations,
        List<StatsRows.OfSlot> timeline,
        Optional<Table> table,
        Gaps gaps) {
    /** Written in ASCII: names that others made up do nothing to a terminal, and are read as they came. */
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
            .disable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
            .build();

    record Sessions(long count, long limited, long octetsIn, long octetsOut) {}

    record Messages(long count, long octets, long leftHere, long reports) {}

    /** @param share of all transactions, 0 to 1 */
    record Verdict(String verdict, long count, double share) {}

    /** @param others all that has no row */
    record Table(String by, List<?> rows, Object others, boolean crowded) {
        static Table of(Stats stats, Stats.By by, int top) {
            String word = by.name().toLowerCase(Locale.ROOT);
            return switch (by) {
                case CLIENT, NAME, DOMAIN -> ofTraffic(word, stats.traffic(), top);
                case CHECK -> ofTraffic(word, stats.checks(), top);
                case DESTINATION ->
                    new Table(
                            word,
                            StatsRows.handovers(stats.destinations(), top),
                            StatsRows.OfHandovers.of("", stats.destinations().rest(top)),
                            stats.destinations().isCrowded());
            };
        }

        private static Table ofTraffic(String by, org.postern.journal.Grouping<Traffic> grouping, int top) {
            return new Table(
                    by,
                    StatsRows.traffic(grouping, top),
                    StatsRows.OfTraffic.of("", grouping.rest(top)),
                    grouping.isCrowded());
        }
    }

    record Gaps(long count, long entries, List<Gap> worst) {}

    record Gap(String since, String until, long entries, String why) {
        static Gap of(Entry.Gap one) {
            return new Gap(
                    java.time.Instant.ofEpochMilli(one.since()).toString(),
                    one.time().toString(),
                    one.dropped(),
                    one.why());
        }
    }

    static String of(Stats stats, Optional<Stats.By> by, int top) {
        Traffic all = stats.all();
        return MAPPER.writeValueAsString(new StatsJson(
                stats.since().toString(),
                stats.until().toString(),
                stats.entries(),
                stats.first().map(Object::toString),
                stats.last().map(Object::toString),
                stats.unknown(),
                new Sessions(all.sessions(), stats.limitedSessions(), stats.in(), stats.out()),
                new Messages(all.messages(), all.octets(), stats.leftHere(), stats.reports()),
                all.transactions(),
                verdicts(all),
                StatsRows.traffic(stats.checks(), top),
                StatsRows.OfHandovers.of("", stats.handedOver()),
                StatsRows.handovers(stats.destinations(), top),
                StatsRows.slots(stats),
                by.map(one -> Table.of(stats, one, top)),
                new Gaps(
                        stats.gapCount(),
                        stats.missing(),
                        stats.gaps().stream().map(Gap::of).toList())));
    }

    private static List<Verdict> verdicts(Traffic all) {
        return Arrays.stream(Decision.values())
                .filter(decision -> all.decided(decision) > 0)
                .map(decision -> new Verdict(
                        decision.word(),
                        all.decided(decision),
                        Math.round(10_000.0 * all.decided(decision) / all.transactions()) / 10_000.0))
                .toList();
    }
}
