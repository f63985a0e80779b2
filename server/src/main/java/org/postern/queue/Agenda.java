package org.postern.queue;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import org.postern.queue.Courier.Outcome;
import org.postern.queue.Item.Entry;
import org.postern.queue.Lane.Worker;
import org.postern.spool.MessageId;
import org.postern.spool.SpooledMessage;

/**
 * What is due when and where to, in memory: a {@link Lane} for each destination, so that none waits for another. What has just come is
 * remembered whole, up to a bound; all else by its name. Times are {@link System#nanoTime()}'s, which no one sets. Thread-safe.
 *
 * <p>A worker is called as soon as something is due where there is room for one, and goes when nothing more comes.
 */
final class Agenda {
    /** Past so many, what comes is remembered by name only, and read again. */
    private static final int FRESH = 5_000;

    /** How many of {@link #asked} are remembered. A message comes as fresh a moment after it is kept. */
    private static final int ASKED = 10_000;

    /** A destination that took no more connections is asked for more after so long. */
    private static final long CROWDED = Duration.ofMinutes(5).toNanos();

    /** What {@link #count} looks at before it lets others in: with a million waiting nobody waits for it longer than a fraction of a millisecond. */
    private static final int SLICE = 2_000;

    /** An entry that met a crowd is tried again after so long. */
    static final Duration AFTER_CROWD = Duration.ofSeconds(5);

    private final ReentrantLock lock = new ReentrantLock();

    /** For {@link #callWhenDue}: something is due earlier than before. */
    private final Condition timer = lock.newCondition();

    /** For those who wait until nothing is left to do. */
    private final Condition settled = lock.newCondition();

    private final ToIntFunction<Destination> atOnce;
    private final Connections connections;
    private final Consumer<Worker> starter;
    private final Clock clock;

    private final Map<Destination, Lane> lanes = new HashMap<>();
    private final Map<MessageId, Item> items = new HashMap<>();

    /** What workers have now. */
    private final Set<Entry> atWork = new HashSet<>();

    /** By when they are to be looked at. */
    private final TreeMap<Long, Set<Lane>> sleeping = new TreeMap<>();

    /** What operators asked for while it was nowhere here: it may be kept already, and about to come as fresh. */
    private final Set<MessageId> asked = new LinkedHashSet<>();

    private int fresh;
    private int busy;
    private int workers;
    private boolean open;
    private boolean closed;

    /**
     * An empty agenda.
     *
     * @param atOnce how many workers a destination may have
     * @param connections how many workers for other hosts there may be in all
     * @param starter gives a worker a thread; called with the lock held
     */
    Agenda(ToIntFunction<Destination> atOnce, int connections, Consumer<Worker> starter, Clock clock) {
        this.atOnce = atOnce;
        this.connections = new Connections(connections);
        this.starter = starter;
        this.clock = clock;
    }

    /** A part of a message to be tried, as planned by that courier; with the message itself when it was at hand. */
    record Task(Entry entry, @Nullable SpooledMessage message, Courier courier) {
        Item item() {
            return entry.item;
        }

        Destination destination() {
            return entry.lane.destination;
        }
    }

    /**
     * When what was tried is tried again.
     *
     * @param times what is to be done for the message and where, or nowhere
     * @param here in place of that: when, where it was tried
     * @param unreached whether it waits for its destination, not for its own time
     * @param problem what the destination said that was no success
     */
    record Next(Map<Destination, Long> times, OptionalLong here, boolean unreached, Optional<String> problem) {
        static final Next NEVER = new Next(Map.of(), OptionalLong.empty(), false, Optional.empty());

        Next(Map<Destination, Long> times, boolean unreached, Optional<String> problem) {
            this(times, OptionalLong.empty(), unreached, problem);
        }

        /** Where it was tried, all the same, at that time. */
        static Next at(long time) {
            return new Next(Map.of(), OptionalLong.of(time), false, Optional.empty());
        }

