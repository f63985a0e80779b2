package org.postern.spool;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.rocksdb.AbstractEventListener;
import org.rocksdb.BackgroundErrorReason;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;
import org.rocksdb.WALRecoveryMode;
import org.rocksdb.WriteOptions;

/** The RocksDB database of a spool, opened with the settings that its promise rests on. */
final class Store implements AutoCloseable {
    private static final long CACHE_OCTETS = 32L << 20;
    private static final long LOG_OCTETS = 256L << 20;

    /** What it is opened for. */
    enum Mode {
        /** To work with. A log that is damaged anywhere but at its torn end is not opened. */
        SERVE,
        /** To work with all that stands before the place where the log is torn. For a {@link LogTear} that is harmless. */
        SERVE_BEFORE_TEAR,
        /** To be looked at and left as it is. What {@link #SERVE} does not open, this does not open either. */
        INSPECT,
        /** As {@link #SERVE_BEFORE_TEAR}, left as it is. */
        INSPECT_BEFORE_TEAR,
        /** To save what can be saved: what is damaged is skipped, and nothing in it is changed. */
        SALVAGE
    }

    private final Path directory;
    private final RocksDB db;
    private final List<ColumnFamilyHandle> families;
    private final WriteOptions unsynced = new WriteOptions();
    private final BackgroundErrors errors;
    private final List<AutoCloseable> natives;

    private Store(
            Path directory,
            RocksDB db,
            List<ColumnFamilyHandle> families,
            BackgroundErrors errors,
            List<AutoCloseable> natives) {
        this.directory = directory;
        this.db = db;
        this.families = families;
        this.errors = errors;
        this.natives = natives;
    }

    static Store open(Path directory, Mode mode) throws IOException {
        return open(directory, database(directory), mode);
    }

    /** Where the database of the spool in {@code directory} is. */
    static Path database(Path directory) {
        return directory.resolve("db");
    }

    /** Opens one that may be elsewhere than the spool's own. */
    static Store open(Path directory, Path database, Mode mode) throws IOException {
        StoreLibrary.load(directory);
        var cache = new LRUCache(CACHE_OCTETS);
        var table = new BlockBasedTableConfig().setBlockCache(cache).setBlockSize(16 << 10);
        var errors = new BackgroundErrors();
        ColumnFamilyOptions small = family(table, 8L << 20);
        ColumnFamilyOptions contents = family(table, 64L << 20);
        DBOptions options = options(mode).setListeners(List.of(errors));
        if (mode == Mode.SERVE || mode == Mode.SERVE_BEFORE_TEAR) {
            // Never over the files of one that has lost its beginning: RocksDB would remove them.
            options.setCreateIfMissing(!Files.exists(database)).setCreateMissingColumnFamilies(true);
        } else {
            options.setDbLogDir(work(directory).toString());
        }
        List<ColumnFamilyDescriptor> descriptors = List.of(
                new ColumnFamilyDescriptor(RocksDB.DEFAULT_COLUMN_FAMILY, small),
                new ColumnFamilyDescriptor("message".getBytes(java.nio.charset.StandardCharsets.US_ASCII), small),
                new ColumnFamilyDescriptor("state".getBytes(java.nio.charset.StandardCharsets.US_ASCII), small),
                new ColumnFamilyDescriptor("content".getBytes(java.nio.charset.StandardCharsets.US_ASCII), contents));
        var families = new ArrayList<ColumnFamilyHandle>();
        List<AutoCloseable> natives = List.of(options, small, contents, errors, cache);
        try {
            RocksDB db =
                    switch (mode) {
                        case SERVE, SERVE_BEFORE_TEAR ->
                            RocksDB.open(options, database.toString(), descriptors, families);
                        case INSPECT, INSPECT_BEFORE_TEAR, SALVAGE ->
                            RocksDB.openReadOnly(options, database.toString(), descriptors, families);
                    };
            return new Store(directory, db, List.copyOf(families), errors, natives);
        } catch (RocksDBException problem) {
            closeAll(natives);
            throw problem(directory, problem);
        }
    }

    /** Where a check or a repair keeps what it needs while it runs. */
    static Path work(Path directory) {
        return directory.resolve("work");
    }

