package org.postern.queue;

import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** What a queue goes by. It may change while the queue works. Thread-safe. */
final class Orders {
    private volatile Now now;
    private final Set<Work> under = ConcurrentHashMap.newKeySet();

    /** What holds at one moment. */
    record Now(Courier courier, Reporter reporter, RetrySchedule schedule) {}

    Orders(Now now) {
        this.now = now;
    }

    /** Whoever needs several parts of it asks once. */
    Now now() {
        return now;
    }

    Courier courier() {
        return now.courier();
    }

    Reporter reporter() {
        return now.reporter();
    }

    RetrySchedule schedule() {
        return now.schedule();
    }

    void change(Now next) {
        now = next;
    }

    /** A worker begins at {@code destination}; it has to close what it is given. */
    Work begin(Destination destination) {
        var work = new Work(destination, under::remove);
        under.add(work);
        if (destination.kind() == Destination.Kind.LOCAL) {
            // It knows all that goes there, and how long it is worth waiting for more.
            work.by(courier());
        }
        return work;
    }

    /** Breaks off all that is under way, by whatever courier. */
    void abort() {
        var couriers = new HashSet<Courier>();
        couriers.add(courier());
        under.forEach(work -> work.courier().ifPresent(couriers::add));
        couriers.forEach(Courier::abort);
    }
}
