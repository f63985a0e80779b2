package org.postern.app;

import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.postern.config.Config;
import org.postern.journal.JournalFiles;
import org.postern.journal.Query;
import org.postern.journal.Stats;
import org.postern.journal.StatsReader;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code postern stats}: what the journal says of a time. */
@Command(
        name = "stats",
        description = "Count what the journal says of a time: sessions, messages, verdicts, deliveries.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Reads the journal's files, whether a server runs or not.",
            "Exit codes: 0 fine, 1 there is nothing of that time, 2 usage, 75 the journal can't be read now."
        })
final class StatsCommand implements Callable<Integer> {
    private static final Duration A_DAY = Duration.ofHours(24);

    @Spec
    private CommandSpec spec;

    @Mixin
    private ConfigOption option;

    @Option(
            names = "--since",
            paramLabel = "TIME",
            converter = Past.class,
            description = "Not before that: 2h, 7d, today, 2026-11-28T22:15. By default 24 hours before the end.")
    private @Nullable Instant since;

    @Option(
            names = "--until",
            paramLabel = "TIME",
            converter = Past.class,
            description = "Before that. By default now.")
    private @Nullable Instant until;

    @Option(
            names = "--by",
            paramLabel = "WHAT",
            description =
                    "A table of the busiest: client (their nets, /24 or /64), name (that they greet by), domain (of"
                            + " senders), check (that decided), destination.")
    private Stats.@Nullable By by;

    @Option(
            names = "--top",
            paramLabel = "COUNT",
            defaultValue = "20",
            description = "So many rows. By default ${DEFAULT-VALUE}.")
    private int top;

    @Option(names = "--ascii", description = "Draw with ASCII, as it is done where the output is not UTF-8.")
    private boolean ascii;

    @Option(names = "--json", description = "For programs: docs/stats.schema.json.")
    private boolean json;

    @Option(
            names = "--csv",
            description = "For spreadsheets: the table of --by; without it the time in parts, a row each.")
    private boolean csv;

    @SuppressWarnings("NullAway.Init") // picocli sets them
    StatsCommand() {}

    @Override
    public Integer call() throws IOException, Unusable {
        Instant to = until == null ? Instant.now() : until;
        Instant from = since == null ? to.minus(A_DAY) : since;
        if (!from.isBefore(to)) {
            throw new ParameterException(spec.commandLine(), "--since should be before --until");
        }
        if (top < 1) {
            throw new ParameterException(spec.commandLine(), "--top should be 1 or more, not " + top);
        }
        if (json && csv) {
            throw new ParameterException(spec.commandLine(), "--json or --csv, not both");
        }
        Config config = option.valid().config();
        Optional<JournalFiles> opened = Reach.journalFiles(config);
        if (opened.isEmpty()) {
            return errand().notThere("there is no journal yet in " + config.data());
        }
        try (JournalFiles files = opened.get()) {
            Stats stats = read(files, from, to);
            PrintWriter out = spec.commandLine().getOut();
            out.print(shown(stats));
            out.flush();
            return stats.entries() + stats.gapCount() > 0
                    ? 0
                    : errand().notThere("nothing of that time is in the journal");
        }
    }

    private Stats read(JournalFiles files, Instant from, Instant to) throws IOException {
        long count = files.count(Query.ANY.within(Optional.of(from), Optional.of(to)));
        try (var progress = new Progress(spec.commandLine().getErr(), count)) {
            return StatsReader.read(files, from, to, Optional.ofNullable(by), progress);
        }
    }

    private String shown(Stats stats) {
        Optional<Stats.By> what = Optional.ofNullable(by);
        if (json) {
            return StatsJson.of(stats, what, top) + "\n";
        }
        if (csv) {
            return StatsCsv.of(stats, what, top);
        }
        if (stats.entries() + stats.gapCount() == 0) {
            return "";
        }
        var text = new StatsText(
                spec.commandLine().getColorScheme().ansi(),
                ZoneId.systemDefault(),
                ascii ? Plot.ASCII : Plot.forOutput());
        return what.map(one -> text.table(stats, one, top)).orElseGet(() -> text.summary(stats, top));
    }

    private Errand errand() {
        return new Errand(spec);
    }
}
