package org.postern.journal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The journal of a running server. Who writes into it never waits: entries go to a thread of its own by a bounded queue, and what finds that
 * full is dropped, counted, and said in the journal itself. Whatever goes wrong here, mail goes on without. Thread-safe.
 *
 * <p>What a clean stop finds in the queue is written. A kill loses what is younger than {@link #GATHER} and a bit; a power cut what the
 * system had not written yet, for nothing here is synced.
 */
public final class Journal implements Records, AutoCloseable {
    /** How long entries are gathered to be written together. */
    static final Duration GATHER = Duration.ofMillis(10);

    /** Entries that may wait to be written. */
    static final int QUEUE = 8_192;

    private static final Logger LOG = LoggerFactory.getLogger(Journal.class);
    private static final int BATCH = 256;

    /** How long it stands still after a fault, and how often the disk is looked at. */
    private static final Duration PAUSE = Duration.ofSeconds(30);

    private static final Duration LOOK = Duration.ofSeconds(1);
    private static final Duration SETTLE = Duration.ofSeconds(5);

    private final Path directory;
    private final JournalSettings settings;
    private final Clock clock;
    private final Duration pause;
    private final Retention retention;
    private final ConcurrentLinkedQueue<Entry> queue = new ConcurrentLinkedQueue<>();
    private final AtomicLong taken = new AtomicLong();
    private final AtomicLong dropped = new AtomicLong();
    private final Set<Consumer<Entry>> followers = ConcurrentHashMap.newKeySet();
    private final @Nullable Thread writer;
    private volatile boolean sleeping;
    private volatile boolean closing;

    /** Who reads shares it; the journal's own thread, which alone opens and closes, takes it for that. */
    private final ReadWriteLock opening = new ReentrantReadWriteLock();

    private volatile @Nullable Book book;
    private volatile boolean faulty;
    private volatile String trouble = "";

    /** Of those that were taken, how many have been written or lost. */
    private volatile long done;

    private long retryAt;
    private long lookAt;
    private long gapSince;

    private Journal(Path directory, JournalSettings settings, Clock clock, Duration pause) {
        this.directory = directory;
        this.settings = settings;
        this.clock = clock;
        this.pause = pause;
        this.retention = new Retention(settings, clock, System::nanoTime);
        this.writer = settings.isOn() ? Thread.ofPlatform().name("journal").unstarted(this::work) : null;
        this.retryAt = System.nanoTime();
        this.lookAt = retryAt;
    }

    /** One that keeps nothing. */
    public static Journal none() {
        return new Journal(
                Path.of(""),
                new JournalSettings(Duration.ZERO, 0, JournalSettings.Masking.NONE, 0),
                Clock.systemUTC(),
                PAUSE);
    }

    /**
     * The journal in {@code directory}, made where there is none. Returns at once: it is opened beside, and when it can't be, that is said in
     * the log, and tried again. RocksDB's library must be loaded already.
     */
    public static Journal open(Path directory, JournalSettings settings, Clock clock) {
        return open(directory, settings, clock, PAUSE);
    }

    static Journal open(Path directory, JournalSettings settings, Clock clock, Duration pause) {
        var journal = new Journal(directory, settings, clock, pause);
        if (journal.writer != null) {
            journal.writer.start();
        }
        return journal;
    }

    /** Whether anything is kept: who has nothing to write for need not gather it. */
    public boolean isOn() {
        return writer != null;
    }

    /** Takes an entry. Never waits, and never fails. */
    public void write(Entry entry) {
        if (writer == null) {
            return;
        }
        if (closing || taken.get() - done >= QUEUE) {
            dropped.incrementAndGet();
            return;
        }
        taken.incrementAndGet();
        queue.add(entry);
        if (sleeping) {
            LockSupport.unpark(writer);
        }
    }

    // --- writing
    // ---------------------------------------------------------------------------------------------------------------

    private void work() {
        var batch = new ArrayList<Entry>(BATCH);
        long written = 0;
        open();
        while (true) {
            drain(batch);
            if (!batch.isEmpty()) {
                write(batch);
                written += batch.size();
                done = written;
                batch.clear();
            } else if (closing) {
                break;
            } else {
                await();
            }
        }
        end();
    }

    private void drain(List<Entry> batch) {
        while (batch.size() < BATCH) {
            Entry entry = queue.poll();
            if (entry == null) {
                return;
            }
            batch.add(entry);
        }
    }

    /** Until something comes; then a moment longer, for more to come with it. */
    private void await() {
        sleeping = true;
        if (queue.isEmpty() && !closing) {
            LockSupport.parkNanos(this, LOOK.toNanos());
        }
        sleeping = false;
        look();
        if (!closing && !queue.isEmpty()) {
            LockSupport.parkNanos(this, GATHER.toNanos());
        }
    }

    private void write(List<Entry> batch) {
        look();
        Book open = book;
        if (open == null) {
            lose(batch.size());
            return;
        }
        try {
            noteGap(open);
            List<Entry> written = open.write(batch);
            followers.forEach(follower -> written.forEach(follower));
        } catch (IOException problem) {
            lose(batch.size());
            stand("it can't be written: " + problem.getMessage());
        }
    }

    private void lose(int entries) {
        if (gapSince == 0) {
            gapSince = clock.millis();
        }
        dropped.addAndGet(entries);
    }

    private void noteGap(Book open) throws IOException {
        long count = dropped.get();
        if (count == 0) {
            return;
        }
        long now = clock.millis();
        String why = trouble.isEmpty() ? "more came than could be written" : trouble;
        open.write(List.of(new Entry.Gap(now, gapSince == 0 ? now : gapSince, count, why)));
        dropped.addAndGet(-count);
        gapSince = 0;
        trouble = "";
        LOG.atWarn().addKeyValue("entries", count).addKeyValue("problem", why).log("the journal has a gap");
    }

    // --- its state, seen to by its own thread
    // --------------------------------------------------------------------------------------------

    private void open() {
        retryAt = System.nanoTime() + pause.toNanos();
        Optional<String> full = lackOfSpace();
        if (full.isPresent()) {
            stand(full.get());
            return;
        }
        opening.writeLock().lock();
        try {
            book = Book.open(directory, settings, clock);
        } catch (IOException problem) {
            stand("it can't be opened: " + problem.getMessage());
            return;
        } finally {
            opening.writeLock().unlock();
        }
        if (faulty) {
            faulty = false;
            LOG.info("the journal goes on");
        }
    }

    private void end() {
        opening.writeLock().lock();
        try {
            Book open = book;
            if (open != null) {
                open.close();
            }
            book = null;
        } finally {
            opening.writeLock().unlock();
        }
    }

    /** Once in a while: whether a fault is over, there is space, and something is to be forgotten. */
    private void look() {
        long now = System.nanoTime();
        if (now - lookAt < 0) {
            return;
        }
        lookAt = now + LOOK.toNanos();
        if (book == null && now - retryAt >= 0) {
            open();
        }
        Book open = book;
        if (open == null) {
            return;
        }
        Optional<String> full = lackOfSpace();
        if (full.isPresent()) {
            stand(full.get());
            return;
        }
        try {
            retention.look(open);
            if (dropped.get() > 0) {
                noteGap(open);
            }
        } catch (IOException problem) {
            stand("it can't be written: " + problem.getMessage());
        }
    }

    private Optional<String> lackOfSpace() {
        try {
            Files.createDirectories(directory);
            long free = Files.getFileStore(directory).getUsableSpace();
            return free >= settings.freeBytes()
                    ? Optional.empty()
                    : Optional.of("too little space on its disk: " + free + " octets are free, " + settings.freeBytes()
                            + " are needed (limits.journal-free-bytes)");
        } catch (IOException problem) {
            return Optional.of(String.valueOf(problem.getMessage()));
        }
    }

    /** Stops, and says why; once, until it goes on. */
    private void stand(String why) {
        end();
        retryAt = System.nanoTime() + pause.toNanos();
        trouble = why;
        if (!faulty) {
            faulty = true;
            LOG.atError()
                    .addKeyValue("journal", directory)
                    .addKeyValue("problem", why)
                    .addKeyValue("advice", "mail goes on; postern explain will miss what comes until this is mended")
                    .log("the journal stands still");
        }
    }

    // --- reading
    // ---------------------------------------------------------------------------------------------------------------

    /** What may be asked of a store. */
    interface Question<T> {
        T ask(Book book) throws IOException;
    }

    /**
     * Asks what is written so far, and what waited to be.
     *
     * @throws IOException when there is no journal now
     */
    <T> T ask(Question<T> question) throws IOException {
        if (writer == null) {
            throw new IOException("there is no journal: journal.keep is 0s");
        }
        settle();
        opening.readLock().lock();
        try {
            Book open = book;
            if (open == null) {
                throw new IOException("the journal stands still: " + trouble);
            }
            return question.ask(open);
        } finally {
            opening.readLock().unlock();
        }
    }

    @Override
    public Page find(Query query, long before, int most) throws IOException {
        return ask(book -> {
            try {
                return book.archive().find(query.masked(book.mask()), before, most);
            } catch (RocksDBException problem) {
                throw Book.problem(problem);
            }
        });
    }

    /**
     * Takes a person out of all that was written.
     *
     * @param address as {@code ann@example.org}
     * @return how many entries told of him
     * @throws IOException when there is no journal now
     */
    public long forget(String address) throws IOException {
        return ask(book -> {
            long known = book.forget(address);
            Optional<String> masked = book.mask().map(mask -> mask.masked(address));
            return masked.isPresent() ? known + book.forget(masked.get()) : known;
        });
    }

    /** Waits until what has been handed over is written, but not for long. */
    private void settle() throws IOException {
        long until = System.nanoTime() + SETTLE.toNanos();
        long handedOver = taken.get();
        try {
            while ((done < handedOver || (book == null && !faulty)) && System.nanoTime() - until < 0) {
                Thread.sleep(2);
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", stop);
        }
    }

    /** Ends when it is closed. */
    public interface Following extends AutoCloseable {
        @Override
        void close();
    }

    /** From now on {@code follower} is told of each entry, as it is written, by the journal's own thread: it must not wait. */
    public Following follow(Consumer<Entry> follower) {
        followers.add(follower);
        return () -> followers.remove(follower);
    }

    /** Entries that wait to be written. */
    long waiting() {
        return taken.get() - done;
    }

    /** Entries that were dropped and are not noted yet. */
    long dropped() {
        return dropped.get();
    }

    /** Writes what waits, and ends. */
    @Override
    public void close() {
        closing = true;
        if (writer == null) {
            return;
        }
        LockSupport.unpark(writer);
        try {
            writer.join();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }
}
