package org.postern.queue;

import java.time.Duration;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * How long to wait after each attempt, and for how long to go on. RFC 5321 §4.5.4.1.
 *
 * @param waits after the first attempt, the second, ...; after the last of them it is used again
 * @param expire how long a message is tried
 */
public record RetrySchedule(List<Duration> waits, Duration expire) {
    /** The defaults. */
    public static final RetrySchedule DEFAULT = new RetrySchedule(
            List.of(
                    Duration.ofMinutes(5),
                    Duration.ofMinutes(15),
                    Duration.ofMinutes(30),
                    Duration.ofHours(1),
                    Duration.ofHours(2),
                    Duration.ofHours(4)),
            Duration.ofDays(5));

    /** So that what failed together is not tried together again: up to a tenth more. */
    private static final double JITTER = 0.1;

    public RetrySchedule {
        waits = List.copyOf(waits);
        if (waits.isEmpty() || !waits.stream().allMatch(Duration::isPositive)) {
            throw new IllegalArgumentException("there is something to wait after each attempt: " + waits);
        }
    }

    /** How long to wait after {@code attempts}, of which there was one at least. */
    Duration after(int attempts, RandomGenerator random) {
        Duration wait = waits.get(Math.min(attempts, waits.size()) - 1);
        return wait.plusMillis((long) (wait.toMillis() * JITTER * random.nextDouble()));
    }

    /** The longest wait there is. */
    Duration longest() {
        return waits.stream().max(Duration::compareTo).orElseThrow();
    }
}
