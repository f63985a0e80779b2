package org.postern.app;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import org.postern.journal.Replay.Unjudged;
import org.postern.journal.ReplayCount;
import picocli.CommandLine.Help.Ansi;

/** What another policy would have said, as people read it. */
final class ReplayText {
    /** Nets of clients of each change. */
    static final int NETS = 3;

    private final Paint paint;

    ReplayText(Ansi ansi) {
        this.paint = new Paint(ansi);
    }

    String of(ReplayCount count, Path policy, Duration time, String again) {
        var text = new StringBuilder();
        long judged = count.same() + count.changed();
        long open = count.open().values().stream().mapToLong(Long::longValue).sum();
        text.append(paint.bold(
                        judged == 0
                                ? "nothing of that time can be judged by " + policy
                                : String.format(
                                        Locale.ROOT,
                                        "%,d of %,d verdicts change by %s (%s)",
                                        count.changed(),
                                        judged,
                                        policy,
                                        share(count.changed(), judged))))
                .append('\n');
        for (ReplayCount.Row row : count.changes(NETS)) {
            text.append('\n').append(row(row));
        }
        if (open > 0) {
            text.append(String.format(Locale.ROOT, "%nnot judged: %,d%n", open));
            for (Unjudged why : Unjudged.values()) {
                Long many = count.open().get(why);
                if (many != null) {
                    text.append(String.format(Locale.ROOT, "  %,9d  %s%n", many, why.words()));
                }
            }
        }
        if (count.trusted() > 0) {
            text.append(
                    String.format(Locale.ROOT, "%n%,d of trusted clients, which are never judged%n", count.trusted()));
        }
        if (count.unreadable() > 0) {
            text.append(String.format(
                    Locale.ROOT, "%n%,d entries are of another version, and were left out%n", count.unreadable()));
        }
        long all = judged + open + count.trusted();
        text.append(String.format(
                Locale.ROOT,
                "%n%,d transactions in %.1f s%s%n",
                all,
                time.toMillis() / 1000.0,
                count.changed() > 0 ? "; for one of them: postern explain ID" + again : ""));
        return text.toString();
    }

    private String row(ReplayCount.Row row) {
        ReplayCount.Change change = row.change();
        var text = new StringBuilder(paint.bold(String.format(
                        Locale.ROOT,
                        "%,9d  %s -> %s",
                        row.count(),
                        verdict(change.was(), change.wasBy()),
                        verdict(change.is(), change.isBy()))))
                .append('\n');
        for (ReplayCount.Client client : row.clients()) {
            text.append(String.format(Locale.ROOT, "           %,d from %s%n", client.count(), client.net()));
        }
        return text.append("           as ")
                .append(Harmless.text(String.join(", ", row.examples())))
                .append('\n')
                .toString();
    }

    private static String verdict(String word, String by) {
        return Harmless.text((word.isEmpty() ? "nothing" : word) + (by.isEmpty() ? "" : " by " + by));
    }

    private static String share(long part, long all) {
        return String.format(Locale.ROOT, "%.1f %%", 100.0 * part / all);
    }
}
