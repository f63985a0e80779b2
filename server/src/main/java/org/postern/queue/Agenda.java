package org.postern.queue;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.postern.spool.MessageId;
import org.postern.spool.SpooledMessage;

/**
 * What is due when, in memory: a few dozen octets a message. What has just come waits whole in a line of its own, up to a bound; all
 * else by its name. Times are {@link System#nanoTime()}'s, which no one sets. Thread-safe.
 */
final class Agenda {
    /** Past so many, what comes is remembered by name only, and read again. */
    private static final int FRESH = 5_000;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final TreeSet<Entry> waiting =
            new TreeSet<>(Comparator.comparingLong(Entry::at).thenComparing(Entry::id));
    private final Map<MessageId, Entry> entries = new HashMap<>();
    private final ArrayDeque<Task> fresh = new ArrayDeque<>();
    private final Map<MessageId, Task> busy = new HashMap<>();
    private boolean closed;

    /**
     * A message to be tried.
     *
     * @param since when its age was last reckoned
     */
    private record Entry(long at, MessageId id, long since) {}

    /** What a worker is handed: a name, and the message itself when it was at hand. */
    record Task(MessageId id, @Nullable SpooledMessage message, long since) {}

    /** One that has just come. */
    void addFresh(SpooledMessage message, long now) {
        lock.lock();
        try {
            if (fresh.size() < FRESH) {
                fresh.add(new Task(message.id(), message, now));
            } else {
                put(new Entry(now, message.id(), now));
            }
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    /** One to be tried at {@code at}. */
    void add(MessageId id, long at, long since) {
        lock.lock();
        try {
            put(new Entry(at, id, since));
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    private void put(Entry entry) {
        Entry before = entries.put(entry.id(), entry);
        if (before != null) {
            waiting.remove(before);
        }
        waiting.add(entry);
    }

    /** Waits for the next that is due, and hands it out: nobody else gets it until {@link #release}. Empty when closed. */
    Optional<Task> take() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (!closed) {
                Task next = fresh.poll();
                if (next == null && !waiting.isEmpty()) {
                    long left = waiting.first().at() - System.nanoTime();
                    if (left > 0) {
                        changed.awaitNanos(left);
                        continue;
                    }
                    Entry due = waiting.pollFirst();
                    entries.remove(due.id());
                    next = new Task(due.id(), null, due.since());
                }
                if (next != null) {
                    busy.put(next.id(), next);
                    return Optional.of(next);
                }
                changed.await();
            }
            return Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    /** Takes that one out, whenever it is due; empty when it is handed out already. One that isn't on the agenda may be taken too. */
    Optional<Task> take(MessageId id, long now) {
        lock.lock();
        try {
            if (busy.containsKey(id)) {
                return Optional.empty();
            }
            Entry entry = entries.remove(id);
            if (entry != null) {
                waiting.remove(entry);
            }
            Task task = new Task(id, null, entry == null ? now : entry.since());
            for (var all = fresh.iterator(); all.hasNext(); ) {
                Task one = all.next();
                if (one.id().equals(id)) {
                    all.remove();
                    task = one;
                }
            }
            busy.put(id, task);
            return Optional.of(task);
        } finally {
            lock.unlock();
        }
    }

    /** It is no longer being worked at, and nothing is to be done for it. */
    void release(MessageId id) {
        lock.lock();
        try {
            busy.remove(id);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** It is no longer being worked at, and to be tried again at {@code at}. */
    void release(MessageId id, long at, long since) {
        lock.lock();
        try {
            busy.remove(id);
            put(new Entry(at, id, since));
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Makes all that wait due now. */
    void hurry(long now) {
        lock.lock();
        try {
            var all = waiting.stream().toList();
            waiting.clear();
            for (Entry entry : all) {
                put(new Entry(now, entry.id(), entry.since()));
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** How many there are: due, later, or being worked at. */
    int size() {
        lock.lock();
        try {
            return waiting.size() + fresh.size() + busy.size();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until nothing is due and nothing is being worked at; whether that came within the time. */
    boolean awaitQuiet(long nanos) throws InterruptedException {
        long until = System.nanoTime() + nanos;
        lock.lockInterruptibly();
        try {
            while (!fresh.isEmpty()
                    || !busy.isEmpty()
                    || (!waiting.isEmpty() && waiting.first().at() - System.nanoTime() <= 0)) {
                long left = until - System.nanoTime();
                if (left <= 0) {
                    return false;
                }
                changed.await(Math.min(left, TimeUnit.MILLISECONDS.toNanos(20)), TimeUnit.NANOSECONDS);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
