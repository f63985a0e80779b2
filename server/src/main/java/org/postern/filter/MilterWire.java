package org.postern.filter;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * Packets of the milter protocol: a length of four octets, which counts what follows; a letter; and its data.
 *
 * <p>Written ones wait until an answer is read, so that those without one go out together.
 */
final class MilterWire {
    /** Octets of a packet's data, each way: MILTER_MAX_DATA_SIZE. */
    static final int MAX_DATA = 65_535;

    private final DataInputStream in;
    private final DataOutputStream out;

    MilterWire(InputStream in, OutputStream out) {
        this.in = new DataInputStream(new BufferedInputStream(in));
        this.out = new DataOutputStream(new BufferedOutputStream(out));
    }

    /** A packet from there. */
    static final class Packet {
        private final char kind;
        private final byte[] data;

        Packet(char kind, byte[] data) {
            this.kind = kind;
            this.data = data;
        }

        char kind() {
            return kind;
        }

        byte[] data() {
            return data;
        }
    }

    void write(char kind, byte[] data) throws IOException {
        write(kind, data, data.length);
    }

    /** Of {@code data} the first {@code length} octets. */
    void write(char kind, byte[] data, int length) throws IOException {
        if (length > MAX_DATA) {
            throw new IllegalArgumentException("too much for a packet: " + length);
        }
        out.writeInt(length + 1);
        out.writeByte(kind);
        out.write(data, 0, length);
    }

    void flush() throws IOException {
        out.flush();
    }

    /** The next packet, once all that was written has gone out. @throws Gibberish when its length is none */
    Packet read() throws IOException {
        out.flush();
        long length;
        try {
            length = in.readInt() & 0xffff_ffffL;
        } catch (EOFException gone) {
            throw new IOException("it has closed the connection", gone);
        }
        if (length < 1 || length > MAX_DATA + 1) {
            throw new Gibberish("a packet of " + length + " octets");
        }
        byte[] octets = in.readNBytes((int) length);
        if (octets.length < length) {
            throw new IOException("it has closed the connection within a packet");
        }
        return new Packet((char) (octets[0] & 0xff), java.util.Arrays.copyOfRange(octets, 1, octets.length));
    }
}
