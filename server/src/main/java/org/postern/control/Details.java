package org.postern.control;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.postern.smtp.MailParameters.Body;
import org.postern.spool.Recipient;
import org.postern.spool.SpooledMessage;

/**
 * All about a message but its content.
 *
 * @param session the session that brought it
 * @param body as MAIL said: {@code 7BIT}, {@code 8BITMIME}, or empty
 * @param quarantined whether it goes where its recipients look for what is doubtful
 * @param trace the header fields that we put before the content, CRLF line ends
 */
public record Details(
        Summary summary,
        String session,
        String body,
        boolean smtputf8,
        boolean quarantined,
        String trace,
        List<Delivery> recipients) {

    /**
     * A recipient.
     *
     * @param state {@code waiting}, {@code held}, {@code undeliverable} (held, and forgotten in the end), {@code quarantined},
     *     {@code delivered} or {@code reported}
     * @param next when the next attempt is due; only while waiting
     * @param last what the last attempt came to; empty before the first
     */
    public record Delivery(String to, String state, int attempts, Optional<Instant> next, String last) {}

    public Details {
        recipients = List.copyOf(recipients);
    }

    static Details of(SpooledMessage message, Instant now) {
        return new Details(
                Summary.of(message, now),
                message.session(),
                body(message.body()),
                message.smtputf8(),
                message.isJunk() || message.isQuarantined(),
                message.trace(),
                message.recipients().stream().map(Details::delivery).toList());
    }

    private static String body(Body body) {
        return switch (body) {
            case UNSAID -> "";
            case SEVEN_BIT -> "7BIT";
            case EIGHT_BIT_MIME -> "8BITMIME";
        };
    }

    private static Delivery delivery(Recipient recipient) {
        return new Delivery(
                recipient.path().toString(),
                recipient.state().name().toLowerCase(Locale.ROOT),
                recipient.attempts(),
                recipient.state() == Recipient.State.WAITING ? Optional.of(recipient.due()) : Optional.empty(),
                recipient.last());
    }
}
