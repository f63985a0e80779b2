package org.postern.control;

import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.postern.journal.Codec;
import org.postern.journal.Journal;
import org.postern.journal.Page;
import org.postern.quarantine.Suspect;
import org.postern.quarantine.Suspects;
import org.postern.quarantine.Trust;
import org.postern.quarantine.Trusted;
import org.postern.queue.Destination;
import org.postern.queue.Queue;
import org.postern.spool.MessageId;
import org.postern.spool.Recipient.State;
import org.postern.spool.Spool;
import org.postern.spool.SpoolProblem;
import org.postern.spool.SpooledMessage;

/**
 * Answers from a spool and its queue: in the server, and in a command while no server runs. Closing it closes neither. Thread-safe.
 */
public final class Desk implements Control {
    private final Spool spool;
    private final Queue queue;
    private final Suspects suspects;
    private final Trusted trusted;
    private final Journal journal;
    private final Clock clock;
    private final String name;
    private final Running running;

    /** Whether the queue delivers. */
    public enum Running {
        YES,
        /** What is due is noted in the spool, for the server that starts next. */
        NO
    }

    /**
     * Answers from these.
     *
     * @param name the program and its version
     */
    public Desk(
            Spool spool,
            Queue queue,
            Suspects suspects,
            Trusted trusted,
            Journal journal,
            Clock clock,
            String name,
            Running running) {
        this.journal = journal;
        this.spool = spool;
        this.queue = queue;
        this.suspects = suspects;
        this.trusted = trusted;
        this.clock = clock;
        this.name = name;
        this.running = running;
    }

    @Override
    public void ask(Request request, Listener listener) throws IOException {
        if (request instanceof Request.Content(MessageId id)) {
            new Contents(spool).tell(id, listener);
        } else if (request instanceof Request.Export(MessageId id)) {
            new Contents(spool).export(id, listener);
        } else if (request instanceof Request.Follow && journal.isOn() && running == Running.YES) {
            new Newsletter().tell(journal, listener);
        } else {
            listener.answer(ask(request));
        }
    }

    @Override
    public Answer ask(Request request) throws IOException {
        try {
            return switch (request) {
                case Request.Hello _ -> new Answer.Here(name, queue.size());
                case Request.Page page -> page(page);
                case Request.Show(MessageId id) ->
                    spool.find(id)
                            .<Answer>map(message -> new Answer.Message(Details.of(message, clock.instant())))
                            .orElseGet(() -> unknown(id));
                case Request.Content(MessageId id) -> unknown(id);
                case Request.Export(MessageId id) -> unknown(id);
                case Request.Names asked -> names(asked);
                case Request.Hold(MessageId id) -> ofQueue(id, Desk::isWaiting, queue::hold);
                case Request.Release(MessageId id) -> ofQueue(id, Desk::isHeld, queue::release);
                case Request.Retry(MessageId id) -> ofQueue(id, _ -> true, queue::retry);
                case Request.Drop(MessageId id) -> ofQueue(id, _ -> true, queue::drop);
                case Request.Flush _ -> flush();
                case Request.Why(Optional<String> destination) -> why(destination);
                case Request.Suspend(String name) -> {
                    Destination destination = queue.destination(name);
                    yield new Answer.Switched(destination.name(), queue.suspend(destination));
                }
                case Request.Resume(String name) -> {
                    Destination destination = queue.destination(name);
                    yield new Answer.Switched(destination.name(), queue.resume(destination));
                }
                case Request.QuarantineList list -> quarantined(list);
                case Request.QuarantineShow(MessageId id) -> {
                    Optional<SpooledMessage> message = inQuarantine(id);
                    yield message.isPresent() ? new Answer.Suspected(suspects.of(message.get())) : notInQuarantine(id);
                }
                case Request.QuarantineRelease(MessageId id) ->
                    change(id, SpooledMessage::isQuarantined, queue::releaseFromQuarantine);
                case Request.QuarantineDrop(MessageId id) -> change(id, SpooledMessage::isQuarantined, queue::drop);
                case Request.Trust(MessageId id, Trust.Scope scope) -> trust(id, scope);
                case Request.TrustList _ ->
                    new Answer.Trusts(
                            trusted.all().stream().map(TrustedSender::of).toList());
                case Request.Find find -> find(find);
                case Request.Follow _ ->
                    new Answer.Failed(
                            Answer.Reason.JOURNAL,
                            running == Running.YES
                                    ? "there is no journal: journal.keep is 0s"
                                    : "no server runs, so nothing happens: start it with postern serve");
                case Request.Reload _ ->
                    new Answer.Failed(
                            Answer.Reason.FAILED, "no server runs: it reads the configuration when it starts");
                case Request.ForgetPerson(String address) -> forgetPerson(address);
                case Request.TrustRemove(MessageId id) ->
                    new Answer.Changed(id, trusted.remove(id) ? Answer.Result.DONE : Answer.Result.UNCHANGED);
            };
        } catch (SpoolProblem problem) {
            return failed(problem);
        }
    }

    // --- looking
    // ---------------------------------------------------------------------------------------------------------------

