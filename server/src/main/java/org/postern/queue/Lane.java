package org.postern.queue;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.locks.Condition;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.postern.queue.Courier.Outcome;
import org.postern.queue.Item.Entry;

/**
 * What waits for one destination, and how that one fares. Guarded by the agenda's lock.
 *
 * <p>How many attempts are made at once grows with each that reaches the destination and starts again from one when none does: so a dead
 * one costs a single connection, and a start is no stampede.
 */
final class Lane {
    /** Where nothing is known, as RFC 5321 §4.5.4.1 wants it: a few. */
    private static final int FIRST_WINDOW = 2;

    /** Of the messages handed out, one in so many is an old one while new ones come. */
    private static final int OLD_ONE_IN = 4;

    final Destination destination;
    private int limit;
    private final Deque<Entry> fresh = new ArrayDeque<>();
    private final TreeSet<Entry> waiting =
            new TreeSet<>(Comparator.<Entry>comparingLong(entry -> entry.at).thenComparing(entry -> entry.item.id));

    /** Workers that wait for something to do, the last one to come on top. */
    final Deque<Worker> idle = new ArrayDeque<>();

    int workers;
    int underWay;
    private int window;

    /** No more than so many at once, for the other side took no more; until {@link #ceilingEnds}. */
    private int ceiling = Integer.MAX_VALUE;

    private long ceilingEnds;
    private int handedOut;

    boolean suspended;

    /** How often in a row nobody was reached. */
    private int unreached;

    private long notBefore;
    private @Nullable Outcome why;
    private @Nullable Instant downSince;
    private @Nullable Instant lastReached;
    private String lastProblem = "";
    private long lastUsed;

    /** When it is to be looked at again by itself; {@link Long#MAX_VALUE} when it isn't. */
    long wakeAt = Long.MAX_VALUE;

    Lane(Destination destination, int limit, long now) {
        this.destination = destination;
        this.limit = limit;
        this.window = Math.min(limit, destination.kind() == Destination.Kind.LOCAL ? limit : FIRST_WINDOW);
        this.lastUsed = now;
    }

    /** So many workers at most from now on. */
    void change(int most) {
        limit = most;
        window = Math.min(limit, destination.kind() == Destination.Kind.LOCAL ? limit : window);
    }

    /** One that makes attempts here. */
    static final class Worker {
        final Lane lane;
        final Condition wake;
        boolean called;

        /** Whether its lane was down when it began. */
        boolean wasDown;

        /** When it got its connection. */
        long since;

        boolean isHurried;

        /** Tells it, from any thread, that others wait. */
        volatile Runnable hurry = () -> {};

        Worker(Lane lane, Condition wake) {
            this.lane = lane;
            this.wake = wake;
        }
    }

    // --- the line
    // --------------------------------------------------------------------------------------------------------------

    void addFresh(Entry entry) {
        fresh.add(entry);
        lastUsed = entry.at;
    }

    void add(Entry entry) {
        waiting.add(entry);
    }

    void remove(Entry entry) {
        if (!waiting.remove(entry)) {
            fresh.remove(entry);
        }
    }

    void forEachFresh(Consumer<Entry> action) {
        fresh.forEach(action);
    }

    boolean hasDue(long now) {
        return !fresh.isEmpty() || (!waiting.isEmpty() && waiting.first().at - now <= 0);
    }

    /** The next that is due; old ones come in between the new ones. */
    Optional<Entry> poll(long now) {
        boolean old = !waiting.isEmpty() && waiting.first().at - now <= 0;
        if (old && (fresh.isEmpty() || handedOut % OLD_ONE_IN == 0)) {
            handedOut++;
            return Optional.ofNullable(waiting.pollFirst());
        }
        Optional<Entry> next = Optional.ofNullable(fresh.poll());
        if (next.isPresent()) {
            handedOut++;
            lastUsed = now;
        }
        return next;
    }

    /** When its first one is due, and may be tried; empty when that is now, or never by itself. */
    long nextWake(long now) {
        if (suspended || isEmpty()) {
            return Long.MAX_VALUE;
        }
        if (notBefore - now > 0 && isDown()) {
            return notBefore;
        }
        return hasDue(now) ? Long.MAX_VALUE : waiting.first().at;
    }

