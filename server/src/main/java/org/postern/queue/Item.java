package org.postern.queue;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.postern.spool.MessageId;
import org.postern.spool.SpooledMessage;

/** A message on the agenda: a few dozen octets, and itself only while it is fresh. Guarded by the agenda's lock. */
final class Item {
    /** {@link #born} of a message that an operator named and that wasn't on the agenda. */
    static final long UNKNOWN = Long.MIN_VALUE;

    final MessageId id;

    /** When it would have been new, by {@link System#nanoTime()}: what its age is reckoned from. */
    final long born;

    /** Its entries, one for each destination that something of it waits for. */
    final List<Entry> entries = new ArrayList<>(1);

    /** How many destinations it goes to at all: what is noted for one must not undo what was for another. */
    int destinations;

    /** How many of its entries are being worked at; an operator counts as one. */
    int busy;

    /** By whom it was planned: he said which destinations it goes to. */
    Courier courier;

    /** When its age was last kept. */
    long kept;

    /** Whether its sender needs to be told no more that it takes long. */
    boolean noticed;

    @Nullable
    SpooledMessage fresh;

    Item(MessageId id, long born, long now, Courier courier) {
        this.id = id;
        this.courier = courier;
        this.born = born;
        this.kept = now;
    }

    /** What waits of a message for one destination. */
    static final class Entry {
        final Item item;
        final Lane lane;
        long at;

        /** Whether it waits for its destination, not for its own time. */
        boolean unreached;

        Entry(Item item, Lane lane, long at) {
            this.item = item;
            this.lane = lane;
            this.at = at;
        }
    }

    boolean isKnown() {
        return born != UNKNOWN;
    }

    boolean isShared() {
        return destinations > 1;
    }
}
