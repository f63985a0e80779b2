package org.postern.route;

import java.util.Optional;
import java.util.Set;
import org.postern.smtp.Domain;
import org.postern.smtp.Mailbox;

/**
 * A domain that we receive for.
 *
 * @param catchAll the local part that gets what nobody else does
 */
public record LocalDomain(Domain name, Delivery deliver, Mailboxes mailboxes, Optional<String> catchAll) {

    /** Whether a mailbox can be {@code localPart}: it may be too long in lower case, or nothing that a Maildir can be named. */
    public boolean hasRoomFor(String localPart) {
        return Mailbox.of(localPart, name).isPresent()
                && switch (deliver) {
                    case Delivery.IntoMaildir into ->
                        into.template().resolve(name, localPart).isPresent();
                    case Delivery.Onward _ -> true;
                };
    }

    /** The way to its mailboxes. */
    public sealed interface Delivery {
        /** A Maildir for each. */
        record IntoMaildir(MaildirTemplate template) implements Delivery {}

        /** On to another host, or dropped. */
        record Onward(NextHop hop) implements Delivery {}
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

        /** The users of this machine: {@code /etc/passwd}. */
        record OfSystem() implements Mailboxes {}

        /** Whom the next hop takes: it is asked. */
        record Ask() implements Mailboxes {}

        /** Everybody. */
        record Any() implements Mailboxes {}
    }
}
