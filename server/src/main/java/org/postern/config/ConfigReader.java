package org.postern.config;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.postern.config.Config.ClientRates;
import org.postern.config.Config.Intake;
import org.postern.config.Config.Keeping;
import org.postern.config.Config.LogFormat;
import org.postern.config.Config.Result;
import org.postern.config.Listen.Role;
import org.postern.dns.CachingResolver;
import org.postern.dns.DnsSettings;
import org.postern.dns.DnsSettings.Dnssec;
import org.postern.journal.JournalSettings;
import org.postern.policy.Net;
import org.postern.queue.RetrySchedule;
import org.postern.route.LocalDomain;
import org.postern.route.LocalDomain.Delivery;
import org.postern.route.LocalDomain.Mailboxes;
import org.postern.route.MaildirTemplate;
import org.postern.route.NextHop;
import org.postern.route.RouteRule;
import org.postern.route.Router;
import org.postern.smtp.Domain;
import org.postern.smtp.Mailbox;
import org.postern.smtp.server.Limits;
import org.postern.smtp.server.TlsMode;
import org.postern.spool.RocksSpool;
import org.postern.tls.CertificateFiles;
import org.tomlj.Toml;
import org.tomlj.TomlParseError;
import org.tomlj.TomlParseResult;

/** Reads one file: every key by its name, its kind and its default, in the order of {@code docs/configuration.md}. */
final class ConfigReader {
    private static final Duration NONE = Duration.ZERO;
    private static final Duration INSTANT = Duration.ofMillis(1);

    /** RFC 9422 §4.2: RCPTMAX has six digits at most. */
    private static final int RCPTMAX = 999_999;

    private final Path directory;
    private final Reading reading;
    private final List<String> warnings = new ArrayList<>();

    ConfigReader(Path file, Path directory) {
        this.directory = directory;
        this.reading = new Reading(file);
    }

    Result read(String toml) {
        try {
            return read(Toml.parse(toml));
        } catch (TomlParseError mistake) {
            // Most stand in the result; one in the key of a table is thrown.
            reading.mistake(
                    mistake.position().line(), mistake.position().column(), "not TOML: " + mistake.getMessage());
            return new Result.Invalid(reading.mistakes());
        }
    }

    private Result read(TomlParseResult parsed) {
        parsed.errors()
                .forEach(error -> reading.mistake(
                        error.position().line(), error.position().column(), "not TOML: " + error.getMessage()));
        // What a parser makes of the rest of a broken file would only give mistakes that are none.
        Config config = parsed.hasErrors() ? null : config(new Section(parsed, "", reading));
        if (config == null || !reading.mistakes().isEmpty()) {
            return new Result.Invalid(reading.mistakes());
        }
        return new Result.Valid(config, List.copyOf(warnings));
    }

    /** Every key that this reading asked for: with a listener, a certificate and a domain in the file, all there are. */
    Set<String> keys() {
        return reading.keys();
    }

    private Config config(Section root) {
        Domain hostname = hostname(root);
        Path data = path(root, "data").orElse(directory.resolve("data"));
        Optional<Mailbox> postmaster = root.text("postmaster", "a mailbox as \"ann@example.com\"", Mailbox::parse);
        Section relay = root.section("relay");
        List<Net> trusted = relay.list("trusted", "nets as \"192.0.2.0/24\"", Net::parse);
        relay.refuseOthers();
        List<Listen> listen = listeners(root, trusted);
        List<CertificateFiles> certificates = certificates(root.section("tls"));
        List<LocalDomain> domains = domains(root.section("domains"), hostname, data);
        Section limits = root.section("limits");
        Sending sending = new SendingReader(root, limits, this::path).read();
        postmaster.ifPresent(mailbox -> checkPostmaster(root, mailbox, domains, sending.routes()));
        Intake intake = intake(limits);
        var router = new Router(hostname, domains, sending.routes(), postmaster, data);
        Aliasing aliasing =
                new AliasingReader(root, hostname, domains, router, intake.expandedRecipients()).read(this::path);
        Config.Dns dns = dns(root.section("dns"), limits);
        Section policy = root.section("policy");
        Quarantine quarantine = QuarantineReader.read(policy, root.section("quarantine"));
        Filtering filtering = new FilterReader(root, this::path).read();
        JournalSettings journal = JournalReader.read(root.section("journal"), limits);
        Judging judging = new PolicyReader(policy, limits, filtering.rules(), this::path).read();
        var config = new Config(
                hostname,
                data,
                postmaster,
                listen,
                certificates,
                trusted,
                domains,
                aliasing,
                sending,
                new SigningReader(root, this::path).read(),
                dns,
                judging,
                quarantine,
                filtering.settings(),
                limits(limits),
                intake,
                keeping(root.section("queue"), limits, quarantine),
                journal,
                WatchingReader.read(root.section("console"), listen, journal, warnings::add),
                logFormat(root.section("log")));
        limits.refuseOthers();
        root.refuseOthers();
        return config;
    }

