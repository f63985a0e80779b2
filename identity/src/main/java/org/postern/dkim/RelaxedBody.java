package org.postern.dkim;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * RFC 6376 §3.4.4: white space within lines counts as one space, at their ends as nothing, and empty lines at the end of the body as
 * nothing.
 *
 * <p>Most octets stay as they are: they are looked at eight at a time, and go to the hash in long runs.
 */
final class RelaxedBody extends Canonicalizer {
    private static final VarHandle EIGHT = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101010101010101L;
    private static final long HIGHS = 0x8080808080808080L;

    /** So many words are looked at before their octets go on: they and their marks stay in the nearest cache. */
    private static final int MARKS = 512;

    private static final byte[] CR = {'\r'};
    private static final byte[] SPACE = {' '};

    /** Line ends that have come, and count only when more comes. */
    private long heldLineEnds;

    /** Whether white space has come behind them: one space, unless the line ends. */
    private boolean heldSpace;

    /** Whether a CR has come behind that: the first half of a line end, perhaps. */
    private boolean heldCr;

    private boolean isEmpty = true;

    /** For each word of eight octets in a part of what is being added, whether something odd may begin in it. */
    private final long[] marks = new long[MARKS];

    private int markedFrom;
    private int markedTo;

    @Override
    void add(byte[] octets, int from, int to) {
        // Looked for once: else white space at the end of a piece would cost time for each that is within it.
        int stop = beforeHeld(octets, from, to);
        markedTo = from;
        int at = from;
        while (at < to) {
            at = hold(octets, at, to);
            if (at == to) {
                return;
            }
            release();
            int end = Math.max(at, plainEnd(octets, at, stop, to));
            emit(octets, at, end);
            isEmpty &= at == end;
            at = end;
        }
    }

    /** Holds white space and line ends, as far as they go. */
    private int hold(byte[] octets, int from, int to) {
        int at = from;
        for (; at < to; at++) {
            byte octet = octets[at];
            if (heldCr) {
                if (octet != '\n') {
                    // It was an octet like others.
                    return at;
                }
                heldCr = false;
                heldSpace = false;
                heldLineEnds++;
            } else if (Form.isSpace(octet)) {
                heldSpace = true;
            } else if (octet == '\r') {
                heldCr = true;
            } else {
                return at;
            }
        }
        return at;
    }

    private void release() {
        if (heldLineEnds > 0) {
            emitLineEnds(heldLineEnds);
            heldLineEnds = 0;
            isEmpty = false;
        }
        if (heldSpace) {
            emit(SPACE, 0, 1);
            heldSpace = false;
            isEmpty = false;
        }
        if (heldCr) {
            emit(CR, 0, 1);
            heldCr = false;
            isEmpty = false;
        }
    }

    /**
     * Up to where all goes as it is: before a tab, before white space that more of it or a line end follows, and before {@code stop}, where
     * what must be held begins because {@code to} comes.
     */
    private int plainEnd(byte[] octets, int from, int stop, int to) {
        int at = from;
        while (at < stop) {
            if (at >= markedTo) {
                mark(octets, at, stop);
            }
            if (at >= markedTo) {
                return firstOdd(octets, at, stop, to);
            }
            int word = (at - markedFrom) / Long.BYTES;
            for (long left = marks[word]; left != 0; left &= left - 1) {
                int odd = markedFrom + word * Long.BYTES + Long.numberOfTrailingZeros(left) / Byte.SIZE;
                if (odd >= at && isOdd(octets, odd, to)) {
                    return odd;
                }
            }
            at = nextMarked(word + 1);
        }
        return at;
    }

    /** Looks for what is odd in as much as fits; the compiler makes vectors of this loop, as it has no branch and writes only longs. */
    private void mark(byte[] octets, int from, int stop) {
        int words = Math.min(MARKS, (stop - from - 1) / Long.BYTES);
        for (int i = 0; i < words; i++) {
            long here = (long) EIGHT.get(octets, from + i * Long.BYTES);
            long next = (long) EIGHT.get(octets, from + i * Long.BYTES + 1);
            marks[i] = equal(here, '\t') | (equal(here, ' ') & notAbove(next, ' '));
        }
        markedFrom = from;
        markedTo = from + words * Long.BYTES;
    }

    /** Where the next word begins that has a mark, not before that one; or the end of what was looked at. */
    private int nextMarked(int word) {
        int words = (markedTo - markedFrom) / Long.BYTES;
        int at = word;
        while (at < words - 3 && (marks[at] | marks[at + 1] | marks[at + 2] | marks[at + 3]) == 0) {
            at += 4;
        }
        while (at < words && marks[at] == 0) {
            at++;
        }
        return markedFrom + at * Long.BYTES;
    }

    /** What these become is known only when more comes. */
    private static int beforeHeld(byte[] octets, int from, int to) {
        int end = to;
        if (end > from && octets[end - 1] == '\r') {
            end--;
        }
        while (end > from) {
            if (Form.isSpace(octets[end - 1])) {
                end--;
            } else if (end - 2 >= from && octets[end - 1] == '\n' && octets[end - 2] == '\r') {
                end -= 2;
            } else {
                break;
            }
        }
        return end;
    }

    private static int firstOdd(byte[] octets, int from, int end, int to) {
        int at = from;
        while (at < end && !isOdd(octets, at, to)) {
            at++;
        }
        return at;
    }

    private static boolean isOdd(byte[] octets, int at, int to) {
        return octets[at] == '\t'
                || (octets[at] == ' ' && at + 1 < to && (octets[at + 1] == '\r' || Form.isSpace(octets[at + 1])));
    }

    /** The high bit of each octet that equals {@code octet}; perhaps also of one above such. */
    private static long equal(long eight, int octet) {
        long zeroes = eight ^ (ONES * octet);
        return (zeroes - ONES) & ~zeroes & HIGHS;
    }

    /** The high bit of each octet that is no larger than {@code octet}, which is below 0x80: of white space and line ends, and a few more. */
    private static long notAbove(long eight, int octet) {
        return ~(((eight & ~HIGHS) + ONES * (0x7f - octet)) | eight) & HIGHS;
    }

    @Override
    void end() {
        // RFC 6376 §3.4.4 and erratum 1384: what is empty has no line end.
        if (heldCr) {
            release();
        }
        if (!isEmpty) {
            emitLineEnd();
        }
    }
}
