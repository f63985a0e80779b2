package org.postern.door;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.postern.config.Config.ClientRates;
import org.postern.smtp.Domain;

/**
 * How much each client does in time: {@code sessions-per-client-per-hour} and its kin. Thread-safe.
 * Counted as {@link HourlyRate} does.
 */
public final class Rates {
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

    private final Map<Kind, HourlyRate<Key>> rates = new EnumMap<>(Kind.class);

    /**
     * Rates of which nobody has used anything yet.
     *
     * @param nanoTime as {@link System#nanoTime}, which no change of the clock disturbs
     */
    public Rates(ClientRates perHour, LongSupplier nanoTime) {
        rates.put(Kind.SESSIONS, new HourlyRate<>(perHour.sessions(), nanoTime));
        rates.put(Kind.MESSAGES, new HourlyRate<>(perHour.messages(), nanoTime));
        rates.put(Kind.RECIPIENTS, new HourlyRate<>(perHour.recipients(), nanoTime));
    }

    /** Counts one more for {@code key}, unless that is one too many: then it doesn't count, and the answer is no. */
    public boolean take(Kind kind, Key key) {
        return take(kind, List.of(key));
    }

    /** Counts one more for each of {@code keys}, unless it is one too many for any of them: then it counts for none. */
    public boolean take(Kind kind, List<Key> keys) {
        HourlyRate<Key> rate = rates.get(kind);
        return rate == null || rate.take(keys);
    }

    /** Whether there is a limit at all. */
    boolean isLimited(Kind kind) {
        HourlyRate<Key> rate = rates.get(kind);
        return rate != null && rate.isLimited();
    }

    /** How many clients are known for {@code kind}. */
    int known(Kind kind) {
        HourlyRate<Key> rate = rates.get(kind);
        return rate == null ? 0 : rate.known();
    }
}
