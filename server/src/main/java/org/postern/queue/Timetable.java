package org.postern.queue;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.postern.spool.Recipient;
import org.postern.spool.Recipient.State;
import org.postern.spool.SpooledMessage;

/** When something of a message is to be done next, and where. Times are {@link System#nanoTime()}'s. */
final class Timetable {
    /** Where what is kept for a time only waits to be forgotten. */
    static final Destination KEPT = new Destination(Destination.Kind.LOCAL, "kept");

    private final Orders orders;
    private final Clock clock;

    Timetable(Orders orders, Clock clock) {
        this.orders = orders;
        this.clock = clock;
    }

    /** The time for each place where something is to be done for {@code message}; empty when nothing is. */
    Map<Destination, Long> of(SpooledMessage message) {
        Map<Destination, Long> times = new HashMap<>();
        long now = System.nanoTime();
        Courier courier = orders.courier();
        for (Recipient recipient : message.recipients()) {
            destination(courier, recipient).ifPresent(destination -> {
                Duration wait = destination.equals(KEPT) ? leftOf(message) : wait(recipient.due());
                times.merge(destination, now + wait.toNanos(), Math::min);
            });
        }
        return times;
    }

    /** Where {@code recipient} waits; empty when nothing is to be done for it. */
    Optional<Destination> destination(Recipient recipient) {
        return destination(orders.courier(), recipient);
    }

    /** The same, by that courier. */
    static Optional<Destination> destination(Courier courier, Recipient recipient) {
        return switch (recipient.state()) {
            case WAITING -> Optional.of(courier.destination(recipient.path()));
            case UNDELIVERABLE, QUARANTINED -> Optional.of(KEPT);
            case HELD, DELIVERED, REPORTED -> Optional.empty();
        };
    }

    /** A clock that was set must neither hurry a message nor put it off for longer than the schedule ever does. */
    private Duration wait(Instant due) {
        Duration wait = Duration.between(clock.instant(), due);
        Duration longest = orders.schedule().longest().multipliedBy(2);
        return wait.isNegative() ? Duration.ZERO : wait.compareTo(longest) > 0 ? longest : wait;
    }

    /** How long one that is kept for a time only still is, or until the postmaster is told of that. */
    private Duration leftOf(SpooledMessage message) {
        RetrySchedule schedule = orders.schedule();
        Duration end = isToldOf(message) ? schedule.end(message) : schedule.notice(message);
        Duration left = end.minus(message.age());
        return left.isNegative() ? Duration.ZERO : left;
    }

    /** Whether the postmaster knows what will be forgotten of it. */
    static boolean isToldOf(SpooledMessage message) {
        return message.recipients().stream()
                .allMatch(recipient -> recipient.noticed() || !recipient.isForgottenInTheEnd());
    }

    /** Whether something of it is still to be tried. */
    static boolean isWaiting(SpooledMessage message) {
        return message.recipients().stream().anyMatch(recipient -> recipient.state() == State.WAITING);
    }

    /** Whether nobody has to be told any more that it takes long. */
    static boolean hasNoticed(SpooledMessage message) {
        return message.recipients().stream()
                .allMatch(recipient -> recipient.noticed() || recipient.state() != State.WAITING);
    }

    /** How old a message is that would have been new at {@code born}. */
    static Duration age(long born) {
        return Duration.ofNanos(Math.max(0, System.nanoTime() - born));
    }
}
