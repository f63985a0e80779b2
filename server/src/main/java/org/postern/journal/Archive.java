package org.postern.journal;

import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds entries in a store, the newest first: chunk by chunk, by what the index says of each. */
final class Archive {
    private static final Logger LOG = LoggerFactory.getLogger(Archive.class);
    private static final int SCAN_AHEAD = 1 << 20;

    private final Store store;

    /** The chunk that still grows; null when nobody knows it yet. */
    private final @Nullable Chunk open;

    /** Chunks whose index is behind, as they were last seen. */
    private final Map<Integer, Chunk> behind = new ConcurrentHashMap<>();

    /** Where the last entry was found: the next one may well be beside it. */
    private volatile Leaf read = Leaf.NONE;

    private volatile boolean isDamageSaid;

    Archive(Store store, @Nullable Chunk open) {
        this.store = store;
        this.open = open;
    }

    /** So many of what is asked for, the newest first, all of them before number {@code before}. */
    Page find(Query query, long before, int most) throws RocksDBException, IOException {
        var found = new ArrayList<Page.Numbered>();
        long end = Math.min(before, store.end());
        long begin = store.begin();
        if (end <= begin) {
            return new Page(found, OptionalLong.empty());
        }
        for (int chunk = Store.chunk(end - 1); chunk >= Store.chunk(begin); chunk--) {
            if (!query.meets(span(chunk))) {
                continue;
            }
            int number = chunk;
            BitSet places = unlessDamaged(() -> places(query, number), all());
            int last = chunk == Store.chunk(end - 1) ? Store.place(end - 1) : Chunk.ENTRIES - 1;
            for (int place = places.previousSetBit(last); place >= 0; place = places.previousSetBit(place - 1)) {
                long at = Store.first(chunk) + place;
                Optional<Entry> entry = entry(at).filter(query::isAbout);
                if (entry.isPresent()) {
                    if (found.size() == most) {
                        return new Page(found, OptionalLong.of(found.getLast().number()));
                    }
                    found.add(new Page.Numbered(at, entry.get()));
                }
            }
        }
        return new Page(found, OptionalLong.empty());
    }

    /** Empty for what is not there, not known or not to be read. */
    Optional<Entry> entry(long number) throws RocksDBException, IOException {
        return unlessDamaged(
                () -> {
                    Leaf last = read;
                    Optional<Leaf> leaf = last.has(number) ? Optional.of(last) : store.leaf(number);
                    read = leaf.orElse(last);
                    return leaf.flatMap(one -> Codec.entry(one.entry(number)));
                },
                Optional.empty());
    }

    private interface Reading<T> {
        T read() throws RocksDBException, IOException;
    }

    /** What is read, or {@code otherwise} when the file is damaged there: what else is in the journal is to be found even so. */
    private <T> T unlessDamaged(Reading<T> reading, T otherwise) throws RocksDBException, IOException {
        try {
            return reading.read();
        } catch (RocksDBException problem) {
            if (!Book.isDamage(problem)) {
                throw problem;
            }
            say(problem);
        } catch (IOException problem) {
            if (!Book.isDamage(problem)) {
                throw problem;
            }
            say(problem);
        }
        return otherwise;
    }

    private void say(Exception problem) {
        if (!isDamageSaid) {
            isDamageSaid = true;
            LOG.atWarn()
                    .addKeyValue("problem", problem.getMessage())
                    .log("a part of the journal is damaged and can't be read");
        }
    }

    private Chunk.Span span(int chunk) throws RocksDBException, IOException {
        return unlessDamaged(
                () -> {
                    Optional<Chunk> one = unsealed(chunk);
                    return one.isPresent()
                            ? one.get().summary().span()
                            : store.summary(chunk).map(Chunk.Summary::span).orElse(Chunk.Span.NONE);
                },
                Chunk.Span.ALL);
    }

    /** The chunk as it is in memory; empty when its index is complete. */
    private Optional<Chunk> unsealed(int number) throws RocksDBException, IOException {
        if (open != null && open.number() == number) {
            return Optional.of(open);
        }
        Chunk known = behind.get(number);
        if (known == null
                && store.summary(number).filter(Chunk.Summary::isWhole).isEmpty()) {
            known = Book.chunk(store, number, store.end());
            behind.put(number, known);
        }
        return Optional.ofNullable(known);
    }

    private static BitSet all() {
        var places = new BitSet(Chunk.ENTRIES);
        places.set(0, Chunk.ENTRIES);
        return places;
    }

    private BitSet places(Query query, int chunk) throws RocksDBException, IOException {
        if (query.all().isEmpty()) {
            return all();
        }
        BitSet places = all();
        Optional<Chunk> unsealed = unsealed(chunk);
        for (Query.Criterion criterion : query.all()) {
            var one = new BitSet(Chunk.ENTRIES);
            for (Words words : criterion.words()) {
                if (unsealed.isPresent()) {
                    unsealed.get().find(criterion.field(), words, one);
                } else {
                    find(chunk, criterion.field(), words, one);
                }
            }
            places.and(one);
            if (places.isEmpty()) {
                return places;
            }
        }
        return places;
    }

    private void find(int chunk, Field field, Words words, BitSet places) throws RocksDBException {
        if (words.isExact()) {
            byte[] exact = store.db().get(store.index(), Terms.key(chunk, field, words.low()));
            if (exact != null) {
                Places.into(exact, places);
            }
            return;
        }
        byte[] high = Terms.key(chunk, field, words.high());
        try (RocksIterator at = store.db().newIterator(store.index())) {
            for (at.seek(Terms.key(chunk, field, words.low())); at.isValid(); at.next()) {
                byte[] key = at.key();
                if (isBeyond(key, high)) {
                    return;
                }
                Places.into(at.value(), places);
            }
            at.status();
        }
    }

    /** Whether it comes behind {@code high} and all that begin so. */
    private static boolean isBeyond(byte[] key, byte[] high) {
        int common = Math.min(key.length, high.length);
        int order = java.util.Arrays.compareUnsigned(key, 0, common, high, 0, common);
        return order > 0;
    }

    /** About how many entries {@link #scan} will tell of. */
    long count(Query query) throws RocksDBException, IOException {
        long count = 0;
        long end = store.end();
        long begin = store.begin();
        for (int chunk = Store.chunk(begin); end > begin && chunk <= Store.chunk(end - 1); chunk++) {
            if (query.meets(span(chunk))) {
                count += Math.min(end, Store.first(chunk + 1)) - Math.max(begin, Store.first(chunk));
            }
        }
        return count;
    }

    /** All entries of the chunks within the time of {@code query}, the oldest first; its criteria are not looked at. */
    void scan(Query query, Leaf.Visitor visitor) throws RocksDBException, IOException {
        long end = store.end();
        long begin = store.begin();
        try (var ahead = new ReadOptions().setReadaheadSize(SCAN_AHEAD).setFillCache(false);
                RocksIterator at = store.db().newIterator(store.entries(), ahead)) {
            for (int chunk = Store.chunk(begin); end > begin && chunk <= Store.chunk(end - 1); chunk++) {
                if (!query.meets(span(chunk))) {
                    continue;
                }
                if (!Leaf.walk(Store.first(chunk), Store.first(chunk + 1), at, visitor)) {
                    return;
                }
            }
        }
    }
}
