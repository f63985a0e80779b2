package org.postern.filter;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** A filter on loopback that does with each connection what a test says. */
final class ScriptedPeer implements AutoCloseable {
    private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.ofLiteral("127.0.0.1"));

    /** What it does with a connection; when it returns or throws, the connection is closed. */
    interface Script {
        void play(DataInputStream in, DataOutputStream out) throws Exception;
    }

    ScriptedPeer(Script script) throws IOException {
        Thread.ofVirtual().start(() -> {
            while (!listener.isClosed()) {
                try {
                    Socket socket = listener.accept();
                    Thread.ofVirtual().start(() -> play(socket, script));
                } catch (IOException closed) {
                    return;
                }
            }
        });
    }

    private static void play(Socket socket, Script script) {
        try (socket) {
            socket.setTcpNoDelay(true);
            script.play(new DataInputStream(socket.getInputStream()), new DataOutputStream(socket.getOutputStream()));
        } catch (Exception gone) {
            // The other side sees it.
        }
    }

    String tcp() {
        return "tcp://127.0.0.1:" + listener.getLocalPort();
    }

    String http() {
        return "http://127.0.0.1:" + listener.getLocalPort();
    }

    /** An address of loopback at which nobody listens. */
    static String nobody() throws IOException {
        try (var free = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            return "127.0.0.1:" + free.getLocalPort();
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
