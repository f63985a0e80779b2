package org.postern.queue;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.UnaryOperator;
import org.postern.smtp.ForwardPath;
import org.postern.spool.MessageId;
import org.postern.spool.Recipient;
import org.postern.spool.Recipient.State;
import org.postern.spool.Spool;
import org.postern.spool.SpoolProblem;
import org.postern.spool.SpooledMessage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sees to it that what the spool holds is delivered: at once, later again, or held for the operator. Thread-safe. */
public final class Queue implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Queue.class);
    private static final int PAGE = 1_000;
    private static final String HELD = "held by the operator";

    private final Spool spool;
    private final Courier courier;
    private final RetrySchedule schedule;
    private final Clock clock;
    private final Agenda agenda = new Agenda();
    private final List<Thread> workers = new ArrayList<>();

    /** A queue over {@code spool}; nothing is tried before {@link #start}. */
    public Queue(Spool spool, Courier courier, RetrySchedule schedule, Clock clock) {
        this.spool = spool;
        this.courier = courier;
        this.schedule = schedule;
        this.clock = clock;
    }

    /**
     * Begins to deliver, {@code count} at a time, and puts all that the spool holds on the agenda.
     *
     * @throws SpoolProblem when a message in the spool is damaged; the queue is closed then
     */
    public void start(int count) throws IOException {
        for (int i = 0; i < count; i++) {
            workers.add(Thread.ofPlatform().name("delivery-" + i).start(this::work));
        }
        try {
            planAll();
        } catch (IOException | RuntimeException problem) {
            close();
            throw problem;
        }
    }

    private void planAll() throws IOException {
        Optional<MessageId> last = Optional.empty();
        for (List<SpooledMessage> page = spool.page(last, PAGE); !page.isEmpty(); page = spool.page(last, PAGE)) {
            page.forEach(this::plan);
            last = Optional.of(page.getLast().id());
        }
    }

    /** A message that the spool has just accepted. */
    public void add(SpooledMessage message) {
        agenda.addFresh(message, System.nanoTime());
    }

    /** How many messages wait or are being delivered; held ones not counted. */
    public int size() {
        return agenda.size();
    }

    /** Waits until nothing is due; whether that came within {@code patience}. */
    public boolean awaitQuiet(Duration patience) throws InterruptedException {
        return agenda.awaitQuiet(patience.toNanos());
    }

    /** Lets attempts under way end, and makes no others. */
    @Override
    public void close() {
        agenda.close();
        try {
            for (Thread worker : workers) {
                worker.join();
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    // --- what operators ask
    // ----------------------------------------------------------------------------------------------------

    /** What came of asking something of a message. */
    public enum Answer {
        DONE,
        /** There is no such message. */
        UNKNOWN,
        /** It is being delivered just now: ask again. */
        BUSY
    }

    /** Tries everything now. */
    public void flush() {
        agenda.hurry(System.nanoTime());
    }

    /**
     * Makes all that waits due now in the spool itself, for the server that starts next: of use while the queue isn't started.
     *
     * @return how many messages wait
     */
    public long flushKept() throws IOException {
        Instant now = clock.instant();
        long waiting = 0;
        Optional<MessageId> last = Optional.empty();
        for (List<SpooledMessage> page = spool.page(last, PAGE); !page.isEmpty(); page = spool.page(last, PAGE)) {
            for (SpooledMessage message : page) {
                if (next(message).isPresent()) {
                    waiting++;
                    spool.update(message.with(
                            message.age(),
                            recipient -> recipient.state() == State.WAITING ? recipient.due(now) : recipient));
                }
            }
            last = Optional.of(page.getLast().id());
        }
        return waiting;
    }

    /** Tries it now, held or not. */
    public Answer retry(MessageId id) throws IOException {
        Instant now = clock.instant();
        return change(id, recipient -> recipient.state() == State.DELIVERED ? recipient : recipient.due(now));
    }

    /** Tries it no more until it is released. Why it has not been delivered so far is still told. */
    public Answer hold(MessageId id) throws IOException {
        return change(
                id, recipient -> recipient.state() == State.WAITING ? recipient.held(held(recipient)) : recipient);
    }

    private static String held(Recipient recipient) {
        String before = recipient.last();
        return before.startsWith(HELD) ? before : before.isEmpty() ? HELD : HELD + "; before: " + before;
    }

    /** Lets a held one go on. */
    public Answer release(MessageId id) throws IOException {
        Instant now = clock.instant();
        return change(id, recipient -> recipient.state() == State.HELD ? recipient.due(now) : recipient);
    }

    /** Forgets it, undelivered. */
    public Answer drop(MessageId id) throws IOException {
        Optional<Agenda.Task> task = agenda.take(id, System.nanoTime());
        if (task.isEmpty()) {
            return Answer.BUSY;
        }
        OptionalLong next = OptionalLong.empty();
        try {
            Optional<SpooledMessage> message = spool.find(id);
            if (message.isEmpty()) {
                return Answer.UNKNOWN;
            }
            spool.done(message.get());
            LOG.atWarn()
                    .addKeyValue("id", id)
                    .addKeyValue("from", message.get().from().path())
                    .log("dropped by the operator");
            return Answer.DONE;
        } catch (IOException | RuntimeException problem) {
            next = postpone(task.get(), problem);
            throw problem;
        } finally {
            release(id, next, System.nanoTime());
        }
    }

    private Answer change(MessageId id, UnaryOperator<Recipient> change) throws IOException {
        Optional<Agenda.Task> task = agenda.take(id, System.nanoTime());
        if (task.isEmpty()) {
            return Answer.BUSY;
        }
        OptionalLong next = OptionalLong.empty();
        try {
            Optional<SpooledMessage> found = spool.find(id);
            if (found.isEmpty()) {
                return Answer.UNKNOWN;
            }
            SpooledMessage changed =
                    found.get().with(age(found.get(), task.get().since()), change);
            spool.update(changed);
            next = next(changed);
            return Answer.DONE;
        } catch (IOException | RuntimeException problem) {
            next = postpone(task.get(), problem);
            throw problem;
        } finally {
            release(id, next, System.nanoTime());
        }
    }

    // --- the work
    // --------------------------------------------------------------------------------------------------------------

    private void work() {
        try {
            for (Optional<Agenda.Task> task = agenda.take(); task.isPresent(); task = agenda.take()) {
                work(task.get());
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    private void work(Agenda.Task task) {
        OptionalLong next;
        long since = task.since();
        try {
            next = attempt(task);
            since = System.nanoTime();
        } catch (IOException | RuntimeException problem) {
            next = postpone(task, problem);
        }
        release(task.id(), next, since);
    }

    private void release(MessageId id, OptionalLong next, long since) {
        if (next.isPresent()) {
            agenda.release(id, next.getAsLong(), since);
        } else {
            agenda.release(id);
        }
    }

    /** Makes an attempt; when the next one is. */
    private OptionalLong attempt(Agenda.Task task) throws IOException {
        Optional<SpooledMessage> found =
                task.message() == null ? spool.find(task.id()) : Optional.ofNullable(task.message());
        if (found.isEmpty()) {
            return OptionalLong.empty();
        }
        SpooledMessage message = found.get();
        // All that wait are tried together: what was put off by a moment's jitter isn't worth an attempt of its own.
        List<Recipient> due = message.recipients().stream()
                .filter(recipient -> recipient.state() == State.WAITING)
                .toList();
        if (due.isEmpty()) {
            return OptionalLong.empty();
        }
        Map<ForwardPath, Courier.Outcome> outcomes = courier.deliver(message, due);
        Duration age = age(message, task.since());
        SpooledMessage after = message.with(age, recipient -> {
            Courier.Outcome outcome = outcomes.get(recipient.path());
            return outcome == null || recipient.state() != State.WAITING ? recipient : after(recipient, outcome, age);
        });
        if (after.isDone()) {
            spool.done(message);
        } else {
            spool.update(after);
        }
        outcomes.forEach((path, outcome) -> log(after, path, outcome));
        return next(after);
    }

    private Recipient after(Recipient recipient, Courier.Outcome outcome, Duration age) {
        return switch (outcome) {
            case Courier.Outcome.Delivered(String how) -> recipient.delivered(how);
            case Courier.Outcome.Stuck(String why) ->
                recipient.later(clock.instant(), why).held(why);
            case Courier.Outcome.Later(String why) -> {
                Duration wait = schedule.after(recipient.attempts() + 1, ThreadLocalRandom.current());
                Recipient later = recipient.later(clock.instant().plus(wait), why);
                yield age.compareTo(schedule.expire()) > 0
                        ? later.held("given up after " + age.toHours() + "h: " + why)
                        : later;
            }
        };
    }

    /** What went wrong was ours, not the message's: it stays where it is, and is tried again. */
    private OptionalLong postpone(Agenda.Task task, Exception problem) {
        boolean damaged =
                problem instanceof SpoolProblem spoolProblem && spoolProblem.kind() == SpoolProblem.Kind.DAMAGED;
        LOG.atError()
                .addKeyValue("id", task.id())
                .addKeyValue("problem", problem.getMessage())
                .setCause(damaged ? null : problem)
                .log(damaged ? "a damaged message is kept back" : "an attempt failed");
        return damaged
                ? OptionalLong.empty()
                : OptionalLong.of(System.nanoTime()
                        + schedule.after(1, ThreadLocalRandom.current()).toNanos());
    }

    private void plan(SpooledMessage message) {
        next(message).ifPresent(at -> agenda.add(message.id(), at, System.nanoTime()));
    }

    /** When it is to be tried next; empty when nothing of it waits. */
    private OptionalLong next(SpooledMessage message) {
        return message.recipients().stream()
                .filter(recipient -> recipient.state() == State.WAITING)
                .map(Recipient::due)
                .mapToLong(due -> System.nanoTime() + wait(due).toNanos())
                .min();
    }

    /** A clock that was set must neither hurry a message nor put it off for longer than the schedule ever does. */
    private Duration wait(Instant due) {
        Duration wait = Duration.between(clock.instant(), due);
        Duration longest = schedule.longest().multipliedBy(2);
        return wait.isNegative() ? Duration.ZERO : wait.compareTo(longest) > 0 ? longest : wait;
    }

    private static Duration age(SpooledMessage message, long since) {
        return message.age().plusNanos(Math.max(0, System.nanoTime() - since));
    }

    private static void log(SpooledMessage message, ForwardPath path, Courier.Outcome outcome) {
        switch (outcome) {
            case Courier.Outcome.Delivered(String how) ->
                LOG.atInfo()
                        .addKeyValue("id", message.id())
                        .addKeyValue("to", path.path())
                        .addKeyValue("where", how)
                        .addKeyValue("ms", message.age().toMillis())
                        .log("delivered");
            case Courier.Outcome.Later(String why) ->
                LOG.atWarn()
                        .addKeyValue("id", message.id())
                        .addKeyValue("to", path.path())
                        .addKeyValue("problem", why)
                        .log("delivery put off");
            case Courier.Outcome.Stuck(String why) ->
                LOG.atError()
                        .addKeyValue("id", message.id())
                        .addKeyValue("to", path.path())
                        .addKeyValue("problem", why)
                        .addKeyValue("advice", "postern queue list --held")
                        .log("delivery held");
        }
    }
}
