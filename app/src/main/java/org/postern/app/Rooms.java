package org.postern.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.postern.config.Aliasing;
import org.postern.config.Config;
import org.postern.delivery.Deliveries;
import org.postern.dns.Resolver;
import org.postern.greeting.Ourselves;
import org.postern.journal.Journal;
import org.postern.policy.PolicyException;
import org.postern.quarantine.Suspects;
import org.postern.quarantine.Trusted;
import org.postern.queue.Queue;
import org.postern.queue.Reporter;
import org.postern.queue.Suspensions;
import org.postern.route.Aliases;
import org.postern.route.Forwarding;
import org.postern.route.OwnHost;
import org.postern.route.Router;
import org.postern.route.Srs;
import org.postern.signing.MadeKeys;
import org.postern.signing.Signer;
import org.postern.spool.Spool;

/** What the server and the commands that work without one are both made of. */
final class Rooms {
    private static final Duration LOOK_FOR_ALIASES = Duration.ofSeconds(10);

    private Rooms() {}

    static Router router(Config config) {
        Path postmaster = config.data().resolve("maildir").resolve("postmaster");
        return new Router(
                config.hostname(), config.domains(), config.sending().routes(), config.postmaster(), postmaster);
    }

    /** Aliases, and the senders of what they send on. */
    static Forwarding forwarding(Config config, Clock clock) throws IOException {
        Aliasing aliasing = config.aliasing();
        var aliases = new Aliases(
                aliasing.aliases(),
                aliasing.files(),
                config.hostname(),
                config.intake().expandedRecipients(),
                LOOK_FOR_ALIASES);
        Path srs = config.data().resolve("srs");
        return new Forwarding(aliases, aliasing.srs().map(domain -> new Srs(domain, srs, clock)));
    }

    static Deliveries deliveries(
            Config config, Spool spool, Router router, Forwarding forwarding, Resolver resolver, Signer signer) {
        Ourselves here = Ourselves.here(config.hostname());
        return new Deliveries(
                config,
                spool,
                router,
                forwarding,
                resolver,
                new OwnHost(Set.of(here.name()), here.addresses()),
                signer);
    }

    /** The keys that {@code postern dkim new} makes. */
    static MadeKeys madeKeys(Config config) {
        return new MadeKeys(config.data().resolve("dkim"));
    }

    static Suspects suspects(Config config, Spool spool) {
        return new Suspects(spool, config.quarantine().keep());
    }

    static Trusted trusted(Config config) throws IOException {
        return Trusted.open(config.data().resolve(Trusted.NAME));
    }

    /** The same for a command that only judges, and may be anybody's: the file is the server's own. */
    static List<PolicyException> readableTrust(Config config) throws IOException {
        Path file = config.data().resolve(Trusted.NAME);
        return Files.isReadable(file) ? Trusted.open(file).exceptions() : List.of();
    }

    static Path journalDirectory(Config config) {
        return config.data().resolve("journal");
    }

    static Journal journal(Config config, Clock clock) {
        return Journal.open(journalDirectory(config), config.journal(), clock);
    }

    /** A queue that delivers as the configuration says, once it is started. */
    static Queue queue(
            Config config, Spool spool, Deliveries deliveries, Reporter reporter, Journal journal, Clock clock)
            throws IOException {
        return new Queue(
                spool,
                deliveries,
                reporter,
                Suspensions.open(config.data().resolve("suspended")),
                config.keeping().retry(),
                config.sending().connections(),
                journal,
                clock);
    }
}
