package org.postern.smtp.server;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReference;
import org.postern.smtp.Reply;

/**
 * A connection's octets in both directions, with deadlines.
 *
 * <p>Replies are gathered and written when the next read would block, so that pipelined commands are answered in one packet (RFC
 * 2920 §3.2). Small while idle: a large buffer is held only while content comes in.
 *
 * <p>The session's thread does all reading and writing. While it waits, another thread (watchdog, shutdown) may {@link #dismiss}
 * the client: whoever changes {@code doing} first has the connection.
 */
final class Wire {
    /** What the session's thread is doing with the connection. */
    private enum Doing {
        /** Nothing: it works, or takes what lies in the buffer. No deadline. */
        WORKING,
        /** Waits for a command outside a transaction. */
        IDLE,
        /** Waits for a command in a transaction, or for content. */
        READING,
        /** Waits until the client takes our reply or the end of TLS, for the handshake, or for a PROXY header: nothing can be said to it. */
        WRITING,
        /** Nothing any more: dismissed or closed. */
        OVER
    }

    private static final int SMALL = 1_024;
    private static final int LARGE = 32_768;
    private static final long FAREWELL_NANOS = Duration.ofSeconds(5).toNanos();

    private final Socket plain;
    private final AtomicReference<Doing> doing = new AtomicReference<>(Doing.WORKING);
    private Socket socket;
    private InputStream in;
    private OutputStream out;

    private final byte[] small = new byte[SMALL];
    private byte[] buffer = small;
    private int at;
    private int end;

    private byte[] replies = new byte[256];
    private int gathered;

    private long octetsIn;
    private long octetsOut;
    private long replyNanos = Duration.ofMinutes(1).toNanos();

    private volatile long due = Long.MAX_VALUE;
    private volatile long dueUnderLoad = Long.MAX_VALUE;

    Wire(Socket plain) throws IOException {
        this.plain = plain;
        this.socket = plain;
        this.in = plain.getInputStream();
        this.out = plain.getOutputStream();
    }

    /** The connection was taken away from the session's thread: by a deadline or a shutdown. */
    static final class Dismissed extends IOException {
        private static final long serialVersionUID = 1;

        Dismissed() {
            super("dismissed");
        }
    }

    void replyTime(Duration time) {
        replyNanos = time.toNanos();
    }

    // --- reading
    // ---------------------------------------------------------------------------------------------------------------

    byte[] buffer() {
        return buffer;
    }

    int at() {
        return at;
    }

    int end() {
        return end;
    }

    int buffered() {
        return end - at;
    }

    void consume(int octets) {
        at += octets;
    }

    /** Throws away what has come in and was not looked at. */
    void discardInput() {
        at = end;
    }

    /** Whether the client has sent more than what was read so far. */
    boolean hasMore() throws IOException {
        return at < end || in.available() > 0;
    }

    /** Whether the client speaks within {@code time}, without being asked to; with no time, whether it has spoken by now. */
    boolean speaksWithin(Duration time) throws IOException {
        if (hasMore()) {
            return true;
        }
        // Under TLS, only reading tells whether octets that lie there are data.
        boolean undeciphered = socket != plain && plain.getInputStream().available() > 0;
        if (time.isZero() && !undeciphered) {
            return false;
        }
        allow(time.toNanos() + replyNanos, time.toNanos() + replyNanos);
        socket.setSoTimeout((int) Math.max(1, Math.min(time.toMillis(), Integer.MAX_VALUE)));
        try {
            fill(false);
            return true;
        } catch (SocketTimeoutException silence) {
            return false;
        } finally {
            socket.setSoTimeout(0);
        }
    }

    /** Room for content: a large buffer until {@link #shrink}. */
    void grow() {
        if (buffer == small) {
            move(new byte[LARGE]);
        }
    }

    void shrink() {
        if (buffer != small && end - at <= SMALL) {
            move(small);
        }
    }

    private void move(byte[] into) {
        System.arraycopy(buffer, at, into, 0, end - at);
        end -= at;
        at = 0;
        buffer = into;
    }

    /** How long the next reads may take, from now; a shorter time under load. */
    void allow(long nanos, long nanosUnderLoad) {
        long now = System.nanoTime();
        due = now + nanos;
        dueUnderLoad = now + nanosUnderLoad;
    }

    /** Adds what the client sent to the buffer, after it got all replies so far. At its end: an EOFException. */
    void fill(boolean idle) throws IOException {
        fill(idle ? Doing.IDLE : Doing.READING);
    }

    /** The same while no word of ours would be understood: when it is overdue, the connection is cut. */
    void fillUnheard() throws IOException {
        fill(Doing.WRITING);
    }

    private void fill(Doing what) throws IOException {
        flush();
        if (at == end) {
            at = 0;
            end = 0;
        } else if (end == buffer.length) {
            if (at == 0) {
                throw new IllegalStateException("the buffer is full");
            }
            move(buffer);
        }
        enter(what);
        int got = -1;
        try {
            got = in.read(buffer, end, buffer.length - end);
        } finally {
            leave();
        }
        if (got < 0) {
            throw new EOFException("the client closed the connection");
        }
        end += got;
        octetsIn += got;
    }

    // --- writing
    // ---------------------------------------------------------------------------------------------------------------

