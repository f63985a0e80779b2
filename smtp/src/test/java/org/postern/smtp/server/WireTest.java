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

    /** A connection where one thing goes on until it is closed. */
    private abstract static class StuckSocket extends Socket {
        private final CountDownLatch stuck = new CountDownLatch(1);
        private final CountDownLatch closed = new CountDownLatch(1);

        void awaitStuck() throws InterruptedException {
            stuck.await();
        }

        int stick() throws SocketException {
            stuck.countDown();
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
            return OutputStream.nullOutputStream();
        }

        @Override
        public void close() {
            closed.countDown();
        }
    }

    /** A client that takes nothing. */
    private static final class DeafSocket extends StuckSocket {
        @Override
        public OutputStream getOutputStream() {
            return new OutputStream() {
                @Override
                public void write(int octet) throws IOException {
                    stick();
                }
            };
        }
    }

    /** A client that says nothing. */
    private static final class SilentSocket extends StuckSocket {
        @Override
        public InputStream getInputStream() {
            return new InputStream() {
                @Override
                public int read() throws IOException {
                    return stick();
                }

                @Override
                public int read(byte[] into, int from, int length) throws IOException {
                    return stick();
                }
            };
        }
    }

    /** TLS to a client that takes nothing: its end is said in writing, too, RFC 8446 §6.1. */
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
        socket.awaitStuck();

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
        wire.secure((over, _) -> new DeafTls(over), Duration.ofHours(1));
        long before = System.nanoTime();
        Thread session = session(() -> wire.close(lingering));
        plain.awaitStuck();

        assertThat(wire.isOverdue(before + Duration.ofSeconds(4).toNanos(), true))
                .isFalse();
        long soon = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        assertThat(List.of(wire.isOverdue(soon, false), wire.isOverdue(soon, true)))
                .containsOnly(true);
        assertThat(wire.dismissDeaf()).isTrue();
        session.join();
    }

    @Test
    void replyHasItsWholeTimeUnderLoad() throws Exception {
        var socket = new DeafSocket();
        var wire = new Wire(socket);
        wire.replyTime(Duration.ofMinutes(1));
        wire.allow(Duration.ofMinutes(5).toNanos(), Duration.ofSeconds(1).toNanos());
        wire.reply(KEPT);
        long before = System.nanoTime();
        Thread session = session(wire::flush);
        socket.awaitStuck();

        assertThat(wire.isOverdue(before + Duration.ofSeconds(59).toNanos(), true))
                .isFalse();
        assertThat(wire.isOverdue(System.nanoTime() + Duration.ofSeconds(61).toNanos(), true))
                .isTrue();
        wire.dismissDeaf();
        session.join();
    }

    @Test
    void commandHasItsOwnTimeAgainAfterTheReply() throws Exception {
        var socket = new SilentSocket();
        var wire = new Wire(socket);
        wire.replyTime(Duration.ofMinutes(10));
        wire.allow(Duration.ofMinutes(5).toNanos(), Duration.ofMinutes(1).toNanos());
        wire.reply(KEPT);
        Thread session = session(() -> wire.fill(true));
        socket.awaitStuck();

        long soon = System.nanoTime() + Duration.ofMinutes(2).toNanos();
        long later = System.nanoTime() + Duration.ofMinutes(6).toNanos();
        assertThat(wire.isOverdue(soon, true)).isTrue();
        assertThat(wire.isOverdue(soon - Duration.ofMinutes(1).toNanos(), false))
                .isFalse();
        assertThat(wire.isOverdue(later, false)).isTrue();
        wire.cut();
        session.join();
    }
}
