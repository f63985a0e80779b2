package org.postern.queue;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.postern.journal.Entry;
import org.postern.journal.Journal;
import org.postern.smtp.Domain;
import org.postern.smtp.Mailbox;
import org.postern.spool.MessageId;
import org.postern.spool.Recipient;
import org.postern.spool.Recipient.State;
import org.postern.spool.Spool;
import org.postern.spool.SpoolProblem;
import org.postern.spool.SpooledMessage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees to it that what the spool holds is delivered: at once, later again, or reported to its sender, or held for the operator.
 * Thread-safe.
 */
public final class Queue implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Queue.class);
    private static final int PAGE = 1_000;
    private static final String HELD = "held by the operator";

    private final Spool spool;
    private final Orders orders;
    private final Suspensions suspensions;
    private final Clock clock;
    private final Timetable timetable;
    private final Aftermath aftermath;
    private final Account account;
    private final Shelf shelf = new Shelf();
    private final Workers workers;
    private final Agenda agenda;
    private final Sweep sweep;
    private final List<Thread> keepers = new ArrayList<>();

    /**
     * A queue over {@code spool}; nothing is tried before {@link #start}.
     *
     * @param connections to other hosts at once, in all
     * @param journal is told of attempts, and of what operators do
     */
    public Queue(
            Spool spool,
            Courier courier,
            Reporter reporter,
            Suspensions suspensions,
            RetrySchedule schedule,
            int connections,
            Journal journal,
            Clock clock) {
        this.spool = spool;
        this.account = new Account(journal, clock);
        this.orders = new Orders(new Orders.Now(courier, reporter, schedule));
        this.suspensions = suspensions;
        this.clock = clock;
        this.timetable = new Timetable(orders, clock);
        this.aftermath = new Aftermath(orders, clock);
        this.workers = new Workers(spool, orders, timetable, aftermath, account, shelf, this::planAnew);
        this.agenda = new Agenda(one -> orders.courier().atOnce(one), connections, this::employ, clock);
        this.sweep = new Sweep(agenda, orders, this::lookAfter);
    }

    /** One of which no journal is kept. */
    public Queue(
            Spool spool,
            Courier courier,
            Reporter reporter,
            Suspensions suspensions,
            RetrySchedule schedule,
            int connections,
            Clock clock) {
        this(spool, courier, reporter, suspensions, schedule, connections, Journal.none(), clock);
    }

    private void employ(Lane.Worker worker) {
        workers.employ(worker, agenda);
    }

    /**
     * Begins to deliver, and puts all that the spool holds on the agenda.
     *
     * @throws SpoolProblem when a message in the spool is damaged; the queue is closed then
     */
    public void start() throws IOException {
        keepers.add(Thread.ofPlatform().name("queue-clock").start(this::callWhenDue));
        keepers.add(Thread.ofPlatform().name("queue-sweep").start(sweep));
        suspensions.names().forEach(name -> agenda.suspend(destination(name)));
        agenda.open();
        try {
            forEachKept(this::plan);
        } catch (IOException | RuntimeException problem) {
            close();
            throw problem;
        }
    }

    /**
     * Goes by other orders from now on. Attempts that are under way end as they began; what waits for a destination that it would not go to
     * any more waits for its new one, when this returns or when its attempt is over.
     */
    public void change(Courier courier, Reporter reporter, RetrySchedule schedule, int connections) throws IOException {
        orders.change(new Orders.Now(courier, reporter, schedule));
        forEachKept(this::planAnew);
        // Behind all that: now the courier has been asked about each destination.
        agenda.change(connections);
    }

    /** Has a message wait where the courier of now has it wait, if it waits. */
    private void planAnew(SpooledMessage message) throws IOException {
        Courier courier = orders.courier();
        if (!agenda.adopt(message.id(), timetable.of(message).keySet(), courier)) {
            withClaim(message.id(), Optional::of);
        }
    }

    private void planAnew(MessageId id) throws IOException {
        Optional<SpooledMessage> message = spool.find(id);
        if (message.isPresent()) {
            planAnew(message.get());
        }
    }

    /** What is done with a message of the spool. */
    private interface Step {
        void with(SpooledMessage message) throws IOException;
    }

    private void forEachKept(Step step) throws IOException {
        Optional<MessageId> last = Optional.empty();
        for (List<SpooledMessage> page = spool.page(last, PAGE); !page.isEmpty(); page = spool.page(last, PAGE)) {
            for (SpooledMessage message : page) {
                step.with(message);
            }
            last = Optional.of(page.getLast().id());
        }
    }

    private void plan(SpooledMessage message) {
        Courier courier = orders.courier();
        Map<Destination, Long> times = timetable.of(message);
        shelf.note(message);
        if (!times.isEmpty()) {
            agenda.add(message, times, Timetable.hasNoticed(message), courier);
        }
    }

    /** A message that the spool has just accepted. */
    public void add(SpooledMessage message) {
        if (message.isQuarantined()) {
            plan(message);
            return;
        }
        Set<Destination> destinations = new LinkedHashSet<>();
        Courier courier = orders.courier();
        message.recipients().forEach(recipient -> destinations.add(courier.destination(recipient.path())));
        agenda.addFresh(message, destinations, courier);
    }

    /** How many messages wait or are being delivered; held ones not counted. */
    public int size() {
        return agenda.size(Timetable.KEPT);
    }

    /**
     * How it stands. Looks at each message that waits, which takes some 0.2 s for a million, and keeps nobody waiting meanwhile; so what it
     * says is of no single moment. Who asks often should remember the answer.
     */
    public Tally tally() {
        return agenda.count(Timetable.KEPT).with(shelf);
    }

    /** Waits until nothing is due; whether that came within {@code patience}. */
    public boolean awaitQuiet(Duration patience) throws InterruptedException {
        return agenda.awaitQuiet(patience.toNanos());
    }

    /** As {@link #close(Duration)}, with all the time that attempts take. */
    @Override
    public void close() {
        close(Duration.ofDays(1));
    }

    /** Makes no more attempts. Those under way may end within {@code patience}; then they are broken off. */
    public void close(Duration patience) {
        agenda.close();
        try {
            if (!agenda.awaitLeft(patience.toNanos())) {
                orders.abort();
                agenda.awaitLeft(Long.MAX_VALUE);
            }
            for (Thread keeper : keepers) {
                keeper.interrupt();
                keeper.join();
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
        agenda.hurry(Set.of(Timetable.KEPT));
    }

    /** Where mail for {@code name} goes: a domain, or a destination by its own name. */
    public Destination destination(String name) {
        return Domain.parse(name)
                .filter(_ -> !name.equals(Destination.LOCAL.name()))
                .map(domain -> orders.courier().destination(new Mailbox("someone", domain)))
                .orElseGet(() -> name.equals(Destination.LOCAL.name()) ? Destination.LOCAL : Destination.remote(name));
    }

    /** Tries nothing more there, until it is resumed; what is under way ends. Whether that is new. */
    public boolean suspend(Destination destination) throws IOException {
        boolean isNew = suspensions.add(destination);
        if (isNew) {
            agenda.suspend(destination);
            LOG.atWarn().addKeyValue("destination", destination).log("suspended by the operator");
        }
        return isNew;
    }

    /** What was suspended goes on. Whether it was suspended. */
    public boolean resume(Destination destination) throws IOException {
        boolean was = suspensions.remove(destination);
        if (was) {
            agenda.resume(destination);
            LOG.atInfo().addKeyValue("destination", destination).log("resumed by the operator");
        }
        return was;
    }

    /** How {@code destination} fares. */
    public Situation situation(Destination destination) {
        return agenda.situation(destination);
    }

    /** How those fare for which something waits, or that are suspended: the ones with the most waiting, {@code most} of them. */
    public List<Situation> situations(int most) {
        return agenda.situations().stream()
                .filter(one -> !one.destination().equals(Timetable.KEPT.name()))
                .filter(one -> one.waiting() > 0 || one.underWay() > 0 || one.suspended())
                .sorted(Comparator.comparingInt(Situation::waiting).reversed().thenComparing(Situation::destination))
                .limit(most)
                .toList();
    }

    /**
     * Makes all that waits due now in the spool itself, for the server that starts next: of use while the queue isn't started.
     *
     * @return how many messages wait
     */
    public long flushKept() throws IOException {
        Instant now = clock.instant();
        var waiting = new AtomicLong();
        forEachKept(message -> {
            if (Timetable.isWaiting(message)) {
                waiting.incrementAndGet();
                spool.update(message.with(
                        message.age(),
                        recipient -> recipient.state() == State.WAITING ? recipient.due(now) : recipient));
            }
        });
        return waiting.get();
    }

    /** Tries it now, held or not. */
    public Answer retry(MessageId id) throws IOException {
        Instant now = clock.instant();
        return change(
                id,
                Entry.What.RETRIED,
                recipient ->
                        recipient.isDone() || recipient.state() == State.QUARANTINED ? recipient : recipient.due(now));
    }

    /** Tries it no more until it is released. Why it has not been delivered so far is still told. */
    public Answer hold(MessageId id) throws IOException {
        return change(
                id,
                Entry.What.HELD,
                recipient -> recipient.state() == State.WAITING ? recipient.held(held(recipient)) : recipient);
    }

    private static String held(Recipient recipient) {
        String before = recipient.last();
        return before.startsWith(HELD) ? before : before.isEmpty() ? HELD : HELD + "; before: " + before;
    }

    /** Lets a held one go on. */
    public Answer release(MessageId id) throws IOException {
        Instant now = clock.instant();
        return change(id, Entry.What.RELEASED, recipient -> recipient.isHeld() ? recipient.due(now) : recipient);
    }

    /** Lets one in quarantine go on, as if it had just come and nobody doubted it; another one stays as it is. */
    public Answer releaseFromQuarantine(MessageId id) throws IOException {
        return withClaim(id, message -> {
            if (!message.isQuarantined()) {
                return Optional.of(message);
            }
            SpooledMessage released = message.released(clock.instant());
            spool.update(released);
            LOG.atInfo()
                    .addKeyValue("id", id)
                    .addKeyValue("from", message.from().path())
                    .log("released from quarantine by the operator");
            account.happened(Entry.What.RELEASED_FROM_QUARANTINE, message, List.of(), "");
            return Optional.of(released);
        });
    }

    /** Notes that a digest has told of it. */
    public Answer noteDigest(MessageId id) throws IOException {
        return withClaim(id, message -> {
            SpooledMessage digested = message.digested();
            spool.update(digested);
            return Optional.of(digested);
        });
    }

    /** Forgets it, undelivered. */
    public Answer drop(MessageId id) throws IOException {
        return withClaim(id, message -> {
            spool.done(message);
            LOG.atWarn()
                    .addKeyValue("id", id)
                    .addKeyValue("from", message.from().path())
                    .log("dropped by the operator");
            account.happened(Entry.What.DROPPED, message, List.of(), "");
            return Optional.empty();
        });
    }

    private Answer change(MessageId id, Entry.What what, UnaryOperator<Recipient> change) throws IOException {
        return withClaim(id, message -> {
            SpooledMessage changed = message.with(message.age(), change);
            spool.update(changed);
            account.happened(what, message, List.of(), "");
            return Optional.of(changed);
        });
    }

    /** What to make of a message; empty when nothing is left of it. */
    private interface Change {
        Optional<SpooledMessage> of(SpooledMessage message) throws IOException;
    }

    /** Changes a message that nobody else works at meanwhile. It is handed over with its age as it is now. */
    private Answer withClaim(MessageId id, Change change) throws IOException {
        Optional<Agenda.Claim> claimed = agenda.claim(id, orders.courier());
        if (claimed.isEmpty()) {
            return Answer.BUSY;
        }
        Agenda.Claim claim = claimed.get();
        long born = claim.item().born;
        Map<Destination, Long> times = claim.before();
        boolean noticed = claim.item().noticed;
        Courier courier = claim.item().courier;
        try {
            Optional<SpooledMessage> found = spool.find(id);
            if (found.isPresent()) {
                born = claim.item().isKnown()
                        ? born
                        : System.nanoTime() - found.get().age().toNanos();
                Optional<SpooledMessage> changed = change.of(found.get().agedTo(Timetable.age(born)));
                changed.ifPresentOrElse(shelf::note, () -> shelf.gone(id));
                // Before he is asked: if another takes his place meanwhile, it is planned once more.
                courier = orders.courier();
                times = changed.map(timetable::of).orElse(Map.of());
                noticed = changed.map(Timetable::hasNoticed).orElse(true);
                // What was released is young again.
                born = changed.map(one -> System.nanoTime() - one.age().toNanos())
                        .orElse(born);
                return Answer.DONE;
            }
            times = Map.of();
            return Answer.UNKNOWN;
        } finally {
            agenda.settle(claim, born, times, noticed, courier);
        }
    }

    /** Whether it is time to give up something that waits in vain, or to tell its sender. */
    private void lookAfter(MessageId id) throws IOException {
        withClaim(id, message -> {
            SpooledMessage after = aftermath.ofWaiting(
                    message, recipient -> timetable.destination(recipient).flatMap(agenda::why));
            tellOfGivenUp(message, after);
            if (after.isDone()) {
                spool.done(message);
                return Optional.empty();
            }
            spool.update(after);
            return Optional.of(after);
        });
    }

    private void tellOfGivenUp(SpooledMessage before, SpooledMessage after) {
        for (int i = 0; i < after.recipients().size(); i++) {
            Recipient recipient = after.recipients().get(i);
            if (recipient.state() != before.recipients().get(i).state()) {
                account.happened(Entry.What.GIVEN_UP, after, List.of(recipient), recipient.last());
            }
        }
    }

    /** Looks at once after what waits in vain. */
    void sweep() throws InterruptedException {
        sweep.sweep();
    }

    private void callWhenDue() {
        try {
            agenda.callWhenDue();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }
}
