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
    private static final byte[] CR = {'\r'};
    private static final byte[] SPACE = {' '};

    /** Line ends that have come, and count only when more comes. */
    private long heldLineEnds;

    /** Whether white space has come behind them: one space, unless the line ends. */
    private boolean heldSpace;

    /** Whether a CR has come behind that: the first half of a line end, perhaps. */
    private boolean heldCr;

    private boolean isEmpty = true;

    @Override
    void add(byte[] octets, int from, int to) {
        // Looked for once: else white space at the end of a piece would cost time for each that is within it.
        int stop = beforeHeld(octets, from, to);
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
     * Up to where all goes as it is: before a tab, before white space that more of it or a line end follows, and before {@code end}, where
     * what must be held begins because {@code to} comes.
     */
    private static int plainEnd(byte[] octets, int from, int end, int to) {
        int at = from;
        int last = end - 8;
        for (; at < last; at += 8) {
            long here = (long) EIGHT.get(octets, at);
            long next = (long) EIGHT.get(octets, at + 1);
            if ((equal(here, '\t') | (equal(here, ' ') & notAbove(next, ' '))) != 0) {
                int odd = firstOdd(octets, at, at + 8, to);
                if (odd < at + 8) {
                    return odd;
                }
            }
        }
        return firstOdd(octets, at, end, to);
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
        for (int at = from; at < end; at++) {
            byte octet = octets[at];
            if (octet == '\t'
                    || (octet == ' ' && at + 1 < to && (octets[at + 1] == '\r' || Form.isSpace(octets[at + 1])))) {
                return at;
            }
        }
        return end;
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
