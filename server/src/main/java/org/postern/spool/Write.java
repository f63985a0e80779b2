package org.postern.spool;

import java.util.Optional;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/** Something to be written as one whole. */
@SuppressWarnings("ArrayRecordComponent") // never compared, and never changed
sealed interface Write {
    /** When it counts as written. */
    enum Urgency {
        /** Somebody waits until it is on stable storage. */
        DURABLE,
        /** Somebody waits until it is handed to the store: what it belongs to will be {@link #DURABLE}. */
        HANDED_OVER,
        /** Nobody waits; it is synced with what comes next, or soon. */
        SOON
    }

    Urgency urgency();

    /** About how much it is. */
    int octets();

    void into(Store store, WriteBatch batch) throws RocksDBException;

    /** Tells the ledger which messages came or went by it. */
    default void note(Ledger.Entries entries) {}

    /** Called once it can be read. */
    default void written() {}

    /** A piece of a message that has not come whole yet. */
    record Piece(MessageId id, int number, byte[] content) implements Write {
        @Override
        public Urgency urgency() {
            return Urgency.HANDED_OVER;
        }

        @Override
        public int octets() {
            return content.length;
        }

        @Override
        public void into(Store store, WriteBatch batch) throws RocksDBException {
            if (number == 0) {
                batch.put(Records.openKey(id), new byte[0]);
            }
            batch.put(store.contents(), Records.key(id, number), content);
        }
    }

    /**
     * A message with its last piece, which is piece {@code number}.
     *
     * @param state of revision 1; empty when nothing was done for it yet
     */
    record Whole(MessageId id, String label, byte[] message, Optional<byte[]> state, int number, byte[] content)
            implements Write {
        @Override
        public Urgency urgency() {
            return Urgency.DURABLE;
        }

        @Override
        public int octets() {
            return content.length
                    + message.length
                    + state.map(octets -> octets.length).orElse(0);
        }

        @Override
        public void into(Store store, WriteBatch batch) throws RocksDBException {
            batch.put(store.messages(), Records.key(id), message);
            if (state.isPresent()) {
                batch.put(store.states(), Records.key(id, 1), state.get());
            }
            batch.put(store.contents(), Records.key(id, number), content);
            if (number > 0) {
                batch.singleDelete(Records.openKey(id));
            }
        }

        @Override
        public void note(Ledger.Entries entries) {
            entries.came(id, label);
        }
    }

    /** The pieces of a message that will not come whole. */
    record Abandoned(MessageId id, int pieces) implements Write {
        @Override
        public Urgency urgency() {
            return Urgency.SOON;
        }

        @Override
        public int octets() {
            return 16 * pieces;
        }

        @Override
        public void into(Store store, WriteBatch batch) throws RocksDBException {
            for (int piece = 0; piece < pieces; piece++) {
                batch.singleDelete(store.contents(), Records.key(id, piece));
            }
            batch.singleDelete(Records.openKey(id));
        }
    }

    /** Another state of a message's recipients. */
    record Change(MessageId id, int revision, byte[] state, Runnable whenWritten) implements Write {
        @Override
        public Urgency urgency() {
            return Urgency.SOON;
        }

        @Override
        public int octets() {
            return state.length;
        }

        @Override
        public void into(Store store, WriteBatch batch) throws RocksDBException {
            batch.put(store.states(), Records.key(id, revision), state);
            if (revision > 1) {
                batch.singleDelete(store.states(), Records.key(id, revision - 1));
            }
        }

        @Override
        public void written() {
            whenWritten.run();
        }
    }

    /** A message for which nothing is left to do. */
    record Gone(MessageId id, int pieces, int revision, Runnable whenWritten) implements Write {
        @Override
        public Urgency urgency() {
            return Urgency.SOON;
        }

        @Override
        public int octets() {
            return 16 * (pieces + 2);
        }

        @Override
        public void into(Store store, WriteBatch batch) throws RocksDBException {
            batch.singleDelete(store.messages(), Records.key(id));
            for (int piece = 0; piece < pieces; piece++) {
                batch.singleDelete(store.contents(), Records.key(id, piece));
            }
            if (revision > 0) {
                batch.singleDelete(store.states(), Records.key(id, revision));
            }
        }

        @Override
        public void note(Ledger.Entries entries) {
            entries.went(id);
        }

        @Override
        public void written() {
            whenWritten.run();
        }
    }

    /** Nothing, to wake the committer. */
    record Nothing() implements Write {
        @Override
        public Urgency urgency() {
            return Urgency.SOON;
        }

        @Override
        public int octets() {
            return 0;
        }

        @Override
        public void into(Store store, WriteBatch batch) {}
    }
}
