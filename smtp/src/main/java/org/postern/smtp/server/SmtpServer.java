package org.postern.smtp.server;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
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
    private static final Duration FULL_PAUSE = Duration.ofMillis(200);
    private static final Duration WELL = Duration.ofSeconds(1);
    private static final Duration WATCH = Duration.ofMillis(250);
    private static final Duration LAST_WORDS = Duration.ofSeconds(1);
    private static final Reply FULL = Reply.of(421, "4.3.2", "too many sessions here; please come again later");
    static final Reply TOO_MANY = Reply.of(421, "4.7.0", "too many sessions of yours; please come again later");

    private final Domain hostname;
    private final Limits limits;
    private final Optional<SSLContext> tls;
    private final Events events;
    private final Reply banner;

    private final List<Entrance> entrances = new ArrayList<>();
    private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
    private final ClientCount clients;
    private final Thread watchdog;
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
    private record Door(Listener listener, Function<Session, ? extends SessionHandler> handlers) {}

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
            try {
                for (Door door : doors) {
                    server.open(door);
                }
            } catch (IOException problem) {
                server.close();
                throw problem;
            }
            server.begin();
            return server;
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
        this.hostname = builder.hostname;
        this.limits = builder.limits;
        this.tls = Optional.ofNullable(builder.tls);
        this.events = builder.events;
        this.clients = new ClientCount(limits.sessionsPerClient());
        // RFC 5321 §4.3.1: the name first.
        this.banner = Reply.of(220, hostname + " ESMTP Postern");
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
        stopping = true;
        entrances.forEach(Entrance::close);
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

    private void open(Door door) throws IOException {
        if (door.listener().tls() == TlsMode.IMPLICIT && tls.isEmpty()) {
            throw new IOException("implicit TLS on " + door.listener().address() + " needs a certificate");
        }
        entrances.add(new Entrance(door));
    }

    private void begin() {
        entrances.forEach(Entrance::begin);
        watchdog.start();
    }

    private void watch() {
        try {
            while (!closed) {
                Thread.sleep(WATCH);
                long now = System.nanoTime();
                boolean underLoad = limits.isLoad(connections.size());
                for (Connection connection : connections) {
                    if (connection.isOverdue(now, underLoad)) {
                        connection.timeOut();
                    }
                }
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    // --- for sessions
    // ----------------------------------------------------------------------------------------------------------

    Domain hostname() {
        return hostname;
    }

    Limits limits() {
        return limits;
    }

    Optional<SSLContext> tls() {
        return tls;
    }

    Reply banner() {
        return banner;
    }

    boolean isStopping() {
        return stopping;
    }

    Events events() {
        return events;
    }

    ClientCount clients() {
        return clients;
    }

    void over(Connection connection) {
        connections.remove(connection);
    }

    /** A listening socket and the thread that accepts from it. */
    private final class Entrance {
        private final Door door;
        private final ServerSocket socket;
        private final Thread thread;
        private boolean failing;
        private long failedAt;

        Entrance(Door door) throws IOException {
            this.door = door;
            InetSocketAddress address = door.listener().address();
            // A ServerSocket of the JDK is IPv6's, and takes IPv4 too: a 0.0.0.0 of its kind would be [::].
            socket = address.getAddress() instanceof Inet4Address
                    ? ServerSocketChannel.open(StandardProtocolFamily.INET).socket()
                    : new ServerSocket();
            try {
                socket.setOption(StandardSocketOptions.SO_REUSEADDR, true);
                shareWithOtherWildcard(address);
                socket.bind(address, 4_096);
            } catch (IOException problem) {
                socket.close();
                throw new IOException("can't listen on " + address + ": " + problem.getMessage(), problem);
            }
            thread = Thread.ofPlatform()
                    .daemon()
                    .name("smtp-accept-" + socket.getLocalPort())
                    .unstarted(this::accept);
        }

        /**
         * Lets 0.0.0.0 and [::] have one port: since [::] takes IPv4 too, Linux binds the second only when both agree to share. IPv4
         * clients then come to 0.0.0.0 alone, the closer match. The first was bound before it agreed, so no other program is let in.
         */
        private void shareWithOtherWildcard(InetSocketAddress address) throws IOException {
            for (Entrance other : entrances) {
                InetSocketAddress its = other.address();
                boolean samePort = its.getPort() == address.getPort() && !its.equals(address);
                if (samePort && isWildcard(its) && isWildcard(address)) {
                    other.socket.setOption(StandardSocketOptions.SO_REUSEPORT, true);
                    socket.setOption(StandardSocketOptions.SO_REUSEPORT, true);
                }
            }
        }

        private static boolean isWildcard(InetSocketAddress address) {
            return !address.isUnresolved() && address.getAddress().isAnyLocalAddress();
        }

        InetSocketAddress address() {
            return (InetSocketAddress) socket.getLocalSocketAddress();
        }

        void begin() {
            thread.start();
        }

        void close() {
            try {
                socket.close();
            } catch (IOException ignored) {
                // Nothing listens any more either way.
            }
        }

        /** Nothing ends this thread but a stop: without descriptors even a class may fail to load, in whatever code it is called from. */
        private void accept() {
            while (!stopping) {
                try {
                    admit(socket.accept());
                    recovered();
                } catch (IOException problem) {
                    pause(problem);
                } catch (RuntimeException | LinkageError | OutOfMemoryError problem) {
                    pause(new IOException(problem.toString(), problem));
                }
            }
        }

        /** Only once it has gone well for a while: what is short comes and goes, and is told once. */
        private void recovered() {
            if (failing && System.nanoTime() - failedAt > WELL.toNanos()) {
                failing = false;
                events.acceptRecovered();
            }
        }

        /** Out of file descriptors, most likely: others will be closed soon. */
        private void pause(IOException problem) {
            if (stopping) {
                return;
            }
            failedAt = System.nanoTime();
            try {
                if (!failing) {
                    failing = true;
                    events.acceptFailing(problem);
                }
                Thread.sleep(FULL_PAUSE);
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            } catch (RuntimeException | LinkageError untold) {
                // Then it isn't told; it is tried again all the same.
                failing = false;
            }
        }

        private void admit(Socket client) {
            if (connections.size() >= limits.sessions()) {
                turnAway(client, FULL);
                return;
            }
            Connection connection;
            try {
                client.setTcpNoDelay(true);
                connection = new Connection(SmtpServer.this, door.listener(), client);
            } catch (IOException goneAlready) {
                drop(client);
                return;
            }
            if (!connection.enter()) {
                turnAway(client, TOO_MANY);
                return;
            }
            connections.add(connection);
            Thread.startVirtualThread(() -> connection.run(door.handlers()));
        }

        /** Quickly, on the accepting thread: a line fits any fresh socket's buffer, so writing it never blocks. */
        private void turnAway(Socket client, Reply reply) {
            try {
                // RFC 2034 §4: no enhanced code in place of the banner.
                client.getOutputStream()
                        .write(Reply.of(reply.code(), reply.text()).toBytes());
            } catch (IOException goneAlready) {
                // Told or not, it is turned away.
            }
            drop(client);
            events.turnedAway(client.getInetAddress(), reply);
        }

        private void drop(Socket client) {
            try {
                client.close();
            } catch (IOException goneAlready) {
                // That was the aim.
            }
        }
    }
}
