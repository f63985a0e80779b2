package org.postern.queue;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.postern.journal.Entry;
import org.postern.journal.Journal;
import org.postern.queue.Courier.Outcome;
import org.postern.smtp.ForwardPath;
import org.postern.smtp.Reply;
import org.postern.spool.MessageId;
import org.postern.spool.Recipient;
import org.postern.spool.Recipient.State;
import org.postern.spool.SpooledMessage;

/** Tells the journal of attempts, and of what else becomes of messages. Safe for many threads. */
final class Account {
    private final Journal journal;
    private final Clock clock;

    Account(Journal journal, Clock clock) {
        this.journal = journal;
        this.clock = clock;
    }

    /**
     * An attempt is over.
     *
     * @param after the message as it is now
     * @param security of the connection
     */
    void attempted(
            SpooledMessage after,
            Destination destination,
            Map<ForwardPath, Outcome> outcomes,
            String security,
            Duration time) {
        if (!journal.isOn()) {
            return;
        }
        var tried = new ArrayList<Entry.Tried>();
        for (Recipient recipient : after.recipients()) {
            Outcome outcome = outcomes.get(recipient.path());
            if (outcome != null) {
                tried.add(tried(recipient, outcome, security));
            }
        }
        journal.write(new Entry.Attempt(
                clock.millis(),
                after.id().toString(),
                destination.name(),
                time.toMillis(),
                after.age().toMillis(),
                tried));
    }

    private static Entry.Tried tried(Recipient recipient, Outcome outcome, String security) {
        Optional<Diagnosis> why =
                switch (outcome) {
                    case Outcome.Later later -> Optional.of(later.why());
                    case Outcome.Failed failed -> Optional.of(failed.why());
                    case Outcome.Unreachable unreachable -> Optional.of(unreachable.why());
                    case Outcome.Delivered _, Outcome.Ours _, Outcome.Stuck _ -> Optional.empty();
                };
        Optional<Outcome.Said> said =
                outcome instanceof Outcome.Delivered delivered ? delivered.said() : Optional.empty();
        return new Entry.Tried(
                recipient.path().path(),
                word(outcome),
                why.map(one -> one.status().toString()).orElse(""),
                why.flatMap(Diagnosis::host)
                        .or(() -> said.map(Outcome.Said::host))
                        .orElse(""),
                security,
                why.flatMap(Diagnosis::reply)
                        .or(() -> said.map(Outcome.Said::reply))
                        .map(Reply::toString)
                        .orElse(""),
                outcome instanceof Outcome.Delivered delivered ? delivered.how() : words(recipient, outcome),
                recipient.state().name().toLowerCase(java.util.Locale.ROOT),
                recipient.state() == State.WAITING ? recipient.due().toEpochMilli() : 0);
    }

    /** What is kept with the recipient says more: for how long it was tried, and whether anybody is told. */
    private static String words(Recipient recipient, Outcome outcome) {
        String problem = outcome.problem().orElse("");
        return recipient.last().contains(problem) ? recipient.last() : problem;
    }

    private static String word(Outcome outcome) {
        return switch (outcome) {
            case Outcome.Delivered _ -> "delivered";
            case Outcome.Later _ -> "later";
            case Outcome.Failed _ -> "failed";
            case Outcome.Unreachable _ -> "unreachable";
            case Outcome.Ours _ -> "ours";
            case Outcome.Stuck _ -> "stuck";
        };
    }

    /** Something else became of it, for these of its recipients. */
    void happened(Entry.What what, SpooledMessage message, List<Recipient> to, String text) {
        if (journal.isOn()) {
            happened(
                    what,
                    message.id(),
                    message.from().path(),
                    to.stream().map(recipient -> recipient.path().path()).toList(),
                    text);
        }
    }

    private void happened(Entry.What what, MessageId id, String from, List<String> to, String text) {
        journal.write(new Entry.Event(clock.millis(), what, id.toString(), "", from, to, text));
    }
}
