package org.postern.smtp.client;

import java.io.IOException;
import java.io.InputStream;

/**
 * Reads content in pieces that may go out: every line ends in CRLF, and nothing else is a CR or an LF (RFC 5321 §2.3.8), whatever came
 * in; for DATA, a dot at the start of a line is doubled (§4.5.2).
 */
final class ContentWriter {
    static final int PIECE = 65_536;

    private static final int SMALL = 8_192;

    private final InputStream content;
    private final boolean stuffing;
    private final byte[] raw;

    private byte[] piece;

    private int length;
    private boolean lineStart = true;

    /** A CR was read, and nothing behind it yet. */
    private boolean pendingCr;

    private boolean ended;

    /**
     * Over {@code content}, which somebody else closes.
     *
     * @param stuffing whether dots are doubled
     * @param octets how much it may be
     */
    ContentWriter(InputStream content, boolean stuffing, long octets) {
        this.content = content;
        this.stuffing = stuffing;
        this.raw = new byte[octets < SMALL ? SMALL : PIECE];
        this.piece = new byte[raw.length * 2 + 4];
    }

    byte[] piece() {
        return piece;
    }

    int length() {
        return length;
    }

    /** Whether there is nothing behind the piece. */
    boolean isLast() {
        return ended;
    }

    /** Makes the next piece; it may be empty, and is when the last one was the last. Fills what was read as far as it goes. */
    void next() throws IOException {
        length = 0;
        while (!ended && length < PIECE / 2) {
            int got = content.read(raw, 0, raw.length);
            if (got < 0) {
                end();
            } else {
                add(got);
            }
        }
    }

    private void end() {
        ended = true;
        makeRoom(2);
        if (pendingCr) {
            pendingCr = false;
            lineEnd();
        }
        // §4.1.1.4: the last line has its end, too.
        if (!lineStart) {
            lineEnd();
        }
    }

    private void add(int got) {
        // At most, each octet becomes two.
        makeRoom(got * 2 + 2);
        int from = 0;
        for (int i = 0; i < got; i++) {
            byte octet = raw[i];
            // Most octets are none of these, and are copied in runs.
            if (octet != '\n' && octet != '\r' && !pendingCr && !(lineStart && octet == '.')) {
                lineStart = false;
                continue;
            }
            copy(from, i);
            from = i + 1;
            special(octet);
        }
        copy(from, got);
    }

    private void special(byte octet) {
        if (pendingCr) {
            pendingCr = false;
            lineEnd();
            if (octet == '\n') {
                return;
            }
        }
        switch (octet) {
            case '\r' -> pendingCr = true;
            case '\n' -> lineEnd();
            default -> {
                if (octet == '.' && lineStart && stuffing) {
                    piece[length++] = '.';
                }
                piece[length++] = octet;
                lineStart = false;
            }
        }
    }

    private void copy(int from, int to) {
        if (to > from) {
            System.arraycopy(raw, from, piece, length, to - from);
            length += to - from;
        }
    }

    private void lineEnd() {
        piece[length++] = '\r';
        piece[length++] = '\n';
        lineStart = true;
    }

    private void makeRoom(int wanted) {
        if (piece.length - length < wanted) {
            byte[] larger = new byte[length + wanted];
            System.arraycopy(piece, 0, larger, 0, length);
            piece = larger;
        }
    }
}
