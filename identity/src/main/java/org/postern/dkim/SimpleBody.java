package org.postern.dkim;

/** RFC 6376 §3.4.3: as it is, but for empty lines at its end. */
final class SimpleBody extends Canonicalizer {
    private static final byte[] CR = {'\r'};

    /** Line ends that have come, and count only when more comes. */
    private long heldLineEnds;

    /** Whether a CR has come behind them, the first half of one more perhaps. */
    private boolean heldCr;

    @Override
    void add(byte[] octets, int from, int to) {
        int start = from;
        // What is held goes on, or turns out to be within the body.
        while (start < to && isHeld(octets[start])) {
            start++;
        }
        if (start == to) {
            return;
        }
        release();
        int end = to;
        boolean cr = octets[end - 1] == '\r';
        end -= cr ? 1 : 0;
        while (end - 2 >= start && octets[end - 1] == '\n' && octets[end - 2] == '\r') {
            end -= 2;
            heldLineEnds++;
        }
        heldCr = cr;
        emit(octets, start, end);
    }

    private boolean isHeld(byte octet) {
        if (octet == '\r' && !heldCr) {
            heldCr = true;
            return true;
        }
        if (octet == '\n' && heldCr) {
            heldCr = false;
            heldLineEnds++;
            return true;
        }
        return false;
    }

    private void release() {
        emitLineEnds(heldLineEnds);
        heldLineEnds = 0;
        if (heldCr) {
            heldCr = false;
            emit(CR, 0, 1);
        }
    }

    @Override
    void end() {
        if (heldCr) {
            release();
        }
        emitLineEnd();
    }
}