        Optional<Long> at(Destination tried) {
            return here.isPresent() ? Optional.of(here.getAsLong()) : Optional.ofNullable(times.get(tried));
        }
    }

    /** What to do about a destination that wasn't reached. */
    enum Fate {
        /** Nobody answers there. */
        DOWN,
        /** Others of us are talking to it: it takes no more at once. */
        CROWDED
    }

    // --- coming
    // ----------------------------------------------------------------------------------------------------------------

    /** One that has just come. Where somebody was quicker (the start's scan, an operator), what they made of it holds. */
    void addFresh(SpooledMessage message, Collection<Destination> destinations, Courier courier) {
        lock.lock();
        try {
            if (items.containsKey(message.id()) || asked.contains(message.id())) {
                return;
            }
            long now = System.nanoTime();
            var item = new Item(message.id(), now - message.age().toNanos(), now, courier);
            item.destinations = destinations.size();
            items.put(item.id, item);
            if (fresh < FRESH) {
                fresh++;
                item.fresh = message;
            }
            for (Destination destination : destinations) {
                var entry = new Entry(item, lane(destination, now), now);
                item.entries.add(entry);
                if (entry.lane.isDown()) {
                    forgetContent(entry);
                }
                entry.lane.addFresh(entry);
                staff(entry.lane, now);
            }
        } finally {
            lock.unlock();
        }
    }

    /** It will be read again: whatever waits for a destination that is down takes the place of what could go at once. */
    private void forgetContent(Entry entry) {
        if (entry.item.fresh != null) {
            entry.item.fresh = null;
            fresh--;
        }
    }

    /** One that the spool holds, to be tried at these times; unless it is here already. */
    void add(SpooledMessage message, Map<Destination, Long> at, boolean noticed, Courier courier) {
        lock.lock();
        try {
            if (!items.containsKey(message.id())) {
                long now = System.nanoTime();
                var item = new Item(message.id(), now - message.age().toNanos(), now, courier);
                item.noticed = noticed;
                items.put(item.id, item);
                put(item, at, now);
            }
        } finally {
            lock.unlock();
        }
    }

    private void put(Item item, Map<Destination, Long> at, long now) {
        item.destinations = at.size();
        at.forEach((destination, when) -> put(new Entry(item, lane(destination, now), when), now));
    }

    private void put(Entry entry, long now) {
        entry.item.entries.add(entry);
        entry.lane.add(entry);
        staff(entry.lane, now);
    }

    private Lane lane(Destination destination, long now) {
        return lanes.computeIfAbsent(destination, one -> new Lane(one, atOnce.applyAsInt(one), now));
    }

    // --- workers
    // ---------------------------------------------------------------------------------------------------------------

    /** From now on workers are called. Until {@link #close} somebody has to be in {@link #callWhenDue}. */
    void open() {
        lock.lock();
        try {
            open = true;
            long now = System.nanoTime();
            lanes.values().forEach(lane -> staff(lane, now));
        } finally {
            lock.unlock();
        }
    }

    /** Calls workers for what becomes due, and hurries those that others wait for, until it is closed. */
    void callWhenDue() throws InterruptedException {
        for (List<Worker> tooPatient = callAndWait(); !tooPatient.isEmpty(); tooPatient = callAndWait()) {
            // Without the lock: it may close a connection.
            tooPatient.forEach(worker -> worker.hurry.run());
        }
    }

