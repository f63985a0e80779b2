package org.postern.app;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Set;
import org.postern.config.Config;
import org.postern.delivery.Deliveries;
import org.postern.dns.Resolver;
import org.postern.greeting.Ourselves;
import org.postern.queue.Queue;
import org.postern.queue.Reporter;
import org.postern.queue.Suspensions;
import org.postern.route.OwnHost;
import org.postern.route.Router;
import org.postern.spool.Spool;

/** What the server and the commands that work without one are both made of. */
final class Rooms {
    private Rooms() {}

    static Router router(Config config) {
        Path postmaster = config.data().resolve("maildir").resolve("postmaster");
        return new Router(
                config.hostname(), config.domains(), config.sending().routes(), config.postmaster(), postmaster);
    }

    static Deliveries deliveries(Config config, Spool spool, Router router, Resolver resolver) {
        Ourselves here = Ourselves.here(config.hostname());
        return new Deliveries(config, spool, router, resolver, new OwnHost(Set.of(here.name()), here.addresses()));
    }

    /** A queue that delivers as the configuration says, once it is started. */
    static Queue queue(Config config, Spool spool, Deliveries deliveries, Reporter reporter, Clock clock)
            throws IOException {
        return new Queue(
                spool,
                deliveries,
                reporter,
                Suspensions.open(config.data().resolve("suspended")),
                config.keeping().retry(),
                config.sending().connections(),
                clock);
    }
}
