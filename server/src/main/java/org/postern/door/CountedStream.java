package org.postern.door;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Counts what is read through it. */
final class CountedStream extends FilterInputStream {
    private long octets;

    CountedStream(InputStream in) {
        super(in);
    }

    long octets() {
        return octets;
    }

    @Override
    public int read() throws IOException {
        int octet = super.read();
        octets += octet < 0 ? 0 : 1;
        return octet;
    }

    @Override
    public int read(byte[] into, int from, int length) throws IOException {
        int got = super.read(into, from, length);
        octets += Math.max(0, got);
        return got;
    }
}