    /** Those who are to be hurried; nobody once it is closed. */
    private List<Worker> callAndWait() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (!closed) {
                long now = System.nanoTime();
                while (!sleeping.isEmpty() && sleeping.firstKey() - now <= 0) {
                    for (Lane lane : sleeping.pollFirstEntry().getValue()) {
                        lane.wakeAt = Long.MAX_VALUE;
                        staff(lane, now);
                    }
                }
                List<Worker> tooPatient = connections.tooPatient(now);
                if (!tooPatient.isEmpty()) {
                    return tooPatient;
                }
                long due = sleeping.isEmpty() ? Long.MAX_VALUE : sleeping.firstKey() - now;
                timer.awaitNanos(Math.min(due, connections.untilTooPatient(now)));
            }
            return List.of();
        } finally {
            lock.unlock();
        }
    }

    /** Sees to it that somebody works at what is due in {@code lane}, or looks at it when something is. */
    private void staff(Lane lane, long now) {
        if (!open || closed) {
            return;
        }
        if (lane.isOpen(now) && lane.hasDue(now)) {
            if (!lane.idle.isEmpty()) {
                Worker worker = lane.idle.pop();
                worker.called = true;
                worker.wake.signal();
            } else if (lane.wantsMore(now) && (lane.workers == 0 || !connections.doOthersWait(lane))) {
                call(lane);
            }
        }
        sleepUntil(lane, lane.nextWake(now));
    }

    private void call(Lane lane) {
        boolean isRemote = lane.destination.kind() == Destination.Kind.REMOTE;
        if (isRemote && !connections.isFreeFor(lane)) {
            if (connections.await(lane)) {
                timer.signal();
            }
            return;
        }
        var worker = new Worker(lane, lock.newCondition());
        lane.workers++;
        workers++;
        if (isRemote) {
            connections.take(worker, System.nanoTime());
        }
        starter.accept(worker);
    }

    private void sleepUntil(Lane lane, long at) {
        if (lane.wakeAt == at) {
            return;
        }
        if (lane.wakeAt != Long.MAX_VALUE) {
            Set<Lane> others = sleeping.get(lane.wakeAt);
            if (others != null && others.remove(lane) && others.isEmpty()) {
                sleeping.remove(lane.wakeAt);
            }
        }
        lane.wakeAt = at;
        if (at != Long.MAX_VALUE) {
            sleeping.computeIfAbsent(at, _ -> new HashSet<>()).add(lane);
            if (sleeping.firstKey() == at) {
                timer.signal();
            }
        }
    }

    /**
     * The next for this worker, waited for up to {@code patience}. Empty when it may go: then it has to {@link #leave}.
     */
    Optional<Task> next(Worker worker, Duration patience) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            Lane lane = worker.lane;
            long left = patience.toNanos();
            while (true) {
                long now = System.nanoTime();
                if (closed || !lane.isOpen(now) || lane.hasTooMany(now) || mustYield(lane)) {
                    return Optional.empty();
                }
                Optional<Entry> entry = lane.poll(now);
                if (entry.isPresent()) {
                    return Optional.of(handOut(entry.get(), now));
                }
                if (left <= 0) {
                    return Optional.empty();
                }
                worker.called = false;
                lane.idle.push(worker);
                settled.signalAll();
                while (!worker.called && left > 0) {
                    left = worker.wake.awaitNanos(left);
                }
                lane.idle.remove(worker);
            }
        } finally {
            lock.unlock();
        }
    }

    /** It has several connections, and others wait for one that they could have. */
    private boolean mustYield(Lane lane) {
        return lane.workers > 1 && connections.doOthersWait(lane);
    }

    private Task handOut(Entry entry, long now) {
        Item item = entry.item;
        item.entries.remove(entry);
        item.busy++;
        busy++;
        entry.lane.underWay++;
        atWork.add(entry);
        SpooledMessage message = item.fresh;
        if (message != null && item.entries.isEmpty()) {
            item.fresh = null;
            fresh--;
        }
        staff(entry.lane, now);
        return new Task(entry, message, item.courier);
    }

    /** What was handed out is no longer being worked at: to be tried again at a time, or done with. */
    void release(Task task, Next next) {
        lock.lock();
        try {
            long now = System.nanoTime();
            Entry entry = task.entry();
            busy--;
            entry.lane.underWay--;
            atWork.remove(entry);
            entry.item.busy--;
            next.problem().ifPresent(entry.lane::hadProblem);
            next.at(task.destination()).ifPresent(at -> {
                entry.at = at;
                entry.unreached = next.unreached();
                put(entry, now);
            });
            Long kept = next.times().get(Timetable.KEPT);
            if (kept != null
                    && entry.item.entries.stream().noneMatch(one -> one.lane.destination.equals(Timetable.KEPT))) {
                // The rest of it may be worked at meanwhile.
                entry.item.destinations++;
                put(new Entry(entry.item, lane(Timetable.KEPT, now), kept), now);
            }
            forgetIfDone(entry.item);
            settled.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Takes a message as planned by {@code courier} too, if he has it wait for the destinations that it waits for already. False when it has to be
     * planned anew. Whoever works at it sees to it afterwards.
     */
    boolean adopt(MessageId id, Set<Destination> destinations, Courier courier) {
        lock.lock();
        try {
            Item item = items.get(id);
            if (item == null) {
                return destinations.isEmpty();
            }
            if (item.busy > 0) {
                return true;
            }
            boolean isSame = item.entries.size() == destinations.size()
                    && item.entries.stream().allMatch(one -> destinations.contains(one.lane.destination));
            if (isSame) {
                item.courier = courier;
            }
            return isSame;
        } finally {
            lock.unlock();
        }
    }

    /** So many workers for other hosts from now on, and as many for each destination as is said of it now. */
    void change(int connections) {
        lock.lock();
        try {
            this.connections.change(connections);
            long now = System.nanoTime();
            for (Lane lane : lanes.values()) {
                lane.change(atOnce.applyAsInt(lane.destination));
                staff(lane, now);
            }
        } finally {
            lock.unlock();
        }
    }

    private void forgetIfDone(Item item) {
        if (item.entries.isEmpty() && item.busy == 0) {
            items.remove(item.id);
        }
    }

    /** The destination was reached by this worker. */
    void reached(Worker worker) {
        lock.lock();
        try {
            connections.proven(worker);
            long now = System.nanoTime();
            worker.lane.reached(clock.instant(), now);
            staff(worker.lane, now);
        } finally {
            lock.unlock();
        }
    }

    /**
     * The destination was not reached by this worker.
     *
     * @param wait how long to leave it alone, by the number of times that it wasn't
     */
    Fate unreached(Worker worker, Outcome why, IntFunction<Duration> wait) {
        lock.lock();
        try {
            Lane lane = worker.lane;
            long now = System.nanoTime();
            int others = lane.underWay - 1 + lane.idle.size();
            if (lane.isProven() && others > 0) {
                lane.crowded(others, now + CROWDED);
                return Fate.CROWDED;
            }
            if (lane.isOpen(now)) {
                long until = now + wait.apply(lane.unreached() + 1).toNanos();
                lane.down(why, clock.instant(), until);
                lane.forEachFresh(this::forgetContent);
                lane.idle.forEach(other -> {
                    other.called = true;
                    other.wake.signal();
                });
                lane.idle.clear();
                sleepUntil(lane, lane.nextWake(now));
            }
            return Fate.DOWN;
        } finally {
            lock.unlock();
        }
    }

    /** The worker goes. */
    void leave(Worker worker) {
        lock.lock();
        try {
            Lane lane = worker.lane;
            lane.idle.remove(worker);
            lane.workers--;
            workers--;
            if (lane.destination.kind() == Destination.Kind.REMOTE) {
                connections.giveBack(worker);
            }
            long now = System.nanoTime();
            for (var next = connections.nextInTurn(); next.isPresent(); next = connections.nextInTurn()) {
                staff(next.get(), now);
            }
            staff(lane, now);
            timer.signal();
            settled.signalAll();
        } finally {
            lock.unlock();
        }
    }

    // --- operators
    // -------------------------------------------------------------------------------------------------------------

    /**
     * A message that was taken out.
     *
     * @param before when it would have been tried, and where
     */
    record Claim(Item item, Map<Destination, Long> before) {}

    /** Takes that one out, whenever it is due; empty when it is being worked at. One that isn't here may be taken too. */
    Optional<Claim> claim(MessageId id, Courier courier) {
        lock.lock();
        try {
            Item item = items.get(id);
            if (item == null) {
                long now = System.nanoTime();
                item = new Item(id, Item.UNKNOWN, now, courier);
                items.put(id, item);
                remember(id);
            } else if (item.busy > 0) {
                return Optional.empty();
            }
            return Optional.of(new Claim(item, takeOut(item)));
        } finally {
            lock.unlock();
        }
    }

    private Map<Destination, Long> takeOut(Item item) {
        item.busy++;
        busy++;
        Map<Destination, Long> before = new HashMap<>();
        for (Entry entry : item.entries) {
            entry.lane.remove(entry);
            before.put(entry.lane.destination, entry.at);
        }
        item.entries.clear();
        if (item.fresh != null) {
            item.fresh = null;
            fresh--;
        }
        return before;
    }

    private void remember(MessageId id) {
        asked.add(id);
        if (asked.size() > ASKED) {
            asked.remove(asked.iterator().next());
        }
    }

    /** What was claimed is to be tried at these times, which that courier asked for; nowhere when it is done with. */
    void settle(Claim claim, long born, Map<Destination, Long> at, boolean noticed, Courier courier) {
        lock.lock();
        try {
            long now = System.nanoTime();
            busy--;
            items.remove(claim.item().id);
            if (!at.isEmpty()) {
                var item = new Item(claim.item().id, born, now, courier);
                item.noticed = noticed;
                items.put(item.id, item);
                put(item, at, now);
            }
            settled.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Makes all that wait due now. */
    void hurry(Set<Destination> except) {
        lock.lock();
        try {
            long now = System.nanoTime();
            for (Lane lane : lanes.values()) {
                if (!except.contains(lane.destination)) {
                    lane.hurry(now);
                    staff(lane, now);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** Nothing more is tried there. */
    void suspend(Destination destination) {
        lock.lock();
        try {
            long now = System.nanoTime();
            Lane lane = lane(destination, now);
            lane.suspended = true;
            sleepUntil(lane, Long.MAX_VALUE);
        } finally {
            lock.unlock();
        }
    }

    /** What was suspended goes on, all of it now. */
    void resume(Destination destination) {
        lock.lock();
        try {
            long now = System.nanoTime();
            Lane lane = lane(destination, now);
            lane.suspended = false;
            lane.hurry(now);
            staff(lane, now);
        } finally {
            lock.unlock();
        }
    }

    Situation situation(Destination destination) {
        lock.lock();
        try {
            long now = System.nanoTime();
            return Optional.ofNullable(lanes.get(destination))
                    .orElseGet(() -> new Lane(destination, atOnce.applyAsInt(destination), now))
                    .situation(now, clock.instant());
        } finally {
            lock.unlock();
        }
    }

    List<Situation> situations() {
        lock.lock();
        try {
            long now = System.nanoTime();
            return lanes.values().stream()
                    .map(lane -> lane.situation(now, clock.instant()))
                    .toList();
        } finally {
            lock.unlock();
        }
    }

    /** Why nothing goes to {@code destination}; empty when something may. */
    Optional<Outcome> why(Destination destination) {
        lock.lock();
        try {
            return Optional.ofNullable(lanes.get(destination)).flatMap(Lane::why);
        } finally {
            lock.unlock();
        }
    }

    /** Messages that wait for a destination that nobody reaches, and are as {@code isWanted} says, and those kept for a time that
     * are as {@code isAging} says; up to {@code most}. */
    List<MessageId> waitingInVain(Predicate<Item> isWanted, Predicate<Item> isAging, int most) {
        lock.lock();
        try {
            var found = new ArrayList<MessageId>();
            for (Lane lane : lanes.values()) {
                boolean isKept = lane.destination.equals(Timetable.KEPT);
                if (!lane.isDown() && !isKept) {
                    continue;
                }
                Predicate<Item> wanted = isKept ? isAging : isWanted;
                for (Entry entry : lane.waiting()) {
                    if (found.size() < most && entry.item.busy == 0 && wanted.test(entry.item)) {
                        found.add(entry.item.id);
                    }
                }
            }
            return found;
        } finally {
            lock.unlock();
        }
    }

    /** Forgets destinations of which there is nothing to remember. */
    void tidy(Duration quiet) {
        lock.lock();
        try {
            long now = System.nanoTime();
            lanes.values().removeIf(lane -> lane.isForgettable(now, quiet.toNanos()));
        } finally {
            lock.unlock();
        }
    }

    /** How many messages there are: due, later, or being worked at; those at {@code except} not counted. */
    int size(Destination except) {
        lock.lock();
        try {
            Lane apart = lanes.get(except);
            return items.size() - (apart == null ? 0 : apart.size());
        } finally {
            lock.unlock();
        }
    }

    /**
     * How all of it stands, but for {@code except}. Looks at each entry, which takes some 0.2 s for a million; others come in between, so what it
     * says is of no single moment.
     */
    Count count(Destination except) {
        var count = new Count(System.nanoTime());
        for (Lane lane : lanesBut(except, count)) {
            Optional<Entry> last = Optional.empty();
            do {
                last = count(lane, last, count);
            } while (last.isPresent());
        }
        return count;
    }

    private List<Lane> lanesBut(Destination except, Count count) {
        lock.lock();
        try {
            count.waiting = size(except);
            atWork.stream()
                    .filter(entry -> !entry.lane.destination.equals(except))
                    .forEach(entry -> count.age(entry.item));
            return lanes.values().stream()
                    .filter(lane -> !lane.destination.equals(except))
                    .toList();
        } finally {
            lock.unlock();
        }
    }

    /** Counts those behind that one; the last of them, when there may be more. */
    private Optional<Entry> count(Lane lane, Optional<Entry> behind, Count count) {
        lock.lock();
        try {
            if (behind.isEmpty()) {
                count.lane(lane);
                lane.fresh().forEach(count::waits);
            }
            List<Entry> next = lane.waiting(behind, SLICE);
            next.forEach(count::waits);
            // A copy: it may be put elsewhere before the others are looked at.
            return next.size() < SLICE
                    ? Optional.empty()
                    : Optional.of(new Entry(next.getLast().item, lane, next.getLast().at));
        } finally {
            lock.unlock();
        }
    }

    /** Waits until nothing is due and nothing is being worked at; whether that came within the time. */
    boolean awaitQuiet(long nanos) throws InterruptedException {
        long until = System.nanoTime() + nanos;
        lock.lockInterruptibly();
        try {
            while (busy > 0 || lanes.values().stream().anyMatch(lane -> isRestless(lane, System.nanoTime()))) {
                long left = until - System.nanoTime();
                if (left <= 0) {
                    return false;
                }
                settled.await(Math.min(left, TimeUnit.MILLISECONDS.toNanos(20)), TimeUnit.NANOSECONDS);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    private static boolean isRestless(Lane lane, long now) {
        return lane.isOpen(now) && lane.hasDue(now);
    }

    // --- the end
    // ---------------------------------------------------------------------------------------------------------------

    /** Nothing more is handed out. */
    void close() {
        lock.lock();
        try {
            closed = true;
            timer.signal();
            settled.signalAll();
            for (Lane lane : lanes.values()) {
                for (Worker worker : lane.idle) {
                    worker.called = true;
                    worker.wake.signal();
                }
                lane.idle.clear();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Waits until no worker is left; whether that came within the time. */
    boolean awaitLeft(long nanos) throws InterruptedException {
        long left = nanos;
        lock.lockInterruptibly();
        try {
            while (workers > 0) {
                if (left <= 0) {
                    return false;
                }
                left = settled.awaitNanos(left);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }
}
