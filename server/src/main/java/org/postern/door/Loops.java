package org.postern.door;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.postern.message.Header;
import org.postern.route.Route;
import org.postern.smtp.ForwardPath;

/** Mail that goes in circles. */
final class Loops {
    private Loops() {}

    /** RFC 5321 §6.3: many Received fields tell of a loop; so does our own mark for the very mailbox, or the alias. */
    static Optional<String> find(Header header, Expansion expansion, int mostReceived) {
        int received = header.count("Received");
        if (received > mostReceived) {
            return Optional.of("a mail loop: the message came through " + received + " hops");
        }
        Set<String> delivered = header.values("Delivered-To").stream()
                .map(mailbox -> mailbox.toLowerCase(Locale.ROOT))
                .collect(Collectors.toSet());
        if (delivered.isEmpty()) {
            return Optional.empty();
        }
        Stream<String> mailboxes = expansion.routes().stream()
                .filter(Route.IntoMaildir.class::isInstance)
                .map(route -> ((Route.IntoMaildir) route).mailbox().toString());
        return Stream.concat(mailboxes, expansion.originals().values().stream().map(ForwardPath::toString))
                .filter(name -> delivered.contains(name.toLowerCase(Locale.ROOT)))
                .findFirst()
                .map(name -> "a mail loop: the message was delivered to " + name + " before");
    }
}