    private Domain hostname(Section root) {
        Optional<Domain> named = root.text(
                "hostname",
                "a host name as \"mx.example.com\"",
                text -> Domain.parse(text).filter(Domain::isHostName));
        Domain hostname = named.orElseGet(HostName::find);
        if (!hostname.name().contains(".")) {
            warnings.add("hostname is \"" + hostname
                    + "\", which other servers will not believe: set hostname = \"mx.your-domain\"");
        }
        return hostname;
    }

    private Optional<Path> path(Section section, String key) {
        return section.text(key, "a path", this::path);
    }

    private Optional<Path> path(String text) {
        try {
            return text.isEmpty()
                    ? Optional.empty()
                    : Optional.of(directory.resolve(text).normalize());
        } catch (InvalidPathException odd) {
            return Optional.empty();
        }
    }

    // --- [[listen]]
    // ------------------------------------------------------------------------------------------------------------

    private List<Listen> listeners(Section root, List<Net> trusted) {
        var listeners = new ArrayList<Listen>();
        var seen = new HashSet<InetSocketAddress>();
        for (Section section : root.sections("listen")) {
            Optional<InetSocketAddress> address = section.text(
                    "address", "an address and a port as \"0.0.0.0:25\" or \"[::]:25\"", ConfigReader::socketAddress);
            if (!section.has("address")) {
                section.mistake("listen.address is missing: say where to listen, as address = \"0.0.0.0:25\"");
            }
            Role role = role(section);
            boolean relay = section.flag("relay");
            TlsMode tls = section.word("tls", TlsMode.class, TlsMode.STARTTLS);
            List<Net> proxies = proxies(section);
            if (relay && (role != Role.MX || trusted.isEmpty())) {
                section.mistake("relay", "needs role = \"mx\" and nets in relay.trusted");
            }
            section.refuseOthers();
            address.ifPresent(place -> {
                if (!seen.add(place) && place.getPort() != 0) {
                    section.mistake("address", "is listened on already");
                }
                listeners.add(new Listen(place, role, relay, tls, proxies));
            });
        }
        if (root.isEmptyList("listen")) {
            root.mistake("listen", "is empty: leave it out to listen on 127.0.0.1:2525, or say where in [[listen]]");
        }
        if (!root.has("listen")) {
            var loopback = new InetSocketAddress(InetAddress.getLoopbackAddress(), 2525);
            listeners.add(new Listen(loopback, Role.TRUSTED, false, TlsMode.STARTTLS, List.of()));
        }
        return listeners;
    }

    private List<Net> proxies(Section section) {
        List<Net> proxies = section.list("proxies", "nets as \"192.0.2.0/24\"", Net::parse);
        if (proxies.stream().anyMatch(net -> net.bits() == 0)) {
            warnings.add("listen.proxies holds a net of all addresses: whoever comes there may claim to be anybody");
        }
        return proxies;
    }

    private static Role role(Section section) {
        return section.<Role>text(
                        "role",
                        "\"mx\" or \"trusted\" (\"submission\" comes with AUTH, which is not built yet)",
                        text -> switch (text) {
                            case "mx" -> Optional.of(Role.MX);
                            case "trusted" -> Optional.of(Role.TRUSTED);
                            default -> Optional.empty();
                        })
                .orElse(Role.MX);
    }

