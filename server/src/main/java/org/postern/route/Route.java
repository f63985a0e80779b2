package org.postern.route;

import java.nio.file.Path;
import java.util.Optional;
import org.postern.smtp.ForwardPath;
import org.postern.smtp.Mailbox;

/** Where a recipient goes. */
public sealed interface Route {
    /** Into the Maildir at {@code path}; {@code mailbox} is whom it is delivered to, in its plain form. */
    record IntoMaildir(Mailbox mailbox, Path path) implements Route {}

    /**
     * Accepted and dropped.
     *
     * @param ours as of {@link Onward}
     */
    record Discard(ForwardPath mailbox, boolean ours) implements Route {}

    /**
     * On to another host.
     *
     * @param mailbox whom it is for, as the next hop is told
     * @param ours whether it is in a domain that we receive for: only our own clients may send to others
     * @param credentials the file with user and password for it
     */
    record Onward(ForwardPath mailbox, NextHop hop, boolean ours, Optional<Path> credentials) implements Route {}

    /** The domain is ours, but nobody of that name is there. */
    record NoSuchMailbox(String why) implements Route {}

    /** The domain isn't ours, and no route leads there. */
    record NotOurs() implements Route {}

    /** Whether it leads out of the domains that we receive for, to where only our own clients may send. */
    default boolean leadsOut() {
        return switch (this) {
            case Onward onward -> !onward.ours();
            case Discard discard -> !discard.ours();
            case NotOurs _ -> true;
            case IntoMaildir _, NoSuchMailbox _ -> false;
        };
    }
}
