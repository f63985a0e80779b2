package org.postern.console;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.postern.journal.Journal;

/**
 * How a server is watched: by metrics, and by two pages that say whether it is well. Where nothing is to be served, nothing is counted, and
 * none of the classes that do so are loaded. Thread-safe.
 */
public final class Console implements AutoCloseable {
    private final Journal journal;
    private final String version;
    private final Duration time;
    private Optional<Metrics> metrics = Optional.empty();
    private Optional<Port> port = Optional.empty();

    /** One that serves nowhere yet. */
    public Console(Journal journal, String version) {
        this(journal, version, Visitor.TIME);
    }

    /** @param time how long a connection may last */
    Console(Journal journal, String version, Duration time) {
        this.journal = journal;
        this.version = version;
        this.time = time;
    }

    /** Another place that is taken, so that nothing more can go wrong; to be kept or given back. */
    public interface Move {
        /** Serves there from now on, and nowhere else; {@code watched} gives what is watched then. */
        void keep(Supplier<Watched> watched);

        /** Serves where it did before. */
        void giveBack();
    }

    /** Where it serves, with the port that was free. */
    public synchronized Optional<InetSocketAddress> address() {
        return port.map(Port::address);
    }

    /**
     * Takes another place to serve at, or none.
     *
     * @throws IOException when it can't be listened on, which its message says; then nothing has changed
     */
    public synchronized Move to(Optional<InetSocketAddress> address) throws IOException {
        if (port.map(Port::wanted).equals(address)) {
            return new Stay();
        }
        if (address.isEmpty()) {
            return new Leave();
        }
        // Linux lets nobody listen on a part of what somebody else has: 127.0.0.1 goes before 0.0.0.0 comes.
        Optional<Port> inTheWay = port.filter(one -> one.hasPortOf(address.get()));
        inTheWay.ifPresent(Port::close);
        try {
            return new Change(Port.at(address.get()), inTheWay);
        } catch (IOException problem) {
            inTheWay.ifPresent(one -> comeBack(one, problem));
            throw problem;
        }
    }

    /** Where it served, which had to be left for a place that it can't have. */
    private synchronized void comeBack(Port left, IOException why) {
        try {
            port = Optional.of(left.again());
        } catch (IOException lost) {
            port = Optional.empty();
            why.addSuppressed(lost);
        }
    }

    private static final class Stay implements Move {
        @Override
        public void keep(Supplier<Watched> watched) {}

        @Override
        public void giveBack() {}
    }

    private final class Leave implements Move {
        @Override
        public void keep(Supplier<Watched> watched) {
            close();
        }

        @Override
        public void giveBack() {}
    }

    private final class Change implements Move {
        private final Port next;
        private final Optional<Port> left;

        Change(Port next, Optional<Port> left) {
            this.next = next;
            this.left = left;
        }

        @Override
        public void keep(Supplier<Watched> watched) {
            serve(next, watched);
        }

        @Override
        public void giveBack() {
            next.close();
            left.ifPresent(one -> comeBack(one, new IOException("given back")));
        }
    }

    private synchronized void serve(Port next, Supplier<Watched> watched) {
        port.ifPresent(Port::close);
        // What was counted so far goes on being counted.
        Metrics all = metrics.orElseGet(() -> new Metrics(watched, journal, version));
        metrics = Optional.of(all);
        port = Optional.of(next);
        next.open(new Pages(all, watched), time);
    }

    /** Serves nowhere, and counts nothing. */
    @Override
    public synchronized void close() {
        port.ifPresent(Port::close);
        metrics.ifPresent(Metrics::close);
        port = Optional.empty();
        metrics = Optional.empty();
    }
}
