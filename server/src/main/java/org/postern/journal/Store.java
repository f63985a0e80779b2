package org.postern.journal;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.postern.spool.StoreLibrary;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompactRangeOptions;
import org.rocksdb.CompactRangeOptions.BottommostLevelCompaction;
import org.rocksdb.CompressionOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.FlushOptions;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
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

    private static final String SCRATCH = "postern-journal";

    /** Open at once: a journal of years has thousands; to open one takes longer than to look something up in it. */
    private static final int FILES = 256;

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

    /** Makes the directory, if it is not there, for nobody's eyes but ours. */
    static void make(@Nullable Path directory) throws IOException {
        Files.createDirectories(
                Objects.requireNonNull(directory),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }

    /** Whether there is one. */
    static boolean isIn(Path directory) {
        return Files.exists(database(directory).resolve("CURRENT"));
    }

    static Path database(Path directory) {
        return directory.resolve("db");
    }

    /** Whether there are files of one, but not the one that says which of them count. */
    static boolean isBroken(Path directory) throws IOException {
        if (isIn(directory) || !Files.isDirectory(database(directory))) {
            return false;
        }
        try (Stream<Path> files = Files.list(database(directory))) {
            return files.map(file -> file.getFileName().toString())
                    .anyMatch(name -> name.startsWith("MANIFEST") || name.endsWith(".sst"));
        }
    }

    /** Opens it to write; makes it where there is none. One that is of a newer Postern stays as it is. */
    static Store open(Path directory) throws IOException {
        make(directory);
        if (isIn(directory)) {
            // To open it for writing is to write already; and a newer one may have families that this Postern can't
            // name.
            refuseNewer(directory);
        }
        return open(directory, false);
    }

    /** Opens it to read, whoever writes meanwhile: what has come until now. */
    static Store openToRead(Path directory) throws IOException {
        Store store = open(directory, true);
        try {
            refuseNewer(directory, store.db);
            return store;
        } catch (RocksDBException problem) {
            store.close();
            throw new IOException(problem.getMessage(), problem);
        } catch (IOException problem) {
            store.close();
            throw problem;
        }
    }

    private static void refuseNewer(Path directory) throws IOException {
        StoreLibrary.load(directory.resolveSibling("spool"));
        Path scratch = Files.createTempDirectory(SCRATCH);
        try (var options = new Options().setDbLogDir(scratch.toString()).setInfoLogLevel(InfoLogLevel.WARN_LEVEL);
                RocksDB db = RocksDB.openReadOnly(options, database(directory).toString())) {
            refuseNewer(directory, db);
        } catch (RocksDBException problem) {
            throw new IOException(problem.getMessage(), problem);
        } finally {
            removeScratch(scratch);
        }
    }

    private static void refuseNewer(Path directory, RocksDB db) throws RocksDBException, Newer {
        byte[] version = db.get(VERSION_KEY);
        if (version != null && version.length == 4 && ByteBuffer.wrap(version).getInt() > VERSION) {
            throw new Newer(directory, ByteBuffer.wrap(version).getInt());
        }
    }

    private static Store open(Path directory, boolean toRead) throws IOException {
        StoreLibrary.load(directory.resolveSibling("spool"));
        Optional<Path> scratch = toRead ? Optional.of(Files.createTempDirectory(SCRATCH)) : Optional.empty();
        var cache = new LRUCache(CACHE_OCTETS);
        DBOptions options = new DBOptions()
                // What a kill cut off is left out: nothing was promised of it.
                .setWalRecoveryMode(WALRecoveryMode.PointInTimeRecovery)
                .setCreateIfMissing(!toRead)
                .setCreateMissingColumnFamilies(!toRead)
                // Room that is reserved is no longer free: the journal would stand still for its own sake.
                .setAllowFAllocate(false)
                .setMaxTotalWalSize(LOG_OCTETS)
                .setMaxBackgroundJobs(2)
                .setMaxOpenFiles(FILES)
                // Who only reads merges nothing: it need not open each file for what merging goes by.
                .setSkipStatsUpdateOnDbOpen(toRead)
                .setMaxBgErrorResumeCount(0)
                .setAllowConcurrentMemtableWrite(false)
                .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
                .setKeepLogFileNum(2)
                .setStatsDumpPeriodSec(0)
                .setStatsPersistPeriodSec(0);
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
            scratch.ifPresent(Store::removeScratch);
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
    long end() throws RocksDBException {
        try (RocksIterator at = db.newIterator(entries())) {
            return Leaf.end(at);
        }
    }

    /** The number of the first entry; 0 when there is none. */
    long begin() throws RocksDBException {
        try (RocksIterator at = db.newIterator(entries())) {
            return Leaf.begin(at);
        }
    }

    Optional<Chunk.Summary> summary(int chunk) throws RocksDBException {
        return Optional.ofNullable(db.get(chunks(), chunkKey(chunk))).map(Chunk.Summary::of);
    }

    /** The leaf that an entry is in; empty when it is gone. */
    Optional<Leaf> leaf(long number) throws RocksDBException {
        try (RocksIterator at = db.newIterator(entries())) {
            return Leaf.with(number, at);
        }
    }

    /** Octets on the disk. */
    long octets() throws RocksDBException {
        long octets = 0;
        for (ColumnFamilyHandle family : families) {
            octets += db.getLongProperty(family, "rocksdb.live-sst-files-size");
        }
        return octets;
    }

    /** Octets of entries that are in memory and the logs only: taken by the MiB. */
    long unflushed() throws RocksDBException {
        return db.getLongProperty(entries(), "rocksdb.cur-size-active-mem-table");
    }

    // --- removing
    // --------------------------------------------------------------------------------------------------------------

    /** All that is in memory goes into files: the logs that had it are removed. */
    void flush() throws RocksDBException {
        try (var wait = new FlushOptions().setWaitForFlush(true)) {
            db.flush(wait, families);
        }
    }

    /** Removes the entries and the index of chunks, the first and all before {@code end}. */
    void remove(int first, int end) throws RocksDBException {
        List<byte[]> entries = List.of(key(first(first)), key(first(end)));
        List<byte[]> index = List.of(chunkKey(first), chunkKey(end));
        db.deleteFilesInRanges(entries(), entries, false);
        db.deleteFilesInRanges(index(), index, false);
        db.deleteRange(entries(), unsynced, entries.getFirst(), entries.getLast());
        db.deleteRange(index(), unsynced, index.getFirst(), index.getLast());
        db.deleteRange(chunks(), unsynced, index.getFirst(), index.getLast());
    }

    /** Writes the files of chunks anew, the first and all before {@code end}: what was removed or written over goes out of them. */
    void rewrite(int first, int end) throws RocksDBException {
        // Forced: a file that overlaps no other would only be moved, and its marks of what was removed name that.
        try (var anew = new CompactRangeOptions().setBottommostLevelCompaction(BottommostLevelCompaction.kForce)) {
            db.compactRange(entries(), key(first(first)), key(first(end)), anew);
            db.compactRange(index(), chunkKey(first), chunkKey(end), anew);
        }
    }

    @Override
    public void close() {
        unsynced.close();
        families.forEach(ColumnFamilyHandle::close);
        db.close();
        closeAll(natives);
        scratch.ifPresent(Store::removeScratch);
    }

    private static void removeScratch(Path directory) {
        try {
            remove(directory);
        } catch (IOException stays) {
            LOG.atDebug().addKeyValue("problem", stays.getMessage()).log("a directory stays behind");
        }
    }

    /** Removes a directory and all in it. */
    static void remove(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
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
