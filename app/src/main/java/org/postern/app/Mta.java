package org.postern.app;

import com.sun.management.UnixOperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.postern.config.Config;
import org.postern.config.Listen;
import org.postern.config.Quarantine;
import org.postern.control.ControlServer;
import org.postern.control.Desk;
import org.postern.delivery.Deliveries;
import org.postern.delivery.Egress;
import org.postern.delivery.OwnGreeting;
import org.postern.dns.CachingResolver;
import org.postern.dns.Resolver;
import org.postern.door.Door;
import org.postern.door.Examiner;
import org.postern.door.HourlyRate;
import org.postern.dsn.Reports;
import org.postern.filter.Filters;
import org.postern.greeting.PublicSuffixes;
import org.postern.journal.Journal;
import org.postern.maildrop.Pickup;
import org.postern.policy.Greylist;
import org.postern.quarantine.Digests;
import org.postern.quarantine.Suspects;
import org.postern.quarantine.Trusted;
import org.postern.queue.Queue;
import org.postern.route.Forwarding;
import org.postern.route.NextHopMailboxes;
import org.postern.route.Router;
import org.postern.signing.KeyWatch;
import org.postern.signing.Keyring;
import org.postern.signing.Signer;
import org.postern.smtp.Host;
import org.postern.smtp.Reply;
import org.postern.smtp.server.Events;
import org.postern.smtp.server.Limits;
import org.postern.smtp.server.SmtpServer;
import org.postern.smtp.server.SmtpServer.Listener;
import org.postern.spool.RocksSpool;
import org.postern.spool.Spool;
import org.postern.tls.CertificateFiles;
import org.postern.tls.Certificates;
import org.postern.tls.SelfSigned;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The running server: everything, wired together by hand. */
final class Mta implements AutoCloseable {
    /** For the spool, deliveries and listeners. */
    private static final int FILES_OF_OUR_OWN = 128;

    private static final Duration LOOK_FOR_CERTIFICATES = Duration.ofSeconds(10);

    private final SmtpServer server;
    private final Queue queue;
    private final Spool spool;
    private final Examiner examiner;
    private final Greylist greylist;
    private final Certificates certificates;
    private final KeyWatch keys;
    private final Filters filters;
    private final Optional<ControlServer> control;
    private final Pickup pickup;
    private final Optional<Digests> digests;
    private final Journal journal;
    private final Duration stopTime;

    private Mta(
            SmtpServer server,
            Queue queue,
            Spool spool,
            Examiner examiner,
            Greylist greylist,
            Certificates certificates,
            KeyWatch keys,
            Filters filters,
            Optional<ControlServer> control,
            Pickup pickup,
            Optional<Digests> digests,
            Journal journal,
            Duration stopTime) {
        this.journal = journal;
        this.server = server;
        this.control = control;
        this.pickup = pickup;
        this.digests = digests;
        this.queue = queue;
        this.spool = spool;
        this.examiner = examiner;
        this.greylist = greylist;
        this.certificates = certificates;
        this.keys = keys;
        this.filters = filters;
        this.stopTime = stopTime;
    }

    static Mta start(Config config) throws IOException {
        Clock clock = Clock.system(ZoneId.systemDefault());
        Certificates certificates = certificates(config);
        Spool spool =
                RocksSpool.open(config.data().resolve("spool"), config.keeping().room(), clock);
        Journal journal = Rooms.journal(config, clock);
        try {
            return start(config, certificates, spool, journal, clock);
        } catch (IOException | RuntimeException problem) {
            journal.close();
            spool.close();
            throw problem;
        }
    }

