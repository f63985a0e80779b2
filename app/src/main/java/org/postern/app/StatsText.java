package org.postern.app;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.function.ToLongFunction;
import org.postern.journal.Decision;
import org.postern.journal.Durations;
import org.postern.journal.Entry;
import org.postern.journal.Grouping;
import org.postern.journal.Handovers;
import org.postern.journal.Slot;
import org.postern.journal.Stats;
import org.postern.journal.Traffic;
import org.postern.message.Printable;
import picocli.CommandLine.Help.Ansi;

/** What the journal says of a time, as people read it. */
final class StatsText {
    private static final DateTimeFormatter FULL = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss");
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm");
    private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("MM-dd");
    private static final String TRAFFIC_ROW = "%-40s %8s %8s %7s %11s %8s";
    private static final String CHECK_ROW = "%-16s %8s %8s %8s %11s";
    private static final String HANDOVER_ROW = "%-30s %8s %9s %8s %6s %7s %7s %7s  %s";

    /** Characters of a key, and of a problem. */
    private static final int KEY = 40;

    private static final int DESTINATION = 30;
    private static final int PROBLEM = 80;

    private final Paint paint;
    private final ZoneId zone;
    private final Plot plot;
    private final StringBuilder text = new StringBuilder();

    StatsText(Ansi ansi, ZoneId zone, Plot plot) {
        this.paint = new Paint(ansi);
        this.zone = zone;
        this.plot = plot;
    }

    /** All in brief, and {@code top} checks and destinations. */
    String summary(Stats stats, int top) {
        text.setLength(0);
        heading(stats);
        counts(stats);
        plot(stats);
        verdicts(stats.all());
        refusals(stats, top);
        deliveries(stats.handedOver());
        if (stats.handedOver().attempts() > 0) {
            line("");
            destinations(stats.destinations(), top);
        }
        return text.toString();
    }

    /** The {@code top} busiest by one thing. */
    String table(Stats stats, Stats.By by, int top) {
        text.setLength(0);
        heading(stats);
        line("");
        switch (by) {
            case CLIENT -> traffic("CLIENTS", "(no address)", stats.traffic(), top);
            case NAME -> traffic("GREETED BY", "(did not greet)", stats.traffic(), top);
            case DOMAIN -> traffic("SENDER'S DOMAIN", "(named no sender)", stats.traffic(), top);
            case CHECK -> checks(stats.checks(), top);
            case DESTINATION -> destinations(stats.destinations(), top);
        }
        return text.toString();
    }

    private void heading(Stats stats) {
        line(paint.bold(full(stats.since()) + " to " + full(stats.until()) + ": " + stats.entries() + " entries"));
        stats.first()
                .filter(first -> first.isAfter(stats.slotBegin(1)))
                .ifPresent(first -> line("the first of them is of " + full(first)));
        if (stats.unknown() > 0) {
            warn(stats.unknown() + " entries are of a newer Postern, and not counted");
        }
        if (stats.gapCount() > 0) {
            warn(stats.missing() + " entries of that time are missing in the journal:");
            for (Entry.Gap gap : stats.gaps()) {
                warn("  " + gap.dropped() + " from " + full(Instant.ofEpochMilli(gap.since())) + " to "
                        + full(gap.time()) + ": " + Harmless.text(gap.why()));
            }
            long more = stats.gapCount() - stats.gaps().size();
            if (more > 0) {
                warn("  and " + more + " smaller gaps");
            }
        }
    }

    // --- all in brief
    // ------------------------------------------------------------------------------------------------------------

    private void counts(Stats stats) {
        Traffic all = stats.all();
        line("");
        count(
                "sessions",
                all.sessions(),
                QueueText.size(stats.in()) + " in, " + QueueText.size(stats.out()) + " out"
                        + (stats.limitedSessions() > 0
                                ? ", " + stats.limitedSessions() + " turned away by a rate"
                                : ""));
        count(
                "messages",
                all.messages(),
                QueueText.size(all.octets())
                        + (stats.leftHere() > 0 ? ", " + stats.leftHere() + " left by programs of this host" : "")
                        + (stats.reports() > 0 ? ", and " + stats.reports() + " reports of ours" : ""));
        count("refusals", all.refusals(), "of " + all.transactions() + " transactions");
    }

