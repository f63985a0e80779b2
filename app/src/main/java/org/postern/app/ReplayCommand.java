package org.postern.app;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.postern.config.Config;
import org.postern.config.Judging;
import org.postern.control.ControlClient;
import org.postern.control.Request;
import org.postern.journal.Codec;
import org.postern.journal.Entry;
import org.postern.journal.JournalFiles;
import org.postern.journal.Query;
import org.postern.journal.Records;
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
    private static final int BATCH = 256;
    private static final int WORKERS = 2;
    private static final int WAITING = 16;

    /** Stands at the end of the batches. */
    private static final List<byte[]> END = List.of();

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
        settle(config);
        Optional<JournalFiles> files = JournalFiles.open(Rooms.journalDirectory(config));
        if (files.isEmpty()) {
            return errand.notThere("nothing was recorded: there is no journal yet in " + config.data());
        }
        long begun = System.nanoTime();
        ReplayCount count;
        try (JournalFiles journal = files.get()) {
            count = judge(journal, replay, query);
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

    /** A running server writes what waits, so that it is found in the files. */
    private static void settle(Config config) throws IOException {
        Optional<ControlClient> server;
        try {
            server = Optional.of(ControlClient.of(config.data()));
        } catch (IOException none) {
            return;
        }
        try (ControlClient client = server.get()) {
            client.ask(new Request.Find(Query.ANY, Records.NEWEST, 1));
        }
    }

    // --- the work
    // ---------------------------------------------------------------------------------------------------------------

    /** The files are read by one thread, their entries by others. */
    private ReplayCount judge(JournalFiles journal, Replay replay, Query query) throws IOException {
        BlockingQueue<List<byte[]>> batches = new ArrayBlockingQueue<>(WAITING);
        List<Worker> workers = new ArrayList<>();
        for (int i = 0; i < WORKERS; i++) {
            var worker = new Worker(batches, replay, query);
            worker.start();
            workers.add(worker);
        }
        var done = new long[1];
        try (var progress = new Progress(spec.commandLine().getErr(), journal.count(query))) {
            var batch = new ArrayList<ArrayList<byte[]>>(List.of(new ArrayList<>()));
            journal.scan(query, octets -> {
                batch.getFirst().add(octets);
                if (batch.getFirst().size() == BATCH) {
                    hand(batches, batch.getFirst());
                    batch.set(0, new ArrayList<>(BATCH));
                    done[0] += BATCH;
                    progress.accept(done[0]);
                }
                return true;
            });
            hand(batches, batch.getFirst());
        } finally {
            hand(batches, END);
        }
        var count = new ReplayCount();
        for (Worker worker : workers) {
            count.add(worker.result());
        }
        return count;
    }

    private static void hand(BlockingQueue<List<byte[]>> batches, List<byte[]> batch) {
        if (batch.isEmpty() && batch != END) {
            return;
        }
        try {
            batches.put(batch);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    private static final class Worker extends Thread {
        private final BlockingQueue<List<byte[]>> batches;
        private final Replay replay;
        private final Query query;
        private final ReplayCount count = new ReplayCount();

        Worker(BlockingQueue<List<byte[]>> batches, Replay replay, Query query) {
            super("replay");
            this.batches = batches;
            this.replay = replay;
            this.query = query;
            setDaemon(true);
        }

        @Override
        public void run() {
            try {
                for (List<byte[]> batch = batches.take(); batch != END; batch = batches.take()) {
                    batch.forEach(this::judge);
                }
                batches.put(END);
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
            }
        }

        private void judge(byte[] octets) {
            Optional<Entry> entry = Codec.entry(octets);
            if (entry.isEmpty()) {
                count.addUnreadable();
            } else if (entry.get() instanceof Entry.Transaction one && query.isAbout(one)) {
                count.add(one, replay.judge(one));
            }
        }

        ReplayCount result() throws IOException {
            try {
                join();
                return count;
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted", stop);
            }
        }
    }
}
