package org.postern.spool;

import java.util.function.Supplier;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIteratorInterface;

/**
 * Walks over keys past what can't be read. An iterator of RocksDB stops at a block that is damaged; behind it, it can be set down again.
 * Where that is, nobody says: it is felt for in growing steps, and then exactly.
 */
final class Skimmer {
    /** Steps by pieces of one message; the ones after them by messages. Each is twice the one before. */
    private static final int STEPS_OF_PIECES = 17;

    private static final int STEPS = STEPS_OF_PIECES + 63;

    private final RocksIteratorInterface all;
    private final Supplier<byte[]> key;

    /** Over {@code all}, whose key is had from {@code key}. */
    Skimmer(RocksIteratorInterface all, Supplier<byte[]> key) {
        this.all = all;
        this.key = key;
    }

    /** A place among keys: that of a message is before those of its pieces. */
    private record Place(long id, int number) {
        byte[] key() {
            var name = new MessageId(id);
            return number == 0 ? Records.key(name) : Records.key(name, number);
        }

        /** The place {@code step} steps further; none past the end of all names. */
        Place further(int step) {
            return step < STEPS_OF_PIECES
                    ? new Place(id, number + (1 << step))
                    : new Place(Math.max(id, id + (1L << (step - STEPS_OF_PIECES))), 0);
        }

        boolean isNextTo(Place later) {
            return id == later.id ? later.number - number <= 1 : later.id - id <= 1;
        }

        Place middle(Place later) {
            return id == later.id
                    ? new Place(id, number + (later.number - number) / 2)
                    : new Place(id + (later.id - id) / 2, 0);
        }
    }

    /** Goes to the first key that can be read; whether there is one. */
    boolean first() {
        return at(new Place(0, 0));
    }

    /** Goes to the next key that can be read; whether there is one. */
    boolean next() {
        byte[] last = key.get();
        all.next();
        return all.isValid()
                || (isDamaged() && pastDamage(new Place(Records.id(last).value(), after(last))));
    }

    /** Goes to the next message's first key that can be read; whether there is one. */
    boolean nextMessage() {
        long id = Records.id(key.get()).value();
        return id < Long.MAX_VALUE && at(new Place(id + 1, 0));
    }

    private static int after(byte[] key) {
        return key.length < 12 ? 1 : Math.max(0, Records.number(key)) + 1;
    }

    private boolean at(Place place) {
        return isReadable(place) || (isDamaged() && pastDamage(place));
    }

    private boolean pastDamage(Place damaged) {
        Place bad = damaged;
        for (int step = 0; step < STEPS; step++) {
            Place probe = damaged.further(step);
            if (isReadable(probe)) {
                return setDown(bad, probe);
            }
            if (!isDamaged()) {
                // The end is behind it: what stands between may still be read.
                return setDown(bad, probe) && all.isValid();
            }
            bad = probe;
        }
        return false;
    }

    /** Between a place that can't be read and a later one that can: the first that can. */
    private boolean setDown(Place damaged, Place fine) {
        Place bad = damaged;
        Place good = fine;
        while (!bad.isNextTo(good)) {
            Place middle = bad.middle(good);
            if (isReadable(middle) || !isDamaged()) {
                good = middle;
            } else {
                bad = middle;
            }
        }
        return isReadable(good);
    }

    private boolean isReadable(Place place) {
        all.seek(place.key());
        return all.isValid();
    }

    /** Whether it is damage that it stopped at, and not the end. */
    private boolean isDamaged() {
        try {
            all.status();
            return false;
        } catch (RocksDBException damaged) {
            return true;
        }
    }
}
