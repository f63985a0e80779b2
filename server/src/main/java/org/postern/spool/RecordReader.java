package org.postern.spool;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;

/** Reads what a {@link RecordWriter} wrote. A record that was changed since does not come through its constructor. */
final class RecordReader {
    private final ByteBuffer octets;

    /** @throws SpoolProblem when the checksum is another */
    RecordReader(byte[] record, String what) throws SpoolProblem {
        int length = record.length - RecordWriter.CHECKSUM_OCTETS;
        if (length < 0
                || ByteBuffer.wrap(record).getInt(length) != RecordWriter.checksum(record, 0, Math.max(0, length))) {
            throw new SpoolProblem(
                    SpoolProblem.Kind.DAMAGED, what + " is damaged: its checksum is wrong; run: postern spool repair");
        }
        octets = ByteBuffer.wrap(record, 0, length);
    }

    int octet() {
        return octets.get() & 0xff;
    }

    boolean hasMore() {
        return octets.hasRemaining();
    }

    int number() {
        return octets.getInt();
    }

    long longNumber() {
        return octets.getLong();
    }

    String text() {
        int length = octets.getInt();
        if (length < 0 || length > octets.remaining()) {
            throw new BufferUnderflowException();
        }
        String text = new String(octets.array(), octets.position(), length, UTF_8);
        octets.position(octets.position() + length);
        return text;
    }
}