    private Answer page(Request.Page asked) throws IOException {
        Instant now = clock.instant();
        int atOnce = asked.held() ? Request.Page.MOST : asked.most();
        var page = Scan.of(
                this::after,
                asked.after(),
                asked.most(),
                atOnce,
                message -> !message.isQuarantined() && (!asked.held() || isHeld(message)));
        return new Answer.Messages(
                page.found().stream().map(one -> Summary.of(one, now)).toList(), page.next());
    }

    private Answer names(Request.Names asked) throws IOException {
        List<MessageId> ids = after(asked.after(), asked.most()).stream()
                .map(SpooledMessage::id)
                .toList();
        return new Answer.Names(ids, ids.size() < asked.most() ? Optional.empty() : Optional.of(ids.getLast()));
    }

    private Answer quarantined(Request.QuarantineList asked) throws IOException {
        var page = Scan.of(this::after, asked.after(), asked.most(), Request.Page.MOST, SpooledMessage::isQuarantined);
        List<Suspect> found = new ArrayList<>();
        for (SpooledMessage message : page.found()) {
            found.add(suspects.of(message));
        }
        return new Answer.Suspects(found, page.next());
    }

    private Optional<SpooledMessage> inQuarantine(MessageId id) throws IOException {
        return spool.find(id).filter(SpooledMessage::isQuarantined);
    }

    private List<SpooledMessage> after(Optional<MessageId> last, int most) throws IOException {
        boolean none = last.isPresent() && last.get().value() == Long.MAX_VALUE;
        return none ? List.of() : spool.page(last, most);
    }

    private static boolean isWaiting(SpooledMessage message) {
        return message.recipients().stream().anyMatch(recipient -> recipient.state() == State.WAITING);
    }

    private static boolean isHeld(SpooledMessage message) {
        return message.recipients().stream().anyMatch(recipient -> recipient.isHeld());
    }

    private Answer find(Request.Find asked) {
        try {
            Page page = journal.find(asked.query(), asked.before(), asked.most());
            return new Answer.Entries(
                    page.entries().stream().map(Page.Numbered::number).toList(),
                    page.entries().stream().map(one -> Codec.text(one.entry())).toList(),
                    page.next());
        } catch (IOException problem) {
            return noJournal(problem);
        }
    }

    private Answer forgetPerson(String address) {
        try {
            return new Answer.Forgotten(journal.forget(address));
        } catch (IOException problem) {
            return noJournal(problem);
        }
    }

    private static Answer noJournal(IOException problem) {
        return new Answer.Failed(Answer.Reason.JOURNAL, String.valueOf(problem.getMessage()));
    }

    // --- changing
    // --------------------------------------------------------------------------------------------------------------

    private interface Change {
        Queue.Answer of(MessageId id) throws IOException;
    }

    /** What lies in quarantine is no matter of the queue's: who means all that is held there must not let doubtful mail go. */
    private Answer ofQueue(MessageId id, Predicate<SpooledMessage> makesSense, Change change) throws IOException {
        return inQuarantine(id).isPresent()
                ? new Answer.Changed(id, Answer.Result.QUARANTINED)
                : change(id, makesSense, change);
    }

    private Answer trust(MessageId id, Trust.Scope scope) throws IOException {
        Optional<SpooledMessage> message = inQuarantine(id);
        if (message.isEmpty()) {
            return notInQuarantine(id);
        }
        return switch (trusted.add(message.get(), scope, clock.instant())) {
            case Trust.Outcome.Given(Trust trust) -> new Answer.Trusting(Optional.of(TrustedSender.of(trust)), "");
            case Trust.Outcome.Refused(String why) -> new Answer.Trusting(Optional.empty(), why);
        };
    }

    private Answer change(MessageId id, Predicate<SpooledMessage> makesSense, Change change) throws IOException {
        Optional<SpooledMessage> message = spool.find(id);
        if (message.isPresent() && !makesSense.test(message.get())) {
            return new Answer.Changed(id, Answer.Result.UNCHANGED);
        }
        return new Answer.Changed(
                id,
                switch (change.of(id)) {
                    case DONE -> Answer.Result.DONE;
                    case UNKNOWN -> Answer.Result.UNKNOWN;
                    case BUSY -> Answer.Result.BUSY;
                });
    }

    private Answer why(Optional<String> destination) {
        if (running == Running.NO) {
            return new Answer.Failed(
                    Answer.Reason.BUSY, "no server runs, so nothing is tried: start it with postern serve");
        }
        return new Answer.Destinations(destination
                .map(name -> List.of(queue.situation(queue.destination(name))))
                .orElseGet(() -> queue.situations(Answer.MOST_DESTINATIONS)));
    }

    private Answer flush() throws IOException {
        return switch (running) {
            case YES -> {
                queue.flush();
                yield new Answer.Flushed(queue.size());
            }
            case NO -> new Answer.Flushed(queue.flushKept());
        };
    }

    static Answer unknown(MessageId id) {
        return new Answer.Failed(
                Answer.Reason.UNKNOWN,
                "there is no message " + id + " in the queue: delivered, dropped, or never here");
    }

    private static Answer notInQuarantine(MessageId id) {
        return new Answer.Failed(
                Answer.Reason.UNKNOWN,
                "there is no message " + id + " in quarantine: released, dropped, forgotten, or never there");
    }

    static Answer failed(SpoolProblem problem) {
        return new Answer.Failed(Answer.Reason.SPOOL, String.valueOf(problem.getMessage()));
    }

    @Override
    public void close() {}
}
