package org.postern.spool;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;
import org.postern.smtp.Envelope;
import org.postern.smtp.MailParameters;
import org.postern.smtp.MailParameters.Body;
import org.postern.smtp.ReversePath;

/**
 * A message in the spool, all but its content.
 *
 * @param session the session that brought it
 * @param body what its content is, whatever the client said: with 8-bit octets or without
 * @param quarantined whether its recipients find it where they look for what is doubtful
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
        boolean quarantined,
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

    /** Whether the operator holds some of it, and the rest is done. */
    public boolean isHeld() {
        return recipients.stream().noneMatch(recipient -> recipient.state() == Recipient.State.WAITING) && !isDone();
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
                quarantined,
                standing,
                trace,
                octets,
                checksum,
                newAge,
                newRevision,
                changed);
    }
}
