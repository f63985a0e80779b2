package org.postern.door;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * How often something may happen within an hour, for each of many. Thread-safe.
 *
 * <p>Whoever has been quiet may do a whole hour's number at once, and after that one more each time that the hour's share of one has gone
 * by. So all that is kept of each is one instant: when it will have worked off what it did (the generic cell rate algorithm, ITU-T I.371
 * annex A). Of {@value #MOST_KEYS} of them at most: past that the one forgotten is who was quiet the longest.
 *
 * @param <K> whom it is counted for
 */
public final class HourlyRate<K> {
    static final int MOST_KEYS = 100_000;

    private static final long HOUR = Duration.ofHours(1).toNanos();

    /** An hour's share of one; 0 when there is no limit. */
    private final long share;

    private final LongSupplier nanoTime;

    private final Map<K, Long> workedOffAt = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<K, Long> eldest) {
            return size() > MOST_KEYS;
        }
    };

    /**
     * A rate of which nobody has used anything yet.
     *
     * @param perHour 0 for any number
     * @param nanoTime as {@link System#nanoTime}, which no change of the clock disturbs
     */
    public HourlyRate(int perHour, LongSupplier nanoTime) {
        this.share = perHour == 0 ? 0 : HOUR / perHour;
        this.nanoTime = nanoTime;
    }

    /** Counts one more for {@code key}, unless that is one too many: then it doesn't count, and the answer is no. */
    public boolean take(K key) {
        return take(List.of(key));
    }

    /** Counts one more for each of {@code keys}, unless it is one too many for any of them: then it counts for none. */
    synchronized boolean take(List<K> keys) {
        if (share == 0) {
            return true;
        }
        long now = nanoTime.getAsLong();
        for (K key : keys) {
            if (owed(key, now) + share > HOUR) {
                return false;
            }
        }
        for (K key : keys) {
            workedOffAt.put(key, now + owed(key, now) + share);
        }
        return true;
    }

    private long owed(K key, long now) {
        Long at = workedOffAt.get(key);
        return at == null ? 0 : Math.max(0, at - now);
    }

    /** Whether there is a limit at all. */
    boolean isLimited() {
        return share > 0;
    }

    synchronized int known() {
        return workedOffAt.size();
    }
}
