package org.postern.spool;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;
import org.postern.finding.FindingsHeader;
import org.postern.smtp.Envelope;
import org.postern.smtp.MailParameters;
import org.postern.smtp.MailParameters.Body;
import org.postern.smtp.ReversePath;

/**
 * A message in the spool, all but its content.
 *
 * @param session the session that brought it
 * @param body what its content is, whatever the client said: with 8-bit octets or without
 * @param doubt why it is in quarantine, or was until it was released; empty when nobody doubted it
 * @param standing whether its sender is told of failures
 * @param trace the header fields that we put before the content, CRLF line ends
 * @param octets of its content
 * @param checksum CRC-32C of its content
 * @param age how long it has waited here as a clock that nobody sets tells it, up to its last change
 * @param revision counts the changes of its recipients' states
 */
public record SpooledMessage(
        MessageId id,
        String session,
        ReversePath from,
        Body body,
        boolean smtputf8,
        Optional<Doubt> doubt,
        Standing standing,
        String trace,
        long octets,
        int checksum,
        Duration age,
        int revision,
        List<Recipient> recipients) {
    public SpooledMessage {
        recipients = List.copyOf(recipients);
    }

    /** When it came. */
    public Instant received() {
        return Instant.ofEpochMilli(id.millis());
    }

    /** What it came in. */
    public Envelope envelope() {
        return new Envelope(
                from,
                new MailParameters(OptionalLong.empty(), body, smtputf8),
                recipients.stream().map(Recipient::path).toList());
    }

    /** Whether nothing is left to do for it. */
    public boolean isDone() {
        return recipients.stream().allMatch(Recipient::isDone);
    }

    /** Whether some of it is kept, and the rest is done. */
    public boolean isHeld() {
        return recipients.stream().noneMatch(recipient -> recipient.state() == Recipient.State.WAITING) && !isDone();
    }

    /** Whether its recipients are to find it where they look for what is doubtful. */
    public boolean isJunk() {
        return doubt.filter(one -> one.way() == Doubt.Way.JUNK).isPresent();
    }

    /** Whether it is kept here for what was found about it, until the operator decides. */
    public boolean isQuarantined() {
        return recipients.stream().anyMatch(recipient -> recipient.state() == Recipient.State.QUARANTINED);
    }

    /** The same as if nobody had doubted it, and it had just come: the next revision. What was found stays in its trace. */
    public SpooledMessage released(Instant now) {
        return withRelease(FindingsHeader.judgedAs(trace, "released"))
                .with(
                        Duration.ZERO,
                        recipient ->
                                recipient.state() == Recipient.State.QUARANTINED ? recipient.released(now) : recipient);
    }

    /** The same once a digest has told of it: the next revision. */
    public SpooledMessage digested() {
        return withDigest().with(age, UnaryOperator.identity());
    }

    SpooledMessage withRelease(String newTrace) {
        return with(doubt.map(Doubt::released), newTrace);
    }

    SpooledMessage withDigest() {
        return with(doubt.map(Doubt::withDigest), trace);
    }

    private SpooledMessage with(Optional<Doubt> newDoubt, String newTrace) {
        return new SpooledMessage(
                id,
                session,
                from,
                body,
                smtputf8,
                newDoubt,
                standing,
                newTrace,
                octets,
                checksum,
                age,
                revision,
                recipients);
    }

    /** Whether the operator has let it out of quarantine. */
    public boolean isReleased() {
        return doubt.filter(one -> one.way() == Doubt.Way.RELEASED).isPresent();
    }

    /** The same with other states: the next revision. */
    public SpooledMessage with(Duration newAge, UnaryOperator<Recipient> change) {
        return with(newAge, revision + 1, recipients.stream().map(change).toList());
    }

    /** The same as it is when it has grown that old: no revision of its own. */
    public SpooledMessage agedTo(Duration newAge) {
        return with(newAge, revision, recipients);
    }

    SpooledMessage with(Duration newAge, int newRevision, List<Recipient> changed) {
        return new SpooledMessage(
                id,
                session,
                from,
                body,
                smtputf8,
                doubt,
                standing,
                trace,
                octets,
                checksum,
                newAge,
                newRevision,
                changed);
    }
}
