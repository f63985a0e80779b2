package org.postern.journal;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A journal's store, open to write, and the chunk that grows in it. One thread writes; any may ask meanwhile. */
final class Book implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Book.class);
    private static final String DAMAGED = "damaged-";

    /** Chunks so near to one another share files, most likely. */
    private static final int NEAR = 16;

    /** From so many octets on, a leaf has no more entries put in: who looks for one reads all of it. */
    private static final int LEAF_OCTETS = 32 << 10;

    /** So few octets of entries are left in the logs at the end: files of a few each would only be many. */
    private static final int LEFT = 2 << 20;

    private final Store store;
    private final Path directory;
    private final boolean isMasked;

    /** By which what is masked is found, though it be no longer. */
    private final Optional<Mask> known;

    /** What is being written; the writing thread's own. */
    private final EntryWriter leaf = new EntryWriter();

    private volatile Chunk chunk;
    private volatile long next;

    /** Held where entries and what they are found by change together: who forgets somebody does that beside the writing thread. */
    private final Object changing = new Object();

    private Book(Store store, Path directory, boolean isMasked, Optional<Mask> known, Chunk chunk, long next) {
        this.store = store;
        this.directory = directory;
        this.isMasked = isMasked;
        this.known = known;
        this.chunk = chunk;
        this.next = next;
    }

    /**
     * Opens the one in {@code directory}; one that is damaged is put aside, and a new one begun.
     *
     * @param isDamaged whether that is known already
     */
    static Book open(Path directory, JournalSettings settings, Clock clock, boolean isDamaged) throws IOException {
        String problem = "it was found while it was written";
        if (Store.isBroken(directory)) {
            problem = "its file CURRENT is missing";
        } else if (!isDamaged) {
            try {
                return open(directory, settings);
            } catch (IOException failed) {
                if (!isDamage(failed)) {
                    throw failed;
                }
                problem = String.valueOf(failed.getMessage());
            }
        }
        Path aside = putAside(directory, clock.millis());
        LOG.atError()
                .addKeyValue("problem", problem)
                .addKeyValue("moved", aside)
                .log("the journal was damaged; a new one is begun");
        return open(directory, settings);
    }

    private static Book open(Path directory, JournalSettings settings) throws IOException {
        Store store = Store.open(directory);
        try {
            boolean isMasked = settings.mask() == JournalSettings.Masking.LOCAL_PARTS;
            Optional<Mask> known = isMasked ? Optional.of(Mask.of(Mask.key(directory))) : Mask.known(directory);
            store.noteVersion();
            long end = store.end();
            if (store.summary(Store.chunk(end)).filter(Chunk.Summary::isWhole).isPresent()) {
                end = Store.first(Store.chunk(end) + 1);
            }
            var book = new Book(store, directory, isMasked, known, chunk(store, Store.chunk(end), end), end);
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
                && store.summary(before).filter(Chunk.Summary::isWhole).isEmpty()) {
            Chunk full = chunk(store, before, next);
            full.end();
            seal(full);
        }
    }

    /** Whether it is the store that is damaged, and not the disk that fails or is full. */
    static boolean isDamage(IOException problem) {
        return !(problem instanceof Store.Newer)
                && problem.getCause() instanceof RocksDBException cause
                && isDamage(cause);
    }

    static boolean isDamage(RocksDBException problem) {
        return problem.getStatus() != null
                && switch (problem.getStatus().getCode()) {
                    case Corruption, InvalidArgument -> true;
                    default -> String.valueOf(problem.getMessage()).contains("No such file");
                };
    }

    /** One such is kept: who wants to look at it can; two would fill the disk. */
    private static Path putAside(Path directory, long millis) throws IOException {
        removeAside(directory);
        Path aside = directory.resolve(DAMAGED + millis);
        Files.move(Store.database(directory), aside);
        return aside;
    }

    private static boolean removeAside(Path directory) throws IOException {
        boolean isRemoved = false;
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                if (file.getFileName().toString().startsWith(DAMAGED)) {
                    Store.remove(file);
                    isRemoved = true;
                }
            }
        }
        return isRemoved;
    }

    /** The chunk of that number as far as it goes: from the index, and from entries that a kill kept out of that. */
    static Chunk chunk(Store store, int number, long end) throws IOException {
        var chunk = new Chunk(number);
        try {
            // An index of more than there is says nothing.
            Optional<Chunk.Summary> summary =
                    store.summary(number).filter(one -> one.isWhole() || one.count() <= end - Store.first(number));
            if (summary.isPresent()) {
                chunk.restore(summary.get());
                restore(store, chunk);
            }
            long from = Store.first(number) + chunk.summary().count();
            try (RocksIterator at = store.db().newIterator(store.entries())) {
                Leaf.walk(from, Math.min(end, Store.first(number + 1)), at, (entry, octets) -> {
                    Codec.entry(octets)
                            .ifPresentOrElse(
                                    one -> chunk.add(Store.place(entry), one), () -> chunk.pass(Store.place(entry)));
                    return true;
                });
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

    /** Writes the first of these, as many as go into a leaf and the chunk, and returns them as they are kept. */
    List<Entry> write(List<Entry> entries) throws IOException {
        if (Store.chunk(next) != chunk.number()) {
            turn();
        }
        int many = (int) Math.min(entries.size(), Store.first(chunk.number() + 1) - next);
        var kept = new ArrayList<Entry>(many);
        try {
            leaf.clear();
            for (int i = 0; i < many && leaf.length() < LEAF_OCTETS; i++) {
                Entry safe = isMasked && known.isPresent() ? known.get().masked(entries.get(i)) : entries.get(i);
                leaf.line(safe);
                kept.add(safe);
            }
            synchronized (changing) {
                store.db().put(store.entries(), store.unsynced(), Store.key(next), leaf.toBytes());
                chunk.add(Store.place(next), kept);
                next = next + kept.size();
            }
            return kept;
        } catch (RocksDBException problem) {
            throw problem(problem);
        }
    }

    /** The chunk is whole; the next one begins. */
    private void turn() throws IOException {
        synchronized (changing) {
            chunk.end();
            seal(chunk);
            next = Store.first(chunk.number() + 1);
            chunk = new Chunk(chunk.number() + 1);
        }
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

    /** The mask of what is written or has been; empty when nothing ever was hidden. */
    Optional<Mask> knownMask() {
        return known;
    }

    // --- forgetting
    // ------------------------------------------------------------------------------------------------------------

    /** Begins a new chunk when the first entry of this one is older than that: only whole chunks are forgotten. */
    void turnBefore(long millis) throws IOException {
        if (chunk.summary().count() > 0 && chunk.summary().span().from() < millis) {
            turn();
        }
    }

    /** Forgets chunks all of whose entries are older than that. */
    void forgetBefore(long millis) throws IOException {
        try {
            int first = Store.chunk(store.begin());
            int keep = first;
            while (keep < chunk.number() && span(keep).to() < millis) {
                keep++;
            }
            forgetChunks(first, keep);
        } catch (RocksDBException problem) {
            throw problem(problem);
        }
    }

    private Chunk.Span span(int number) throws RocksDBException, IOException {
        Optional<Chunk.Summary> summary = store.summary(number);
        return summary.isPresent()
                ? summary.get().span()
                : chunk(store, number, next).summary().span();
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

    /**
     * Whole files go at once; what shares a file with others goes out of that. What is in memory becomes a file before: in one file with the
     * newest entries, the mark that the oldest are gone would have all between them written anew.
     */
    private void forgetChunks(int first, int keep) throws RocksDBException {
        if (keep <= first || store.end() == 0) {
            return;
        }
        store.flush();
        synchronized (changing) {
            store.remove(first, keep);
        }
        store.flush();
        store.rewrite(first, keep);
    }

    /**
     * Takes a person out of all that was written, and out of the files; what was put aside as damaged, where nobody can be taken out, goes
     * as a whole. Asked beside the writing thread.
     *
     * @return how many entries told of him
     */
    long forget(String address) throws IOException {
        var addresses = new LinkedHashSet<String>(List.of(address));
        known.ifPresent(mask -> addresses.add(mask.masked(address)));
        try {
            if (removeAside(directory)) {
                LOG.warn("a damaged journal that was kept aside is removed: somebody is to be forgotten");
            }
            SortedSet<Integer> touched = new TreeSet<>();
            long forgotten = new Forgetting(store, addresses).all(next, this::change, touched);
            wipe(touched);
            return forgotten;
        } catch (RocksDBException problem) {
            throw problem(problem);
        }
    }

    /** Puts another entry in the place of one, and changes what it is found by; false when it is gone meanwhile. */
    private boolean change(long number, Entry from, Entry to) throws RocksDBException {
        synchronized (changing) {
            Optional<Leaf> leaf = store.leaf(number);
            if (leaf.isEmpty()) {
                return false;
            }
            Leaf changed = leaf.get().with(number, Codec.octets(to));
            store.db().put(store.entries(), store.unsynced(), Store.key(changed.first()), changed.octets());
            Set<Word> before = words(from);
            Set<Word> after = words(to);
            for (Word word : before) {
                if (!after.contains(word)) {
                    index(number, word, false);
                }
            }
            for (Word word : after) {
                if (!before.contains(word)) {
                    index(number, word, true);
                }
            }
            return true;
        }
    }

    private record Word(Field field, String text) {}

    private static Set<Word> words(Entry entry) {
        var words = new HashSet<Word>();
        Terms.of(entry, (field, word) -> words.add(new Word(field, Terms.cut(word))));
        return words;
    }

    private void index(long number, Word word, boolean has) throws RocksDBException {
        int place = Store.place(number);
        if (Store.chunk(number) == chunk.number()) {
            chunk.set(word.field(), word.text(), place, has);
        }
        byte[] key = Terms.key(Store.chunk(number), word.field(), word.text());
        byte[] known = store.db().get(store.index(), key);
        // Where no index is yet, it is made of the entries.
        if (known != null
                || store.summary(Store.chunk(number))
                        .filter(Chunk.Summary::isWhole)
                        .isPresent()) {
            Places places = known == null ? new Places() : Places.of(known);
            places.set(place, has);
            if (places.isEmpty()) {
                store.db().delete(store.index(), store.unsynced(), key);
            } else {
                store.db().put(store.index(), store.unsynced(), key, places.toBytes());
            }
        }
    }

    /** Until its files are written anew, what was written over still lies in them. */
    private void wipe(SortedSet<Integer> chunks) throws RocksDBException {
        if (chunks.isEmpty()) {
            return;
        }
        store.flush();
        int first = chunks.getFirst();
        int end = first;
        for (int number : chunks) {
            if (number > end + NEAR) {
                store.rewrite(first, end);
                first = number;
            }
            end = number + 1;
        }
        store.rewrite(first, end);
    }

    @Override
    public void close() {
        try {
            seal(chunk);
        } catch (IOException problem) {
            // What is missing in the index is read from the entries when it is opened next.
            LOG.atWarn().addKeyValue("problem", problem.getMessage()).log("the journal's last chunk has no index yet");
        }
        try {
            if (store.unflushed() > LEFT) {
                // Or whoever reads the files would have to read the logs first.
                store.flush();
            }
        } catch (RocksDBException problem) {
            LOG.atWarn().addKeyValue("problem", problem.getMessage()).log("the journal's files are not up to date");
        }
        store.close();
    }
}
