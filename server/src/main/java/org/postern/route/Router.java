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
    private final List<RouteRule> rules;
    private final Domain hostname;
    private final Optional<Mailbox> postmaster;
    private final Path postmasterMaildir;
    private final SystemUsers users;

    /**
     * A router for these domains.
     *
     * @param rules where the rest goes: the first that matches
     * @param postmaster who reads mail to postmaster and abuse where no mailbox of that name is listed
     * @param postmasterMaildir where it is kept when nobody is named
     */
    public Router(
            Domain hostname,
            Collection<LocalDomain> domains,
            List<RouteRule> rules,
            Optional<Mailbox> postmaster,
            Path postmasterMaildir) {
        this(hostname, domains, rules, postmaster, postmasterMaildir, new SystemUsers(SystemUsers.PASSWD));
    }

    Router(
            Domain hostname,
            Collection<LocalDomain> domains,
            List<RouteRule> rules,
            Optional<Mailbox> postmaster,
            Path postmasterMaildir,
            SystemUsers users) {
        this.users = users;
        this.hostname = hostname;
        domains.forEach(domain -> this.domains.put(domain.name().canonical(), domain));
        this.rules = List.copyOf(rules);
        this.postmaster = postmaster;
        this.postmasterMaildir = postmasterMaildir;
    }

    /** Where {@code recipient} goes, as things stand now. Safe for many threads; may look at the file system. */
    public Route route(ForwardPath recipient) {
        return switch (recipient) {
            case ForwardPath.Postmaster _ -> toPostmaster(new Mailbox("postmaster", hostname));
            case Mailbox mailbox ->
                ours(mailbox).map(domain -> local(domain, mailbox)).orElseGet(() -> outside(mailbox));
        };
    }

    /** The domain of ours that {@code mailbox} is in. An address literal is never ours (RFC 5321 §4.1.3 leaves the choice to us). */
    public Optional<LocalDomain> ours(Mailbox mailbox) {
        return mailbox.host() instanceof Domain domain
                ? Optional.ofNullable(domains.get(domain.canonical()))
                : Optional.empty();
    }

    /** Whether only the next hop knows whether {@code mailbox}, which goes by {@code route}, is there. */
    public boolean asks(Route route, Mailbox mailbox) {
        return route instanceof Route.Onward onward
                && onward.mailbox().equals(mailbox)
                && ours(mailbox)
                        .filter(domain -> domain.mailboxes() instanceof LocalDomain.Mailboxes.Ask)
                        .isPresent();
    }

    /** Whether it is clear without a look at who exists that {@code recipient} goes into files here. */
    public boolean staysHere(ForwardPath recipient) {
        return recipient instanceof Mailbox mailbox
                && !ROLES.contains(mailbox.localPart().toLowerCase(Locale.ROOT))
                && ours(mailbox)
                        .filter(domain -> domain.deliver() instanceof LocalDomain.Delivery.IntoMaildir)
                        .isPresent();
    }

    private Route outside(Mailbox mailbox) {
        for (RouteRule rule : rules) {
            if (rule.matches(mailbox.host())) {
                return rule.via() instanceof NextHop.Discard
                        ? new Route.Discard(mailbox, false)
                        : new Route.Onward(mailbox, rule.via(), false, rule.credentials());
            }
        }
        return new Route.NotOurs();
    }

    private Route local(LocalDomain domain, Mailbox asked) {
        String localPart = asked.localPart().toLowerCase(Locale.ROOT);
        if (exists(domain, localPart)) {
            return deliver(domain, localPart, asked);
        }
        if (ROLES.contains(localPart)) {
            return toPostmaster(new Mailbox(localPart, domain.name()));
        }
        int plus = localPart.indexOf('+');
        if (plus > 0 && exists(domain, localPart.substring(0, plus))) {
            return deliver(domain, localPart.substring(0, plus), asked);
        }
        return domain.catchAll()
                .map(name -> deliver(domain, name, new Mailbox(name, domain.name())))
                .orElseGet(() -> new Route.NoSuchMailbox("no such mailbox"));
    }

    private boolean exists(LocalDomain domain, String localPart) {
        return switch (domain.mailboxes()) {
            case LocalDomain.Mailboxes.Listed listed -> listed.localParts().contains(localPart);
            // postmaster goes to whoever is named for it, and a tag to its mailbox, where everybody exists.
            case LocalDomain.Mailboxes.Any _, LocalDomain.Mailboxes.Ask _ ->
                !ROLES.contains(localPart) && localPart.indexOf('+') <= 0;
            case LocalDomain.Mailboxes.Existing _ -> hasMaildir(domain, localPart);
            case LocalDomain.Mailboxes.OfSystem _ -> users.have(localPart);
        };
    }

    private static boolean hasMaildir(LocalDomain domain, String localPart) {
        return domain.deliver() instanceof LocalDomain.Delivery.IntoMaildir into
                && into.template()
                        .resolve(domain.name(), localPart)
                        .filter(path -> Files.isDirectory(path.resolve("new")))
                        .isPresent();
    }

    /** The next hop gets the name as it was written, with its tag: what it makes of it is its own business. */
    private static Route deliver(LocalDomain domain, String localPart, Mailbox asked) {
        return switch (domain.deliver()) {
            case LocalDomain.Delivery.Onward(NextHop.Discard _) -> new Route.Discard(asked, true);
            case LocalDomain.Delivery.Onward(NextHop hop) -> new Route.Onward(asked, hop, true, Optional.empty());
            case LocalDomain.Delivery.IntoMaildir into ->
                // A name of 64 octets may be too long by now: some letters grow in lower case (U+023A from two octets
                // to
                // three), and "x." needs quotes where "x.+tag" did not.
                Mailbox.of(localPart, domain.name())
                        .flatMap(mailbox -> into(domain, into, mailbox))
                        .orElseGet(() -> new Route.NoSuchMailbox("no mailbox can have such a name here"));
        };
    }

    private static Optional<Route> into(LocalDomain domain, LocalDomain.Delivery.IntoMaildir into, Mailbox mailbox) {
        return into.template()
                .resolve(domain.name(), mailbox.localPart())
                .map(path -> new Route.IntoMaildir(mailbox, path));
    }

    private Route toPostmaster(Mailbox asked) {
        Optional<LocalDomain> ours = postmaster.flatMap(this::ours);
        // Not through route(): were postmaster@ itself named, that would lead back here.
        if (ours.isPresent() && postmaster.isPresent()) {
            return deliver(ours.get(), postmaster.get().localPart().toLowerCase(Locale.ROOT), postmaster.get());
        }
        return postmaster
                .map(this::outside)
                .filter(Route.Onward.class::isInstance)
                .orElseGet(() -> new Route.IntoMaildir(asked, postmasterMaildir));
    }
}