    private static DBOptions options(Mode mode) {
        return new DBOptions()
                // Not PointInTime, the default: after one flipped bit it drops all that follows, and says nothing.
                .setWalRecoveryMode(
                        switch (mode) {
                            case SERVE, INSPECT -> WALRecoveryMode.TolerateCorruptedTailRecords;
                            case SERVE_BEFORE_TEAR, INSPECT_BEFORE_TEAR -> WALRecoveryMode.PointInTimeRecovery;
                            case SALVAGE -> WALRecoveryMode.SkipAnyCorruptedRecords;
                        })
                .setParanoidChecks(mode != Mode.SALVAGE)
                // After a failed write nothing is resumed in silence.
                .setMaxBgErrorResumeCount(0)
                .setMaxTotalWalSize(LOG_OCTETS)
                .setMaxBackgroundJobs(2)
                .setAllowConcurrentMemtableWrite(false)
                .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
                .setKeepLogFileNum(2)
                .setStatsDumpPeriodSec(0)
                .setStatsPersistPeriodSec(0);
    }

    private static ColumnFamilyOptions family(BlockBasedTableConfig table, long buffer) {
        return new ColumnFamilyOptions()
                .setTableFormatConfig(table)
                .setCompressionType(CompressionType.NO_COMPRESSION)
                .setWriteBufferSize(buffer);
    }

    /** What RocksDB said, in our words. */
    static SpoolProblem problem(Path directory, RocksDBException problem) {
        String said = String.valueOf(problem.getMessage());
        Status.@Nullable Code code =
                problem.getStatus() == null ? null : problem.getStatus().getCode();
        if (said.contains("lock ") || said.contains("LOCK")) {
            return new SpoolProblem(
                    SpoolProblem.Kind.IN_USE,
                    "the spool in " + directory + " is in use: another Postern runs on this data directory",
                    problem);
        }
        // A file that the store counts on and that is not there is damage too.
        if (code == Status.Code.Corruption
                || code == Status.Code.InvalidArgument
                || said.contains("No such file or directory")) {
            return new SpoolProblem(
                    SpoolProblem.Kind.DAMAGED,
                    "the spool in " + directory + " is damaged (" + said + "); run: postern spool repair",
                    problem);
        }
        return new SpoolProblem(
                SpoolProblem.Kind.STOPPED, "the spool in " + directory + " can't be used: " + said, problem);
    }

    Path directory() {
        return directory;
    }

    RocksDB db() {
        return db;
    }

    List<ColumnFamilyHandle> families() {
        return families;
    }

    /** The number of the last batch that was written to it; 0 before the first. */
    long lastBatch() throws RocksDBException {
        return batch(0);
    }

    /** The number of the last batch that was on stable storage when the last one was written; 0 when that is not known. */
    long syncedBatch() throws RocksDBException {
        return batch(1);
    }

    private long batch(int index) throws RocksDBException {
        byte[] numbers = db.get(Records.BATCH_KEY);
        return numbers == null || numbers.length < 8 * (index + 1)
                ? 0
                : ByteBuffer.wrap(numbers).getLong(8 * index);
    }

    ColumnFamilyHandle messages() {
        return families.get(1);
    }

    ColumnFamilyHandle states() {
        return families.get(2);
    }

    ColumnFamilyHandle contents() {
        return families.get(3);
    }

    WriteOptions unsynced() {
        return unsynced;
    }

    /** Tells {@code listener} of what goes wrong on RocksDB's own threads; what went wrong before, at once. */
    void onBackgroundError(Consumer<Exception> listener) {
        errors.tell(listener);
    }

    @Override
    public void close() {
        unsynced.close();
        families.forEach(ColumnFamilyHandle::close);
        db.close();
        closeAll(natives);
    }

    private static void closeAll(List<AutoCloseable> natives) {
        for (AutoCloseable one : natives) {
            try {
                one.close();
            } catch (Exception impossible) {
                throw new IllegalStateException(impossible);
            }
        }
    }

    private static final class BackgroundErrors extends AbstractEventListener {
        private @Nullable Consumer<Exception> listener;
        private @Nullable Exception early;

        BackgroundErrors() {
            super(EnabledEventCallback.ON_BACKGROUND_ERROR);
        }

        @Override
        public synchronized void onBackgroundError(BackgroundErrorReason reason, Status status) {
            var problem =
                    new RocksDBException(reason + ": " + status.getCodeString() + " " + status.getState(), status);
            if (listener != null) {
                listener.accept(problem);
            } else {
                early = problem;
            }
        }

        synchronized void tell(Consumer<Exception> to) {
            listener = to;
            if (early != null) {
                to.accept(early);
            }
        }
    }
}
