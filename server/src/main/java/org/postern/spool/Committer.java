package org.postern.spool;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.postern.spool.Write.Urgency;
import org.rocksdb.FlushOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that writes to the store: takes all that waits, writes it as one batch, syncs once, and wakes who waited. So many
 * sessions share the cost of a sync. After a write that failed nothing more is written: what would follow could be lost in silence.
 */
final class Committer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Committer.class);

    /** Writes that may wait at once; who comes then waits to wait. */
    private static final int WAITING = 4_096;

    /** Past this many octets a batch is closed, so that small messages don't wait for many large ones. */
    private static final int BATCH_OCTETS = 2 << 20;

    private static final Duration SOON = Duration.ofMillis(20);
    private static final long LEDGER_OCTETS = 32L << 20;

    private final Store store;
    private final Ledger ledger;
    private final BlockingQueue<Pending> queue = new ArrayBlockingQueue<>(WAITING);
    private final Ledger.Entries entries = new Ledger.Entries();
    private final Thread thread;
    private volatile @Nullable SpoolProblem broken;
    private volatile boolean closing;

    /** The committer's thread's alone, while it runs. */
    private long lastBatch;

    private long syncedBatch;

    /** Something to be written, and who waits for it. */
    private static final class Pending {
        private final Write write;
        private final CountDownLatch over = new CountDownLatch(1);
        private volatile @Nullable SpoolProblem problem;

        Pending(Write write) {
            this.write = write;
        }
    }

    /** Goes on with the batch behind {@code lastBatch}, which is on stable storage. */
    Committer(Store store, Ledger ledger, long lastBatch) {
        this.lastBatch = lastBatch;
        this.syncedBatch = lastBatch;
        this.store = store;
        this.ledger = ledger;
        this.thread = Thread.ofPlatform().name("spool-committer").start(this::run);
    }

    /** Writes, and returns as the write's urgency says. */
    void commit(Write write) throws IOException {
        var pending = new Pending(write);
        try {
            requireRunning();
            queue.put(pending);
            // Whoever came between the failure and the last look at the queue must not wait for good.
            if (broken != null) {
                failAll(broken);
            }
            if (write.urgency() == Urgency.SOON) {
                return;
            }
            pending.over.await();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while the spool wrote");
        }
        SpoolProblem problem = pending.problem;
        if (problem != null) {
            throw new SpoolProblem(problem.kind(), String.valueOf(problem.getMessage()), problem);
        }
    }

    /** The number of the last batch that was written. Once it is closed. */
    long lastBatch() {
        return lastBatch;
    }

    /** Whether no write has failed. */
    boolean isRunning() {
        return broken == null;
    }

    void requireRunning() throws SpoolProblem {
        SpoolProblem problem = broken;
        if (problem != null) {
            throw new SpoolProblem(problem.kind(), String.valueOf(problem.getMessage()), problem);
        }
        if (closing) {
            throw new SpoolProblem(SpoolProblem.Kind.STOPPED, "the spool is closed");
        }
    }

    private void run() {
        var batchOf = new ArrayList<Pending>();
        boolean unsynced = false;
        try (var batch = new WriteBatch();
                var synced = new WriteOptions().setSync(true);
                var handedOver = new WriteOptions().setSync(false)) {
            while (!(closing && queue.isEmpty() && !unsynced)) {
                Pending first = unsynced ? queue.poll(SOON.toMillis(), TimeUnit.MILLISECONDS) : queue.take();
                if (first != null) {
                    gather(first, batchOf);
                }
                // What nobody waits for is synced once nothing has come for a while.
                boolean sync = first == null || batchOf.stream().anyMatch(p -> p.write.urgency() == Urgency.DURABLE);
                unsynced = !sync && broken == null;
                write(batch, batchOf, sync ? synced : handedOver, sync);
                batchOf.clear();
            }
        } catch (InterruptedException stop) {
            failAll(new SpoolProblem(SpoolProblem.Kind.STOPPED, "the spool is closed"));
        }
    }

    private void gather(Pending first, List<Pending> batchOf) {
        int octets = 0;
        for (Pending next = first; next != null; next = octets < BATCH_OCTETS ? queue.poll() : null) {
            batchOf.add(next);
            octets += next.write.octets();
        }
    }

    private void write(WriteBatch batch, List<Pending> batchOf, WriteOptions options, boolean sync) {
        SpoolProblem problem = broken;
        if (problem == null) {
            try {
                for (Pending pending : batchOf) {
                    pending.write.into(store, batch);
                    pending.write.note(entries);
                }
                if (batch.count() == 0) {
                    store.db().syncWal();
                } else {
                    batch.put(Records.BATCH_KEY, Records.batch(lastBatch + 1, syncedBatch));
                    store.db().write(options, batch);
                    lastBatch++;
                }
                if (sync) {
                    syncedBatch = lastBatch;
                    ledger.confirm(lastBatch, entries);
                    entries.clear();
                    turnLedger();
                }
            } catch (RocksDBException | IOException failed) {
                problem = breakDown(failed);
            } finally {
                batch.clear();
            }
        }
        for (Pending pending : batchOf) {
            pending.problem = problem;
            if (problem == null) {
                pending.write.written();
            }
            pending.over.countDown();
        }
        if (problem != null) {
            failAll(problem);
        }
    }

    /** Nothing is tried again by itself: after a sync that failed the kernel may have dropped what it could not write. */
    SpoolProblem breakDown(Exception failed) {
        SpoolProblem before = broken;
        if (before != null) {
            return before;
        }
        var problem = new SpoolProblem(
                SpoolProblem.Kind.STOPPED,
                "the spool has stopped: a write failed (" + failed.getMessage()
                        + "); what was confirmed is safe. See to the disk, then restart Postern",
                failed);
        broken = problem;
        LOG.atError()
                .addKeyValue("directory", store.directory())
                .addKeyValue("problem", failed.getMessage())
                .addKeyValue("advice", "see to the disk, then restart Postern: it takes no mail until then")
                .log("the spool has stopped");
        return problem;
    }

    private void failAll(SpoolProblem problem) {
        for (Pending left = queue.poll(); left != null; left = queue.poll()) {
            left.problem = problem;
            left.over.countDown();
        }
    }

    /** When the ledger has grown, the store is flushed, and what it told of before is forgotten. */
    private void turnLedger() throws IOException {
        if (ledger.size() > LEDGER_OCTETS && ledger.turn()) {
            Thread.ofPlatform().daemon().name("spool-flush").start(this::flush);
        }
    }

    private void flush() {
        try (var wait = new FlushOptions().setWaitForFlush(true)) {
            store.db().flush(wait, store.families());
            ledger.vouchFor(Ledger.Manifest.of(Store.database(store.directory())));
            Ledger.forgetOld(store.directory());
        } catch (RocksDBException | IOException failed) {
            breakDown(failed);
        }
    }

    /** Writes all that waits, syncs, and ends. */
    @Override
    public void close() {
        closing = true;
        try {
            // Wakes the thread where it waits for work.
            queue.put(new Pending(new Write.Nothing()));
            thread.join();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }
}
