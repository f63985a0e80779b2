package org.postern.app;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** Hands all that comes to a port of loopback on to another, and keeps the beginning of what each client said. */
final class Wiretap implements AutoCloseable {
    private static final int KEPT = 65_536;

    private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final int target;
    private final ByteArrayOutputStream said = new ByteArrayOutputStream();

    Wiretap(int target) throws IOException {
        this.target = target;
        Thread.ofVirtual().start(this::accept);
    }

    int port() {
        return listener.getLocalPort();
    }

    /** All that clients said, in clear or not. */
    String said() {
        return said.toString(ISO_8859_1);
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                Socket server = target(client);
                Thread.ofVirtual().start(() -> pass(client, server, true));
                Thread.ofVirtual().start(() -> pass(server, client, false));
            } catch (IOException closedOrNobodyThere) {
                // The next one may be served.
            }
        }
    }

    private Socket target(Socket client) throws IOException {
        try {
            return new Socket(InetAddress.getLoopbackAddress(), target);
        } catch (IOException nobodyThere) {
            client.close();
            throw nobodyThere;
        }
    }

    private void pass(Socket from, Socket to, boolean isClient) {
        byte[] buffer = new byte[65_536];
        int kept = 0;
        try (from;
                to) {
            to.setTcpNoDelay(true);
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int got = in.read(buffer); got >= 0; got = in.read(buffer)) {
                if (isClient && kept < KEPT) {
                    said.write(buffer, 0, got);
                    kept += got;
                }
                out.write(buffer, 0, got);
            }
        } catch (IOException gone) {
            // Both ends are closed.
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
