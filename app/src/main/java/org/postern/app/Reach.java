package org.postern.app;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneId;
import java.util.Optional;
import org.postern.config.Config;
import org.postern.control.Control;
import org.postern.control.ControlClient;
import org.postern.control.Desk;
import org.postern.control.Request;
import org.postern.delivery.Deliveries;
import org.postern.dns.CachingResolver;
import org.postern.dns.Resolver;
import org.postern.dsn.Reports;
import org.postern.journal.Journal;
import org.postern.journal.JournalFiles;
import org.postern.journal.Query;
import org.postern.journal.Records;
import org.postern.queue.Queue;
import org.postern.signing.Signer;
import org.postern.spool.RocksSpool;
import org.postern.spool.SpoolProblem;

/** Finds who answers for a data directory: the server that runs there, or else the store itself. */
final class Reach {
    /** A server that starts or stops has the store, and no socket yet or any more. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private static final Duration PAUSE = Duration.ofMillis(100);

    private Reach() {}

    /**
     * Who answers; empty when there is no store yet.
     *
     * @throws Unusable when the store belongs to somebody else
     * @throws IOException when it can't be reached just now
     */
    static Optional<Control> of(Config config) throws IOException, Unusable {
        Path spool = config.data().resolve("spool");
        long until = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            Optional<Control> server = server(config.data());
            if (server.isPresent()) {
                return server;
            }
            if (!Files.exists(spool.resolve("db").resolve("CURRENT"))) {
                return Optional.empty();
            }
            try {
                return Optional.of(store(config, spool));
            } catch (SpoolProblem problem) {
                if (problem.kind() != SpoolProblem.Kind.IN_USE) {
                    throw problem;
                }
                if (System.nanoTime() - until > 0) {
                    throw new IOException(
                            "another process has the spool in " + spool
                                    + " and answers at no socket: a server that starts or stops, or another command;"
                                    + " try again, and see whether the server's log warns of control.sock",
                            problem);
                }
                pause();
            }
        }
    }

    /** What the journal tells, by a server or by its files, which nothing is written into for that. */
    record Telling(Records records, Closeable source) implements Closeable {
        @Override
        public void close() throws IOException {
            source.close();
        }
    }

    /**
     * Who tells; empty when there is no journal yet.
     *
     * @throws Unusable when it belongs to somebody else
     * @throws IOException when it can't be read just now
     */
    static Optional<Telling> telling(Config config) throws IOException, Unusable {
        Optional<Control> server = server(config.data());
        if (server.isPresent()) {
            return Optional.of(new Telling(new ControlRecords(server.get()), server.get()::close));
        }
        Path spool = config.data().resolve("spool");
        if (Files.exists(spool)) {
            requireOwner(spool);
        }
        return files(config).map(files -> new Telling(files, files::close));
    }

    /**
     * The files of the journal, whether a server runs or not: what waits in one to be written is written before. Empty when there are none.
     *
     * @throws IOException when they can't be read
     */
    static Optional<JournalFiles> journalFiles(Config config) throws IOException {
        try (Control server = ControlClient.of(config.data())) {
            server.ask(new Request.Find(Query.ANY, Records.NEWEST, 1));
        } catch (IOException none) {
            // No server, nothing that waits. And one that does not answer keeps nobody from reading what is written.
        }
        return files(config);
    }

    private static Optional<JournalFiles> files(Config config) throws IOException {
        Path directory = Rooms.journalDirectory(config);
        if (Files.exists(directory) && !(Files.isReadable(directory) && Files.isExecutable(directory))) {
            throw new AccessDeniedException(directory + " can't be read: run this as the server's user");
        }
        return JournalFiles.open(directory);
    }

    private static Optional<Control> server(Path data) {
        try {
            return Optional.of(ControlClient.of(data));
        } catch (IOException none) {
            // The store tells which: it can be opened when no server runs.
            return Optional.empty();
        }
    }

    private static Control store(Config config, Path place) throws IOException, Unusable {
        requireOwner(place);
        Clock clock = Clock.system(ZoneId.systemDefault());
        var spool = RocksSpool.open(place, config.keeping().room(), clock);
        Journal journal = Rooms.journal(config, clock);
        // Never started: nothing is delivered by a command.
        var reports =
                new Reports(config.hostname(), spool, config.keeping().retry().expire(), _ -> true, journal, clock);
        Resolver resolver = new CachingResolver(config.dns().settings());
        Deliveries deliveries = Rooms.deliveries(
                config,
                spool,
                Rooms.router(config),
                Rooms.forwarding(config, clock),
                resolver,
                Signer.none(config.hostname()));
        Queue queue = Rooms.queue(config, spool, deliveries, reports, journal, clock);
        var desk = new Desk(
                spool,
                queue,
                Rooms.suspects(config, spool),
                Rooms.trusted(config),
                journal,
                clock,
                "Postern " + Main.version(),
                Desk.Running.NO);
        return new Control() {
            @Override
            public void ask(Request request, Listener listener) throws IOException {
                desk.ask(request, listener);
            }

            @Override
            public void close() throws IOException {
                journal.close();
                spool.close();
            }
        };
    }

    /** Opening a store writes into it: files of root's would keep the server out. */
    static void requireOwner(Path place) throws IOException, Unusable {
        String owner = Files.getOwner(place).getName();
        String self = System.getProperty("user.name", "");
        if (!owner.equals(self)) {
            throw new Unusable("no server runs, and " + place + " belongs to " + owner + ": run this as " + owner
                    + " (sudo -u " + owner + " postern ...), or start the server");
        }
    }

    private static void pause() throws IOException {
        try {
            Thread.sleep(PAUSE);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", stop);
        }
    }
}
