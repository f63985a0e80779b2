package org.postern.route;

import java.nio.file.Path;
import org.postern.smtp.Mailbox;

/** Where a recipient goes. */
public sealed interface Route {
    /** Into the Maildir at {@code path}; {@code mailbox} is whom it is delivered to, in its plain form. */
    record IntoMaildir(Mailbox mailbox, Path path) implements Route {}

    /** Accepted and dropped. */
    record Discard(Mailbox mailbox) implements Route {}

    /** The domain is ours, but nobody of that name is there. */
    record NoSuchMailbox(String why) implements Route {}

    /** The domain isn't ours. */
    record NotOurs() implements Route {}
}
