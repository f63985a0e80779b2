package org.postern.app;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import ch.qos.logback.core.encoder.Encoder;
import java.io.ByteArrayOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Writes log lines to standard error, many with one write: a server that takes thousands of messages a second would spend a tenth of its
 * time on writing each by itself. A line waits {@link #GATHER} at most; warnings and errors, and all before them, are written at once.
 * Whoever logs faster than the other end reads is slowed down; no line is dropped. Thread-safe.
 */
final class LogOutput extends UnsynchronizedAppenderBase<ILoggingEvent> {
    /** How long a line may wait for others. */
    static final Duration GATHER = Duration.ofMillis(10);

    /** Past so many octets that wait, whoever logs writes them. */
    private static final int MOST = 64 << 10;

    private final Encoder<ILoggingEvent> encoder;
    private final OutputStream to;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition came = lock.newCondition();
    private final ByteArrayOutputStream lines = new ByteArrayOutputStream(MOST + 1_024);
    private final Thread writer =
            Thread.ofPlatform().daemon().name("log-writer").unstarted(this::write);

    LogOutput(Encoder<ILoggingEvent> encoder) {
        this(encoder, new FileOutputStream(FileDescriptor.err));
    }

    LogOutput(Encoder<ILoggingEvent> encoder, OutputStream to) {
        this.encoder = encoder;
        this.to = to;
    }

    @Override
    public void start() {
        super.start();
        writer.start();
    }

    @Override
    protected void append(ILoggingEvent event) {
        byte[] line = encoder.encode(event);
        lock.lock();
        try {
            boolean first = lines.size() == 0;
            lines.writeBytes(line);
            if (lines.size() > MOST || event.getLevel().isGreaterOrEqual(Level.WARN)) {
                writeAll();
            } else if (first) {
                came.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Writes what waits. */
    void flush() {
        lock.lock();
        try {
            writeAll();
        } finally {
            lock.unlock();
        }
    }

    private void writeAll() {
        if (lines.size() == 0) {
            return;
        }
        try {
            lines.writeTo(to);
        } catch (IOException gone) {
            // Nobody reads the log: there is no other place to say so.
        }
        lines.reset();
    }

    private void write() {
        try {
            while (true) {
                lock.lockInterruptibly();
                try {
                    while (lines.size() == 0) {
                        came.await();
                    }
                } finally {
                    lock.unlock();
                }
                Thread.sleep(GATHER);
                flush();
            }
        } catch (InterruptedException stop) {
            flush();
        }
    }

    @Override
    public void stop() {
        super.stop();
        writer.interrupt();
        flush();
    }
}
