package org.postern.smtp.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.postern.smtp.Reply;

/** Who has the connection, and until when: what happens within milliseconds on a real socket, held still. */
class WireTest {
    private static final Reply KEPT = Reply.of(250, "2.0.0", "kept");
    private static final Reply FAREWELL = Reply.of(421, "4.3.2", "shutting down");

    /** A connection whose client takes nothing: writing goes on until it is closed. */
    private static final class DeafSocket extends Socket {
        private final CountDownLatch writing = new CountDownLatch(1);
        private final CountDownLatch closed = new CountDownLatch(1);

        void awaitWriting() throws InterruptedException {
            writing.await();
        }

        private void write() throws SocketException {
            writing.countDown();
            try {
                closed.await();
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
            }
            throw new SocketException("closed");
        }

        @Override
        public InputStream getInputStream() {
            return InputStream.nullInputStream();
        }

        @Override
        public OutputStream getOutputStream() {
            return new OutputStream() {
                @Override
                public void write(int octet) throws IOException {
                    DeafSocket.this.write();
                }
            };
        }

        @Override
        public void close() {
            closed.countDown();
        }
    }

    private interface Act {
        void run() throws IOException;
    }

    /** The session's thread, that does this. */
    private static Thread session(Act act) {
        return Thread.startVirtualThread(() -> {
            try {
                act.run();
            } catch (IOException ended) {
                // As the tests ask.
            }
        });
    }

    @Test
    void replyOnItsWayIsNoPlaceForAFarewell() throws Exception {
        var socket = new DeafSocket();
        var wire = new Wire(socket);
        wire.reply(KEPT);
        Thread session = session(wire::flush);
        socket.awaitWriting();

        assertThat(wire.dismiss(FAREWELL, false)).isFalse();
        assertThat(wire.dismissDeaf()).isTrue();
        session.join();
    }
}
