package org.postern.queue;

import java.time.Duration;
import java.util.List;
import java.util.random.RandomGenerator;
import org.postern.spool.SpooledMessage;

/**
 * How long to wait after each attempt, and for how long to go on. RFC 5321 §4.5.4.1.
 *
 * @param waits after the first attempt, the second, ...; after the last of them it is used again
 * @param expire how long a message is tried
 * @param delayNotice after how long its sender is told that it takes long
 * @param heldExpire how old a message becomes that can't be delivered while nobody may be told; the postmaster is, a day before
 * @param quarantineExpire how old a message becomes that is kept in quarantine; the same holds
 */
public record RetrySchedule(
        List<Duration> waits, Duration expire, Duration delayNotice, Duration heldExpire, Duration quarantineExpire) {
    /** The defaults. */
    public static final RetrySchedule DEFAULT = new RetrySchedule(
            List.of(
                    Duration.ofMinutes(5),
                    Duration.ofMinutes(15),
                    Duration.ofMinutes(30),
                    Duration.ofHours(1),
                    Duration.ofHours(2),
                    Duration.ofHours(4)),
            Duration.ofDays(5),
            Duration.ofHours(4),
            Duration.ofDays(30),
            Duration.ofDays(30));

    /** How long before it is forgotten the postmaster is told of what is held. */
    private static final Duration NOTICE = Duration.ofDays(1);

    /** So that what failed together is not tried together again: up to a tenth more. */
    private static final double JITTER = 0.1;

    /** A destination that can't be reached is tried oftener than any message of its own: new ones come all the time. */
    private static final int DESTINATION_STEPS = 2;

    /** One that keeps what is in quarantine as long as all else. */
    public RetrySchedule(List<Duration> waits, Duration expire, Duration delayNotice, Duration heldExpire) {
        this(waits, expire, delayNotice, heldExpire, heldExpire);
    }

    public RetrySchedule {
        waits = List.copyOf(waits);
        if (waits.isEmpty() || !waits.stream().allMatch(Duration::isPositive)) {
            throw new IllegalArgumentException("there is something to wait after each attempt: " + waits);
        }
    }

    /** How old {@code message} becomes, which is kept for a time only. */
    Duration end(SpooledMessage message) {
        return message.isQuarantined() ? quarantineExpire : heldExpire;
    }

    /** How old it is when the postmaster is told that it will be forgotten. */
    Duration notice(SpooledMessage message) {
        Duration end = end(message);
        Duration half = end.dividedBy(2);
        return end.minus(half.compareTo(NOTICE) < 0 ? half : NOTICE);
    }

    /** How long to wait after {@code attempts}, of which there was one at least. */
    Duration after(int attempts, RandomGenerator random) {
        Duration wait = waits.get(Math.min(attempts, waits.size()) - 1);
        return wait.plusMillis((long) (wait.toMillis() * JITTER * random.nextDouble()));
    }

    /** How long a destination is left alone that could not be reached {@code times} in a row. */
    Duration afterUnreached(int times, RandomGenerator random) {
        return after(Math.min(times, DESTINATION_STEPS), random);
    }

    /** The longest wait there is. */
    Duration longest() {
        return waits.stream().max(Duration::compareTo).orElseThrow();
    }
}