    private static Mta start(Config config, Certificates certificates, Spool spool, Journal journal, Clock clock)
            throws IOException {
        Resolver resolver = new CachingResolver(config.dns().settings());
        Router router = Rooms.router(config);
        Reports reports = reports(config, spool, journal, clock);
        Forwarding forwarding = Rooms.forwarding(config, clock);
        var keyring = new Keyring(config.signing());
        Deliveries deliveries = Rooms.deliveries(
                config, spool, router, forwarding, resolver, new Signer(keyring, config.hostname(), clock));
        Queue queue = Rooms.queue(config, spool, deliveries, reports, journal, clock);
        reports.deliverBy(queue::add);
        Trusted trusted = Rooms.trusted(config);
        var examiner = new Examiner(config, resolver, trusted::exceptions, clock);
        if (config.listen().stream().anyMatch(listen -> listen.role() == Listen.Role.MX)) {
            Thread.ofPlatform().daemon().name("public-suffixes").start(PublicSuffixes::load);
        }
        Greylist greylist = Greylist.open(
                config.data().resolve("greylist"), config.judging().greylist(), clock);
        Filters filters = Filters.of(config.filters());
        var door = new Door(
                config,
                examiner,
                greylist,
                router,
                forwarding,
                new NextHopMailboxes(deliveries::ask, NextHopMailboxes.Settings.DEFAULT),
                filters,
                spool,
                queue,
                journal,
                clock);
        SmtpServer.Builder builder = SmtpServer.named(config.hostname())
                .limits(withinOpenFiles(config.limits()))
                .tls(certificates.context())
                .events(new Log());
        for (Listen listen : config.listen()) {
            builder.listen(listener(config, listen), session -> door.open(session, listen.role()));
        }
        if (config.sending().usesMx()) {
            lookAtOurGreeting(config, resolver);
        }
        KeyWatch keys = KeyWatch.start(Rooms.madeKeys(config), keyring, resolver, clock);
        queue.start();
        try {
            SmtpServer server = builder.start();
            Suspects suspects = Rooms.suspects(config, spool);
            var desk = new Desk(
                    spool, queue, suspects, trusted, journal, clock, "Postern " + Main.version(), Desk.Running.YES);
            Optional<ControlServer> control = ControlServer.start(config.data(), desk);
            DataDirectory.open(config.data());
            Whereabouts.of(config, server.addresses()).write(config.data());
            Pickup pickup = Pickup.start(Whereabouts.maildrop(config.data()), door.taker());
            Optional<Digests> digests = digests(config, spool, suspects, queue, clock);
            return new Mta(
                    server,
                    queue,
                    spool,
                    examiner,
                    greylist,
                    certificates,
                    keys,
                    filters,
                    control,
                    pickup,
                    digests,
                    journal,
                    config.intake().stopTime());
        } catch (IOException problem) {
            keys.close();
            queue.close();
            throw problem;
        }
    }

    /** Where nothing is held any more, what was held before is told of all the same. */
    private static Optional<Digests> digests(Config config, Spool spool, Suspects suspects, Queue queue, Clock clock) {
        Quarantine quarantine = config.quarantine();
        Optional<Digests.Readers> readers =
                switch (quarantine.digest()) {
                    case RECIPIENTS -> Optional.of(Digests.Readers.RECIPIENTS);
                    case POSTMASTER -> Optional.of(Digests.Readers.POSTMASTER);
                    case OFF -> Optional.empty();
                };
        return readers.map(one -> Digests.start(
                new Digests.Settings(
                        config.hostname(), config.data().resolve(Digests.NAME), one, quarantine.digestAt()),
                spool,
                suspects,
                queue,
                clock));
    }

    /** In the background: nobody waits for DNS at a start. */
    private static void lookAtOurGreeting(Config config, Resolver resolver) {
        OwnGreeting.look(
                resolver,
                config.hostname(),
                () -> Egress.chosenBySystem(config.hostname()),
                warning -> LoggerFactory.getLogger(Mta.class)
                        .atWarn()
                        .addKeyValue("problem", warning)
                        .addKeyValue("advice", "docs/send.md")
                        .log("our greeting is not believed everywhere"));
    }

