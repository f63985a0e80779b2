package org.postern.config;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.postern.route.Aliases;
import org.postern.route.LocalDomain;
import org.postern.route.LocalDomain.Mailboxes;
import org.postern.route.Route;
import org.postern.route.Router;
import org.postern.smtp.Domain;
import org.postern.smtp.Mailbox;

/** Reads {@code [aliases]}, {@code alias-files} and {@code [forwarding]}. */
final class AliasingReader {
    private final Section root;
    private final Domain hostname;
    private final List<LocalDomain> domains;
    private final Router router;
    private final int most;

    /**
     * A reader.
     *
     * @param router knows who exists, without aliases
     * @param most how many mailboxes an alias may lead to
     */
    AliasingReader(Section root, Domain hostname, List<LocalDomain> domains, Router router, int most) {
        this.root = root;
        this.hostname = hostname;
        this.domains = domains;
        this.router = router;
        this.most = most;
    }

    Aliasing read(Function<String, Optional<Path>> path) {
        Map<Mailbox, List<Mailbox>> aliases = aliases(root.section("aliases"));
        List<Path> files = root.list("alias-files", "paths as \"/etc/aliases\"", path);
        Section forwarding = root.section("forwarding");
        Optional<Domain> srs = forwarding.text("srs", "a domain of ours as \"example.com\"", Domain::parse);
        if (srs.filter(domain -> !isOurs(domain)).isPresent()) {
            forwarding.mistake("srs", "should be one of [domains]: else what bounces would not come back here");
        }
        forwarding.refuseOthers();
        check(aliases, files);
        return new Aliasing(aliases, files, srs);
    }

    private Map<Mailbox, List<Mailbox>> aliases(Section section) {
        Map<Mailbox, List<Mailbox>> aliases = new LinkedHashMap<>();
        for (String name : section.ownKeys()) {
            Optional<Mailbox> alias = Mailbox.parse(name);
            List<Mailbox> targets = section.list(name, "mailboxes as \"ann@example.com\"", Mailbox::parse);
            if (alias.isEmpty()) {
                section.mistake(name, "is no mailbox: write it as \"sales@example.com\", in quotes");
            } else if (router.ours(alias.get()).isEmpty()) {
                section.mistake(name, "is in none of [domains]: mail for it does not come here");
            } else if (section.isEmptyList(name)) {
                section.mistake(name, "leads nowhere: name a mailbox at least");
            } else if (!targets.isEmpty()) {
                aliases.put(alias.get(), targets);
            }
        }
        return aliases;
    }

    private boolean isOurs(Domain domain) {
        return domains.stream().anyMatch(one -> one.name().equals(domain));
    }

    /** Whether each leads somewhere. */
    private void check(Map<Mailbox, List<Mailbox>> configured, List<Path> files) {
        try {
            var aliases = new Aliases(configured, files, hostname, most, Duration.ofDays(1));
            configured.keySet().forEach(alias -> check(aliases, alias));
        } catch (IOException problem) {
            root.mistake("alias-files", "can't be used: " + problem.getMessage());
        }
        if (!files.isEmpty() && !isOurs(hostname)) {
            root.mistake(
                    "alias-files",
                    "have the names of " + hostname + ", which is not in [domains]: add [domains.\"" + hostname
                            + "\"]");
        }
    }

    private void check(Aliases aliases, Mailbox alias) {
        Section section = root.section("aliases");
        switch (aliases.expand(alias).orElse(new Aliases.Expansion.To(List.of()))) {
            case Aliases.Expansion.Endless(String why) -> section.mistake(alias.toString(), "can't be used: " + why);
            case Aliases.Expansion.To(List<Mailbox> targets) ->
                targets.forEach(target ->
                        fault(target).ifPresent(why -> section.mistake(alias.toString(), target + ": " + why)));
        }
    }

    private Optional<String> fault(Mailbox target) {
        return switch (router.route(target)) {
            case Route.NotOurs _ -> Optional.of("no route leads there, see [[routes]]");
            // A Maildir may still be made.
            case Route.NoSuchMailbox _ ->
                router.ours(target)
                        .filter(domain -> domain.mailboxes() instanceof Mailboxes.Listed)
                        .map(_ -> "no such mailbox");
            case Route.IntoMaildir _, Route.Onward _, Route.Discard _ -> Optional.empty();
        };
    }
}
