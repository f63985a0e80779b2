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
            int begin = in.position();
            int end = end(begin);
            if (line.size() + end - begin > maxOctets) {
                throw new TooLong(maxOctets);
            }
            line.write(in.array(), begin, end - begin);
            if (end < in.limit()) {
                in.position(end + 1);
                return Optional.of(line.toString(UTF_8));
            }
            in.clear();
            int got = socket.read(in);
            in.flip();
            if (got < 0) {
                return Optional.empty();
            }
        }
    }

    /** Where the line ends in what is at hand, or that does. */
    private int end(int begin) {
        int end = begin;
        while (end < in.limit() && in.get(end) != '\n') {
            end++;
        }
        return end;
    }

    void write(String line) throws IOException {
        ByteBuffer octets = ByteBuffer.wrap((line + "\n").getBytes(UTF_8));
        while (octets.hasRemaining()) {
            socket.write(octets);
        }
    }
}
