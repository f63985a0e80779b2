package org.postern.queue;

import java.time.Duration;
import java.util.Optional;
import org.postern.queue.Item.Entry;

/** What is counted of an agenda, lane by lane. For one thread. */
final class Count {
    private final long now;
    int waiting;
    int due;
    int later;
    int suspended;
    int underWay;
    int suspendedDestinations;
    int unreachedDestinations;

    /** The age of the oldest; negative while there is none. */
    private long oldest = -1;

    Count(long now) {
        this.now = now;
    }

    /** A destination, but for what waits there. */
    void lane(Lane lane) {
        underWay += lane.underWay;
        suspendedDestinations += lane.suspended ? 1 : 0;
        unreachedDestinations += lane.isDown() ? 1 : 0;
    }

    void waits(Entry entry) {
        age(entry.item);
        if (entry.lane.suspended) {
            suspended++;
        } else if (entry.at - now <= 0 && entry.lane.isOpen(now)) {
            due++;
        } else {
            later++;
        }
    }

    void age(Item item) {
        if (item.isKnown()) {
            oldest = Math.max(oldest, now - item.born);
        }
    }

    Tally with(Shelf shelf) {
        return new Tally(
                waiting,
                shelf.count(Shelf.Why.HELD),
                shelf.count(Shelf.Why.QUARANTINED),
                shelf.count(Shelf.Why.UNDELIVERABLE),
                due,
                later,
                suspended,
                underWay,
                suspendedDestinations,
                unreachedDestinations,
                oldest < 0 ? Optional.empty() : Optional.of(Duration.ofNanos(oldest)));
    }
}
