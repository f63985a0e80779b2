package org.postern.delivery;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Connects to a host that has several addresses, so that a family or an address that does not work costs no more than a moment: RFC 8305.
 * Safe for many threads, which wait.
 *
 * <p>The families take turns, IPv6 first. The next address is tried when the one before it has failed, or has said nothing for a moment;
 * the first that answers is used, and the others are given up. A host that answered by the other family first is asked by that one first
 * for some minutes.
 */
public final class Connector {
    private final Pace pace;
    private final FamilyMemory memory;

    /**
     * How long to wait.
     *
     * @param moment from one address to the next, while the first says nothing; RFC 8305 §5 recommends 250 ms
     * @param patience for all of it
     */
    public record Pace(Duration moment, Duration patience) {
        /** The defaults; the patience is what Postfix has for an address. */
        public static final Pace DEFAULT = new Pace(Duration.ofMillis(250), Duration.ofSeconds(30));

        public Pace {
            if (moment.isNegative() || !patience.isPositive()) {
                throw new IllegalArgumentException("no pace: " + moment + ", " + patience);
            }
        }
    }

    /** The addresses to connect from; the system chooses where none is given. */
    public record Sources(Optional<Inet4Address> v4, Optional<Inet6Address> v6) {
        /** The system chooses. */
        public static final Sources ANY = new Sources(Optional.empty(), Optional.empty());

        Optional<InetAddress> to(InetAddress address) {
            return address instanceof Inet4Address ? v4.map(a -> a) : v6.map(a -> a);
        }
    }

    /** With that pace. */
    public Connector(Pace pace) {
        this(pace, System::nanoTime);
    }

    Connector(Pace pace, LongSupplier nanoTime) {
        this.pace = pace;
        this.memory = new FamilyMemory(nanoTime);
    }

    /**
     * Connects to one of {@code addresses}.
     *
     * @param host whose they are: under this name is remembered what worked
     * @param addresses of one family or of both; within a family in the order in which they are to be tried
     * @throws InterruptedException when the thread is told to stop; then nothing is left open
     */
    public Reached connect(String host, List<InetAddress> addresses, int port, Sources sources)
            throws InterruptedException {
        boolean v4First = memory.prefersV4(host);
        List<InetAddress> order = takingTurns(addresses, v4First);
        Reached reached = new Race(order, port, sources, pace).run();
        if (reached instanceof Reached.Connected won) {
            boolean byV4 = won.socket().getInetAddress() instanceof Inet4Address;
            if (byV4 != order.getFirst() instanceof Inet4Address) {
                memory.remember(host, byV4);
            }
        }
        return reached;
    }

    /** RFC 8305 §4: one of each family in turn. */
    static List<InetAddress> takingTurns(List<InetAddress> addresses, boolean v4First) {
        Deque<InetAddress> turn = new ArrayDeque<>();
        Deque<InetAddress> other = new ArrayDeque<>();
        addresses.forEach(address -> (address instanceof Inet4Address == v4First ? turn : other).add(address));
        var order = new ArrayList<InetAddress>();
        while (!turn.isEmpty() || !other.isEmpty()) {
            if (!turn.isEmpty()) {
                order.add(turn.removeFirst());
            }
            if (!other.isEmpty()) {
                order.add(other.removeFirst());
            }
        }
        return order;
    }
}