    private void count(String name, long count, String more) {
        line(String.format(Locale.ROOT, "%-16s %9d  %s", name, count, more));
    }

    private void plot(Stats stats) {
        line("");
        Duration slot = Duration.between(stats.since(), stats.until()).dividedBy(Stats.SLOTS);
        row("messages", stats, one -> one.traffic().messages(), slot);
        row("refusals", stats, one -> one.traffic().refusals(), slot);
        boolean days = slot.multipliedBy(Stats.SLOTS).compareTo(Duration.ofDays(2)) > 0;
        String begin = (days ? DAY : TIME).format(stats.since().atZone(zone));
        String end = (days ? DAY : TIME).format(stats.until().atZone(zone));
        line(" ".repeat(10) + begin + " ".repeat(Stats.SLOTS - begin.length() - end.length() + 2) + end);
    }

    private void row(String name, Stats stats, ToLongFunction<Slot> number, Duration slot) {
        List<Long> numbers = stats.slots().stream().map(number::applyAsLong).toList();
        long most = numbers.stream().max(Comparator.naturalOrder()).orElse(0L);
        line(String.format(Locale.ROOT, "%-9s |%s| at most %d in %s", name, plot.of(numbers), most, span(slot)));
    }

    private void verdicts(Traffic all) {
        if (all.transactions() == 0) {
            return;
        }
        line("");
        line(paint.bold("verdicts"));
        for (Decision decision : Decision.values()) {
            long count = all.decided(decision);
            if (count > 0) {
                count("  " + decision.word(), count, share(count, all.transactions()));
            }
        }
    }

    private static String share(long count, long of) {
        return String.format(Locale.ROOT, "%5.1f %%", 100.0 * count / of);
    }

    private void refusals(Stats stats, int top) {
        long refusals = stats.all().refusals();
        if (refusals == 0) {
            return;
        }
        line("");
        line(paint.bold("refusals by check"));
        // All of them: who puts most into quarantine need not refuse most.
        List<Grouping.Keyed<Traffic>> refusing = stats.checks().busiest(Stats.KEYS).stream()
                .filter(one -> one.row().refusals() > 0)
                .sorted(Comparator.comparingLong(
                        (Grouping.Keyed<Traffic> one) -> -one.row().refusals()))
                .limit(top)
                .toList();
        long rest = refusals;
        for (Grouping.Keyed<Traffic> one : refusing) {
            count(
                    "  " + Harmless.text(one.key()),
                    one.row().refusals(),
                    share(one.row().refusals(), refusals));
            rest -= one.row().refusals();
        }
        if (rest > 0) {
            count("  by none", rest, share(rest, refusals));
        }
    }

    private void deliveries(Handovers all) {
        if (all.attempts() == 0) {
            return;
        }
        line("");
        line(paint.bold("deliveries"));
        Durations times = all.times();
        count(
                "  delivered",
                all.delivered(),
                all.delivered() == 0
                        ? ""
                        : "half within " + took(times.percentile(50)) + ", 90 % within " + took(times.percentile(90))
                                + ", 99 % within " + took(times.percentile(99)));
        count("  put off", all.deferred(), "");
        count("  failed", all.failed(), "");
    }

    // --- tables
    // ----------------------------------------------------------------------------------------------------------------

    private void traffic(String name, String unnamed, Grouping<Traffic> grouping, int top) {
        line(paint.bold(String.format(
                Locale.ROOT, TRAFFIC_ROW, name, "SESSIONS", "MESSAGES", "SIZE", "QUARANTINED", "REFUSED")));
        for (Grouping.Keyed<Traffic> one : grouping.busiest(top)) {
            traffic(one.key().isEmpty() ? unnamed : cut(one.key(), KEY), one.row());
        }
        Traffic rest = grouping.rest(top);
        if (rest.weight() > 0) {
            traffic("(others)", rest);
        }
        crowded(grouping);
    }

