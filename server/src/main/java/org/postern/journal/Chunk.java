package org.postern.journal;

import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;

/**
 * The chunk that entries are being added to: what it is found by, in memory until it is full. One lock guards it, for questions come while it
 * grows.
 */
final class Chunk {
    /** Entries of a chunk. */
    static final int ENTRIES = 1 << 14;

    private final int number;
    private final Map<Field, Map<String, Places>> terms = new EnumMap<>(Field.class);
    private int count;
    private Span span = Span.NONE;

    /**
     * The first and last of the times of a chunk's entries: the clock may have been set back meanwhile.
     *
     * @param from in milliseconds since 1970
     */
    record Span(long from, long to) {
        static final Span NONE = new Span(Long.MAX_VALUE, Long.MIN_VALUE);

        Span with(long at) {
            return new Span(Math.min(from, at), Math.max(to, at));
        }
    }

    /**
     * What is kept of a chunk beside its index.
     *
     * @param count of its entries that stand in the index
     */
    record Summary(int count, Span span) {
        byte[] toBytes() {
            return ByteBuffer.allocate(20)
                    .putInt(count)
                    .putLong(span.from())
                    .putLong(span.to())
                    .array();
        }

        static Summary of(byte[] octets) {
            ByteBuffer in = ByteBuffer.wrap(octets);
            return new Summary(in.getInt(), new Span(in.getLong(), in.getLong()));
        }
    }

    Chunk(int number) {
        this.number = number;
    }

    int number() {
        return number;
    }

    synchronized Summary summary() {
        return new Summary(count, span);
    }

    synchronized boolean isFull() {
        return count >= ENTRIES;
    }

    /** Adds the entry at that place. */
    synchronized void add(int place, Entry entry) {
        count = place + 1;
        span = span.with(entry.at());
        Terms.of(entry, (field, word) -> places(field, word).add(place));
    }

    /** Takes in what the index has of it. */
    synchronized void restore(Summary summary) {
        count = summary.count();
        span = summary.span();
    }

    synchronized void restore(Field field, String word, byte[] places) {
        terms.computeIfAbsent(field, _ -> new HashMap<>()).put(word, Places.of(places));
    }

    private Places places(Field field, String word) {
        return terms.computeIfAbsent(field, _ -> new HashMap<>()).computeIfAbsent(word, _ -> new Places());
    }

    /** Sets the bits of the places where a word of that field is among {@code words}. */
    synchronized void find(Field field, Words words, BitSet places) {
        Map<String, Places> known = terms.getOrDefault(field, Map.of());
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

    /** Forgets that word. */
    synchronized void forget(Field field, String word) {
        terms.getOrDefault(field, Map.of()).remove(word);
    }

    /** All of the index, in its order, as keys and values. */
    synchronized void index(BiConsumer<byte[], byte[]> to) {
        var sorted = new TreeMap<byte[], byte[]>(java.util.Arrays::compareUnsigned);
        terms.forEach((field, words) ->
                words.forEach((word, places) -> sorted.put(Terms.key(number, field, word), places.toBytes())));
        sorted.forEach(to);
    }
}
