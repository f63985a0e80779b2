package org.postern.app;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.postern.config.Config;
import org.postern.config.Judging;
import org.postern.journal.JournalFiles;
import org.postern.journal.Query;
import org.postern.journal.Replay;
import org.postern.journal.ReplayCount;
import org.postern.policy.ListFiles;
import org.postern.policy.Policy;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code postern replay}: what another policy would have made of recorded sessions. */
@Command(
        name = "replay",
        description =
                "Judge the recorded sessions again by the [policy] of another file, from what was found then: nobody"
                        + " is asked anything, and nothing is changed.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Exit codes: 0 no verdict changes, 1 some do, or nothing was recorded in that time, 2 usage, 75 the journal"
                    + " can't be read now."
        })
final class ReplayCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private ConfigOption option;

    @Option(
            names = "--policy",
            paramLabel = "FILE",
            required = true,
            description =
                    "A configuration whose [policy] (and [[filters]], if it has any) is tried; the rest of it does not"
                            + " matter.")
    private Path policy;

    @Option(
            names = "--since",
            paramLabel = "TIME",
            converter = Past.class,
            description = "Sessions not before that: 2h, 7d, today, 2026-11-28T22:15. By default all.")
    private @Nullable Instant since;

    @Option(names = "--until", paramLabel = "TIME", converter = Past.class, description = "Sessions before that.")
    private @Nullable Instant until;

    @Option(names = "--json", description = "For programs: docs/replay.schema.json.")
    private boolean json;

    @SuppressWarnings("NullAway.Init") // picocli sets them
    ReplayCommand() {}

    @Override
    public Integer call() throws IOException, Unusable {
        var errand = new Errand(spec);
        Config config = option.valid().config();
        Replay replay = replay(config);
        Query query = Query.ANY.within(Optional.ofNullable(since), Optional.ofNullable(until));
        Optional<JournalFiles> files = Reach.journalFiles(config);
        if (files.isEmpty()) {
            return errand.notThere("nothing was recorded: there is no journal yet in " + config.data());
        }
        long begun = System.nanoTime();
        ReplayCount count;
        try (JournalFiles journal = files.get();
                var progress = new Progress(spec.commandLine().getErr(), journal.count(query))) {
            count = replay.judge(journal, query, progress);
        }
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(ReplayJson.of(count));
        } else {
            out.print(new ReplayText(spec.commandLine().getColorScheme().ansi())
                    .of(count, policy, Duration.ofNanos(System.nanoTime() - begun), option.again()));
        }
        out.flush();
        boolean nothing = count.same() + count.changed() == 0;
        return nothing || count.changed() > 0 ? 1 : 0;
    }

    private Replay replay(Config config) throws IOException, Unusable {
        Judging other = other();
        Policy tried = other.policy().with(Rooms.readableTrust(config));
        if (tried.filters().isEmpty()) {
            tried = tried.filteredAs(config.judging().policy());
        }
        var lists = new ListFiles(other.lists(), other.allowFiles(), other.denyFiles(), Duration.ofDays(1));
        return new Replay(tried, lists.current(), other.decideAt() == Judging.DecideAt.GREETING);
    }

    private Judging other() throws IOException, Unusable {
        try {
            return switch (Config.read(policy)) {
                case Config.Result.Valid valid -> valid.config().judging();
                case Config.Result.Invalid invalid ->
                    throw new Unusable("that policy can't be used:\n" + ConfigOption.list(invalid.mistakes()));
            };
        } catch (NoSuchFileException missing) {
            throw new Unusable("there is no " + policy + ": name another file with --policy");
        }
    }
}
