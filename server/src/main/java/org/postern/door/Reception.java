package org.postern.door;

import java.io.IOException;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.postern.dns.DnsName;
import org.postern.filter.AddedField;
import org.postern.filter.Outcome;
import org.postern.filter.Scans;
import org.postern.filter.Transaction;
import org.postern.finding.Check;
import org.postern.finding.Finding;
import org.postern.finding.Result;
import org.postern.message.OpenMessage;
import org.postern.policy.Case;
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
    private final Envelope envelope;
    private final Expansion expansion;
    private final MessageId id;

    /** Why it was not kept. */
    private @Nullable Verdict refused;

    Reception(Door door, Session session, Envelope envelope, Expansion expansion) {
        this.door = door;
        this.session = session;
        this.envelope = envelope;
        this.expansion = expansion;
        this.id = door.spool().nextId();
    }

    /** What became of it. */
    sealed interface Reached {
        /** It is in the spool. */
        record Kept(SpooledMessage message) implements Reached {}

        /** It is not, for what was found. */
        record Refused(Verdict verdict) implements Reached {}
    }

    /**
     * Takes it from who is trusted: nothing is judged, and nothing taken out, for it may come from another server of ours, whose fields are
     * true.
     *
     * @param completes whether what is missing in its header is added
     */
    SpooledMessage trusted(OpenMessage opened, boolean completes) throws IOException {
        OpenMessage message = completes ? door.completion(id, envelope.from()).complete(opened) : opened;
        String fields = trace(Optional.empty()).fields(Optional.empty(), envelope, id.toString(), now());
        return door.spool()
                .accept(
                        new Spool.Arrival(
                                id,
                                session.id(),
                                expansion.envelope(envelope),
                                fields + separator(message),
                                Optional.empty(),
                                Standing.OURS,
                                expansion.originals()),
                        message.octets());
    }

    /** Takes it from a stranger, whom {@code judge} judges: the signatures are verified and the filters shown it while it comes in. */
    Reached judged(OpenMessage opened, Judge judge) throws IOException {
        Trace trace = trace(judge.confirmedName());
        ContentInquiry inquiry = door.examiner().aboutContent(opened.header());
        try (Scans scans = door.filters().begin(transaction(judge.confirmedName()), opened.header())) {
            OpenMessage message =
                    opened.through(inquiry::through).through(scans::tee).without(trace.forged());
            var begun = new Spool.Arrival(
                    id,
                    session.id(),
                    expansion.envelope(envelope),
                    "",
                    Optional.empty(),
                    Standing.UNPROVEN,
                    expansion.originals());
            Optional<SpooledMessage> kept = door.spool().accept(begun, message.octets(), arrival -> {
                List<Outcome> outcomes = scans.finish();
                Verdict verdict = judge.verdict(one -> findings(one, inquiry, outcomes));
                if (!verdict.isTaken()) {
                    refused = verdict;
                    return Optional.empty();
                }
                String fields = trace.fields(Optional.of(verdict), envelope, id.toString(), now()) + added(outcomes);
                return Optional.of(new Spool.Arrival(
                        id,
                        session.id(),
                        arrival.envelope(),
                        fields + separator(message),
                        judge.doubt(verdict),
                        standing(verdict),
                        arrival.originals()));
            });
            return kept.<Reached>map(Reached.Kept::new).orElseGet(() -> {
                if (refused == null) {
                    throw new IllegalStateException("neither kept nor refused");
                }
                return new Reached.Refused(refused);
            });
        }
    }

    private Trace trace(Optional<DnsName> confirmed) {
        return new Trace(session, door.hostname(), confirmed, door.judging().receivedSpf(), door.quarantine());
    }

    private ZonedDateTime now() {
        return ZonedDateTime.now(door.clock());
    }

    /** As Postfix does: what begins with white space is body, and must not go on with our field. */
    private static String separator(OpenMessage message) {
        return message.header().beginsAsContinuation() ? "\r\n" : "";
    }

    private Transaction transaction(Optional<DnsName> confirmed) {
        return new Transaction(
                session.client(),
                confirmed.map(DnsName::text),
                session.greeting().map(greeting -> greeting.name().text()).orElse(""),
                session.tls(),
                envelope.from(),
                envelope.recipients(),
                door.hostname().name(),
                id.toString(),
                Optional.empty());
    }

    private static List<Finding> findings(Case brought, ContentInquiry inquiry, List<Outcome> outcomes) {
        var findings = new ArrayList<>(inquiry.findings(brought));
        outcomes.forEach(outcome -> findings.add(outcome.finding()));
        return findings;
    }

    private static String added(List<Outcome> outcomes) {
        return outcomes.stream()
                .flatMap(outcome -> outcome.fields().stream())
                .map(AddedField::text)
                .collect(Collectors.joining());
    }

    /** Whether its sender may be told when it can't be delivered: a forged one must not be. */
    private Standing standing(Verdict verdict) {
        List<Finding> findings =
                verdict.findings().stream().map(Judged::finding).toList();
        boolean isProven = findings.stream().anyMatch(finding -> finding.is(Check.SPF, Result.PASS))
                || ContentInquiry.isAuthorsOwn(envelope.from(), findings);
        return isProven ? Standing.PROVEN : Standing.UNPROVEN;
    }
}
