package org.postern.tls;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/** Speaks TLS at once and sends each line back, on a loopback port of its own. */
final class EchoServer implements AutoCloseable {
    private final ServerSocket door;
    private final SSLContext context;

    EchoServer(Certificates certificates) throws IOException {
        door = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        context = certificates.context();
        Thread.ofVirtual().start(this::accept);
    }

    int port() {
        return door.getLocalPort();
    }

    private void accept() {
        while (true) {
            try {
                Socket plain = door.accept();
                Thread.ofVirtual().start(() -> serve(plain));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(Socket plain) {
        try (var socket = (SSLSocket) context.getSocketFactory().createSocket(plain, null, true)) {
            socket.setUseClientMode(false);
            var in = new BufferedReader(new InputStreamReader(socket.getInputStream(), US_ASCII));
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                socket.getOutputStream().write((line + "\n").getBytes(US_ASCII));
            }
        } catch (IOException _) {
            // The client's side of the test says what went wrong.
        }
    }

    @Override
    public void close() throws IOException {
        door.close();
    }
}
