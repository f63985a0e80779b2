package org.postern.message;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * A message whose header has been read while the rest still streams in.
 *
 * @param header read whole
 * @param rest what is still to come: the empty line and the body; to be read once
 */
public record OpenMessage(Header header, InputStream rest) {
    private static final int FIRST = 4_096;

    /**
     * Reads up to the empty line that ends the header (RFC 5322 §2.1), or to the end where there is none.
     *
     * @param maxHeaderBytes how long the header may be, in octets with its line ends
     * @return empty when the header is longer; then the content has been read in part, and no more of it is held
     * @throws IOException as {@code content} does
     */
    public static Optional<OpenMessage> of(InputStream content, int maxHeaderBytes) throws IOException {
        byte[] buffer = new byte[FIRST];
        int length = 0;
        int scanned = 0;
        while (true) {
            int got = content.read(buffer, length, buffer.length - length);
            length += Math.max(0, got);
            int end = headerEnd(buffer, scanned, length);
            int headerBytes = end < 0 ? length : end;
            if (headerBytes > maxHeaderBytes) {
                return Optional.empty();
            }
            if (end >= 0 || got < 0) {
                var start = new ByteArrayInputStream(buffer, headerBytes, length - headerBytes);
                return Optional.of(
                        new OpenMessage(Header.of(buffer, headerBytes), new SequenceInputStream(start, content)));
            }
            scanned = Math.max(0, length - 3);
            if (length == buffer.length) {
                buffer = Arrays.copyOf(buffer, length * 2);
            }
        }
    }

    /** The message from its first octet: the header, then {@link #rest}, in whose place it is read. */
    public InputStream octets() {
        return new SequenceInputStream(new ByteArrayInputStream(header.toBytes()), rest);
    }

    /**
     * The message without the fields that {@code unwanted} is true of, continuation lines and all; each other octet is where it was, and a
     * line that is no field is asked about too. Its lines end with CR LF, as all that a session lets through do: else the header might
     * end elsewhere. It is read in place of this one.
     */
    public OpenMessage without(Predicate<Field> unwanted) {
        return new OpenMessage(
                Header.of(header.fields().stream().filter(unwanted.negate()).toList()), rest);
    }

    /** The same, its rest read by way of {@code through}. */
    public OpenMessage through(UnaryOperator<InputStream> through) {
        return new OpenMessage(header, through.apply(rest));
    }

    /** Where the empty line begins; -1 when it hasn't come yet. */
    private static int headerEnd(byte[] buffer, int from, int length) {
        if (from == 0 && length >= 2 && buffer[0] == '\r' && buffer[1] == '\n') {
            return 0;
        }
        for (int i = from; i + 3 < length; i++) {
            if (buffer[i] == '\r' && buffer[i + 1] == '\n' && buffer[i + 2] == '\r' && buffer[i + 3] == '\n') {
                return i + 2;
            }
        }
        return -1;
    }
}
