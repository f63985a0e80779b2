package org.postern.journal;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.rocksdb.FlushOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A journal's store, open to write, and the chunk that grows in it. One thread writes; any may ask meanwhile. */
final class Book implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Book.class);
    private static final String DAMAGED = "damaged-";

    private final Store store;
    private final @Nullable Mask mask;
    private volatile Chunk chunk;
    private long next;

    private Book(Store store, @Nullable Mask mask, Chunk chunk, long next) {
        this.store = store;
        this.mask = mask;
        this.chunk = chunk;
        this.next = next;
    }

    /** Opens the one in {@code directory}; one that is damaged is put aside, and a new one begun. */
    static Book open(Path directory, JournalSettings settings, Clock clock) throws IOException {
        Mask mask =
                switch (settings.mask()) {
                    case NONE -> null;
                    case LOCAL_PARTS -> Mask.of(Mask.key(directory));
                };
        try {
            return open(directory, mask);
        } catch (IOException problem) {
            if (!isDamage(problem)) {
                throw problem;
            }
            Path aside = putAside(directory, clock.millis());
            LOG.atError()
                    .addKeyValue("problem", problem.getMessage())
                    .addKeyValue("moved", aside)
                    .log("the journal was damaged; a new one is begun");
            return open(directory, mask);
        }
    }

    private static Book open(Path directory, @Nullable Mask mask) throws IOException {
        Store store = Store.open(directory);
        try {
            store.noteVersion();
            long end = store.end();
            var book = new Book(store, mask, chunk(store, Store.chunk(end), end), end);
            book.sealBefore();
            return book;
        } catch (RocksDBException problem) {
            store.close();
            throw problem(problem);
        } catch (IOException | RuntimeException problem) {
            store.close();
            throw problem;
        }
    }

    /** What a kill kept from being sealed. */
    private void sealBefore() throws RocksDBException, IOException {
        int before = chunk.number() - 1;
        if (next > store.begin()
                && before >= Store.chunk(store.begin())
                && store.summary(before).map(one -> one.count() < Chunk.ENTRIES).orElse(true)) {
            seal(chunk(store, before, next));
        }
    }

    private static boolean isDamage(IOException problem) {
        return !(problem instanceof Store.Newer)
                && problem.getCause() instanceof RocksDBException cause
                && cause.getStatus() != null
                && switch (cause.getStatus().getCode()) {
                    case Corruption, InvalidArgument -> true;
                    default -> String.valueOf(cause.getMessage()).contains("No such file");
                };
    }

    /** One such is kept: who wants to look at it can; two would fill the disk. */
    private static Path putAside(Path directory, long millis) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                if (file.getFileName().toString().startsWith(DAMAGED)) {
                    remove(file);
                }
            }
        }
        Path aside = directory.resolve(DAMAGED + millis);
        Files.move(Store.database(directory), aside);
        return aside;
    }

    private static void remove(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    /** The chunk of that number as far as it goes: from the index, and from entries that a kill kept out of that. */
    static Chunk chunk(Store store, int number, long end) throws IOException {
        var chunk = new Chunk(number);
        try {
            Optional<Chunk.Summary> summary = store.summary(number);
            if (summary.isPresent()) {
                chunk.restore(summary.get());
                restore(store, chunk);
            }
            long from = Store.first(number) + chunk.summary().count();
            try (RocksIterator at = store.db().newIterator(store.entries())) {
                for (at.seek(Store.key(from)); at.isValid(); at.next()) {
                    long entry = ByteBuffer.wrap(at.key()).getLong();
                    if (entry >= end || Store.chunk(entry) != number) {
                        break;
                    }
                    Codec.entry(at.value()).ifPresent(one -> chunk.add(Store.place(entry), one));
                }
                at.status();
            }
            return chunk;
        } catch (RocksDBException problem) {
            throw problem(problem);
        }
    }

    private static void restore(Store store, Chunk chunk) throws RocksDBException {
        byte[] prefix = Store.chunkKey(chunk.number());
        try (RocksIterator at = store.db().newIterator(store.index())) {
            for (at.seek(prefix); at.isValid(); at.next()) {
                byte[] key = at.key();
                if (!Arrays.equals(key, 0, 4, prefix, 0, 4)) {
                    break;
                }
                String word = new String(key, 5, key.length - 5, UTF_8);
                Field.of((char) key[4]).ifPresent(field -> chunk.restore(field, word, at.value()));
            }
            at.status();
        }
    }

    static IOException problem(RocksDBException problem) {
        return new IOException(problem.getMessage(), problem);
    }

    // --- writing
    // ---------------------------------------------------------------------------------------------------------------

    /** Writes these, and returns them as they are kept. */
    List<Entry> write(List<Entry> entries) throws IOException {
        var kept = new ArrayList<Entry>(entries.size());
        try (var batch = new WriteBatch()) {
            long number = next;
            for (Entry entry : entries) {
                Entry safe = mask == null ? entry : mask.masked(entry);
                kept.add(safe);
                batch.put(store.entries(), Store.key(number++), Codec.octets(safe));
            }
            store.db().write(store.unsynced(), batch);
        } catch (RocksDBException problem) {
            throw problem(problem);
        }
        for (Entry entry : kept) {
            if (Store.chunk(next) != chunk.number()) {
                seal(chunk);
                chunk = new Chunk(Store.chunk(next));
            }
            chunk.add(Store.place(next++), entry);
        }
        return kept;
    }

    /** Writes what the chunk is found by: when it is full, and as far as it goes at the end. */
    private void seal(Chunk chunk) throws IOException {
        try (var batch = new WriteBatch()) {
            var failed = new RocksDBException[1];
            chunk.index((key, places) -> {
                try {
                    batch.put(store.index(), key, places);
                } catch (RocksDBException problem) {
                    failed[0] = problem;
                }
            });
            if (failed[0] != null) {
                throw failed[0];
            }
            batch.put(
                    store.chunks(),
                    Store.chunkKey(chunk.number()),
                    chunk.summary().toBytes());
            store.db().write(store.unsynced(), batch);
        } catch (RocksDBException problem) {
            throw problem(problem);
        }
    }

    // --- reading
    // ---------------------------------------------------------------------------------------------------------------

    Archive archive() {
        return new Archive(store, chunk);
    }

    /** The mask of what is written; empty when nothing is hidden. */
    Optional<Mask> mask() {
        return Optional.ofNullable(mask);
    }

    // --- forgetting
    // ------------------------------------------------------------------------------------------------------------

    /** Forgets chunks all of whose entries are older than that. */
    void forgetBefore(long millis) throws IOException {
        try {
            int first = Store.chunk(store.begin());
            int keep = first;
            while (keep < chunk.number()
                    && store.summary(keep)
                            .map(summary -> summary.span().to() < millis)
                            .orElse(true)) {
                keep++;
            }
            forgetChunks(first, keep);
        } catch (RocksDBException problem) {
            throw problem(problem);
        }
    }

    /** Forgets the oldest chunks when it takes more than so many octets. */
    void forgetPast(long octets) throws IOException {
        try {
            long now = store.octets();
            int first = Store.chunk(store.begin());
            int count = chunk.number() - first;
            if (now > octets && count > 0) {
                long each = Math.max(1, now / count);
                long many = Math.min(count, (now - octets + each - 1) / each);
                forgetChunks(first, first + (int) many);
            }
        } catch (RocksDBException problem) {
            throw problem(problem);
        }
    }

    /** Whole files go at once; what shares a file with others, when it is merged. */
    private void forgetChunks(int first, int keep) throws RocksDBException {
        if (keep <= first) {
            return;
        }
        byte[] fromEntry = Store.key(Store.first(first));
        byte[] toEntry = Store.key(Store.first(keep));
        byte[] fromChunk = Store.chunkKey(first);
        byte[] toChunk = Store.chunkKey(keep);
        store.db().deleteFilesInRanges(store.entries(), List.of(fromEntry, toEntry), false);
        store.db().deleteFilesInRanges(store.index(), List.of(fromChunk, toChunk), false);
        store.db().deleteRange(store.entries(), fromEntry, toEntry);
        store.db().deleteRange(store.index(), fromChunk, toChunk);
        store.db().deleteRange(store.chunks(), fromChunk, toChunk);
    }

    /**
     * Takes a person out of all that was written, and out of the files. Asked beside the writing thread.
     *
     * @return how many entries told of him
     */
    long forget(String address) throws IOException {
        // Beyond ASCII nobody knows what its upper case looks like in octets: then all of its domain are read.
        boolean isAscii = address.chars().allMatch(c -> c < 0x80);
        byte[] sought = (isAscii ? address : address.substring(address.lastIndexOf('@')))
                .toLowerCase(Locale.ROOT)
                .getBytes(UTF_8);
        long forgotten = 0;
        var touched = new TreeSet<Integer>();
        try {
            long end = store.end();
            try (RocksIterator at = store.db().newIterator(store.entries())) {
                for (at.seekToFirst(); at.isValid(); at.next()) {
                    long number = ByteBuffer.wrap(at.key()).getLong();
                    if (number >= end) {
                        break;
                    }
                    if (holds(at.value(), sought) && forget(number, at.value(), address)) {
                        forgotten++;
                        touched.add(Store.chunk(number));
                    }
                }
                at.status();
            }
            wipe(touched);
            return forgotten;
        } catch (RocksDBException problem) {
            throw problem(problem);
        }
    }

    /** Until its files are written anew, what was written over still lies in them. */
    private void wipe(Set<Integer> chunks) throws RocksDBException {
        if (chunks.isEmpty()) {
            return;
        }
        try (var wait = new FlushOptions().setWaitForFlush(true)) {
            store.db().flush(wait, List.of(store.entries(), store.index()));
        }
        for (int number : chunks) {
            store.db()
                    .compactRange(store.entries(), Store.key(Store.first(number)), Store.key(Store.first(number + 1)));
            store.db().compactRange(store.index(), Store.chunkKey(number), Store.chunkKey(number + 1));
        }
    }

    private boolean forget(long number, byte[] octets, String address) throws RocksDBException {
        Optional<Entry> entry = Codec.entry(octets);
        if (entry.isEmpty()) {
            return false;
        }
        Entry without = Mask.without(address, entry.get());
        if (without.equals(entry.get())) {
            return false;
        }
        store.db().put(store.entries(), store.unsynced(), Store.key(number), Codec.octets(without));
        String word = Terms.word(address);
        for (Field field : List.of(Field.SENDER, Field.RECIPIENT)) {
            chunk.forget(field, word);
            store.db().delete(store.index(), Terms.key(Store.chunk(number), field, word));
        }
        return true;
    }

    /** Whether {@code sought}, in lower case, stands in {@code octets}, in whatever case. */
    private static boolean holds(byte[] octets, byte[] sought) {
        for (int i = 0; i + sought.length <= octets.length; i++) {
            int j = 0;
            while (j < sought.length && lower(octets[i + j]) == sought[j]) {
                j++;
            }
            if (j == sought.length) {
                return true;
            }
        }
        return false;
    }

    private static byte lower(byte octet) {
        return octet >= 'A' && octet <= 'Z' ? (byte) (octet + 32) : octet;
    }

    @Override
    public void close() {
        try {
            seal(chunk);
        } catch (IOException problem) {
            // What is missing in the index is read from the entries when it is opened next.
            LOG.atWarn().addKeyValue("problem", problem.getMessage()).log("the journal's last chunk has no index yet");
        }
        store.close();
    }
}
