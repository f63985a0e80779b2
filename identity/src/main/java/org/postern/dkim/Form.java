package org.postern.dkim;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import org.postern.message.Field;

/** How a header or a body is made comparable before it is hashed: RFC 6376 §3.4. */
public enum Form {
    /** As it is. */
    SIMPLE,
    /** Without regard to the length of white space, folds, and the case of field names. */
    RELAXED;

    /** As it stands in {@code c=}. */
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Optional<Form> of(String word) {
        return switch (word) {
            case "simple" -> Optional.of(SIMPLE);
            case "relaxed" -> Optional.of(RELAXED);
            default -> Optional.empty();
        };
    }

    /** A field of the header, with its line end. */
    byte[] field(Field field) {
        return field(field.toBytes());
    }

    byte[] field(byte[] octets) {
        return this == SIMPLE ? octets : relaxed(octets);
    }

    /** §3.4.2. */
    private static byte[] relaxed(byte[] octets) {
        // A colon and a line end at most are added.
        byte[] to = new byte[octets.length + 3];
        int length = 0;
        int at = 0;
        while (at < octets.length && octets[at] != ':') {
            byte octet = octets[at++];
            if (!isSpace(octet)) {
                to[length++] = (byte) (octet >= 'A' && octet <= 'Z' ? octet + ('a' - 'A') : octet);
            }
        }
        to[length++] = ':';
        int begin = length;
        boolean space = false;
        for (at++; at < octets.length; at++) {
            byte octet = octets[at];
            if (isLineEnd(octets, at)) {
                at++;
            } else if (isSpace(octet)) {
                space = true;
            } else {
                if (space && length > begin) {
                    to[length++] = ' ';
                }
                space = false;
                to[length++] = octet;
            }
        }
        to[length++] = '\r';
        to[length++] = '\n';
        return Arrays.copyOf(to, length);
    }

    private static boolean isLineEnd(byte[] octets, int at) {
        return octets[at] == '\r' && at + 1 < octets.length && octets[at + 1] == '\n';
    }

    static boolean isSpace(byte octet) {
        return octet == ' ' || octet == '\t';
    }
}
