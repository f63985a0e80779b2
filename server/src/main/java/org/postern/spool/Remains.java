package org.postern.spool;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;

/** What can still be read of a store that may be damaged, from one or more readings of its files, the best one first. */
final class Remains {
    private final List<Store> readings = new ArrayList<>();
    private boolean firstTellsAll;

    /** @param tellsAll whether it says of whatever it can't read that there may be something */
    void add(Store reading, boolean tellsAll) {
        firstTellsAll |= readings.isEmpty() && tellsAll;
        readings.add(reading);
    }

    boolean isEmpty() {
        return readings.isEmpty();
    }

    /** Where a value was looked for. */
    sealed interface Sought {
        @SuppressWarnings("ArrayRecordComponent") // never compared
        record There(byte[] value) implements Sought {
            @Override
            public Optional<byte[]> found() {
                return Optional.of(value);
            }
        }

        record Missing() implements Sought {}

        /** Something is there, or may be, and can't be read. */
        record Unreadable(String why) implements Sought {}

        default Optional<byte[]> found() {
            return Optional.empty();
        }
    }

    Sought record(MessageId id) {
        return seek(Family.MESSAGE, Records.key(id));
    }

    Sought piece(MessageId id, int number) {
        return seek(Family.CONTENT, Records.key(id, number));
    }

    /** Whether more of it was to come: it never got its 250. */
    boolean isOpen(MessageId id) {
        return seek(Family.DEFAULT, Records.openKey(id)) instanceof Sought.There;
    }

    Sought format() {
        return seek(Family.DEFAULT, Records.FORMAT_KEY);
    }

    Sought writer() {
        return seek(Family.DEFAULT, Records.WRITER_KEY);
    }

    private enum Family {
        DEFAULT,
        MESSAGE,
        CONTENT
    }

    private static ColumnFamilyHandle handle(Store store, Family family) {
        return switch (family) {
            case DEFAULT -> store.families().getFirst();
            case MESSAGE -> store.messages();
            case CONTENT -> store.contents();
        };
    }

    private Sought seek(Family family, byte[] key) {
        Sought best = new Sought.Missing();
        for (Store store : readings) {
            try {
                byte[] value = store.db().get(handle(store, family), key);
                if (value != null) {
                    return new Sought.There(value);
                }
            } catch (RocksDBException damaged) {
                best = new Sought.Unreadable(String.valueOf(damaged.getMessage()));
            }
        }
        return best;
    }

    /**
     * A message's last state.
     *
     * @param revision 0 when it has none
     * @param isSure whether a later one may have been there, which can't be read
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record State(int revision, byte[] value, boolean isSure) {}

    State state(MessageId id) {
        State best = new State(0, new byte[0], true);
        boolean isSure = firstTellsAll;
        for (Store store : readings) {
            try (RocksIterator states = store.db().newIterator(store.states())) {
                states.seekForPrev(Records.key(id, Integer.MAX_VALUE));
                states.status();
                if (states.isValid()
                        && Records.id(states.key()).equals(id)
                        && Records.number(states.key()) > best.revision()) {
                    best = new State(Records.number(states.key()), states.value(), isSure);
                }
                break;
            } catch (RocksDBException damaged) {
                // What another reading has may be an earlier one.
                isSure = false;
            }
        }
        return new State(best.revision(), best.value(), isSure);
    }

    /** The number of the last piece that can be seen of it; -1 when there is none. */
    int lastPiece(MessageId id) {
        int last = -1;
        for (Store store : readings) {
            try (RocksIterator contents = store.db().newIterator(store.contents())) {
                contents.seekForPrev(Records.key(id, Integer.MAX_VALUE));
                if (contents.isValid() && Records.id(contents.key()).equals(id)) {
                    last = Math.max(last, Records.number(contents.key()));
                } else if (!contents.isValid()) {
                    last = Math.max(last, lastPieceByKey(store, id));
                }
            }
        }
        return last;
    }

    /** By asking for one after another, where the end of them is damaged. */
    private static int lastPieceByKey(Store store, MessageId id) {
        int last = -1;
        for (int number = 0; number <= last + 2; number++) {
            try {
                if (store.db().get(store.contents(), Records.key(id, number)) != null) {
                    last = number;
                }
            } catch (RocksDBException damaged) {
                // It may go on behind.
            }
        }
        return last;
    }

    /** The names of all messages of which something can be seen in the best reading, or in all. */
    void names(Set<MessageId> into, boolean ofAll) {
        for (Store store : ofAll ? readings : readings.subList(0, Math.min(1, readings.size()))) {
            for (ColumnFamilyHandle family : store.families().subList(1, 4)) {
                try (RocksIterator all = store.db().newIterator(family)) {
                    var keys = new Skimmer(all, all::key);
                    for (boolean more = keys.first(); more; more = keys.nextMessage()) {
                        into.add(Records.id(all.key()));
                    }
                }
            }
        }
    }
}
