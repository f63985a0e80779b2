package org.postern.smtp.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.postern.smtp.Domain;
import org.postern.smtp.Reply;

/**
 * Listens, and gives each connection a session on a virtual thread of its own. Its methods are safe for any thread.
 *
 * <pre>{@code
 * try (SmtpServer server = SmtpServer.named("mx.example.com")
 *         .listen(SmtpServer.Listener.on(2525), session -> (envelope, content) -> {
 *             System.out.println(envelope + ": " + content.readAllBytes().length + " octets");
 *             return Reply.of(250, "2.0.0", "kept");
 *         })
 *         .start()) {
 *     ...
 * }
 * }</pre>
 */
public final class SmtpServer implements AutoCloseable {
    private static final Duration WATCH = Duration.ofMillis(250);
    private static final Duration LAST_WORDS = Duration.ofSeconds(1);
    private static final Reply FULL = Reply.of(421, "4.3.2", "too many sessions here; please come again later");
    static final Reply TOO_MANY = Reply.of(421, "4.7.0", "too many sessions of yours; please come again later");

    private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
    private final ClientCount clients = new ClientCount();
    private final LongAdder turnedAway = new LongAdder();
    private final Queue<Farewell> farewells = new ConcurrentLinkedQueue<>();
    private final Thread watchdog;

    /** In the order of the builder's calls. */
    private volatile List<Entrance> entrances = List.of();

    private volatile Manner manner;
    private volatile boolean stopping;
    private volatile boolean closed;

