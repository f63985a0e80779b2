package org.postern.message;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

/**
 * One field of a header, folded lines and all, as a part of the octets it came in. RFC 5322 §2.2.
 *
 * <p>A line that is no field (no colon, an odd name, a continuation of nothing) is kept as one with an empty name.
 */
public final class Field {
    private final byte[] octets;
    private final int from;
    private final int colon;
    private final int end;

    Field(byte[] octets, int from, int colon, int end) {
        this.octets = octets;
        this.from = from;
        this.colon = colon;
        this.end = end;
    }

    /** As it was written, without the colon; empty for a line that is no field. */
    public String name() {
        return new String(octets, from, nameEnd() - from, ISO_8859_1);
    }

    private int nameEnd() {
        int stop = colon;
        // RFC 5322 §4.5.8: obsolete syntax has spaces before the colon.
        while (stop > from && isSpace(octets[stop - 1])) {
            stop--;
        }
        return Math.max(from, stop);
    }

    /** Whether it is a field of that name, in whatever case. */
    public boolean is(String name) {
        int length = nameEnd() - from;
        if (length != name.length()) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (lower(octets[from + i] & 0xff) != lower(name.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    private static int lower(int c) {
        return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
    }

    /** Whether it is one: with a name and a colon. */
    boolean isField() {
        return colon >= 0;
    }

    /** What stands behind the colon, folds and line end and all; an octet a character. */
    String raw() {
        int start = colon < 0 ? from : colon + 1;
        return new String(octets, start, end - start, ISO_8859_1);
    }

    /** What stands behind the colon, unfolded (RFC 5322 §2.2.3), without spaces at its ends; an octet a character. */
    public String value() {
        int start = colon < 0 ? from : colon + 1;
        return new String(octets, start, end - start, ISO_8859_1)
                .replace("\r\n", "")
                .strip();
    }

    /** Its octets, the line ends included. */
    public byte[] toBytes() {
        return java.util.Arrays.copyOfRange(octets, from, end);
    }

    /** How many octets it has, the line ends included. */
    public int length() {
        return end - from;
    }

    /** Its octets into {@code target} from {@code at} on; returns where they end. */
    int copyTo(byte[] target, int at) {
        System.arraycopy(octets, from, target, at, length());
        return at + length();
    }

    /** Whether it is the continuation of a field that isn't there. */
    boolean isContinuation() {
        return isSpace(octets[from]);
    }

    static boolean isSpace(byte octet) {
        return octet == ' ' || octet == '\t';
    }
}
