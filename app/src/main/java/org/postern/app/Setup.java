package org.postern.app;

import com.sun.management.UnixOperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.postern.config.Config;
import org.postern.config.Listen;
import org.postern.console.Watched;
import org.postern.delivery.Deliveries;
import org.postern.delivery.Egress;
import org.postern.delivery.GreetingWatch;
import org.postern.dns.CachingResolver;
import org.postern.dns.Resolver;
import org.postern.door.Door;
import org.postern.door.Examiner;
import org.postern.door.HourlyRate;
import org.postern.dsn.Reports;
import org.postern.filter.Filters;
import org.postern.greeting.PublicSuffixes;
import org.postern.journal.Journal;
import org.postern.policy.Greylist;
import org.postern.quarantine.Trusted;
import org.postern.queue.Queue;
import org.postern.route.Forwarding;
import org.postern.route.NextHopMailboxes;
import org.postern.route.Router;
import org.postern.signing.KeyWatch;
import org.postern.signing.Keyring;
import org.postern.signing.Signer;
import org.postern.smtp.Host;
import org.postern.smtp.server.Limits;
import org.postern.smtp.server.SmtpServer;
import org.postern.smtp.server.SmtpServer.Listener;
import org.postern.spool.Spool;
import org.postern.tls.CertificateFiles;
import org.postern.tls.Certificates;
import org.postern.tls.SelfSigned;
import org.slf4j.LoggerFactory;

/**
 * What a configuration makes of a server, wired together by hand. All of it is there before any of it is used: one that can't be made changes
 * nothing.
 */
final class Setup {
    /** For the spool, deliveries and listeners. */
    private static final int FILES_OF_OUR_OWN = 128;

    private static final Duration LOOK_FOR_CERTIFICATES = Duration.ofSeconds(10);

    private final Config config;
    private final Lasting lasting;
    private final Certificates certificates;
    private final CachingResolver resolver;
    private final Router router;
    private final Forwarding forwarding;
    private final Keyring keyring;
    private final Deliveries deliveries;
    private final Reports reports;
    private final Examiner examiner;
    private final Filters filters;
    private final KeyWatch keys;
    private volatile Optional<GreetingWatch> greeting = Optional.empty();

    /** What no change of the configuration touches, but for its settings. */
    record Lasting(Spool spool, Journal journal, Trusted trusted, Greylist greylist, Clock clock) {}

    /**
     * That of {@code config}.
     *
     * @param before the one in whose place it comes: what is the same in both is taken over
     * @throws IOException when a file can't be read that it names
     */
    Setup(Config config, Lasting lasting, Optional<Setup> before) throws IOException {
        this.config = config;
        this.lasting = lasting;
        this.resolver = before.filter(one -> one.config.dns().equals(config.dns()))
                .map(one -> one.resolver)
                .orElseGet(() -> new CachingResolver(config.dns().settings()));
        this.router = Rooms.router(config);
        this.forwarding = Rooms.forwarding(config, lasting.clock());
        this.keyring = new Keyring(config.signing());
        this.deliveries = Rooms.deliveries(
                config,
                lasting.spool(),
                router,
                forwarding,
                resolver,
                new Signer(keyring, config.hostname(), lasting.clock()));
        this.reports = madeReports();
        this.filters = Filters.of(config.filters());
        Optional<Setup> same = before.filter(one -> one.config.certificates().equals(config.certificates())
                && one.config.hostname().equals(config.hostname()));
        this.certificates = same.isPresent() ? same.get().certificates : certificates(config);
        Optional<Examiner> looking = Optional.empty();
        try {
            this.examiner = new Examiner(config, resolver, lasting.trusted()::exceptions, lasting.clock());
            looking = Optional.of(examiner);
            this.keys = KeyWatch.start(Rooms.madeKeys(config), keyring, resolver, lasting.clock());
        } catch (IOException | RuntimeException problem) {
            looking.ifPresent(Examiner::close);
            if (same.isEmpty()) {
                certificates.close();
            }
            throw problem;
        }
    }

    Config config() {
        return config;
    }

    Deliveries deliveries() {
        return deliveries;
    }

    Reports reports() {
        return reports;
    }

    /** The door to {@code queue}, which reports go into as well from now on. */
    Door door(Queue queue) {
        reports.deliverBy(queue::add);
        return new Door(
                config,
                examiner,
                lasting.greylist(),
                router,
                forwarding,
                new NextHopMailboxes(deliveries::ask, NextHopMailboxes.Settings.DEFAULT),
                filters,
                lasting.spool(),
                queue,
                lasting.journal(),
                lasting.clock());
    }

    /** The listeners, for whose sessions {@code door} opens. */
    SmtpServer.Builder server(Door door) {
        SmtpServer.Builder builder = SmtpServer.named(config.hostname())
                .limits(withinOpenFiles(config.limits()))
                .tls(certificates.context())
                .events(new ListenerLog());
        for (Listen listen : config.listen()) {
            builder.listen(listener(config, listen), session -> door.open(session, listen.role()));
        }
        return builder;
    }

    /** What takes a while and nobody waits for: DNS, a large table. */
    void prepare() {
        if (config.sending().usesMx()) {
            greeting = Optional.of(lookAtOurGreeting(config, resolver));
        }
        if (config.listen().stream().anyMatch(listen -> listen.role() == Listen.Role.MX)) {
            Thread.ofPlatform().daemon().name("public-suffixes").start(PublicSuffixes::load);
        }
    }

    /** What is watched of a server and a queue that go by it. */
    Watched watched(SmtpServer server, Queue queue) {
        return new Watched(
                config, server, queue, lasting.spool(), lasting.journal(), certificates, examiner, resolver, greeting);
    }

    /** Another one is in its place: keys and our greeting are looked after there. */
    void stopLooking() {
        keys.close();
        greeting.ifPresent(GreetingWatch::close);
    }

    /** Nobody uses it any more. */
    void close() {
        stopLooking();
        filters.close();
        examiner.close();
        certificates.close();
    }

    /** The same, but what {@code other} uses as well stays. */
    void closeBut(Setup other) {
        stopLooking();
        filters.close();
        examiner.close();
        if (other.certificates != certificates) {
            certificates.close();
        }
    }

    private static GreetingWatch lookAtOurGreeting(Config config, Resolver resolver) {
        return GreetingWatch.start(
                resolver,
                config.hostname(),
                () -> Egress.chosenBySystem(config.hostname()),
                warning -> LoggerFactory.getLogger(Setup.class)
                        .atWarn()
                        .addKeyValue("problem", warning)
                        .addKeyValue("advice", "docs/send.md")
                        .log("our greeting is not believed everywhere"));
    }

    private Reports madeReports() {
        var rate = new HourlyRate<Host>(config.intake().reportsPerHour(), System::nanoTime);
        return new Reports(
                config.hostname(),
                lasting.spool(),
                config.keeping().retry().expire(),
                sender -> rate.take(sender.host()),
                lasting.journal(),
                lasting.clock());
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
        LoggerFactory.getLogger(Setup.class)
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
}