    /**
     * Where to listen, and how.
     *
     * @param address port 0 takes any that is free
     * @param bannerDelay how long to wait with the banner for clients that can't wait themselves (the trusted are not kept waiting)
     * @param trusted whose clients have no limits of their own and whose bare line ends are mended
     * @param proxies front ends: whose PROXY header (before all else) or XCLIENT is believed. Then the address that they name is the
     *     client; they and whom they name are never trusted, and they have no limits per client
     */
    public record Listener(
            InetSocketAddress address,
            TlsMode tls,
            Duration bannerDelay,
            Predicate<InetAddress> trusted,
            Predicate<InetAddress> proxies) {
        /** On loopback, with STARTTLS when the server has a certificate; nobody is trusted. */
        public static Listener on(int port) {
            return at(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        }

        /** With STARTTLS when the server has a certificate; nobody is trusted. */
        public static Listener at(InetSocketAddress address) {
            return new Listener(address, TlsMode.STARTTLS, Duration.ZERO, _ -> false, _ -> false);
        }

        public Listener with(TlsMode mode) {
            return new Listener(address, mode, bannerDelay, trusted, proxies);
        }

        public Listener withBannerDelay(Duration delay) {
            return new Listener(address, tls, delay, trusted, proxies);
        }

        public Listener trusting(Predicate<InetAddress> clients) {
            return new Listener(address, tls, bannerDelay, clients, proxies);
        }

        /** Behind front ends, which name their clients by the PROXY protocol (v1, v2) or XCLIENT. */
        public Listener behind(Predicate<InetAddress> frontEnds) {
            return new Listener(address, tls, bannerDelay, trusted, frontEnds);
        }

        boolean trusts(InetAddress client) {
            return trusted.test(client);
        }

        boolean isProxy(InetAddress peer) {
            return proxies.test(peer);
        }
    }

    /** A listener and who handles its sessions. */
    record Door(Listener listener, Function<Session, ? extends SessionHandler> handlers) {}

    /** Puts a server together. */
    public static final class Builder {
        private final Domain hostname;
        private final List<Door> doors = new ArrayList<>();
        private Limits limits = Limits.DEFAULT;
        private @Nullable SSLContext tls;
        private Events events = new Events() {};

        private Builder(Domain hostname) {
            this.hostname = hostname;
        }

        /** One more place to listen, and who handles each session there. */
        public Builder listen(Listener listener, Function<Session, ? extends SessionHandler> handlers) {
            doors.add(new Door(listener, handlers));
            return this;
        }

        public Builder limits(Limits limits) {
            this.limits = limits;
            return this;
        }

        /** With it STARTTLS is offered and implicit TLS spoken; without it there is neither. */
        public Builder tls(SSLContext context) {
            this.tls = context;
            return this;
        }

        public Builder events(Events events) {
            this.events = events;
            return this;
        }

        /**
         * Begins to listen everywhere.
         *
         * @throws IOException when one of the addresses can't be listened on, which its message names; then none is
         */
        public SmtpServer start() throws IOException {
            var server = new SmtpServer(this);
            server.listen(this);
            server.watchdog.start();
            return server;
        }

        private Manner manner() {
            return new Manner(hostname, limits, Optional.ofNullable(tls), events);
        }
    }

    /** A server that calls itself {@code hostname}, in its banner and everywhere. */
    public static Builder named(Domain hostname) {
        return new Builder(hostname);
    }

    /**
     * A server that calls itself {@code hostname}.
     *
     * @throws IllegalArgumentException when {@code hostname} is no domain name
     */
    public static Builder named(String hostname) {
        return named(new Domain(hostname));
    }

    private SmtpServer(Builder builder) {
        this.manner = builder.manner();
        this.watchdog = Thread.ofPlatform().daemon().name("smtp-watchdog").unstarted(this::watch);
    }

    /** Where it listens, in the order of the builder's calls, with the ports that were free. */
    public List<InetSocketAddress> addresses() {
        return entrances.stream().map(Entrance::address).toList();
    }

    /** Sessions at this moment. */
    public int sessions() {
        return connections.size();
    }

    /** The same by the address that their listener was given; one that is listened on no more may be among them. */
    public Map<InetSocketAddress, Integer> sessionsByListener() {
        Map<InetSocketAddress, Integer> sessions = new HashMap<>();
        connections.forEach(one -> sessions.merge(one.listener().address(), 1, Integer::sum));
        return sessions;
    }

    /** How many sessions there may be at once. */
    public int limit() {
        return manner.limits().sessions();
    }

    /** How many clients got 421 in place of the banner, since the start. */
    public long turnedAway() {
        return turnedAway.sum();
    }

    /** Whether it was told to stop. */
    public boolean isStopping() {
        return stopping;
    }

    /** Stops at once. */
    @Override
    public void close() {
        stop(Duration.ZERO);
    }

    /**
     * Accepts no more connections, says 421 to sessions between two transactions, and gives the others until {@code patience} is over;
     * then it says 421 to them, too, and after a second more cuts those that are left. RFC 5321 §3.8.
     *
     * <p>Returns when all are gone. It doesn't wait for a handler that is still at work when its connection is cut: that session
     * ends when the handler returns, and counts among {@link #sessions} until then.
     */
    public void stop(Duration patience) {
        synchronized (this) {
            stopping = true;
            entrances.forEach(Entrance::close);
        }
        endWithin(patience, Connection::stopIdle);
        endWithin(LAST_WORDS, Connection::stopWaiting);
        connections.forEach(Connection::cut);
        closed = true;
        watchdog.interrupt();
    }

    /** Ends sessions in this way until none is left, or the time is over: who is at work now can be told as soon as it waits. */
    private void endWithin(Duration time, Consumer<Connection> way) {
        long until = System.nanoTime() + time.toNanos();
        try {
            while (!connections.isEmpty()) {
                connections.forEach(way);
                if (System.nanoTime() - until >= 0) {
                    return;
                }
                Thread.sleep(10);
            }
        } catch (InterruptedException hurry) {
            Thread.currentThread().interrupt();
        }
    }

    // --- where it listens
    // ------------------------------------------------------------------------------------------------------

    /**
     * Goes on as {@code next} says. Its name, limits, certificates, events and handlers are those of the sessions that begin from now on; those
     * that are under way go on to their end as they began. Where it listens already nobody notices; elsewhere it begins to listen, and
     * where {@code next} doesn't, it listens no more.
     *
     * @param over run once, by a thread of its own, when the last session that began before is over; never, if the server stops before
     * @throws IOException when one of the addresses can't be listened on, which its message names; then nothing has changed
     */
    public synchronized void change(Builder next, Runnable over) throws IOException {
        listen(next);
        Manner before = manner;
        // Behind the handlers: who keeps to the new manner must have a new handler.
        manner = next.manner();
        farewells.add(new Farewell(before, over));
    }

    /** What is to be done when nobody keeps to that manner any more. */
    private record Farewell(Manner manner, Runnable over) {}

    private synchronized void listen(Builder next) throws IOException {
        if (stopping) {
            throw new IOException("the server is stopping");
        }
        List<Entrance> before = entrances;
        var unchanged = new ArrayList<>(before);
        unchanged.removeIf(entrance -> next.doors.stream().noneMatch(entrance::isAt));
        List<Entrance> gone =
                before.stream().filter(one -> !unchanged.contains(one)).toList();
        // Linux lets nobody listen on a part of what somebody else has: 0.0.0.0:25 goes before 192.0.2.1:25 comes.
        List<Entrance> inTheWay = gone.stream()
                .filter(one -> next.doors.stream().anyMatch(one::hasPortOf))
                .toList();
        inTheWay.forEach(Entrance::close);
        var all = new ArrayList<Entrance>();
        var doors = new HashMap<Entrance, Door>();
        try {
            for (Door door : next.doors) {
                if (door.listener().tls() == TlsMode.IMPLICIT && next.tls == null) {
                    throw new IOException("implicit TLS on " + door.listener().address() + " needs a certificate");
                }
                Optional<Entrance> same = unchanged.stream()
                        .filter(one -> one.isAt(door) && !all.contains(one))
                        .findFirst();
                Entrance entrance = same.isPresent() ? same.get() : new Entrance(this, door, together(unchanged, all));
                doors.put(entrance, door);
                all.add(entrance);
            }
        } catch (IOException problem) {
            all.stream().filter(one -> !before.contains(one)).forEach(Entrance::close);
            entrances = goOn(before, inTheWay, problem);
            throw problem;
        }
        doors.forEach(Entrance::lead);
        all.stream().filter(one -> !before.contains(one)).forEach(Entrance::begin);
        entrances = List.copyOf(all);
        before.stream().filter(one -> !all.contains(one)).forEach(Entrance::close);
    }

    private static List<Entrance> together(List<Entrance> some, List<Entrance> others) {
        var all = new LinkedHashSet<>(some);
        all.addAll(others);
        return List.copyOf(all);
    }

    /** Those that were there, where some had to go for others that could not come. */
    private List<Entrance> goOn(List<Entrance> before, List<Entrance> closed, IOException why) {
        List<Entrance> open =
                before.stream().filter(one -> !closed.contains(one)).toList();
        var all = new ArrayList<Entrance>();
        for (Entrance one : before) {
            try {
                Entrance again = open.contains(one) ? one : new Entrance(this, one.door(), together(open, all));
                if (again != one) {
                    again.begin();
                }
                all.add(again);
            } catch (IOException lost) {
                why.addSuppressed(lost);
            }
        }
        return List.copyOf(all);
    }

    // --- in time
    // ---------------------------------------------------------------------------------------------------------------

    private void watch() {
        try {
            while (!closed) {
                Thread.sleep(WATCH);
                long now = System.nanoTime();
                boolean underLoad = manner.limits().isLoad(connections.size());
                for (Connection connection : connections) {
                    if (connection.isOverdue(now, underLoad)) {
                        connection.timeOut();
                    }
                }
                farewells.removeIf(SmtpServer::isOver);
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean isOver(Farewell farewell) {
        if (farewell.manner().isInUse()) {
            return false;
        }
        Thread.startVirtualThread(farewell.over());
        return true;
    }

    /** The one that a session keeps to which begins now. */
    Manner take() {
        while (true) {
            Manner now = manner;
            now.begin();
            if (now == manner) {
                return now;
            }
            now.over();
        }
    }

    // --- for sessions
    // ----------------------------------------------------------------------------------------------------------

    /** Whom to tell. */
    Events events() {
        return manner.events();
    }

    ClientCount clients() {
        return clients;
    }

    void over(Connection connection) {
        connections.remove(connection);
        connection.manner().over();
    }

    /** A client has come to {@code entrance}. */
    void admit(Socket client, Entrance entrance) {
        Manner kept = take();
        // Behind the manner, so that it is none that came before it.
        Door entered = entrance.door();
        boolean isIn = false;
        try {
            isIn = admit(client, kept, entered);
        } finally {
            if (!isIn) {
                kept.over();
            }
        }
    }

    private boolean admit(Socket client, Manner kept, Door entered) {
        if (connections.size() >= kept.limits().sessions()) {
            turnAway(client, FULL);
            return false;
        }
        Connection connection;
        try {
            client.setTcpNoDelay(true);
            connection = new Connection(this, kept, entered.listener(), client);
        } catch (IOException goneAlready) {
            drop(client);
            return false;
        }
        if (!connection.enter()) {
            turnAway(client, TOO_MANY);
            return false;
        }
        connections.add(connection);
        Thread.startVirtualThread(() -> connection.run(entered.handlers()));
        return true;
    }

    /** Quickly, on the accepting thread: a line fits any fresh socket's buffer, so writing it never blocks. */
    private void turnAway(Socket client, Reply reply) {
        try {
            // RFC 2034 §4: no enhanced code in place of the banner.
            client.getOutputStream().write(Reply.of(reply.code(), reply.text()).toBytes());
        } catch (IOException goneAlready) {
            // Told or not, it is turned away.
        }
        drop(client);
        turnedAway.increment();
        manner.events().turnedAway(client.getInetAddress(), reply);
    }

    private void drop(Socket client) {
        try {
            client.close();
        } catch (IOException goneAlready) {
            // That was the aim.
        }
    }
}
