package org.postern.journal;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;

/**
 * Entries that were written together: their JSON, a line each, kept under the number of the first. To put one into the store takes no longer
 * than to put an entry. No leaf has entries of two chunks. Immutable.
 */
final class Leaf {
    static final Leaf NONE = new Leaf(-1, new byte[0]);

    /** In JSON, one within a text is escaped. */
    private static final byte BETWEEN = '\n';

    private final long first;
    private final byte[] octets;

    private Leaf(long first, byte[] octets) {
        this.first = first;
        this.octets = octets;
    }

    /** Takes entries as they are kept, the oldest first. */
    interface Visitor {
        /** Whether to go on. */
        boolean visit(long number, byte[] octets) throws RocksDBException;
    }

    /** Where {@code at} stands. */
    private static Leaf of(RocksIterator at) {
        return new Leaf(number(at), at.value());
    }

    private static long number(RocksIterator at) {
        return ByteBuffer.wrap(at.key()).getLong();
    }

    /** The one that entry {@code number} is in, when it is there. */
    static Optional<Leaf> with(long number, RocksIterator at) throws RocksDBException {
        at.seekForPrev(Store.key(number));
        if (!at.isValid()) {
            at.status();
            return Optional.empty();
        }
        Leaf leaf = of(at);
        return leaf.has(number) ? Optional.of(leaf) : Optional.empty();
    }

    /** The number behind the last entry's; 0 when there is none. */
    static long end(RocksIterator at) throws RocksDBException {
        at.seekToLast();
        long end = at.isValid() ? of(at).end() : 0;
        // What can't be read looks like nothing: then all would be written over.
        at.status();
        return end;
    }

    /** The number of the first entry; 0 when there is none. */
    static long begin(RocksIterator at) throws RocksDBException {
        at.seekToFirst();
        long begin = at.isValid() ? number(at) : 0;
        at.status();
        return begin;
    }

    /** Tells of all entries from number {@code from} on and before {@code end}; false when the visitor had enough. */
    static boolean walk(long from, long end, RocksIterator at, Visitor visitor) throws RocksDBException {
        at.seekForPrev(Store.key(from));
        if (!at.isValid()) {
            at.status();
            at.seek(Store.key(from));
        }
        for (; at.isValid() && number(at) < end; at.next()) {
            if (!of(at).tell(from, end, visitor)) {
                return false;
            }
        }
        at.status();
        return true;
    }

    private boolean tell(long from, long end, Visitor visitor) throws RocksDBException {
        int begin = 0;
        for (long number = first; begin <= octets.length && number < end; number++) {
            int behind = lineEnd(begin);
            if (number >= from && !visitor.visit(number, Arrays.copyOfRange(octets, begin, behind))) {
                return false;
            }
            begin = behind + 1;
        }
        return true;
    }

    /** The number of the first entry, under which it is kept. */
    long first() {
        return first;
    }

    /** As it is kept; not to be changed. */
    byte[] octets() {
        return octets;
    }

    /** The number behind the last entry's. */
    long end() {
        long end = first + 1;
        for (byte octet : octets) {
            if (octet == BETWEEN) {
                end++;
            }
        }
        return end;
    }

    boolean has(long number) {
        return number >= first && number < end();
    }

    /** That entry, which is in it. */
    byte[] entry(long number) {
        int begin = begin(number);
        return Arrays.copyOfRange(octets, begin, lineEnd(begin));
    }

    /** The same with another in the place of that entry, which is in it. */
    Leaf with(long number, byte[] entry) {
        int begin = begin(number);
        int end = lineEnd(begin);
        byte[] changed = ByteBuffer.allocate(begin + entry.length + octets.length - end)
                .put(octets, 0, begin)
                .put(entry)
                .put(octets, end, octets.length - end)
                .array();
        return new Leaf(first, changed);
    }

    private int begin(long number) {
        int begin = 0;
        for (long before = first; before < number; before++) {
            begin = lineEnd(begin) + 1;
        }
        return begin;
    }

    private int lineEnd(int begin) {
        int end = begin;
        while (end < octets.length && octets[end] != BETWEEN) {
            end++;
        }
        return end;
    }
}