    boolean isEmpty() {
        return fresh.isEmpty() && waiting.isEmpty();
    }

    int size() {
        return fresh.size() + waiting.size();
    }

    /** All that waits, in no order. */
    Iterable<Entry> waiting() {
        return waiting;
    }

    /** What has just come: the first of it is the oldest. */
    Iterable<Entry> fresh() {
        return fresh;
    }

    /** So many of those that wait behind that one. */
    List<Entry> waiting(Optional<Entry> behind, int most) {
        return behind.map(one -> waiting.tailSet(one, false)).orElse(waiting).stream()
                .limit(most)
                .toList();
    }

    /** Makes all that waits due at {@code now}. */
    void hurry(long now) {
        hurry(now, false);
        notBefore = now;
    }

    private void hurry(long now, boolean onlyUnreached) {
        var later = waiting.stream()
                .filter(entry -> entry.at - now > 0 && (!onlyUnreached || entry.unreached))
                .toList();
        for (Entry entry : later) {
            waiting.remove(entry);
            entry.at = now;
            waiting.add(entry);
        }
    }

    // --- its fate
    // --------------------------------------------------------------------------------------------------------------

    /** Whether an attempt may be begun, but for the number of those under way. */
    boolean isOpen(long now) {
        return !suspended && (!isDown() || notBefore - now <= 0);
    }

    boolean isDown() {
        return unreached > 0;
    }

    /** Whether the last attempt reached it: who wasn't tried yet has to show it first. */
    boolean isProven() {
        return lastReached != null && !isDown();
    }

    boolean wantsMore(long now) {
        return workers < allowed(now) && isOpen(now) && hasDue(now);
    }

    boolean hasTooMany(long now) {
        return workers > allowed(now);
    }

    private int allowed(long now) {
        if (ceiling != Integer.MAX_VALUE && ceilingEnds - now <= 0) {
            ceiling = Integer.MAX_VALUE;
        }
        return Math.min(window, ceiling);
    }

    /** An attempt reached it. */
    void reached(Instant when, long now) {
        lastReached = when;
        window = Math.min(limit, window + 1);
        if (isDown()) {
            unreached = 0;
            why = null;
            downSince = null;
            // They waited for it, not for their own time.
            hurry(now, true);
        }
    }

    /** It takes no more at once than it has. */
    void crowded(int others, long until) {
        ceiling = Math.max(1, others);
        ceilingEnds = until;
    }

    /** Nobody reached it. */
    void down(Outcome reason, Instant when, long until) {
        unreached++;
        why = reason;
        if (downSince == null) {
            downSince = when;
        }
        notBefore = until;
        window = 1;
    }

    /** A message was put off, though somebody was reached. */
    void hadProblem(String problem) {
        lastProblem = problem;
    }

    int unreached() {
        return unreached;
    }

    /** What the last attempt came to, which is true for all that waits; empty while it is reached. */
    Optional<Outcome> why() {
        return Optional.ofNullable(why);
    }

    /** Whether nothing needs to be remembered of it. */
    boolean isForgettable(long now, long quietNanos) {
        return isEmpty() && workers == 0 && underWay == 0 && !suspended && !isDown() && now - lastUsed > quietNanos;
    }

    Situation situation(long now, Instant clock) {
        Optional<Item> oldest = Optional.empty();
        int due = fresh.size();
        for (Entry entry : waiting) {
            due += entry.at - now <= 0 ? 1 : 0;
            if (oldest.isEmpty() || entry.item.born - oldest.get().born < 0) {
                oldest = Optional.of(entry.item);
            }
        }
        long first = !fresh.isEmpty() || waiting.isEmpty() ? 0 : waiting.first().at - now;
        long next = Math.max(first, isDown() ? notBefore - now : 0);
        return new Situation(
                destination.name(),
                size(),
                due,
                underWay,
                workers,
                allowed(now),
                suspended,
                unreached,
                Optional.ofNullable(downSince),
                why().flatMap(Outcome::problem),
                Optional.ofNullable(lastReached),
                lastProblem,
                suspended || isEmpty() ? Optional.empty() : Optional.of(clock.plusNanos(Math.max(0, next))),
                oldest.map(item -> (now - item.born) / 1_000_000_000));
    }
}
