package org.postern.spool;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.rocksdb.RocksDBException;

/**
 * Tells a log that a power cut has torn from one that is damaged. What was being written when the power went may stand in the file in
 * part: its length says more than its pages hold, or a later page is there and an earlier one is not. RocksDB takes that for damage,
 * and only an end that is missing for a tear.
 */
final class LogTear {
    private LogTear() {}

    /**
     * Whether all that the log has lost had not been confirmed: the ledger claims none of it, and no batch behind the tear was written
     * when one of it was known to be synced. The store must not be open. It is left as it is; what is
     * needed meanwhile is kept in {@code work}.
     */
    static boolean isHarmless(Path directory, Ledger.Account account) throws IOException {
        Files.createDirectories(Store.work(directory));
        try (Store before = Store.open(directory, Store.Mode.INSPECT_BEFORE_TEAR);
                Store behind = Store.open(directory, Store.Mode.SALVAGE)) {
            long last = before.lastBatch();
            return account.batch() <= last && behind.syncedBatch() <= last;
        } catch (SpoolProblem | RocksDBException damagedElsewhere) {
            return false;
        }
    }
}
