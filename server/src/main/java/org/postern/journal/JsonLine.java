package org.postern.journal;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;

/**
 * Objects of JSON, RFC 8259, one on a line, in UTF-8, as they are being written: what is empty or 0 is left out. Names of members are
 * ASCII.
 */
final class JsonLine {
    private static final HexFormat HEX = HexFormat.of().withUpperCase();
    private static final String SHORT = "\b\t\n\f\r\"\\";
    private static final String SHORT_LETTERS = "btnfr\"\\";

    /** What a character takes at most: six for an escape. */
    private static final int MOST = 6;

    private byte[] octets = new byte[1_024];
    private int length;

    byte[] toBytes() {
        return Arrays.copyOf(octets, length);
    }

    int length() {
        return length;
    }

    void clear() {
        length = 0;
    }

    /** What comes now stands on a line of its own. */
    void line() {
        if (length > 0) {
            put('\n');
        }
    }

    // --- what has no name: the whole, and what stands in a list
    // -----------------------------------------------------------------------------------------------------------------

    void begin() {
        separate();
        put('{');
    }

    void end() {
        put('}');
    }

    void element(String text) {
        separate();
        quoted(text);
    }

    void element(long number) {
        separate();
        ascii(Long.toString(number));
    }

    // --- members
    // -----------------------------------------------------------------------------------------------------------------

    void begin(String name) {
        name(name);
        put('{');
    }

    /** Also when it is empty. */
    void word(String name, String text) {
        name(name);
        quoted(text);
    }

    void text(String name, String text) {
        if (!text.isEmpty()) {
            word(name, text);
        }
    }

    void number(String name, long number) {
        if (number != 0) {
            name(name);
            ascii(Long.toString(number));
        }
    }

    void flag(String name, boolean is) {
        if (is) {
            name(name);
            ascii("true");
        }
    }

    <T> void list(String name, List<T> all, Consumer<T> each) {
        if (!all.isEmpty()) {
            name(name);
            put('[');
            all.forEach(each);
            put(']');
        }
    }

    private void name(String name) {
        separate();
        put('"');
        ascii(name);
        put('"');
        put(':');
    }

    private void separate() {
        byte before = length == 0 ? (byte) '\n' : octets[length - 1];
        if (before != '{' && before != '[' && before != '\n') {
            put(',');
        }
    }

    // --- octets
    // -----------------------------------------------------------------------------------------------------------------

    private void quoted(String text) {
        put('"');
        room(text.length() * MOST);
        for (int i = plain(text); i < text.length(); i++) {
            char c = text.charAt(i);
            if (isPlain(c)) {
                octets[length++] = (byte) c;
            } else if (Character.isHighSurrogate(c)
                    && i + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
                utf8(Character.toCodePoint(c, text.charAt(i)));
            } else if (c < 0x80 || Character.isSurrogate(c)) {
                // Half a character can't be written in UTF-8.
                escaped(c);
            } else {
                utf8(c);
            }
        }
        put('"');
    }

    /** Puts what a text begins with and stands for itself, which is all of most, and returns where that ends. */
    private int plain(String text) {
        byte[] to = octets;
        int at = length;
        int i = 0;
        for (; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!isPlain(c)) {
                break;
            }
            to[at++] = (byte) c;
        }
        length = at;
        return i;
    }

    private static boolean isPlain(char c) {
        return c >= ' ' && c < 0x80 && c != '"' && c != '\\';
    }

    private void escaped(char c) {
        octets[length++] = '\\';
        int at = SHORT.indexOf(c);
        if (at >= 0) {
            octets[length++] = (byte) SHORT_LETTERS.charAt(at);
        } else {
            octets[length++] = 'u';
            ascii(HEX.toHexDigits(c));
        }
    }

    /** RFC 3629 §3. */
    private void utf8(int point) {
        if (point < 0x800) {
            octets[length++] = (byte) (0xc0 | point >> 6);
        } else {
            if (point < 0x10000) {
                octets[length++] = (byte) (0xe0 | point >> 12);
            } else {
                octets[length++] = (byte) (0xf0 | point >> 18);
                octets[length++] = (byte) (0x80 | (point >> 12 & 0x3f));
            }
            octets[length++] = (byte) (0x80 | (point >> 6 & 0x3f));
        }
        octets[length++] = (byte) (0x80 | (point & 0x3f));
    }

    private void ascii(String text) {
        byte[] more = text.getBytes(ISO_8859_1);
        room(more.length);
        System.arraycopy(more, 0, octets, length, more.length);
        length += more.length;
    }

    private void put(char c) {
        room(1);
        octets[length++] = (byte) c;
    }

    private void room(int more) {
        if (length + more > octets.length) {
            octets = Arrays.copyOf(octets, Math.max(octets.length * 2, length + more));
        }
    }
}
