package org.postern.message;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;

/** Writes quoted-printable, RFC 2045 §6.7. For one body, one thread. */
public final class QuotedPrintable {
    /** Rule 5: 76 at most, the mark of a soft line break among them. */
    private static final int LONGEST = 75;

    private static final byte[] HEX = "0123456789ABCDEF".getBytes(US_ASCII);

    private final ByteArrayOutputStream out;
    private int column;

    /** Rule 3: white space must not end a line; 0 when none is held. */
    private byte heldSpace;

    QuotedPrintable(ByteArrayOutputStream out) {
        this.out = out;
    }

    /** {@code text} as UTF-8, written so; its line ends become CRLF. */
    public static String of(String text) {
        var out = new ByteArrayOutputStream();
        var writer = new QuotedPrintable(out);
        for (String line : text.split("\\R", -1)) {
            byte[] octets = line.getBytes(UTF_8);
            writer.write(octets, 0, octets.length);
            writer.lineEnd();
        }
        return out.toString(US_ASCII);
    }

    /** Rules 1 and 2: whether it stands for itself. */
    static boolean isLiteral(byte octet) {
        return (octet >= ' ' && octet <= '~' && octet != '=') || octet == '\t';
    }

    void write(byte[] octets, int from, int to) {
        for (int i = from; i < to; i++) {
            releaseSpace();
            byte octet = octets[i];
            if (Field.isSpace(octet)) {
                heldSpace = octet;
            } else if (isLiteral(octet)) {
                literal(octet);
            } else {
                escaped(octet);
            }
        }
    }

    void lineEnd() {
        protectSpace();
        out.write('\r');
        out.write('\n');
        column = 0;
    }

    /** Nothing comes behind it. */
    void end() {
        protectSpace();
    }

    /** Whether something stands in the line that has begun. */
    boolean isInLine() {
        return column > 0;
    }

    private void releaseSpace() {
        if (heldSpace != 0) {
            byte space = heldSpace;
            heldSpace = 0;
            literal(space);
        }
    }

    private void protectSpace() {
        if (heldSpace != 0) {
            byte space = heldSpace;
            heldSpace = 0;
            escaped(space);
        }
    }

    private void literal(byte octet) {
        makeRoom(1);
        out.write(octet);
    }

    private void escaped(byte octet) {
        makeRoom(3);
        out.write('=');
        out.write(HEX[(octet >> 4) & 0xf]);
        out.write(HEX[octet & 0xf]);
    }

    private void makeRoom(int wanted) {
        if (column + wanted > LONGEST) {
            out.write('=');
            out.write('\r');
            out.write('\n');
            column = 0;
        }
        column += wanted;
    }
}
