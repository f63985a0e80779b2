package org.postern.app;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.postern.journal.Decision;
import org.postern.journal.Grouping;
import org.postern.journal.Handovers;
import org.postern.journal.Slot;
import org.postern.journal.Stats;
import org.postern.journal.Traffic;

/** What was counted, as rows of JSON and of CSV: the names of their members are those of the columns. */
final class StatsRows {
    private StatsRows() {}

    /** What somebody brought, and the transactions of which each verdict was said. */
    record OfTraffic(
            String key,
            long sessions,
            long transactions,
            long messages,
            long octets,
            long accept,
            long trusted,
            long quarantine,
            long greylist,
            long defer,
            long reject,
            long limited,
            long refused,
            long none,
            long other) {
        static OfTraffic of(String key, Traffic one) {
            return new OfTraffic(
                    key,
                    one.sessions(),
                    one.transactions(),
                    one.messages(),
                    one.octets(),
                    one.decided(Decision.ACCEPT),
                    one.decided(Decision.TRUSTED),
                    one.decided(Decision.QUARANTINE),
                    one.decided(Decision.GREYLIST),
                    one.decided(Decision.DEFER),
                    one.decided(Decision.REJECT),
                    one.decided(Decision.LIMITED),
                    one.decided(Decision.REFUSED),
                    one.decided(Decision.NONE),
                    one.decided(Decision.OTHER));
        }
    }

    /** How deliveries fared; times in milliseconds. */
    record OfHandovers(
            String key,
            long attempts,
            long delivered,
            long deferred,
            long failed,
            OptionalLong p50,
            OptionalLong p90,
            OptionalLong p99,
            String problem) {
        static OfHandovers of(String key, Handovers one) {
            return new OfHandovers(
                    key,
                    one.attempts(),
                    one.delivered(),
                    one.deferred(),
                    one.failed(),
                    one.times().percentile(50),
                    one.times().percentile(90),
                    one.times().percentile(99),
                    one.problem());
        }
    }

    /** A part of the time. */
    record OfSlot(
            String since,
            String until,
            long sessions,
            long transactions,
            long messages,
            long octets,
            long refusals,
            long delivered,
            long deferred,
            long failed) {
        static OfSlot of(Instant since, Instant until, Slot one) {
            Traffic traffic = one.traffic();
            return new OfSlot(
                    since.toString(),
                    until.toString(),
                    traffic.sessions(),
                    traffic.transactions(),
                    traffic.messages(),
                    traffic.octets(),
                    traffic.refusals(),
                    one.delivered(),
                    one.deferred(),
                    one.failed());
        }
    }

    static List<OfTraffic> traffic(Grouping<Traffic> grouping, int top) {
        return grouping.busiest(top).stream()
                .map(one -> OfTraffic.of(one.key(), one.row()))
                .toList();
    }

    static List<OfHandovers> handovers(Grouping<Handovers> grouping, int top) {
        return grouping.busiest(top).stream()
                .map(one -> OfHandovers.of(one.key(), one.row()))
                .toList();
    }

    static List<OfSlot> slots(Stats stats) {
        var rows = new ArrayList<OfSlot>();
        for (int i = 0; i < Stats.SLOTS; i++) {
            rows.add(OfSlot.of(
                    stats.slotBegin(i), stats.slotBegin(i + 1), stats.slots().get(i)));
        }
        return rows;
    }
}
