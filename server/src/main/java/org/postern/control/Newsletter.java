package org.postern.control;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.postern.journal.Codec;
import org.postern.journal.Entry;
import org.postern.journal.Journal;

/** Tells one client of what is written into the journal, as it is; who reads too slowly misses some, and is told how many. */
final class Newsletter {
    /** Entries that wait for a client. */
    private static final int WAITING = 1_024;

    private static final int PART = 100;

    /** An empty part shows whether the client is still there. */
    private static final Duration SILENCE = Duration.ofSeconds(1);

    private final BlockingQueue<Entry> waiting = new ArrayBlockingQueue<>(WAITING);
    private final AtomicLong missed = new AtomicLong();

    /** Until the client has gone: then {@code listener} throws. */
    void tell(Journal journal, Control.Listener listener) throws IOException {
        Journal.Following following = journal.follow(entry -> {
            if (!waiting.offer(entry)) {
                missed.incrementAndGet();
            }
        });
        try (following) {
            listener.answer(new Answer.News(List.of(), 0));
            while (!Thread.currentThread().isInterrupted()) {
                listener.answer(next());
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    private Answer.News next() throws InterruptedException {
        var entries = new ArrayList<Entry>();
        Entry first = waiting.poll(SILENCE.toMillis(), TimeUnit.MILLISECONDS);
        if (first != null) {
            entries.add(first);
            waiting.drainTo(entries, PART - 1);
        }
        return new Answer.News(entries.stream().map(Codec::text).toList(), missed.getAndSet(0));
    }
}
