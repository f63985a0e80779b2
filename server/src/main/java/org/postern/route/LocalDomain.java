package org.postern.route;

import java.util.Optional;
import java.util.Set;
import org.postern.smtp.Domain;

/**
 * A domain that we receive for.
 *
 * @param catchAll the local part that gets what nobody else does
 */
public record LocalDomain(Domain name, Delivery deliver, Mailboxes mailboxes, Optional<String> catchAll) {

    /** The way to its mailboxes. */
    public sealed interface Delivery {
        /** A Maildir for each. */
        record IntoMaildir(MaildirTemplate template) implements Delivery {}

        /** Accepted and dropped: for tests and no-reply addresses. */
        record Discard() implements Delivery {}
    }

    /** Who exists. */
    public sealed interface Mailboxes {
        /** These, in lower case. */
        record Listed(Set<String> localParts) implements Mailboxes {
            public Listed {
                localParts = Set.copyOf(localParts);
            }
        }

        /** Whose Maildir is there. */
        record Existing() implements Mailboxes {}

        /** Everybody. */
        record Any() implements Mailboxes {}
    }
}
