package org.postern.door;

import java.io.IOException;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.postern.finding.Check;
import org.postern.finding.Finding;
import org.postern.finding.Result;
import org.postern.message.OpenMessage;
import org.postern.policy.Judged;
import org.postern.policy.Verdict;
import org.postern.smtp.Envelope;
import org.postern.smtp.server.Session;
import org.postern.spool.MessageId;
import org.postern.spool.Spool;
import org.postern.spool.SpooledMessage;
import org.postern.spool.Standing;

/**
 * Takes in one message: it goes into the spool as it comes, and is judged when all of it is there; only then is it kept, with the fields that
 * tell what was found. For one thread.
 */
final class Reception {
    private final Door door;
    private final Session session;

    /** Empty for the trusted. */
    private final Optional<Judge> judge;

    private final Envelope envelope;
    private final Expansion expansion;

    /** Why it was not kept. */
    private @Nullable Verdict refused;

    Reception(Door door, Session session, Optional<Judge> judge, Envelope envelope, Expansion expansion) {
        this.door = door;
        this.session = session;
        this.judge = judge;
        this.envelope = envelope;
        this.expansion = expansion;
    }

    /** What became of it. */
    sealed interface Outcome {
        /** It is in the spool. */
        record Kept(SpooledMessage message) implements Outcome {}

        /** It is not, for what was found. */
        record Refused(Verdict verdict) implements Outcome {}
    }

    /**
     * Reads it to its end.
     *
     * @param completes whether what is missing in its header is added
     */
    Outcome receive(OpenMessage opened, boolean completes) throws IOException {
        MessageId id = door.spool().nextId();
        var trace = new Trace(
                session,
                door.hostname(),
                judge.flatMap(Judge::confirmedName),
                door.judging().receivedSpf(),
                door.quarantine());
        Optional<ContentInquiry> inquiry = judge.map(_ -> door.examiner().aboutContent(opened.header()));
        OpenMessage seen = inquiry.map(one -> opened.through(one::through)).orElse(opened);
        // A message of the trusted may come from another server of ours, whose fields are true.
        OpenMessage message = judge.isPresent() ? seen.without(trace.forged()) : seen;
        if (completes) {
            message = door.completion(id, envelope.from()).complete(message);
        }
        // As Postfix does: what begins with white space is body, and must not go on with our field.
        String separator = message.header().beginsAsContinuation() ? "\r\n" : "";
        var begun = new Spool.Arrival(
                id, session.id(), expansion.envelope(envelope), "", Optional.empty(), Standing.OURS, expansion.originals());
        Optional<SpooledMessage> kept = door.spool().accept(begun, message.octets(), arrival -> {
            Optional<Verdict> verdict = judge.flatMap(one -> inquiry.map(one::verdict));
            refused = verdict.filter(one -> !one.isTaken()).orElse(null);
            return refused != null ? Optional.empty() : Optional.of(arrival(arrival, verdict, trace, separator));
        });
        return kept.<Outcome>map(Outcome.Kept::new).orElseGet(() -> {
            if (refused == null) {
                throw new IllegalStateException("neither kept nor refused");
            }
            return new Outcome.Refused(refused);
        });
    }

    private Spool.Arrival arrival(Spool.Arrival begun, Optional<Verdict> verdict, Trace trace, String separator) {
        String fields = trace.fields(verdict, envelope, begun.id().toString(), ZonedDateTime.now(door.clock()));
        return new Spool.Arrival(
                begun.id(),
                begun.session(),
                begun.envelope(),
                fields + separator,
                judge.flatMap(one -> verdict.flatMap(one::doubt)),
                standing(verdict),
                begun.originals());
    }

    /** Whether its sender may be told when it can't be delivered: a forged one must not be. */
    private Standing standing(Optional<Verdict> verdict) {
        if (verdict.isEmpty()) {
            return Standing.OURS;
        }
        List<Finding> findings =
                verdict.get().findings().stream().map(Judged::finding).toList();
        boolean isProven = findings.stream().anyMatch(finding -> finding.is(Check.SPF, Result.PASS))
                || ContentInquiry.isAuthorsOwn(envelope.from(), findings);
        return isProven ? Standing.PROVEN : Standing.UNPROVEN;
    }
}
