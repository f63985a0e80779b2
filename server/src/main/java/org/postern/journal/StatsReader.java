package org.postern.journal;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;

/** Reads the entries of a time into {@link Stats}: the calling thread fetches them, and two decode and count them, each for itself. */
public final class StatsReader {
    private static final int THREADS = 2;
    private static final int BATCH = 256;

    /** Batches that wait: a few MiB. */
    private static final int WAITING = 16;

    private static final List<byte[]> END = List.of();

    /** More gaps than that behind the time are not looked at. */
    private static final int GAPS = 1_000;

    private final JournalFiles files;
    private final BlockingQueue<List<byte[]>> batches = new ArrayBlockingQueue<>(WAITING);

    private StatsReader(JournalFiles files) {
        this.files = files;
    }

    /**
     * What is in {@code files} of that time.
     *
     * @param by what else to group traffic by
     * @param progress is told now and then how many entries were fetched; see {@link JournalFiles#count}
     * @throws IOException when they can't be read
     */
    public static Stats read(
            JournalFiles files, Instant since, Instant until, Optional<Stats.By> by, LongConsumer progress)
            throws IOException {
        var reader = new StatsReader(files);
        Stats stats = new Stats(since, until, by);
        reader.read(stats, () -> new Stats(since, until, by), progress);
        // What goes on behind the time began within it.
        Query behind = Query.of(Field.VERDICT, Terms.GAP).within(Optional.of(until), Optional.empty());
        reader.gaps(behind).forEach(stats::add);
        return stats;
    }

    private List<Entry> gaps(Query query) throws IOException {
        return files.all(query, GAPS).stream()
                .filter(Entry.Gap.class::isInstance)
                .toList();
    }

    private void read(Stats to, java.util.function.Supplier<Stats> empty, LongConsumer progress) throws IOException {
        try (ExecutorService pool = Executors.newFixedThreadPool(
                THREADS, Thread.ofPlatform().name("stats-", 0).factory())) {
            var counting = new ArrayList<Future<Stats>>();
            for (int i = 0; i < THREADS; i++) {
                Stats own = empty.get();
                counting.add(pool.submit(() -> count(own)));
            }
            try {
                fetch(to, counting, progress);
            } finally {
                for (int i = 0; i < THREADS; i++) {
                    if (!hand(END, counting)) {
                        pool.shutdownNow();
                    }
                }
            }
            for (Future<Stats> one : counting) {
                to.add(one.get());
            }
        } catch (ExecutionException problem) {
            throw new IllegalStateException("can't count: " + problem.getCause(), problem);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        }
    }

    private void fetch(Stats time, List<Future<Stats>> counting, LongConsumer progress) throws IOException {
        Query query = Query.ANY.within(Optional.of(time.since()), Optional.of(time.until()));
        var fetching = new Fetching(counting, progress);
        files.scan(query, fetching);
        fetching.handOver();
    }

    private final class Fetching implements JournalFiles.Visitor {
        private final List<Future<Stats>> counting;
        private final LongConsumer progress;
        private List<byte[]> batch = new ArrayList<>(BATCH);
        private long fetched;

        Fetching(List<Future<Stats>> counting, LongConsumer progress) {
            this.counting = counting;
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
            return hand(full, counting);
        }
    }

    /** Hands it to whoever counts; false when it can't be, for who counts has failed, or nobody wants to know any more. */
    private boolean hand(List<byte[]> batch, List<Future<Stats>> counting) {
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

    private Stats count(Stats own) throws InterruptedException {
        List<byte[]> batch = batches.take();
        while (!batch.isEmpty()) {
            for (byte[] octets : batch) {
                Codec.brief(octets).ifPresentOrElse(own::add, own::addUnknown);
            }
            batch = batches.take();
        }
        return own;
    }
}
