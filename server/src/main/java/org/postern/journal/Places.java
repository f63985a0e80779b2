package org.postern.journal;

import java.util.Arrays;
import java.util.BitSet;

/** Places in a chunk, ascending, as the octets that the index keeps: the distance of each to the one before, seven bits an octet. */
final class Places {
    private byte[] octets;
    private int length;
    private int last;

    Places() {
        this.octets = new byte[4];
        this.last = -1;
    }

    /** What {@link #toBytes} gave. */
    static Places of(byte[] octets) {
        var places = new Places();
        places.octets = octets.clone();
        places.length = octets.length;
        var all = new BitSet();
        into(octets, all);
        places.last = all.length() - 1;
        return places;
    }

    /** Adds a place behind all others; the last one may come again. */
    void add(int place) {
        int distance = place - last;
        if (distance <= 0) {
            return;
        }
        if (length + 3 > octets.length) {
            octets = Arrays.copyOf(octets, octets.length * 2 + 3);
        }
        while (distance > 0x7f) {
            octets[length++] = (byte) ((distance & 0x7f) | 0x80);
            distance >>>= 7;
        }
        octets[length++] = (byte) distance;
        last = place;
    }

    /** Adds or removes a place anywhere. */
    void set(int place, boolean in) {
        var all = new BitSet(Chunk.ENTRIES);
        into(all);
        all.set(place, in);
        length = 0;
        last = -1;
        all.stream().forEach(this::add);
    }

    boolean isEmpty() {
        return length == 0;
    }

    byte[] toBytes() {
        return Arrays.copyOf(octets, length);
    }

    /** Sets the bits of all places. */
    void into(BitSet places) {
        into(toBytes(), places);
    }

    static void into(byte[] octets, BitSet places) {
        int place = -1;
        int distance = 0;
        int shift = 0;
        for (byte octet : octets) {
            distance |= (octet & 0x7f) << shift;
            if (octet < 0) {
                shift += 7;
            } else {
                place += distance;
                places.set(place);
                distance = 0;
                shift = 0;
            }
        }
    }
}
