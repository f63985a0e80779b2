package org.postern.queue;

import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.postern.journal.Entry;
import org.postern.queue.Agenda.Next;
import org.postern.queue.Courier.Outcome;
import org.postern.queue.Lane.Worker;
import org.postern.smtp.ForwardPath;
import org.postern.spool.Doubt;
import org.postern.spool.MessageId;
import org.postern.spool.Recipient;
import org.postern.spool.Recipient.State;
import org.postern.spool.Spool;
import org.postern.spool.SpoolProblem;
import org.postern.spool.SpooledMessage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Those who make the attempts that are due: each a thread with a run of its own, at one destination. */
final class Workers {
    private static final Logger LOG = LoggerFactory.getLogger(Workers.class);

    /** How long a part of a message waits for attempts at its others that began before the settings were changed. */
    private static final Duration AFTER_OTHERS = Duration.ofSeconds(1);

    private final Spool spool;
    private final Orders orders;
    private final Timetable timetable;
    private final Aftermath aftermath;
    private final Account account;
    private final Shelf shelf;
    private final Planner planner;
    private final AtomicInteger count = new AtomicInteger();

    Workers(
            Spool spool,
            Orders orders,
            Timetable timetable,
            Aftermath aftermath,
            Account account,
            Shelf shelf,
            Planner planner) {
        this.shelf = shelf;
        this.planner = planner;
        this.account = account;
        this.spool = spool;
        this.orders = orders;
        this.timetable = timetable;
        this.aftermath = aftermath;
    }

    /** Gives {@code worker} a thread. Returns at once. */
    void employ(Worker worker, Agenda agenda) {
        Thread.Builder thread =
                switch (worker.lane.destination.kind()) {
                    case LOCAL -> Thread.ofPlatform();
                    case REMOTE -> Thread.ofVirtual();
                };
        thread.name("delivery-" + count.incrementAndGet()).start(() -> work(worker, agenda));
    }

