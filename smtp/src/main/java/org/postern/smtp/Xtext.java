package org.postern.smtp;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.util.Optional;

/** The encoding of parameter values that may hold any octet, RFC 3461 §4: {@code +2B} for {@code +}. */
public final class Xtext {
    private static final String HEX = "0123456789ABCDEF";

    private Xtext() {}

    /** Any octets as xtext. */
    public static String encode(byte[] octets) {
        var text = new StringBuilder(octets.length);
        for (byte octet : octets) {
            if (isXchar(octet)) {
                text.append((char) octet);
            } else {
                text.append('+').append(HEX.charAt(octet >> 4 & 0xf)).append(HEX.charAt(octet & 0xf));
            }
        }
        return text.toString();
    }

    /** The octets that {@code text} stands for; empty when it isn't xtext (hexadecimal digits are upper case). */
    public static Optional<byte[]> decode(String text) {
        var octets = new ByteArrayOutputStream(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '+' && i + 2 < text.length() && hex(text, i + 1) >= 0 && hex(text, i + 2) >= 0) {
                octets.write(hex(text, i + 1) << 4 | hex(text, i + 2));
                i += 2;
            } else if (c < 0x80 && isXchar((byte) c)) {
                octets.write(c);
            } else {
                return Optional.empty();
            }
        }
        return Optional.of(octets.toByteArray());
    }

    /** The text, when the octets that {@code text} stands for are ASCII. */
    public static Optional<String> decodeAscii(String text) {
        return decode(text)
                .map(octets -> new String(octets, US_ASCII))
                .filter(decoded -> decoded.indexOf('\ufffd') < 0);
    }

    /** xchar: printable ASCII but {@code +} and {@code =}. */
    private static boolean isXchar(byte octet) {
        return octet >= '!' && octet <= '~' && octet != '+' && octet != '=';
    }

    private static int hex(String text, int at) {
        return HEX.indexOf(text.charAt(at));
    }
}
