package org.postern.smtp.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
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

    /** TLS over such a connection: its end is said in writing, too, RFC 8446 §6.1. */
    private static final class DeafTls extends Socket {
        private final Socket plain;

        DeafTls(Socket plain) {
            this.plain = plain;
        }

        @Override
        public InputStream getInputStream() throws IOException {
            return plain.getInputStream();
        }

        @Override
        public OutputStream getOutputStream() throws IOException {
            return plain.getOutputStream();
        }

        @Override
        public void shutdownOutput() throws IOException {
            plain.getOutputStream().write(0);
        }

        @Override
        public void close() throws IOException {
            plain.getOutputStream().write(0);
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

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @Tag("slow-1")
    void endOfTlsHasADeadline(boolean lingering) throws Exception {
        var plain = new DeafSocket();
        var wire = new Wire(plain);
        wire.secure(DeafTls::new, Duration.ofHours(1));
        long before = System.nanoTime();
        Thread session = session(() -> wire.close(lingering));
        plain.awaitWriting();

        assertThat(wire.isOverdue(before + Duration.ofSeconds(4).toNanos(), true))
                .isFalse();
        long soon = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        assertThat(List.of(wire.isOverdue(soon, false), wire.isOverdue(soon, true)))
                .containsOnly(true);
        assertThat(wire.dismissDeaf()).isTrue();
        session.join();
    }
}
