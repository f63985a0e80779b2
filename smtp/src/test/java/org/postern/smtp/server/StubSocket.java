package org.postern.smtp.server;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.util.function.IntUnaryOperator;

/** A connection whose client is an array of octets, which come in pieces as the test likes, and one whole line at most at a time. */
final class StubSocket extends Socket {
    private final InputStream in;
    private int silences;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    /**
     * A connection.
     *
     * @param piece how many octets of those that remain the next read gets
     */
    StubSocket(byte[] octets, IntUnaryOperator piece) {
        in = new FilterInputStream(new Pieces(octets, piece)) {
            @Override
            public int read(byte[] into, int from, int length) throws IOException {
                if (silences > 0) {
                    silences--;
                    throw new SocketTimeoutException("silent, as the test asked");
                }
                return super.read(into, from, length);
            }
        };
    }

    /** One whole line at a time, as a client does that waits for answers. */
    static StubSocket lineByLine(byte[] octets) {
        return new StubSocket(octets, remaining -> remaining);
    }

    /** The same connection, whose client waits for the banner when somebody waits for its words. */
    StubSocket silentAtFirst() {
        silences = 1;
        return this;
    }

    private static final class Pieces extends ByteArrayInputStream {
        private final IntUnaryOperator piece;

        Pieces(byte[] octets, IntUnaryOperator piece) {
            super(octets);
            this.piece = piece;
        }

        @Override
        public synchronized int read(byte[] into, int from, int length) {
            int most = Math.max(1, Math.min(length, piece.applyAsInt(count - pos)));
            int line = 1;
            while (line < most && buf[pos + line - 1] != '\n') {
                line++;
            }
            return super.read(into, from, Math.min(most, line));
        }

        /** A client that waits has sent nothing that lies there unread. */
        @Override
        public synchronized int available() {
            return 0;
        }
    }

    byte[] written() {
        return out.toByteArray();
    }

    @Override
    public InputStream getInputStream() {
        return in;
    }

    @Override
    public OutputStream getOutputStream() {
        return out;
    }

    @Override
    public SocketAddress getRemoteSocketAddress() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 50_000);
    }

    @Override
    public SocketAddress getLocalSocketAddress() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 25);
    }

    @Override
    public void setSoTimeout(int timeout) {}

    @Override
    public void shutdownOutput() {}
}
