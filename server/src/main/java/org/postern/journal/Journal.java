package org.postern.journal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
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

    private static final int MARGIN = 8;
    private static final Duration LOOK = Duration.ofSeconds(1);
    private static final Duration SETTLE = Duration.ofSeconds(5);

    private final Path directory;
    private final JournalSettings settings;
    private final Clock clock;
    private final Duration pause;
    private final Retention retention;
    private final ConcurrentLinkedQueue<Entry> queue = new ConcurrentLinkedQueue<>();
    private final AtomicLong taken = new AtomicLong();
    private final Missing missing = new Missing();
    private final Set<Consumer<Entry>> followers = ConcurrentHashMap.newKeySet();
    private final Set<Consumer<List<Entry>>> observers = ConcurrentHashMap.newKeySet();
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

    /** Who forgot somebody wants the store opened anew, and to know when that is done. */
    private volatile @Nullable CountDownLatch anew;

    private volatile boolean ended;
    private final AtomicInteger tries = new AtomicInteger();
    private boolean damaged;
    private long retryAt;
    private long lookAt;
    private long asideAt;

    private Journal(Path directory, JournalSettings settings, Clock clock, Duration pause) {
        this.directory = directory;
        this.settings = settings;
        this.clock = clock;
        this.pause = pause;
        this.retention = new Retention(settings, clock, System::nanoTime);
        this.writer = settings.isOn() ? Thread.ofPlatform().name("journal").unstarted(this::work) : null;
        this.retryAt = System.nanoTime();
        this.lookAt = retryAt;
        this.asideAt = retryAt - pause.toNanos() - 1;
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
            missing.add(clock.millis());
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
        try {
            open();
            while (!closing || written < taken.get()) {
                drain(batch);
                if (batch.isEmpty()) {
                    await();
                } else {
                    write(batch);
                    written += batch.size();
                    done = written;
                    batch.clear();
                }
            }
            look(missing.count() > 0);
        } finally {
            ended = true;
            end();
            if (missing.count() > 0) {
                LOG.atWarn().addKeyValue("entries", missing.count()).log("the journal ends, and lacks entries");
            }
        }
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
        look(false);
        if (!closing && !queue.isEmpty()) {
            LockSupport.parkNanos(this, GATHER.toNanos());
        }
    }

    private void write(List<Entry> batch) {
        if (!observers.isEmpty()) {
            observers.removeIf(observer -> fails(observer, Collections.unmodifiableList(batch)));
        }
        look(false);
        Book open = book;
        if (open == null) {
            missing.add(batch.size(), clock.millis(), trouble);
            return;
        }
        List<Entry> rest = batch;
        try {
            noteGap(open);
            while (!rest.isEmpty()) {
                List<Entry> kept = open.write(rest);
                rest = rest.subList(kept.size(), rest.size());
                tell(kept);
            }
        } catch (IOException problem) {
            stumble(problem);
            if (book != null) {
                write(rest);
            } else {
                missing.add(rest.size(), clock.millis(), trouble);
            }
        } catch (RuntimeException problem) {
            // A fault of ours in one of these entries: the others must not suffer.
            missing.add(rest.size(), clock.millis(), "they can't be written: " + problem);
            LOG.atError().setCause(problem).log("entries are lost to the journal");
        }
    }

    private void tell(List<Entry> kept) {
        followers.removeIf(follower -> failsToFollow(follower, kept));
    }

    private static boolean failsToFollow(Consumer<Entry> follower, List<Entry> kept) {
        try {
            kept.forEach(follower);
            return false;
        } catch (RuntimeException problem) {
            LOG.atWarn().setCause(problem).log("who follows the journal has failed, and is told no more");
            return true;
        }
    }

    private static boolean fails(Consumer<List<Entry>> observer, List<Entry> batch) {
        try {
            observer.accept(batch);
            return false;
        } catch (RuntimeException problem) {
            LOG.atError().setCause(problem).log("who counts what the journal hears of has failed, and is told no more");
            return true;
        }
    }

    private void noteGap(Book open) throws IOException {
        Optional<Entry.Gap> gap = missing.take(clock.millis());
        if (gap.isEmpty()) {
            return;
        }
        try {
            tell(open.write(List.of(gap.get())));
        } catch (IOException | RuntimeException problem) {
            missing.giveBack(gap.get());
            throw problem;
        }
        LOG.atWarn()
                .addKeyValue("entries", gap.get().dropped())
                .addKeyValue("problem", gap.get().why())
                .log("the journal has a gap");
    }

    // --- its state, seen to by its own thread
    // --------------------------------------------------------------------------------------------

    private void open() {
        tries.incrementAndGet();
        retryAt = System.nanoTime() + pause.toNanos();
        Optional<String> full = lackOfSpace();
        if (full.isPresent()) {
            stand(full.get());
            return;
        }
        opening.writeLock().lock();
        try {
            book = Book.open(directory, settings, clock, damaged);
        } catch (IOException | RuntimeException problem) {
            stand("it can't be opened: " + problem.getMessage());
            return;
        } finally {
            opening.writeLock().unlock();
        }
        damaged = false;
        trouble = "";
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

    /** Once in a while, or at once: whether a fault is over, there is space, and something is to be forgotten. */
    private void look(boolean atOnce) {
        openAnew();
        long now = System.nanoTime();
        if (now - lookAt < 0 && !atOnce) {
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
            noteGap(open);
        } catch (IOException problem) {
            stumble(problem);
        } catch (RuntimeException problem) {
            stand("it can't be looked after: " + problem);
        }
    }

    /** RocksDB's list of files names the first and the last word in each, until it is opened anew. */
    private void openAnew() {
        CountDownLatch waiting = anew;
        if (waiting != null) {
            anew = null;
            // Who asks meanwhile waits, and is not told that there is none.
            opening.writeLock().lock();
            try {
                if (book != null) {
                    end();
                    open();
                }
            } finally {
                opening.writeLock().unlock();
            }
            waiting.countDown();
        }
    }

    /** One that turns out to be damaged is put aside at once, and a new one begun; but not one after the other. */
    private void stumble(IOException problem) {
        damaged = Book.isDamage(problem);
        long now = System.nanoTime();
        if (damaged && now - asideAt > pause.toNanos()) {
            asideAt = now;
            end();
            open();
        } else {
            stand("it can't be written: " + problem.getMessage());
        }
    }

    private Optional<String> lackOfSpace() {
        try {
            Store.make(directory);
            long free = Files.getFileStore(directory).getUsableSpace();
            // Once it stands still it takes a little more, so that it does not go on for a moment, over and over.
            long needed = settings.freeBytes() + (faulty ? settings.freeBytes() / MARGIN : 0);
            return free >= needed
                    ? Optional.empty()
                    : Optional.of("too little space on its disk: " + free + " octets are free, " + needed
                            + " are needed (limits.journal-free-bytes)");
        } catch (IOException problem) {
            return Optional.of(String.valueOf(problem.getMessage()));
        }
    }

    /** Stops, and says why; once, until it goes on. */
    private void stand(String why) {
        trouble = why;
        end();
        retryAt = System.nanoTime() + pause.toNanos();
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
        if (ended) {
            throw new IOException("the journal is closed");
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
                return book.archive().find(query.masked(book.knownMask()), before, most);
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
        long forgotten = ask(book -> book.forget(address));
        if (forgotten > 0) {
            awaitAnew();
        }
        return forgotten;
    }

    private synchronized void awaitAnew() throws IOException {
        var waiting = new CountDownLatch(1);
        anew = waiting;
        LockSupport.unpark(writer);
        try {
            long until = System.nanoTime() + pause.toNanos();
            while (!waiting.await(10, TimeUnit.MILLISECONDS) && !ended && System.nanoTime() - until < 0) {
                LockSupport.unpark(writer);
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", stop);
        }
    }

    /** Waits until what has been handed over is written, but not for long. */
    private void settle() throws IOException {
        long until = System.nanoTime() + SETTLE.toNanos();
        long handedOver = taken.get();
        try {
            while ((done < handedOver || (book == null && !faulty)) && !ended && System.nanoTime() - until < 0) {
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

    /**
     * From now on {@code observer} hears of all that is handed over, those together that came together, by the journal's own thread and before it
     * is written: whatever becomes of that. Only what is dropped for want of room it never hears of. The list holds for as long as it is
     * called; it must not wait.
     */
    public Following observe(Consumer<List<Entry>> observer) {
        observers.add(observer);
        return () -> observers.remove(observer);
    }

    /** Entries that were lost to it since the start. */
    public long lost() {
        return missing.all();
    }

    /** Whether it takes nothing now, for a fault or for want of space. */
    public boolean isStanding() {
        return faulty;
    }

    /** Entries that wait to be written. */
    public long waiting() {
        return taken.get() - done;
    }

    /** How often it was tried to open it. */
    int tries() {
        return tries.get();
    }

    /** Entries that were dropped and are not noted yet. */
    long dropped() {
        return missing.count();
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