    private static Reports reports(Config config, Spool spool, Journal journal, Clock clock) {
        var rate = new HourlyRate<Host>(config.intake().reportsPerHour(), System::nanoTime);
        return new Reports(
                config.hostname(),
                spool,
                config.keeping().retry().expire(),
                sender -> rate.take(sender.host()),
                journal,
                clock);
    }

    /** Sessions must never take the last descriptors: a store that can't open its next file takes no more mail. */
    private static Limits withinOpenFiles(Limits limits) {
        if (!(ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system)) {
            return limits;
        }
        long sessions = system.getMaxFileDescriptorCount() - system.getOpenFileDescriptorCount() - FILES_OF_OUR_OWN;
        if (sessions >= limits.sessions()) {
            return limits;
        }
        LoggerFactory.getLogger(Mta.class)
                .atWarn()
                .addKeyValue("sessions", Math.max(1, sessions))
                .addKeyValue("files", system.getMaxFileDescriptorCount())
                .addKeyValue("advice", "raise the limit of open files (ulimit -n), or lower limits.sessions")
                .log("fewer sessions at once than limits.sessions");
        return limits.withSessions((int) Math.max(1, sessions));
    }

    private static Certificates certificates(Config config) throws IOException {
        List<CertificateFiles> files = config.certificates();
        if (files.isEmpty()) {
            files = List.of(SelfSigned.in(
                    config.data().resolve("tls"), config.hostname().name()));
        }
        return Certificates.of(files, LOOK_FOR_CERTIFICATES);
    }

    private static Listener listener(Config config, Listen listen) {
        return new Listener(
                listen.address(),
                listen.tls(),
                config.judging().bannerDelay(),
                trust(config, listen),
                peer -> listen.proxies().stream().anyMatch(net -> net.contains(peer)));
    }

    private static Predicate<InetAddress> trust(Config config, Listen listen) {
        return switch (listen.role()) {
            case TRUSTED -> _ -> true;
            // Never loopback: a port forwarder makes strangers look like it (attacks.md relay-3).
            case MX ->
                client -> listen.relay()
                        && !client.isLoopbackAddress()
                        && config.trusted().stream().anyMatch(net -> net.contains(client));
        };
    }

    /** Where it listens, in the order of the configuration. */
    List<InetSocketAddress> addresses() {
        return server.addresses();
    }

    /** Stops in good order: transactions under way may end. */
    @Override
    public void close() {
        server.stop(stopTime);
        pickup.close();
        certificates.close();
        keys.close();
        filters.close();
        // Before what it asks: nobody may look into a store that is closed.
        control.ifPresent(ControlServer::close);
        digests.ifPresent(Digests::close);
        queue.close(stopTime);
        examiner.close();
        journal.close();
        try (greylist) {
            spool.close();
        } catch (IOException problem) {
            LoggerFactory.getLogger(Mta.class)
                    .atError()
                    .addKeyValue("problem", problem.getMessage())
                    .log("the spool could not be closed in good order");
        }
    }

    private static final class Log implements Events {
        private static final Logger LOG = LoggerFactory.getLogger(SmtpServer.class);

        @Override
        public void turnedAway(InetAddress client, Reply reply) {
            LOG.atWarn()
                    .addKeyValue("client", client.getHostAddress())
                    .addKeyValue("reply", reply)
                    .log("turned away");
        }

        @Override
        public void proxyFault(InetAddress proxy, String why) {
            LOG.atWarn()
                    .addKeyValue("proxy", proxy.getHostAddress())
                    .addKeyValue("problem", why)
                    .log("front end's connection closed");
        }

        @Override
        public void acceptFailing(IOException problem) {
            LOG.atError()
                    .addKeyValue("problem", problem.getMessage())
                    .log("can't accept connections and goes on trying: raise the limit of open files, or lower"
                            + " limits.sessions");
        }

        @Override
        public void acceptRecovered() {
            LOG.info("accepts connections again");
        }
    }
}
