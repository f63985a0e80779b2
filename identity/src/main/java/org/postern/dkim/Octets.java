package org.postern.dkim;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.Arrays;

/**
 * Some octets, compared by what they are.
 *
 * @param text an octet a character
 */
public record Octets(String text) {
    /** Of these. */
    public static Octets of(byte[] octets) {
        return new Octets(new String(octets, ISO_8859_1));
    }

    byte[] bytes() {
        return text.getBytes(ISO_8859_1);
    }

    boolean is(byte[] octets) {
        return Arrays.equals(bytes(), octets);
    }
}