    private void work(Worker worker, Agenda agenda) {
        try (Work work = orders.begin(worker.lane.destination)) {
            worker.hurry = work::hurry;
            for (Optional<Agenda.Task> task = agenda.next(worker, work.patience());
                    task.isPresent();
                    task = agenda.next(worker, work.patience())) {
                work(worker, agenda, work, task.get());
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        } finally {
            agenda.leave(worker);
        }
    }

    private void work(Worker worker, Agenda agenda, Work work, Agenda.Task task) {
        Next next = Next.NEVER;
        try {
            next = attempt(worker, agenda, work, task);
        } catch (IOException | RuntimeException problem) {
            next = afterProblem(task.item().id, problem).map(Next::at).orElse(Next.NEVER);
        } finally {
            agenda.release(task, next);
        }
        if (task.courier() != orders.courier()) {
            planAnew(task.item().id);
        }
    }

    /** The settings were changed since somebody began to work at it. */
    private void planAnew(MessageId id) {
        try {
            planner.planAnew(id);
        } catch (IOException | RuntimeException problem) {
            afterProblem(id, problem);
        }
    }

    private Next attempt(Worker worker, Agenda agenda, Work work, Agenda.Task task) throws IOException {
        if (!spool.isRunning()) {
            // What came of an attempt could not be noted: after the restart it would be made again.
            agenda.close();
            return Next.at(System.nanoTime());
        }
        Destination destination = task.destination();
        Optional<SpooledMessage> found =
                task.message() == null ? spool.find(task.item().id) : Optional.ofNullable(task.message());
        if (found.isEmpty()) {
            return Next.NEVER;
        }
        SpooledMessage message = found.get();
        Courier courier = task.courier();
        if (courier != orders.courier()) {
            // Others may still be at it, for recipients that would go here now: it waits for them, and is planned anew.
            return Next.at(System.nanoTime() + (task.item().isShared() ? AFTER_OTHERS.toNanos() : 0));
        }
        // All that wait are tried together: what was put off by a moment's jitter isn't worth an attempt of its own.
        List<Recipient> due = message.recipients().stream()
                .filter(recipient -> Timetable.destination(courier, recipient).equals(Optional.of(destination)))
                .toList();
        if (due.isEmpty()) {
            return Next.NEVER;
        }
        if (destination.equals(Timetable.KEPT)) {
            return Timetable.isToldOf(message) ? forget(task.item(), message) : announce(task.item(), message);
        }
        Courier.Run run = work.by(courier);
        long begun = System.nanoTime();
        Map<ForwardPath, Outcome> outcomes = run.deliver(message, due);
        Duration time = Duration.ofNanos(System.nanoTime() - begun);
        if (isCrowded(worker, agenda, outcomes.values())) {
            return Next.at(System.nanoTime() + Agenda.AFTER_CROWD.toNanos());
        }
        SpooledMessage after = change(task.item(), message, current -> aftermath.of(current, outcomes));
        outcomes.forEach((path, outcome) -> log(after, path, outcome));
        account.attempted(after, destination, outcomes, run.security(), time);
        boolean unreached = outcomes.values().stream().allMatch(Workers::isOfDestination);
        Optional<String> problem = outcomes.values().stream()
                .map(Outcome::problem)
                .flatMap(Optional::stream)
                .findFirst();
        return new Next(timetable.of(after), unreached, problem);
    }

    /** Tells the agenda how the destination fares; whether it only takes no more of us at once. */
    private boolean isCrowded(Worker worker, Agenda agenda, Collection<Outcome> outcomes) {
        // Where some have been decided about, somebody was reached, and what was said of them must be noted.
        Optional<Outcome> why = outcomes.stream().allMatch(Workers::isOfDestination)
                ? outcomes.stream().findFirst()
                : Optional.empty();
        if (why.isEmpty()) {
            agenda.reached(worker);
            return false;
        }
        return agenda.unreached(
                        worker,
                        why.get(),
                        times -> orders.schedule().afterUnreached(times, ThreadLocalRandom.current()))
                == Agenda.Fate.CROWDED;
    }

    /** Whether it is true for all that goes there. */
    private static boolean isOfDestination(Outcome outcome) {
        return outcome instanceof Outcome.Unreachable || outcome instanceof Outcome.Ours;
    }

    /** Plans a message anew, unless somebody works at it: he will. */
    interface Planner {
        void planAnew(MessageId id) throws IOException;
    }

    /** What a message becomes. */
    interface Change {
        SpooledMessage of(SpooledMessage message) throws IOException;
    }

    /** Keeps what {@code change} makes of the message as it stands now. */
    SpooledMessage change(Item item, SpooledMessage seen, Change change) throws IOException {
        // Others may be noting what came of another destination.
        synchronized (item) {
            SpooledMessage current = item.isShared() ? spool.find(seen.id()).orElse(seen) : seen;
            SpooledMessage after = change.of(current.agedTo(Timetable.age(item.born)));
            if (after.isDone()) {
                spool.done(current);
                shelf.gone(current.id());
            } else {
                spool.update(after);
                shelf.note(after);
            }
            return after;
        }
    }

    /** The postmaster is told that it will be forgotten; it is kept until he can be. */
    private Next announce(Item item, SpooledMessage message) throws IOException {
        aftermath.announce(message);
        SpooledMessage after = change(
                item,
                message,
                current -> current.with(
                        current.age(),
                        recipient -> recipient.isForgottenInTheEnd() ? recipient.withNotice() : recipient));
        return new Next(timetable.of(after), false, Optional.empty());
    }

    private Next forget(Item item, SpooledMessage message) throws IOException {
        change(
                item,
                message,
                current -> current.with(current.age(), recipient -> {
                    if (!recipient.isForgottenInTheEnd()) {
                        return recipient;
                    }
                    LOG.atWarn()
                            .addKeyValue("id", message.id())
                            .addKeyValue("from", message.from().path())
                            .addKeyValue("to", recipient.path().path())
                            .addKeyValue("problem", why(message, recipient))
                            .log("forgotten, undelivered");
                    account.happened(Entry.What.FORGOTTEN, message, List.of(recipient), why(message, recipient));
                    return recipient.reported(why(message, recipient));
                }));
        return Next.NEVER;
    }

    private static String why(SpooledMessage message, Recipient recipient) {
        return recipient.state() == State.QUARANTINED
                ? "in quarantine for " + message.doubt().map(Doubt::check).orElse("") + ", and nobody released it"
                : recipient.last();
    }

    /** What went wrong was ours, not the message's: it stays where it is, and is tried again at that time. */
    Optional<Long> afterProblem(MessageId id, Exception problem) {
        boolean damaged =
                problem instanceof SpoolProblem spoolProblem && spoolProblem.kind() == SpoolProblem.Kind.DAMAGED;
        LOG.atError()
                .addKeyValue("id", id)
                .addKeyValue("problem", problem.getMessage())
                .setCause(damaged ? null : problem)
                .log(damaged ? "a damaged message is kept back" : "an attempt failed");
        Duration wait = orders.schedule().after(1, ThreadLocalRandom.current());
        return damaged ? Optional.empty() : Optional.of(System.nanoTime() + wait.toNanos());
    }

    private static void log(SpooledMessage message, ForwardPath path, Outcome outcome) {
        switch (outcome) {
            case Outcome.Delivered delivered ->
                LOG.atInfo()
                        .addKeyValue("id", message.id())
                        .addKeyValue("to", path.path())
                        .addKeyValue("where", delivered.how())
                        .addKeyValue("ms", message.age().toMillis())
                        .log("delivered");
            case Outcome.Later(Diagnosis why) -> putOff(message, path, why.text());
            case Outcome.Unreachable(Diagnosis why) -> putOff(message, path, why.text());
            case Outcome.Failed(Diagnosis why) ->
                LOG.atWarn()
                        .addKeyValue("id", message.id())
                        .addKeyValue("from", message.from().path())
                        .addKeyValue("to", path.path())
                        .addKeyValue("status", why.status())
                        .addKeyValue("problem", why.text())
                        .log("delivery failed");
            case Outcome.Ours(String why) ->
                LOG.atError()
                        .addKeyValue("id", message.id())
                        .addKeyValue("to", path.path())
                        .addKeyValue("problem", why)
                        .addKeyValue("advice", "mend it here: nobody else can; the mail is kept and tried again")
                        .log("delivery put off");
            case Outcome.Stuck(String why) ->
                LOG.atError()
                        .addKeyValue("id", message.id())
                        .addKeyValue("to", path.path())
                        .addKeyValue("problem", why)
                        .addKeyValue("advice", "postern queue list --held")
                        .log("delivery held");
        }
    }

    private static void putOff(SpooledMessage message, ForwardPath path, String why) {
        LOG.atWarn()
                .addKeyValue("id", message.id())
                .addKeyValue("to", path.path())
                .addKeyValue("problem", why)
                .log("delivery put off");
    }
}
