package org.postern.journal;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.rocksdb.RocksDBException;

/**
 * The files of a journal, to be read, whether a server writes them or not: as they were when they were opened. What a running server has taken
 * within the last moments may not be in them yet.
 */
public final class JournalFiles implements Records, AutoCloseable {
    private final Store store;
    private final Archive archive;
    private final Optional<Mask> mask;

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
        try {
            return archive.find(query.masked(mask), before, most);
        } catch (RocksDBException problem) {
            throw Book.problem(problem);
        }
    }

    /** Takes entries as they are kept. */
    public interface Visitor {
        /** An entry's octets, for {@link Codec}; whether to go on. */
        boolean visit(byte[] octets);
    }

    /** About how many entries {@link #scan} tells of. */
    public long count(Query query) throws IOException {
        try {
            return archive.count(query);
        } catch (RocksDBException problem) {
            throw Book.problem(problem);
        }
    }

    /**
     * Tells of all entries, the oldest first, that may be of the time of {@code query}: what is a little older or newer is told of as well, and
     * its criteria are not looked at.
     */
    public void scan(Query query, Visitor visitor) throws IOException {
        try {
            archive.scan(query, (_, octets) -> visitor.visit(octets));
        } catch (RocksDBException problem) {
            throw Book.problem(problem);
        }
    }

    @Override
    public void close() {
        store.close();
    }
}
