package org.postern.app;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.postern.config.Config;
import org.postern.config.Mistake;
import org.postern.config.Quarantine;
import org.postern.console.Console;
import org.postern.console.Watched;
import org.postern.control.Answer;
import org.postern.control.Control;
import org.postern.control.ControlServer;
import org.postern.control.Desk;
import org.postern.control.Request;
import org.postern.door.Door;
import org.postern.journal.Journal;
import org.postern.maildrop.Pickup;
import org.postern.policy.Greylist;
import org.postern.quarantine.Digests;
import org.postern.quarantine.Suspects;
import org.postern.queue.Queue;
import org.postern.smtp.server.SmtpServer;
import org.postern.spool.RocksSpool;
import org.postern.spool.Spool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The running server: what lasts, and the {@link Setup} that it goes by until a reload puts another in its place. */
final class Mta implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Mta.class);

    private final Setup.Lasting lasting;
    private final Reading reading;
    private final Queue queue;
    private final SmtpServer server;
    private final Pickup pickup;
    private final Optional<ControlServer> control;
    private final Console console;
    private volatile Setup setup;
    private volatile Door door;
    private volatile Desk desk;
    private Optional<Digests> digests;

    /** Where the configuration comes from. */
    interface Reading {
        Config.Result read() throws Unusable;
    }

    /** A server that always goes by that. */
    static Mta start(Config config) throws IOException {
        return start(config, () -> new Config.Result.Valid(config, List.of()));
    }

    /** A server that goes by {@code config}, and by what {@code reading} gives when it is told to reload. */
    static Mta start(Config config, Reading reading) throws IOException {
        Clock clock = Clock.system(ZoneId.systemDefault());
        Spool spool =
                RocksSpool.open(config.data().resolve("spool"), config.keeping().room(), clock);
        Journal journal = Rooms.journal(config, clock);
        try {
            var lasting = new Setup.Lasting(
                    spool,
                    journal,
                    Rooms.trusted(config),
                    Greylist.open(
                            config.data().resolve("greylist"), config.judging().greylist(), clock),
                    clock);
            return start(new Setup(config, lasting, Optional.empty()), lasting, reading);
        } catch (IOException | RuntimeException problem) {
            journal.close();
            spool.close();
            throw problem;
        }
    }

    private static Mta start(Setup setup, Setup.Lasting lasting, Reading reading) throws IOException {
        Queue queue = Rooms.queue(
                setup.config(),
                lasting.spool(),
                setup.deliveries(),
                setup.reports(),
                lasting.journal(),
                lasting.clock());
        Door door = setup.door(queue);
        setup.prepare();
        Optional<SmtpServer> server = Optional.empty();
        var console = new Console(lasting.journal(), Main.version());
        try {
            // Before any mail comes, so that a place that is taken keeps nothing but the start from happening.
            Console.Move move = console.to(setup.config().watching().listen());
            try {
                queue.start();
                server = Optional.of(setup.server(door).start());
                return new Mta(lasting, reading, queue, setup, door, server.get(), console, move);
            } catch (IOException problem) {
                move.giveBack();
                throw problem;
            }
        } catch (IOException problem) {
            server.ifPresent(SmtpServer::close);
            queue.close();
            setup.close();
            throw problem;
        }
    }

    private Mta(
            Setup.Lasting lasting,
            Reading reading,
            Queue queue,
            Setup setup,
            Door door,
            SmtpServer server,
            Console console,
            Console.Move move)
            throws IOException {
        this.lasting = lasting;
        this.reading = reading;
        this.queue = queue;
        this.setup = setup;
        this.door = door;
        this.server = server;
        this.console = console;
        Config config = setup.config();
        DataDirectory.open(config.data());
        Whereabouts.of(config, server.addresses()).write(config.data());
        this.pickup = Pickup.start(
                Whereabouts.maildrop(config.data()), (uid, envelope, message) -> taker().take(uid, envelope, message));
        Suspects suspects = Rooms.suspects(config, lasting.spool());
        this.desk = desk(suspects);
        this.digests = digests(config, suspects);
        this.control = ControlServer.start(config.data(), new Reception());
        move.keep(() -> watched());
    }

    private Watched watched() {
        return setup.watched(server, queue);
    }

    private Pickup.Taker taker() {
        return door.taker();
    }

    private Desk desk(Suspects suspects) {
        return new Desk(
                lasting.spool(),
                queue,
                suspects,
                lasting.trusted(),
                lasting.journal(),
                lasting.clock(),
                "Postern " + Main.version(),
                Desk.Running.YES);
    }

    /** Asks the desk as it is now. */
    private final class Reception implements Control {
        @Override
        public void ask(Request request, Listener listener) throws IOException {
            if (request instanceof Request.Reload) {
                listener.answer(reload());
            } else {
                desk.ask(request, listener);
            }
        }

        @Override
        public void close() {}
    }

    /** Where nothing is held any more, what was held before is told of all the same. */
    private Optional<Digests> digests(Config config, Suspects suspects) {
        Quarantine quarantine = config.quarantine();
        Optional<Digests.Readers> readers =
                switch (quarantine.digest()) {
                    case RECIPIENTS -> Optional.of(Digests.Readers.RECIPIENTS);
                    case POSTMASTER -> Optional.of(Digests.Readers.POSTMASTER);
                    case OFF -> Optional.empty();
                };
        return readers.map(one -> Digests.start(
                new Digests.Settings(
                        config.hostname(), config.data().resolve(Digests.NAME), one, quarantine.digestAt()),
                lasting.spool(),
                suspects,
                queue,
                lasting.clock()));
    }

    // --- change
    // ----------------------------------------------------------------------------------------------------------------

    /** Goes by what the configuration says now, without a stop; by what it said before, when it is wrong or can't be followed. */
    synchronized Answer.Reloaded reload() {
        try {
            return switch (reading.read()) {
                case Config.Result.Valid valid -> told(reload(valid));
                case Config.Result.Invalid invalid ->
                    told(Answer.Reloaded.refused(
                            invalid.mistakes().stream().map(Mistake::toString).toList()));
            };
        } catch (Unusable | IOException problem) {
            return told(Answer.Reloaded.refused(List.of(String.valueOf(problem.getMessage()))));
        }
    }

    private Answer.Reloaded reload(Config.Result.Valid valid) throws IOException {
        Config next = valid.config();
        Setup before = setup;
        Config now = before.config();
        if (!next.data().equals(now.data())) {
            return Answer.Reloaded.refused(List.of("data is " + now.data() + ", not " + next.data()
                    + ", until the server is stopped: move what is in it, and start the server anew"));
        }
        var fresh = new Setup(next, lasting, Optional.of(before));
        Door opened = fresh.door(queue);
        Console.Move move = change(fresh, opened, before);
        // From here on it holds, whatever else goes wrong.
        setup = fresh;
        door = opened;
        move.keep(this::watched);
        before.stopLooking();
        fresh.prepare();
        lasting.greylist().change(next.judging().greylist());
        Suspects suspects = Rooms.suspects(next, lasting.spool());
        desk = desk(suspects);
        digests.ifPresent(Digests::close);
        digests = digests(next, suspects);
        Logging.configure(next.logFormat());
        var remarks = new ArrayList<>(valid.warnings());
        remarks.addAll(notYet(now, next));
        try {
            queue.change(
                    fresh.deliveries(),
                    fresh.reports(),
                    next.keeping().retry(),
                    next.sending().connections());
            Whereabouts.of(next, server.addresses()).write(next.data());
        } catch (IOException problem) {
            remarks.add("not all of it: " + problem.getMessage());
        }
        return new Answer.Reloaded(true, remarks);
    }

    /** Has sessions begin by {@code fresh}, which {@code opened} belongs to; when that can't be, nothing has changed. */
    private Console.Move change(Setup fresh, Door opened, Setup before) throws IOException {
        Optional<Console.Move> move = Optional.empty();
        try {
            move = Optional.of(console.to(fresh.config().watching().listen()));
            server.change(fresh.server(opened), () -> before.closeBut(fresh));
            return move.get();
        } catch (IOException problem) {
            move.ifPresent(Console.Move::giveBack);
            fresh.closeBut(before);
            throw problem;
        }
    }

    /** What is settled when the server starts. */
    private static List<String> notYet(Config now, Config next) {
        var later = new ArrayList<String>();
        if (!next.journal().equals(now.journal())) {
            later.add("[journal] and its limits hold from the next start");
        }
        if (!next.keeping().room().equals(now.keeping().room())) {
            later.add("the limits of the spool hold from the next start");
        }
        return later;
    }

    private static Answer.Reloaded told(Answer.Reloaded answer) {
        if (answer.changed()) {
            LOG.info("reloaded");
            answer.remarks()
                    .forEach(remark -> LOG.atWarn().addKeyValue("text", remark).log("configuration"));
        } else {
            answer.remarks()
                    .forEach(mistake -> LOG.atError()
                            .addKeyValue("problem", mistake)
                            .addKeyValue("advice", "mend it and reload; until then all goes on as before")
                            .log("not reloaded"));
        }
        return answer;
    }

    // --- the end
    // ---------------------------------------------------------------------------------------------------------------

    /** Where it listens, in the order of the configuration. */
    List<InetSocketAddress> addresses() {
        return server.addresses();
    }

    /** Where it is watched, when it is. */
    Optional<InetSocketAddress> console() {
        return console.address();
    }

    /** Stops in good order: transactions under way may end. */
    @Override
    public synchronized void close() {
        Setup last = setup;
        var stopTime = last.config().intake().stopTime();
        server.stop(stopTime);
        pickup.close();
        last.stopLooking();
        // Before what it asks: nobody may look into a store that is closed.
        control.ifPresent(ControlServer::close);
        console.close();
        digests.ifPresent(Digests::close);
        queue.close(stopTime);
        last.close();
        lasting.journal().close();
        try (Greylist _ = lasting.greylist()) {
            lasting.spool().close();
        } catch (IOException problem) {
            LOG.atError()
                    .addKeyValue("problem", problem.getMessage())
                    .log("the spool could not be closed in good order");
        }
    }
}