    private void traffic(String key, Traffic one) {
        line(String.format(
                Locale.ROOT,
                TRAFFIC_ROW,
                key,
                one.sessions(),
                one.messages(),
                QueueText.size(one.octets()),
                one.decided(Decision.QUARANTINE),
                one.refusals()));
    }

    private void checks(Grouping<Traffic> checks, int top) {
        line(paint.bold(String.format(Locale.ROOT, CHECK_ROW, "CHECK", "REJECT", "DEFER", "GREYLIST", "QUARANTINED")));
        var rows = new ArrayList<>(checks.busiest(top));
        Traffic rest = checks.rest(top);
        if (rest.weight() > 0) {
            rows.add(new Grouping.Keyed<>("(others)", rest));
        }
        for (Grouping.Keyed<Traffic> one : rows) {
            line(String.format(
                    Locale.ROOT,
                    CHECK_ROW,
                    cut(one.key(), KEY),
                    one.row().decided(Decision.REJECT),
                    one.row().decided(Decision.DEFER),
                    one.row().decided(Decision.GREYLIST),
                    one.row().decided(Decision.QUARANTINE)));
        }
        crowded(checks);
    }

    private void destinations(Grouping<Handovers> destinations, int top) {
        line(paint.bold(String.format(
                Locale.ROOT,
                HANDOVER_ROW,
                "DESTINATION",
                "ATTEMPTS",
                "DELIVERED",
                "DEFERRED",
                "FAILED",
                "50 %",
                "90 %",
                "99 %",
                "LAST PROBLEM")));
        destinations.busiest(top).forEach(one -> destination(cut(one.key(), DESTINATION), one.row()));
        Handovers rest = destinations.rest(top);
        if (rest.weight() > 0) {
            destination("(others)", rest);
        }
        crowded(destinations);
    }

    private void destination(String key, Handovers one) {
        line(String.format(
                Locale.ROOT,
                HANDOVER_ROW,
                key,
                one.attempts(),
                one.delivered(),
                one.deferred(),
                one.failed(),
                took(one.times().percentile(50)),
                took(one.times().percentile(90)),
                took(one.times().percentile(99)),
                cut(one.problem(), PROBLEM)));
    }

    private void crowded(Grouping<?> grouping) {
        if (grouping.isCrowded()) {
            warn("there are more than " + Stats.KEYS + " of them: a row may lack what came before it was busy, which is"
                    + " among the others");
        }
    }

    // --- parts
    // ---------------------------------------------------------------------------------------------------------------

    private void line(String line) {
        text.append(line.stripTrailing()).append('\n');
    }

    private void warn(String line) {
        line(paint.coloured(line, "33"));
    }

    private String full(Instant time) {
        return FULL.format(time.atZone(zone));
    }

    private static String cut(String text, int most) {
        return Printable.text(text, most);
    }

    private static String took(OptionalLong ms) {
        return ms.isPresent() ? took(ms.getAsLong()) : "-";
    }

    private static String took(long ms) {
        return ms < 1_000
                ? ms + "ms"
                : ms < 100_000
                        ? String.format(Locale.ROOT, "%.1fs", ms / 1_000.0)
                        : QueueText.brief(Duration.ofMillis(ms));
    }

    /** As {@code 3h 30m}. */
    private static String span(Duration time) {
        Duration whole = time.compareTo(Duration.ofHours(1)) < 0
                ? time
                : time.truncatedTo(java.time.temporal.ChronoUnit.MINUTES);
        String words = (whole.toDays() > 0 ? whole.toDays() + "d " : "")
                + (whole.toHoursPart() > 0 ? whole.toHoursPart() + "h " : "")
                + (whole.toMinutesPart() > 0 ? whole.toMinutesPart() + "m " : "")
                + (whole.toSecondsPart() > 0 ? whole.toSecondsPart() + "s" : "");
        return words.isEmpty() ? whole.toMillis() + "ms" : words.strip();
    }
}
