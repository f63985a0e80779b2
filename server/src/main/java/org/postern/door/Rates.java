package org.postern.door;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.postern.config.Config.ClientRates;
import org.postern.smtp.Domain;

/**
 * How much each client does in time: {@code sessions-per-client-per-hour} and its kin. Thread-safe.
 *
 * <p>Whoever has been quiet may do a whole hour's number at once, and after that one more each time that the hour's share of one has gone
 * by. So all that is kept of a client is one instant: when it will have worked off what it did (the generic cell rate algorithm, ITU-T
 * I.371 annex A). Of {@value #MOST_KEYS} clients at most for each kind: past that the one forgotten is who was quiet the longest.
 */
public final class Rates {
    static final int MOST_KEYS = 100_000;

    private static final long HOUR = Duration.ofHours(1).toNanos();

    /** What is counted. */
    public enum Kind {
        SESSIONS,
        MESSAGES,
        RECIPIENTS
    }

    /** Whom it is counted for. */
    public sealed interface Key {
        /** An IPv4 address, or an IPv6 /64, which is what a single customer usually gets. */
        record Place(boolean v4, long prefix) implements Key {}

        /** All hosts whose confirmed names lie under one organisational domain. */
        record Organisation(Domain domain) implements Key {}

        /** Where {@code client} comes from. */
        static Key of(InetAddress client) {
            var octets = ByteBuffer.wrap(client.getAddress());
            return client instanceof Inet4Address
                    ? new Place(true, octets.getInt())
                    : new Place(false, octets.getLong());
        }

        /** Who {@code organisation} is: only for a client whose name reverse DNS has confirmed. */
        static Key of(Domain organisation) {
            return new Organisation(organisation);
        }
    }

    private final Map<Kind, Rate> rates = new EnumMap<>(Kind.class);
    private final LongSupplier nanoTime;

    /**
     * Rates of which nobody has used anything yet.
     *
     * @param nanoTime as {@link System#nanoTime}, which no change of the clock disturbs
     */
    public Rates(ClientRates perHour, LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        rates.put(Kind.SESSIONS, new Rate(perHour.sessions()));
        rates.put(Kind.MESSAGES, new Rate(perHour.messages()));
        rates.put(Kind.RECIPIENTS, new Rate(perHour.recipients()));
    }

    /** Counts one more for {@code key}, unless that is one too many: then it doesn't count, and the answer is no. */
    public boolean take(Kind kind, Key key) {
        return take(kind, List.of(key));
    }

    /** Counts one more for each of {@code keys}, unless it is one too many for any of them: then it counts for none. */
    public boolean take(Kind kind, List<Key> keys) {
        Rate rate = rates.get(kind);
        return rate == null || rate.take(keys, nanoTime.getAsLong());
    }

    /** Whether there is a limit at all. */
    boolean isLimited(Kind kind) {
        Rate rate = rates.get(kind);
        return rate != null && rate.share > 0;
    }

    /** How many clients are known for {@code kind}. */
    int known(Kind kind) {
        Rate rate = rates.get(kind);
        return rate == null ? 0 : rate.known();
    }

    private static final class Rate {
        /** An hour's share of one; 0 when there is no limit. */
        private final long share;

        private final Map<Key, Long> workedOffAt = new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1;

            @Override
            protected boolean removeEldestEntry(Map.Entry<Key, Long> eldest) {
                return size() > MOST_KEYS;
            }
        };

        Rate(int perHour) {
            share = perHour == 0 ? 0 : HOUR / perHour;
        }

        synchronized boolean take(List<Key> keys, long now) {
            if (share == 0) {
                return true;
            }
            for (Key key : keys) {
                if (owed(key, now) + share > HOUR) {
                    return false;
                }
            }
            for (Key key : keys) {
                workedOffAt.put(key, now + owed(key, now) + share);
            }
            return true;
        }

        private long owed(Key key, long now) {
            Long at = workedOffAt.get(key);
            return at == null ? 0 : Math.max(0, at - now);
        }

        synchronized int known() {
            return workedOffAt.size();
        }
    }
}
