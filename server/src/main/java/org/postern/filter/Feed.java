package org.postern.filter;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A message's octets on their way from a session to one filter, read by the filter's thread. A few pieces wait in it, and no more. The
 * time that the session waits for the filter is counted, and only that: neither a slow client nor another filter uses it up.
 *
 * <pre>
 *   offer, full     clock starts
 *   a piece read    clock stops
 *   end             clock starts, for good
 * </pre>
 */
final class Feed extends InputStream {
    /** Pieces that may wait. */
    static final int MAX_PIECES = 4;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Queue<byte[]> waiting = new ArrayDeque<>();

    /** Nanoseconds that the session may still wait, but for what it waits now. */
    private long patience;

    /** Since when the session waits, while it does. */
    private long since;

    private boolean counting;
    private boolean ended;
    private boolean closed;

    private byte @Nullable [] open;
    private int at;

    Feed(Duration patience) {
        this.patience = patience.toNanos();
    }

    // --- the session's side
    // ---------------------------------------------------------------------------------------------------

    /** Hands over a piece, when there is room for it. Nobody changes it any more. */
    boolean offer(byte[] piece) {
        lock.lock();
        try {
            if (closed) {
                return true;
            }
            if (waiting.size() == MAX_PIECES) {
                startClock();
                return false;
            }
            waiting.add(piece);
            changed.signalAll();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Hands over a piece as soon as there is room; false when patience is at its end. */
    boolean put(byte[] piece) throws InterruptedException {
        lock.lock();
        try {
            while (!offer(piece)) {
                if (left() <= 0) {
                    return false;
                }
                // Whether it was long enough is found out above.
                long _ = changed.awaitNanos(left());
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** That was all. From here on the session waits for the answer. */
    void end() {
        lock.lock();
        try {
            ended = true;
            startClock();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** How long the session will still wait. */
    Duration patience() {
        lock.lock();
        try {
            return Duration.ofNanos(Math.max(0, left()));
        } finally {
            lock.unlock();
        }
    }

    private void startClock() {
        if (!counting) {
            counting = true;
            since = System.nanoTime();
        }
    }

    private void stopClock() {
        if (counting && !ended) {
            patience = left();
            counting = false;
        }
    }

    private long left() {
        return counting ? patience - (System.nanoTime() - since) : patience;
    }

    // --- the filter's side
    // ----------------------------------------------------------------------------------------------------

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int from, int most) throws IOException {
        Objects.checkFromIndexSize(from, most, target.length);
        if (most == 0) {
            return 0;
        }
        lock.lock();
        try {
            byte[] piece = open == null || at == open.length ? next() : open;
            open = piece;
            if (piece == null) {
                return -1;
            }
            int length = Math.min(most, piece.length - at);
            System.arraycopy(piece, at, target, from, length);
            at += length;
            return length;
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("given up");
        } finally {
            lock.unlock();
        }
    }

    private byte @Nullable [] next() throws IOException, InterruptedException {
        while (waiting.isEmpty() && !ended && !closed) {
            changed.await();
        }
        if (closed) {
            throw new IOException("given up");
        }
        at = 0;
        byte[] piece = waiting.poll();
        stopClock();
        changed.signalAll();
        return piece;
    }

    /** Nobody reads any more: what comes is dropped. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            waiting.clear();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
