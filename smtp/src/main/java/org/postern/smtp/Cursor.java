package org.postern.smtp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.Locale;

/** A place in a line of octets, for the parsers of this package. */
final class Cursor {
    private final byte[] octets;
    private final int end;
    private int at;

    Cursor(byte[] octets, int from, int end) {
        this.octets = octets;
        this.at = from;
        this.end = end;
    }

    boolean atEnd() {
        return at == end;
    }

    /** The octet here, 0 to 255; -1 at the end. */
    int peek() {
        return at < end ? octets[at] & 0xff : -1;
    }

    /** The octet here, and one step on; -1 at the end. */
    int next() {
        return at < end ? octets[at++] & 0xff : -1;
    }

    /** One step on when {@code octet} is here. */
    boolean take(int octet) {
        if (peek() != octet) {
            return false;
        }
        at++;
        return true;
    }

    /** Past {@code word} when it is here, in whatever case. */
    boolean takeIgnoringCase(String word) {
        if (end - at < word.length()) {
            return false;
        }
        for (int i = 0; i < word.length(); i++) {
            if (lower(octets[at + i]) != lower((byte) word.charAt(i))) {
                return false;
            }
        }
        at += word.length();
        return true;
    }

    void skipSpaces() {
        while (peek() == ' ') {
            at++;
        }
    }

    /** What stands here up to a space or the end. */
    String word() {
        int from = at;
        while (at < end && octets[at] != ' ') {
            at++;
        }
        return since(from);
    }

    int position() {
        return at;
    }

    /** From {@code from} to here, octet by octet as characters. */
    String since(int from) {
        return new String(octets, from, at - from, ISO_8859_1);
    }

    /** The rest, octet by octet as characters. */
    String rest() {
        int from = at;
        at = end;
        return since(from);
    }

    /** The rest as octets; the cursor stays. */
    byte[] remaining() {
        return java.util.Arrays.copyOfRange(octets, at, end);
    }

    private static int lower(byte octet) {
        return octet >= 'A' && octet <= 'Z' ? octet + 32 : octet;
    }

    /** A verb or keyword as it is compared. */
    static String upper(String word) {
        return word.toUpperCase(Locale.ROOT);
    }
}
