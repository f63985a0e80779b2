package org.postern.control;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Optional;

/** Lines on a socket, each ended by LF and of bounded length. For one thread. */
final class Lines {
    private final SocketChannel socket;
    private final int maxOctets;
    private final ByteBuffer in = ByteBuffer.allocate(16 << 10).limit(0);

    /** A line is longer than it may be. */
    static final class TooLong extends IOException {
        private static final long serialVersionUID = 1;

        TooLong(int maxOctets) {
            super("a line has more than " + maxOctets + " octets");
        }
    }

    Lines(SocketChannel socket, int maxOctets) {
        this.socket = socket;
        this.maxOctets = maxOctets;
    }

    /** The next line without its end; empty when the other side has closed. A last line without an end is none. */
    Optional<String> read() throws IOException {
        var line = new ByteArrayOutputStream(256);
        while (true) {
            while (in.hasRemaining()) {
                byte octet = in.get();
                if (octet == '\n') {
                    return Optional.of(line.toString(UTF_8));
                }
                if (line.size() == maxOctets) {
                    throw new TooLong(maxOctets);
                }
                line.write(octet);
            }
            in.clear();
            int got = socket.read(in);
            in.flip();
            if (got < 0) {
                return Optional.empty();
            }
        }
    }

    void write(String line) throws IOException {
        ByteBuffer octets = ByteBuffer.wrap((line + "\n").getBytes(UTF_8));
        while (octets.hasRemaining()) {
            socket.write(octets);
        }
    }
}
