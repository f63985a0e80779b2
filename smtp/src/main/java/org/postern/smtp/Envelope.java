package org.postern.smtp;

import java.util.List;

/**
 * What a message travels in, RFC 5321 §2.3.1.
 *
 * @param recipients one at least, in the order they were accepted
 */
public record Envelope(ReversePath from, MailParameters parameters, List<ForwardPath> recipients) {
    public Envelope {
        recipients = List.copyOf(recipients);
        if (recipients.isEmpty()) {
            throw new IllegalArgumentException("an envelope has a recipient");
        }
    }
}
