package org.postern.spool;

import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatch;

/** What is done with a store before it is worked with. */
final class Opening {
    private Opening() {}

    /**
     * Brings the format forward, sweeps messages that never became whole, and finds the last name.
     *
     * @return its number; 0 when there is no message
     */
    static long prepare(Store store) throws RocksDBException, SpoolProblem {
        Format.bringForward(store);
        sweep(store);
        try (RocksIterator last = store.db().newIterator(store.messages())) {
            last.seekToLast();
            last.status();
            return last.isValid() ? Records.id(last.key()).value() : 0;
        }
    }

    private static void sweep(Store store) throws RocksDBException {
        try (RocksIterator open = store.db().newIterator();
                var batch = new WriteBatch()) {
            for (open.seek(Records.OPEN); open.isValid() && Records.isOpen(open.key()); open.next()) {
                MessageId id = Records.openId(open.key());
                batch.deleteRange(store.contents(), Records.key(id, 0), Records.key(id, Integer.MAX_VALUE));
                batch.singleDelete(open.key());
            }
            open.status();
            store.db().write(store.unsynced(), batch);
        }
    }
}
