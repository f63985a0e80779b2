package org.postern.journal;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.NativeLibraryLoader;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WALRecoveryMode;
import org.rocksdb.WriteOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The RocksDB database of a journal. Entries are numbered as they come, so their keys only grow, chunk behind chunk, and so do those of the
 * index: files lie behind one another, and are neither merged nor written again.
 */
final class Store implements AutoCloseable {
    /** What this Postern writes. It reads what older ones wrote: members that they lacked are empty. */
    static final int VERSION = 1;

    private static final Logger LOG = LoggerFactory.getLogger(Store.class);
    private static final byte[] VERSION_KEY = "version".getBytes(US_ASCII);
    private static final long CACHE_OCTETS = 8L << 20;
    private static final long LOG_OCTETS = 48L << 20;

    /** Open at once: a journal of years has thousands. */
    private static final int FILES = 48;

    private final RocksDB db;
    private final List<ColumnFamilyHandle> families;
    private final List<AutoCloseable> natives;
    private final WriteOptions unsynced = new WriteOptions();

    /** Removed in the end. */
    private final Optional<Path> scratch;

    /** It is of a Postern that came later. */
    static final class Newer extends IOException {
        private static final long serialVersionUID = 1;

        Newer(Path directory, int version) {
            super("the journal in " + directory + " is of a newer Postern (its version is " + version
                    + ", this one knows " + VERSION + "): run that one, or move the directory away");
        }
    }

    private Store(RocksDB db, List<ColumnFamilyHandle> families, List<AutoCloseable> natives, Optional<Path> scratch) {
        this.scratch = scratch;
        this.db = db;
        this.families = families;
        this.natives = natives;
    }

    /** Whether there is one. */
    static boolean isIn(Path directory) {
        return Files.exists(database(directory).resolve("CURRENT"));
    }

    static Path database(Path directory) {
        return directory.resolve("db");
    }

    /** Opens it to write; makes it where there is none. */
    static Store open(Path directory) throws IOException {
        Files.createDirectories(directory);
        Store store = open(directory, false);
        try {
            store.requireVersion(directory);
            return store;
        } catch (IOException problem) {
            store.close();
            throw problem;
        }
    }

    /** Opens it to read, whoever writes meanwhile: what has come until now. */
    static Store openToRead(Path directory) throws IOException {
        Store store = open(directory, true);
        try {
            store.requireVersion(directory);
            return store;
        } catch (IOException problem) {
            store.close();
            throw problem;
        }
    }

    private static Store open(Path directory, boolean toRead) throws IOException {
        // The spool's copy: it is loaded once, by whoever comes first.
        Path library = directory.resolveSibling("spool").resolve("native");
        Files.createDirectories(library);
        NativeLibraryLoader.getInstance().loadLibrary(library.toString());
        var cache = new LRUCache(CACHE_OCTETS);
        DBOptions options = new DBOptions()
                // What a kill cut off is left out: nothing was promised of it.
                .setWalRecoveryMode(WALRecoveryMode.PointInTimeRecovery)
                .setCreateIfMissing(!toRead)
                .setCreateMissingColumnFamilies(!toRead)
                .setMaxTotalWalSize(LOG_OCTETS)
                .setMaxBackgroundJobs(2)
                .setMaxOpenFiles(FILES)
                .setMaxBgErrorResumeCount(0)
                .setAllowConcurrentMemtableWrite(false)
                .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
                .setKeepLogFileNum(2)
                .setStatsDumpPeriodSec(0)
                .setStatsPersistPeriodSec(0);
        Optional<Path> scratch = toRead ? Optional.of(Files.createTempDirectory("postern-journal")) : Optional.empty();
        // It writes a log even so.
        scratch.ifPresent(place -> options.setDbLogDir(place.toString()));
        var speed = new CompressionOptions().setLevel(1);
        ColumnFamilyOptions small = family(cache, speed, 16 << 10, 1L << 20);
        ColumnFamilyOptions entries = family(cache, speed, 64 << 10, 16L << 20);
        ColumnFamilyOptions index = family(cache, speed, 16 << 10, 8L << 20);
        List<AutoCloseable> natives = List.of(options, small, entries, index, speed, cache);
        List<ColumnFamilyDescriptor> descriptors = List.of(
                new ColumnFamilyDescriptor(RocksDB.DEFAULT_COLUMN_FAMILY, small),
                new ColumnFamilyDescriptor("entry".getBytes(US_ASCII), entries),
                new ColumnFamilyDescriptor("index".getBytes(US_ASCII), index),
                new ColumnFamilyDescriptor("chunk".getBytes(US_ASCII), small));
        var families = new ArrayList<ColumnFamilyHandle>();
        try {
            String place = database(directory).toString();
            RocksDB db = toRead
                    ? RocksDB.openReadOnly(options, place, descriptors, families)
                    : RocksDB.open(options, place, descriptors, families);
            return new Store(db, List.copyOf(families), natives, scratch);
        } catch (RocksDBException problem) {
            closeAll(natives);
            throw new IOException(problem.getMessage(), problem);
        }
    }

