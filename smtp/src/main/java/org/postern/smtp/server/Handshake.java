package org.postern.smtp.server;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/** The server's side of a TLS handshake. */
final class Handshake {
    private Handshake() {}

    /** The handshake broke off. */
    static final class Failed extends IOException {
        private static final long serialVersionUID = 1;

        Failed(IOException cause) {
            super(cause);
        }

        /** Whether the client just closed. */
        boolean isBrokenOff() {
            Throwable cause = getCause();
            while (cause != null && !(cause instanceof EOFException) && !(cause instanceof SocketException)) {
                cause = cause.getCause();
            }
            return cause != null;
        }
    }

    /**
     * Puts TLS over {@code wire}.
     *
     * @throws Failed when client and server can't agree, or the client went away
     * @throws Wire.Dismissed when it was not over within {@code time}
     */
    static SSLSession over(Wire wire, SSLContext context, Duration time) throws IOException {
        SSLSocketFactory factory = context.getSocketFactory();
        try {
            return wire.secure((plain, consumed) -> shake(factory, plain, consumed), time)
                    .getSession();
        } catch (Wire.Dismissed dismissed) {
            throw dismissed;
        } catch (IOException failed) {
            throw new Failed(failed);
        }
    }

    private static SSLSocket shake(SSLSocketFactory factory, Socket plain, byte[] consumed) throws IOException {
        var socket = (SSLSocket)
                (consumed.length == 0
                        ? factory.createSocket(plain, null, true)
                        : factory.createSocket(plain, new ByteArrayInputStream(consumed), true));
        socket.setUseClientMode(false);
        socket.startHandshake();
        return socket;
    }
}
