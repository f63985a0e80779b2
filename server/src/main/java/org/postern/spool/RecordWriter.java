package org.postern.spool;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32C;

/** Writes a record of the store: numbers big-endian, texts as a length and UTF-8, at the end a CRC-32C of all before. */
final class RecordWriter {
    static final int CHECKSUM_OCTETS = 4;

    private byte[] octets = new byte[256];
    private int length;

    RecordWriter octet(int value) {
        room(1);
        octets[length++] = (byte) value;
        return this;
    }

    RecordWriter number(int value) {
        room(4);
        ByteBuffer.wrap(octets).putInt(length, value);
        length += 4;
        return this;
    }

    RecordWriter number(long value) {
        room(8);
        ByteBuffer.wrap(octets).putLong(length, value);
        length += 8;
        return this;
    }

    RecordWriter text(String text) {
        byte[] utf8 = text.getBytes(UTF_8);
        number(utf8.length);
        room(utf8.length);
        System.arraycopy(utf8, 0, octets, length, utf8.length);
        length += utf8.length;
        return this;
    }

    /** The record, with its checksum. */
    byte[] sealed() {
        number(checksum(octets, 0, length));
        return Arrays.copyOf(octets, length);
    }

    static int checksum(byte[] octets, int from, int length) {
        var crc = new CRC32C();
        crc.update(octets, from, length);
        return (int) crc.getValue();
    }

    private void room(int more) {
        if (length + more > octets.length) {
            octets = Arrays.copyOf(octets, Math.max(octets.length * 2, length + more));
        }
    }
}