    static Optional<InetSocketAddress> socketAddress(String text) {
        int colon = text.lastIndexOf(':');
        if (colon < 1 || !text.substring(colon + 1).matches("[0-9]{1,5}")) {
            return Optional.empty();
        }
        int port = Integer.parseInt(text.substring(colon + 1));
        String host = text.substring(0, colon);
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        String bare = bracketed ? host.substring(1, host.length() - 1) : host;
        return port > 65_535
                ? Optional.empty()
                : Net.address(bare)
                        .filter(address -> bracketed == bare.contains(":"))
                        .map(address -> new InetSocketAddress(address, port));
    }

    // --- [tls]
    // -----------------------------------------------------------------------------------------------------------------

    private List<CertificateFiles> certificates(Section tls) {
        var certificates = new ArrayList<CertificateFiles>();
        for (Section section : tls.sections("certificates")) {
            Optional<Path> cert = path(section, "cert");
            Optional<Path> key = path(section, "key");
            if (!section.has("cert") || !section.has("key")) {
                section.mistake("tls.certificates needs cert and key: { cert = \"cert.pem\", key = \"key.pem\" }");
            }
            section.refuseOthers();
            if (cert.isPresent() && key.isPresent()) {
                certificates.add(new CertificateFiles(cert.get(), key.get()));
            }
        }
        tls.refuseOthers();
        return certificates;
    }

    // --- [domains]
    // -------------------------------------------------------------------------------------------------------------

    private List<LocalDomain> domains(Section section, Domain hostname, Path data) {
        Delivery underData = new Delivery.IntoMaildir(new MaildirTemplate(
                data.toAbsolutePath().normalize().toString().replace("{", "_").replace("}", "_")
                        + "/maildir/{domain}/{local}"));
        Map<Domain, LocalDomain> domains = new LinkedHashMap<>();
        for (String name : section.ownKeys()) {
            Section settings = section.section(name);
            LocalDomain domain = domain(name, settings, underData, section);
            if (domains.put(domain.name(), domain) != null) {
                section.mistake(name, "stands there twice");
            }
            settings.refuseOthers();
        }
        if (domains.isEmpty()) {
            for (Domain own : List.of(new Domain("localhost"), hostname)) {
                domains.put(own, new LocalDomain(own, underData, new Mailboxes.Any(), Optional.empty()));
            }
        }
        return List.copyOf(domains.values());
    }

    private LocalDomain domain(String name, Section settings, Delivery underData, Section all) {
        Optional<Domain> domain = Domain.parse(name).filter(Domain::isAscii);
        if (domain.isEmpty()) {
            all.mistake(
                    name,
                    "is no domain name"
                            + (name.chars().allMatch(c -> c < 0x80) ? "" : ": write it with its xn-- labels"));
        }
        Delivery deliver = delivery(settings).orElse(underData);
        Mailboxes mailboxes = mailboxes(settings);
        Optional<String> catchAll = settings.text("catch-all", "a local part", ConfigReader::localPart);
        if (mailboxes instanceof Mailboxes.Existing && !(deliver instanceof Delivery.IntoMaildir)) {
            settings.mistake("mailboxes", "\"existing\" needs Maildirs: deliver = \"maildir:...\"");
        }
        if (mailboxes instanceof Mailboxes.Ask
                && (!(deliver instanceof Delivery.Onward(NextHop hop)) || hop instanceof NextHop.Discard)) {
            settings.mistake("mailboxes", "\"ask\" needs somebody to ask: deliver = \"lmtp://127.0.0.1:24\"");
        }
        if (mailboxes instanceof Mailboxes.Listed listed
                && catchAll.isPresent()
                && !listed.localParts().contains(catchAll.get())) {
            settings.mistake("catch-all", "should be one of mailboxes");
        }
        var local = new LocalDomain(domain.orElseGet(() -> new Domain("invalid")), deliver, mailboxes, catchAll);
        if (mailboxes instanceof Mailboxes.Listed listed) {
            checkNames(settings, "mailboxes", "holds", local, listed.localParts());
        }
        checkNames(settings, "catch-all", "is", local, catchAll.stream().toList());
        return local;
    }

