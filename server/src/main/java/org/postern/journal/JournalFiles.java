package org.postern.journal;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.rocksdb.RocksDBException;

/**
 * The files of a journal, to be read, whether a server writes them or not: as they were when they were opened. What a running server has taken
 * within the last moments may not be in them yet.
 */
public final class JournalFiles implements Records, AutoCloseable {
    private final Store store;
    private final Archive archive;
    private final Optional<Mask> mask;

    /** Who reads shares it: RocksDB does not survive it when what is read is closed. */
    private final ReadWriteLock opening = new ReentrantReadWriteLock();

    private boolean isClosed;

    private JournalFiles(Store store, Optional<Mask> mask) {
        this.store = store;
        this.archive = new Archive(store, null);
        this.mask = mask;
    }

    /**
     * Opens those in {@code directory}; empty when there are none.
     *
     * @throws IOException when they can't be read
     */
    public static Optional<JournalFiles> open(Path directory) throws IOException {
        if (!Store.isIn(directory)) {
            return Optional.empty();
        }
        return Optional.of(new JournalFiles(Store.openToRead(directory), Mask.known(directory)));
    }

    @Override
    public Page find(Query query, long before, int most) throws IOException {
        return read(() -> archive.find(query.masked(mask), before, most));
    }

    /** Takes entries as they are kept. */
    public interface Visitor {
        /** An entry's octets, for {@link Codec}; whether to go on. */
        boolean visit(byte[] octets);
    }

    /** About how many entries {@link #scan} tells of. */
    public long count(Query query) throws IOException {
        return read(() -> archive.count(query));
    }

    /**
     * Tells of all entries, the oldest first, that may be of the time of {@code query}: what is a little older or newer is told of as well, and
     * its criteria are not looked at.
     */
    public void scan(Query query, Visitor visitor) throws IOException {
        read(() -> {
            archive.scan(query, (_, octets) -> visitor.visit(octets));
            return query;
        });
    }

    private interface Reading<T> {
        T read() throws RocksDBException, IOException;
    }

    private <T> T read(Reading<T> reading) throws IOException {
        opening.readLock().lock();
        try {
            if (isClosed) {
                throw new IOException("the journal is closed");
            }
            return reading.read();
        } catch (RocksDBException problem) {
            throw Book.problem(problem);
        } finally {
            opening.readLock().unlock();
        }
    }

    /** Waits for who reads; not to be called by a visitor. */
    @Override
    public void close() {
        opening.writeLock().lock();
        try {
            if (!isClosed) {
                isClosed = true;
                store.close();
            }
        } finally {
            opening.writeLock().unlock();
        }
    }
}
