package org.postern.journal;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.LongConsumer;
import java.util.function.Supplier;

/**
 * Reads many entries: the calling thread fetches them, and two decode and count them, each for itself.
 *
 * @param <T> what one of them counts in
 */
final class Crew<T> {
    private static final int THREADS = 2;
    private static final int BATCH = 256;

    /** Batches that wait: a few MiB. */
    private static final int WAITING = 16;

    private static final List<byte[]> END = List.of();

    private final BlockingQueue<List<byte[]>> batches = new ArrayBlockingQueue<>(WAITING);
    private final BiConsumer<T, byte[]> take;
    private final List<Future<T>> counting = new ArrayList<>();

    private Crew(BiConsumer<T, byte[]> take) {
        this.take = take;
    }

    /**
     * Reads the entries that may be of the time of {@code query}: {@link JournalFiles#scan}.
     *
     * @param own makes what each of them counts in
     * @param take counts one entry's octets
     * @param progress is told now and then how many entries were fetched; see {@link JournalFiles#count}
     * @return what each has counted
     * @throws IOException when they can't be read
     */
    static <T> List<T> read(
            JournalFiles files, Query query, Supplier<T> own, BiConsumer<T, byte[]> take, LongConsumer progress)
            throws IOException {
        return new Crew<>(take).read(files, query, own, progress);
    }

    private List<T> read(JournalFiles files, Query query, Supplier<T> own, LongConsumer progress) throws IOException {
        try (ExecutorService pool = Executors.newFixedThreadPool(
                THREADS, Thread.ofPlatform().name("journal-reader-", 0).factory())) {
            for (int i = 0; i < THREADS; i++) {
                T mine = own.get();
                counting.add(pool.submit(() -> count(mine)));
            }
            try {
                var fetching = new Fetching(progress);
                files.scan(query, fetching);
                fetching.handOver();
            } finally {
                for (int i = 0; i < THREADS; i++) {
                    if (!hand(END)) {
                        pool.shutdownNow();
                    }
                }
            }
            var counted = new ArrayList<T>();
            for (Future<T> one : counting) {
                counted.add(one.get());
            }
            return counted;
        } catch (ExecutionException problem) {
            throw new IllegalStateException("can't count: " + problem.getCause(), problem);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        }
    }

    private final class Fetching implements JournalFiles.Visitor {
        private final LongConsumer progress;
        private List<byte[]> batch = new ArrayList<>(BATCH);
        private long fetched;

        Fetching(LongConsumer progress) {
            this.progress = progress;
        }

        @Override
        public boolean visit(byte[] octets) {
            batch.add(octets);
            return batch.size() < BATCH || handOver();
        }

        boolean handOver() {
            if (batch.isEmpty()) {
                return true;
            }
            fetched += batch.size();
            progress.accept(fetched);
            List<byte[]> full = batch;
            batch = new ArrayList<>(BATCH);
            return hand(full);
        }
    }

    /** Hands it to whoever counts; false when it can't be, for who counts has failed, or nobody wants to know any more. */
    private boolean hand(List<byte[]> batch) {
        try {
            while (!batches.offer(batch, 100, TimeUnit.MILLISECONDS)) {
                if (counting.stream().anyMatch(Future::isDone)) {
                    return false;
                }
            }
            return true;
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private T count(T mine) throws InterruptedException {
        List<byte[]> batch = batches.take();
        while (!batch.isEmpty()) {
            for (byte[] octets : batch) {
                take.accept(mine, octets);
            }
            batch = batches.take();
        }
        return mine;
    }
}