    /** Names that the router would refuse at every RCPT. */
    private static void checkNames(
            Section section, String key, String verb, LocalDomain domain, Collection<String> localParts) {
        List<String> homeless = localParts.stream()
                .filter(name -> !domain.hasRoomFor(name))
                .map(name -> "\"" + name + "\"")
                .sorted()
                .toList();
        if (!homeless.isEmpty()) {
            section.mistake(key, verb + " " + String.join(", ", homeless) + ", which no mailbox here can be named");
        }
    }

    private Optional<Delivery> delivery(Section settings) {
        return settings.text("deliver", "\"maildir:/var/mail/{domain}/{local}\", " + NextHop.WANTED, text -> {
            if (!text.startsWith("maildir:")) {
                return NextHop.parse(text)
                        .map(hop -> hop instanceof NextHop.Mx ? new NextHop.Mx(true) : hop)
                        .map(Delivery.Onward::new);
            }
            String template = text.substring("maildir:".length());
            String absolute = template.startsWith("/") || template.isEmpty()
                    ? template
                    : directory.toAbsolutePath() + "/" + template;
            Optional<String> problem = MaildirTemplate.problem(absolute);
            problem.ifPresent(what -> settings.mistake("deliver", "has no good path: " + what));
            return Optional.of(
                    problem.isPresent()
                            ? new Delivery.Onward(new NextHop.Discard())
                            : new Delivery.IntoMaildir(new MaildirTemplate(absolute)));
        });
    }

    private static Mailboxes mailboxes(Section settings) {
        if (settings.isList("mailboxes")) {
            return new Mailboxes.Listed(
                    new HashSet<>(settings.list("mailboxes", "local parts as \"ann\"", ConfigReader::localPart)));
        }
        return settings.<Mailboxes>text(
                        "mailboxes",
                        "a list of local parts, \"system\", \"existing\", \"ask\" or \"any\"",
                        text -> switch (text) {
                            case "system" -> Optional.of(new Mailboxes.OfSystem());
                            case "existing" -> Optional.of(new Mailboxes.Existing());
                            case "ask" -> Optional.of(new Mailboxes.Ask());
                            case "any" -> Optional.of(new Mailboxes.Any());
                            default -> Optional.empty();
                        })
                .orElse(new Mailboxes.Listed(Set.of()));
    }

    private static Optional<String> localPart(String text) {
        return Mailbox.parse(text + "@example.com")
                .map(mailbox -> mailbox.localPart().toLowerCase(Locale.ROOT));
    }

    private static void checkPostmaster(
            Section root, Mailbox postmaster, List<LocalDomain> domains, List<RouteRule> routes) {
        Optional<LocalDomain> ours = domains.stream()
                .filter(domain -> domain.name().equals(postmaster.host()))
                .findFirst();
        String localPart = postmaster.localPart().toLowerCase(Locale.ROOT);
        boolean exists = ours.isPresent()
                && !(ours.get().mailboxes() instanceof Mailboxes.Listed listed
                        && !listed.localParts().contains(localPart));
        boolean routed = ours.isEmpty() && routes.stream().anyMatch(rule -> rule.matches(postmaster.host()));
        if (exists) {
            checkNames(root, "postmaster", "is", ours.get(), List.of(localPart));
        } else if (!routed) {
            root.mistake("postmaster", "should be a mailbox of one of our domains, or one that a route leads to");
        }
    }

    // --- [dns]
    // -----------------------------------------------------------------------------------------------------------------

    private Config.Dns dns(Section section, Section limits) {
        List<InetSocketAddress> servers =
                section.list("servers", "addresses as \"127.0.0.1:53\" or \"192.0.2.53\"", ConfigReader::server);
        DnsSettings d = DnsSettings.of(servers.isEmpty() ? CachingResolver.systemServers() : servers);
        Dnssec dnssec = section.word("dnssec", Dnssec.class, d.dnssec());
        if (dnssec == Dnssec.TRUST_AD && d.dnssec() != Dnssec.TRUST_AD) {
            section.mistake("dnssec", "can trust servers on this host only: anybody on the way could set the bit");
        }
        Optional<Path> anchors = path(section, "trust-anchors");
        var settings = new DnsSettings(
                d.servers(),
                section.duration("timeout", d.timeout(), INSTANT),
                section.duration("deadline", d.deadline(), INSTANT),
                dnssec,
                anchors.map(file -> anchors(section, file)).orElse(d.trustAnchors()),
                limits.integer("dns-cache", d.cacheEntries(), 1),
                limits.integer("dns-questions-at-once", d.questionsAtOnce(), 1));
        section.refuseOthers();
        return new Config.Dns(settings, anchors);
    }