    private static ColumnFamilyOptions family(
            LRUCache cache, CompressionOptions compression, int blockOctets, long buffer) {
        return new ColumnFamilyOptions()
                .setTableFormatConfig(new BlockBasedTableConfig()
                        .setBlockCache(cache)
                        .setCacheIndexAndFilterBlocks(true)
                        .setBlockSize(blockOctets))
                .setCompressionType(CompressionType.ZSTD_COMPRESSION)
                .setCompressionOptions(compression)
                .setWriteBufferSize(buffer);
    }

    private void requireVersion(Path directory) throws IOException {
        try {
            byte[] version = db.get(VERSION_KEY);
            if (version != null && ByteBuffer.wrap(version).getInt() > VERSION) {
                throw new Newer(directory, ByteBuffer.wrap(version).getInt());
            }
        } catch (RocksDBException problem) {
            throw new IOException(problem.getMessage(), problem);
        }
    }

    /** Notes that what is in it from now on is of this version. */
    void noteVersion() throws RocksDBException {
        db.put(VERSION_KEY, ByteBuffer.allocate(4).putInt(VERSION).array());
    }

    RocksDB db() {
        return db;
    }

    ColumnFamilyHandle entries() {
        return families.get(1);
    }

    ColumnFamilyHandle index() {
        return families.get(2);
    }

    ColumnFamilyHandle chunks() {
        return families.get(3);
    }

    WriteOptions unsynced() {
        return unsynced;
    }

    // --- numbers
    // ---------------------------------------------------------------------------------------------------------------

    static byte[] key(long number) {
        return ByteBuffer.allocate(8).putLong(number).array();
    }

    static byte[] chunkKey(int chunk) {
        return ByteBuffer.allocate(4).putInt(chunk).array();
    }

    static int chunk(long number) {
        return (int) (number / Chunk.ENTRIES);
    }

    static int place(long number) {
        return (int) (number % Chunk.ENTRIES);
    }

    static long first(int chunk) {
        return (long) chunk * Chunk.ENTRIES;
    }

    /** The number behind the last entry's; 0 when there is none. */
    long end() {
        try (RocksIterator at = db.newIterator(entries())) {
            at.seekToLast();
            return at.isValid() ? ByteBuffer.wrap(at.key()).getLong() + 1 : 0;
        }
    }

    /** The number of the first entry; 0 when there is none. */
    long begin() {
        try (RocksIterator at = db.newIterator(entries())) {
            at.seekToFirst();
            return at.isValid() ? ByteBuffer.wrap(at.key()).getLong() : 0;
        }
    }

    Optional<Chunk.Summary> summary(int chunk) throws RocksDBException {
        return Optional.ofNullable(db.get(chunks(), chunkKey(chunk))).map(Chunk.Summary::of);
    }

    /** Octets on the disk. */
    long octets() throws RocksDBException {
        long octets = 0;
        for (ColumnFamilyHandle family : families) {
            octets += db.getLongProperty(family, "rocksdb.total-sst-files-size");
        }
        return octets;
    }

    @Override
    public void close() {
        unsynced.close();
        families.forEach(ColumnFamilyHandle::close);
        db.close();
        closeAll(natives);
        scratch.ifPresent(Store::remove);
    }

    private static void remove(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException stays) {
            LOG.atDebug().addKeyValue("problem", stays.getMessage()).log("a directory stays behind");
        }
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
}
