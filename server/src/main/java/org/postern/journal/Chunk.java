package org.postern.journal;

import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The chunk that entries are being added to: what it is found by, in memory until it is full. One lock guards it, for questions come while it
 * grows.
 */
final class Chunk {
    /** Entries of a chunk. */
    static final int ENTRIES = 1 << 14;

    private static final int WHOLE = 1 << 30;

    private final int number;
    private final Map<Field, Column> terms = new EnumMap<>(Field.class);
    private int count;
    private boolean isWhole;
    private Span span = Span.NONE;

    /** The words of one field, as they came: ids come in their order, and RocksDB likes to be given keys in theirs. */
    private static final class Column {
        private final Map<String, Places> words = new LinkedHashMap<>();

        /** The last word, which is often the next one as well. */
        private @Nullable String last;

        private Places places = new Places();

        Places places(String word) {
            if (!word.equals(last)) {
                last = word;
                places = words.computeIfAbsent(word, _ -> new Places());
            }
            return places;
        }

        void put(String word, Places at) {
            words.put(word, at);
            last = null;
        }

        void remove(String word) {
            words.remove(word);
            last = null;
        }
    }

    /**
     * The first and last of the times of a chunk's entries: the clock may have been set back meanwhile.
     *
     * @param from in milliseconds since 1970
     */
    record Span(long from, long to) {
        static final Span NONE = new Span(Long.MAX_VALUE, Long.MIN_VALUE);
        static final Span ALL = new Span(Long.MIN_VALUE, Long.MAX_VALUE);

        Span with(long at) {
            return new Span(Math.min(from, at), Math.max(to, at));
        }
    }

    /**
     * What is kept of a chunk beside its index.
     *
     * @param count of its entries that stand in the index
     * @param isWhole whether no more will come
     */
    record Summary(int count, boolean isWhole, Span span) {
        byte[] toBytes() {
            return ByteBuffer.allocate(20)
                    .putInt(isWhole ? count | WHOLE : count)
                    .putLong(span.from())
                    .putLong(span.to())
                    .array();
        }

        static Summary of(byte[] octets) {
            ByteBuffer in = ByteBuffer.wrap(octets);
            int count = in.getInt();
            return new Summary(
                    count & ~WHOLE, (count & WHOLE) != 0 || count >= ENTRIES, new Span(in.getLong(), in.getLong()));
        }
    }

    Chunk(int number) {
        this.number = number;
    }

    int number() {
        return number;
    }

    synchronized Summary summary() {
        return new Summary(count, isWhole || count >= ENTRIES, span);
    }

    /** No more will come. */
    synchronized void end() {
        isWhole = true;
    }

    /** Adds entries, from that place on. */
    synchronized void add(int place, List<Entry> entries) {
        for (int i = 0; i < entries.size(); i++) {
            add(place + i, entries.get(i));
        }
    }

    /** Adds the entry at that place. */
    synchronized void add(int place, Entry entry) {
        count = place + 1;
        span = span.with(entry.at());
        Terms.of(entry, (field, word) -> column(field).places(Terms.cut(word)).add(place));
    }

    /** The entry at that place is one that this Postern does not know. */
    synchronized void pass(int place) {
        count = place + 1;
    }

    /** Takes in what the index has of it. */
    synchronized void restore(Summary summary) {
        count = summary.count();
        isWhole = summary.isWhole();
        span = summary.span();
    }

    synchronized void restore(Field field, String word, byte[] places) {
        column(field).put(word, Places.of(places));
    }

    private Column column(Field field) {
        return terms.computeIfAbsent(field, _ -> new Column());
    }

    /** Sets the bits of the places where a word of that field may be among {@code words}. */
    synchronized void find(Field field, Words sought, BitSet places) {
        Words words = sought.cut();
        Map<String, Places> known = column(field).words;
        if (words.isExact()) {
            Places exact = known.get(words.low());
            if (exact != null) {
                exact.into(places);
            }
            return;
        }
        known.forEach((word, at) -> {
            if (words.contains(word)) {
                at.into(places);
            }
        });
    }

    /** That place has that word, or has it no longer. */
    synchronized void set(Field field, String word, int place, boolean has) {
        Places places = column(field).places(word);
        places.set(place, has);
        if (places.isEmpty()) {
            column(field).remove(word);
        }
    }

    /** All of the index, as keys and values, in whatever order: RocksDB sorts them. */
    synchronized void index(BiConsumer<byte[], byte[]> to) {
        terms.forEach((field, column) ->
                column.words.forEach((word, places) -> to.accept(Terms.key(number, field, word), places.toBytes())));
    }
}
