package org.postern.queue;

import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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

    /** How many of {@link #asked} are remembered. A message comes as fresh a moment after it is kept. */
    private static final int ASKED = 10_000;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final TreeSet<Entry> waiting =
            new TreeSet<>(Comparator.comparingLong(Entry::at).thenComparing(Entry::id));
    private final Map<MessageId, Entry> entries = new HashMap<>();
    private final LinkedHashMap<MessageId, Task> fresh = new LinkedHashMap<>();
    private final Map<MessageId, Task> busy = new HashMap<>();

    /** What operators asked for while it was in none of these: it may be kept already, and about to come as fresh. */
    private final Set<MessageId> asked = new LinkedHashSet<>();

    private boolean closed;

    /**
     * A message to be tried.
     *
     * @param since when its age was last reckoned
     */
    private record Entry(long at, MessageId id, long since) {}

    /** What a worker is handed: a name, and the message itself when it was at hand. */
    record Task(MessageId id, @Nullable SpooledMessage message, long since) {}

    /** One that has just come. Where somebody was quicker (the start's scan, an operator), what they made of it holds. */
    void addFresh(SpooledMessage message, long now) {
        lock.lock();
        try {
            if (isKnown(message.id()) || asked.contains(message.id())) {
                return;
            }
            if (fresh.size() < FRESH) {
                fresh.put(message.id(), new Task(message.id(), message, now));
            } else {
                put(new Entry(now, message.id(), now));
            }
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    /** One that the spool holds, to be tried at {@code at}; unless it is here already, or being worked at. */
    void add(MessageId id, long at, long since) {
        lock.lock();
        try {
            if (!isKnown(id)) {
                put(new Entry(at, id, since));
                changed.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    private boolean isKnown(MessageId id) {
        return busy.containsKey(id) || fresh.containsKey(id) || entries.containsKey(id);
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
                Map.Entry<MessageId, Task> first = fresh.pollFirstEntry();
                Task next = first == null ? null : first.getValue();
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
            Task task = fresh.remove(id);
            if (task == null) {
                task = new Task(id, null, entry == null ? now : entry.since());
                if (entry == null) {
                    remember(id);
                }
            }
            busy.put(id, task);
            return Optional.of(task);
        } finally {
            lock.unlock();
        }
    }

    private void remember(MessageId id) {
        asked.add(id);
        if (asked.size() > ASKED) {
            asked.remove(asked.iterator().next());
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