    void reply(Reply reply) {
        byte[] octets = reply.toBytes();
        if (gathered + octets.length > replies.length) {
            replies = Arrays.copyOf(replies, Math.max(replies.length * 2, gathered + octets.length));
        }
        System.arraycopy(octets, 0, replies, gathered, octets.length);
        gathered += octets.length;
    }

    void flush() throws IOException {
        if (gathered == 0) {
            return;
        }
        long dueBefore = due;
        long dueUnderLoadBefore = dueUnderLoad;
        allow(replyNanos, replyNanos);
        enter(Doing.WRITING);
        try {
            out.write(replies, 0, gathered);
            out.flush();
        } finally {
            leave();
        }
        due = dueBefore;
        dueUnderLoad = dueUnderLoadBefore;
        octetsOut += gathered;
        gathered = 0;
        if (replies.length > SMALL) {
            replies = new byte[256];
        }
    }

    // --- TLS
    // -------------------------------------------------------------------------------------------------------------------

    /** What makes a socket of another: the TLS handshake. */
    interface Upgrade<S extends Socket> {
        /** One over {@code plain}, of which {@code consumed} has been read already. */
        S over(Socket plain, byte[] consumed) throws IOException;
    }

    /** Goes on over what {@code upgrade} makes of the plain socket, within {@code time}. */
    <S extends Socket> S secure(Upgrade<S> upgrade, Duration time) throws IOException {
        long nanos = time.toNanos();
        allow(nanos, nanos);
        // What a front end's PROXY header has behind it in its packet.
        byte[] consumed = Arrays.copyOfRange(buffer, at, end);
        discardInput();
        enter(Doing.WRITING);
        try {
            S secured = upgrade.over(plain, consumed);
            socket = secured;
            in = secured.getInputStream();
            out = secured.getOutputStream();
            return secured;
        } finally {
            leave();
        }
    }

    // --- the end
    // ---------------------------------------------------------------------------------------------------------------

    /**
     * Lets go in good order: what was gathered is sent, and what still comes in doesn't turn our last words into a reset. A client
     * that takes nothing more holds it up no longer than any farewell.
     */
    void close(boolean lingering) {
        if (doing.get() == Doing.OVER) {
            // Whoever dismissed the client still talks to it, and closes.
            return;
        }
        try {
            flush();
            allow(FAREWELL_NANOS, FAREWELL_NANOS);
            if (lingering) {
                linger();
            }
            enter(Doing.WRITING);
            // Under TLS this writes, RFC 8446 §6.1: close_notify.
            socket.close();
        } catch (IOException gone) {
            // It is being closed anyway: nobody is left to tell.
        } finally {
            doing.set(Doing.OVER);
            cut();
        }
    }

    private void linger() throws IOException {
        enter(Doing.WRITING);
        try {
            // Under TLS this writes, too.
            socket.shutdownOutput();
        } finally {
            leave();
        }
        for (int left = 64; left > 0; left--) {
            discardInput();
            fill(false);
        }
    }

    /** Whether a deadline has passed. For the watchdog, on any thread. */
    boolean isOverdue(long now, boolean underLoad) {
        return doing.get() != Doing.WORKING && (underLoad ? dueUnderLoad : due) - now < 0;
    }

    /**
     * Ends the connection while its session waits for the client, which hears {@code farewell}. On any thread; returns at once.
     *
     * @param idleOnly only when the session waits for a command outside a transaction
     * @return whether it was ended
     */
    boolean dismiss(Reply farewell, boolean idleOnly) {
        boolean dismissed = doing.compareAndSet(Doing.IDLE, Doing.OVER)
                || (!idleOnly && doing.compareAndSet(Doing.READING, Doing.OVER));
        if (dismissed) {
            Thread speaker = Thread.startVirtualThread(() -> say(farewell));
            Thread.startVirtualThread(() -> closeAfter(speaker));
        }
        return dismissed;
    }

    /**
     * Ends the connection while its session waits until the client takes a reply, so that no word would reach it. On any thread.
     *
     * @return whether it was ended
     */
    boolean dismissDeaf() {
        boolean dismissed = doing.compareAndSet(Doing.WRITING, Doing.OVER);
        if (dismissed) {
            cut();
        }
        return dismissed;
    }

    private void say(Reply farewell) {
        try {
            out.write(farewell.toBytes());
            out.flush();
            socket.shutdownOutput();
        } catch (IOException gone) {
            // The client left first.
        }
    }

    private void closeAfter(Thread speaker) {
        try {
            speaker.join(Duration.ofNanos(FAREWELL_NANOS));
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
        cut();
    }

    /** Ends the connection whatever its session does, without a word. */
    void cut() {
        closeQuietly(plain);
    }

    private static void closeQuietly(Socket open) {
        try {
            open.close();
        } catch (IOException alreadyBroken) {
            // It is closed all the same.
        }
    }

    private void enter(Doing what) throws IOException {
        if (!doing.compareAndSet(Doing.WORKING, what)) {
            throw new Dismissed();
        }
    }

    private void leave() throws IOException {
        Doing was = doing.get();
        if (was == Doing.OVER || !doing.compareAndSet(was, Doing.WORKING)) {
            throw new Dismissed();
        }
    }

    long octetsIn() {
        return octetsIn;
    }

    long octetsOut() {
        return octetsOut;
    }
}