    static Optional<InetSocketAddress> server(String text) {
        Optional<InetSocketAddress> address = Net.address(text).map(bare -> new InetSocketAddress(bare, 53));
        return address.isPresent() ? address : socketAddress(text);
    }

    private static String anchors(Section section, Path file) {
        try {
            return Files.readString(file);
        } catch (IOException problem) {
            section.mistake("trust-anchors", "can't be read: " + problem.getMessage());
            return "";
        }
    }

    // --- [limits], [log]
    // -------------------------------------------------------------------------------------------------------

    private static Limits limits(Section section) {
        Limits d = Limits.DEFAULT;
        return new Limits(
                section.integer("sessions", d.sessions(), 1),
                section.integer("sessions-per-client", d.sessionsPerClient(), 1),
                section.integer("recipients", d.recipients(), 1, RCPTMAX),
                section.integer("errors-per-session", d.errorsPerSession(), 1),
                section.integer("idle-commands", d.idleCommands(), 1),
                section.integer("message-bytes", d.messageBytes(), 1, Long.MAX_VALUE / 8),
                section.integer("content-line-bytes", d.contentLineBytes(), 998),
                section.duration("command-time", d.commandTime(), INSTANT),
                section.duration("command-time-under-load", d.commandTimeUnderLoad(), INSTANT),
                section.duration("content-time", d.contentTime(), INSTANT),
                section.integer("content-bytes-per-second", d.contentBytesPerSecond(), 0),
                section.duration("session-time", d.sessionTime(), INSTANT),
                section.duration("reply-time", d.replyTime(), INSTANT),
                section.duration("handshake-time", d.handshakeTime(), INSTANT),
                section.duration("proxy-time", d.proxyTime(), INSTANT));
    }

    private static Intake intake(Section section) {
        Intake d = Intake.DEFAULT;
        return new Intake(
                section.integer("received-headers", d.receivedHeaders(), 1),
                section.integer("header-bytes", d.headerBytes(), 1_024),
                section.integer("dns-questions", d.dnsQuestions(), 1),
                section.duration("stop-time", d.stopTime(), NONE),
                new ClientRates(
                        section.integer(
                                "sessions-per-client-per-hour", d.perHour().sessions(), 0),
                        section.integer(
                                "messages-per-client-per-hour", d.perHour().messages(), 0),
                        section.integer(
                                "recipients-per-client-per-hour", d.perHour().recipients(), 0)),
                section.integer("expanded-recipients", d.expandedRecipients(), 1),
                section.integer("reports-per-domain-per-hour", d.reportsPerHour(), 0));
    }

    private static Keeping keeping(Section queue, Section limits, Quarantine quarantine) {
        Keeping d = Keeping.DEFAULT;
        List<Duration> waits = queue.list(
                "retry", "times as \"5m\"", text -> Durations.parse(text).filter(Duration::isPositive));
        var retry = new RetrySchedule(
                waits.isEmpty() ? d.retry().waits() : waits,
                queue.duration("expire", d.retry().expire(), INSTANT),
                queue.duration("delay-notice", d.retry().delayNotice(), INSTANT),
                queue.duration("held-expire", d.retry().heldExpire(), INSTANT),
                quarantine.keep());
        queue.refuseOthers();
        var room = new RocksSpool.Room(
                limits.integer("spool-free-bytes", d.room().lowOctets(), 1, Long.MAX_VALUE / 8),
                limits.integer("spool-reserve-bytes", d.room().reserveOctets(), 0, Long.MAX_VALUE / 8));
        return new Keeping(retry, room, limits.integer("deliveries", d.deliveries(), 1));
    }

    private static LogFormat logFormat(Section section) {
        LogFormat format = section.word("format", LogFormat.class, LogFormat.TEXT);
        section.refuseOthers();
        return format;
    }
}
