package org.postern.route;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.postern.smtp.Domain;
import org.postern.smtp.ForwardPath;
import org.postern.smtp.Mailbox;

/**
 * Finds the route of a recipient. Domains and local parts are compared without regard to case, and {@code ann+lists} is
 * {@code ann}'s. {@code postmaster} and {@code abuse} exist in every domain of ours (RFC 5321 §4.5.1, RFC 2142 §4, §2).
 */
public final class Router {
    private static final List<String> ROLES = List.of("postmaster", "abuse");

    private final Map<String, LocalDomain> domains = new HashMap<>();
    private final Domain hostname;
    private final Optional<Mailbox> postmaster;
    private final Path postmasterMaildir;

    /**
     * A router for these domains.
     *
     * @param postmaster who reads mail to postmaster and abuse where no mailbox of that name is listed; a mailbox of ours
     * @param postmasterMaildir where it is kept when nobody is named
     */
    public Router(
            Domain hostname, Collection<LocalDomain> domains, Optional<Mailbox> postmaster, Path postmasterMaildir) {
        this.hostname = hostname;
        domains.forEach(domain -> this.domains.put(domain.name().canonical(), domain));
        this.postmaster = postmaster;
        this.postmasterMaildir = postmasterMaildir;
    }

    /** Where {@code recipient} goes, as things stand now. Safe for many threads; may look at the file system. */
    public Route route(ForwardPath recipient) {
        return switch (recipient) {
            case ForwardPath.Postmaster _ -> toPostmaster(new Mailbox("postmaster", hostname));
            case Mailbox mailbox
            when mailbox.host() instanceof Domain domain -> {
                LocalDomain ours = domains.get(domain.canonical());
                yield ours == null
                        ? new Route.NotOurs()
                        : local(ours, mailbox.localPart().toLowerCase(Locale.ROOT));
            }
            // An address literal is never ours: mail is for names (RFC 5321 §4.1.3 leaves the choice to us).
            case Mailbox _ -> new Route.NotOurs();
        };
    }

    private Route local(LocalDomain domain, String localPart) {
        if (exists(domain, localPart)) {
            return deliver(domain, localPart);
        }
        if (ROLES.contains(localPart)) {
            return toPostmaster(new Mailbox(localPart, domain.name()));
        }
        int plus = localPart.indexOf('+');
        if (plus > 0 && exists(domain, localPart.substring(0, plus))) {
            return deliver(domain, localPart.substring(0, plus));
        }
        return domain.catchAll()
                .map(name -> deliver(domain, name))
                .orElseGet(() -> new Route.NoSuchMailbox("no such mailbox"));
    }

    private static boolean exists(LocalDomain domain, String localPart) {
        return switch (domain.mailboxes()) {
            case LocalDomain.Mailboxes.Listed listed -> listed.localParts().contains(localPart);
            // postmaster goes to whoever is named for it, and a tag to its mailbox, where everybody exists.
            case LocalDomain.Mailboxes.Any _ -> !ROLES.contains(localPart) && localPart.indexOf('+') <= 0;
            case LocalDomain.Mailboxes.Existing _ -> hasMaildir(domain, localPart);
        };
    }

    private static boolean hasMaildir(LocalDomain domain, String localPart) {
        return domain.deliver() instanceof LocalDomain.Delivery.IntoMaildir into
                && into.template()
                        .resolve(domain.name(), localPart)
                        .filter(path -> Files.isDirectory(path.resolve("new")))
                        .isPresent();
    }

    private static Route deliver(LocalDomain domain, String localPart) {
        // A name of 64 octets may be too long by now: some letters grow in lower case (U+023A from two octets to
        // three), and "x." needs quotes where "x.+tag" did not.
        return Mailbox.of(localPart, domain.name())
                .flatMap(mailbox -> deliver(domain, mailbox))
                .orElseGet(() -> new Route.NoSuchMailbox("no mailbox can have such a name here"));
    }

    private static Optional<Route> deliver(LocalDomain domain, Mailbox mailbox) {
        return switch (domain.deliver()) {
            case LocalDomain.Delivery.Discard _ -> Optional.of(new Route.Discard(mailbox));
            case LocalDomain.Delivery.IntoMaildir into ->
                into.template()
                        .resolve(domain.name(), mailbox.localPart())
                        .<Route>map(path -> new Route.IntoMaildir(mailbox, path));
        };
    }

    private Route toPostmaster(Mailbox asked) {
        if (postmaster.isPresent() && postmaster.get().host() instanceof Domain domain) {
            LocalDomain ours = domains.get(domain.canonical());
            String localPart = postmaster.get().localPart().toLowerCase(Locale.ROOT);
            // Not through route(): were postmaster@ itself named, that would lead back here.
            if (ours != null) {
                return deliver(ours, localPart);
            }
        }
        return new Route.IntoMaildir(asked, postmasterMaildir);
    }
}
