package org.postern.spool;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a full disk away from the store. Below {@code low} octets free, no message is taken (452 4.3.1), and when there is more again all
 * goes on. Should others fill the disk further, a reserve of our own is given up, so that what is in flight can still be written.
 *
 * <p>The disk is asked twice a second; what was taken since is reckoned against the last answer.
 */
final class Space implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Space.class);
    private static final Duration LOOK = Duration.ofMillis(500);

    /** What a message takes beside its octets in the log: the same again in the store's files, and what merging them needs. */
    private static final int TIMES = 3;

    private final FileStore disk;
    private final Path reserve;
    private final long low;
    private final long reserveOctets;
    private final AtomicLong left = new AtomicLong();
    private final Thread thread;
    private boolean wasLow;
    private volatile boolean closed;

    /**
     * Watches the file system of {@code directory}.
     *
     * @param low octets that must be free for a message to be taken
     * @param reserveOctets that are kept in a file, and given up when free space falls under a quarter of {@code low}
     */
    Space(Path directory, long low, long reserveOctets) throws IOException {
        this.disk = Files.getFileStore(directory);
        this.reserve = directory.resolve("reserve");
        this.low = low;
        this.reserveOctets = reserveOctets;
        look();
        this.thread = Thread.ofPlatform().daemon().name("spool-space").start(this::watch);
    }

    /** Reckons {@code octets} that are about to be written. */
    void require(long octets) throws SpoolProblem {
        if (left.addAndGet(-TIMES * octets) <= 0) {
            throw new SpoolProblem(SpoolProblem.Kind.FULL, "too little space is left on the disk of the spool");
        }
    }

    private void watch() {
        try {
            while (!closed) {
                Thread.sleep(LOOK);
                try {
                    look();
                } catch (IOException problem) {
                    unknown(problem);
                }
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    /** As if there were none, until the disk answers again. Said once. */
    private void unknown(IOException problem) {
        left.set(0);
        if (!wasLow) {
            wasLow = true;
            LOG.atError()
                    .addKeyValue("problem", problem.getMessage())
                    .addKeyValue("advice", "see to the disk: no mail is taken until then")
                    .log("the disk of the spool can't be asked for its space");
        }
    }

    private void look() throws IOException {
        long free = disk.getUsableSpace();
        if (free < low / 4 && Files.deleteIfExists(reserve)) {
            LOG.atError()
                    .addKeyValue("free", free)
                    .addKeyValue("advice", "make space: no mail is taken until then")
                    .log("the spool's reserve was given up");
            free = disk.getUsableSpace();
        } else if (free > low + 2 * reserveOctets && !Files.exists(reserve)) {
            keepReserve();
            free = disk.getUsableSpace();
        }
        left.set(free - low);
        boolean isLow = free <= low;
        if (isLow != wasLow) {
            wasLow = isLow;
            if (isLow) {
                LOG.atWarn()
                        .addKeyValue("free", free)
                        .addKeyValue("needed", low)
                        .log("too little space: no mail is taken");
            } else {
                LOG.atInfo().addKeyValue("free", free).log("there is space again: mail is taken");
            }
        }
    }

    private void keepReserve() throws IOException {
        ByteBuffer zeros = ByteBuffer.allocate(1 << 20);
        try (FileChannel file = FileChannel.open(reserve, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            for (long written = 0; written < reserveOctets; written += zeros.capacity()) {
                zeros.clear();
                while (zeros.hasRemaining()) {
                    file.write(zeros);
                }
            }
        } catch (IOException tooSmallAfterAll) {
            Files.deleteIfExists(reserve);
        }
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
    }
}
