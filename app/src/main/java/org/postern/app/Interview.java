package org.postern.app;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.postern.begin.FirstConfig;
import org.postern.begin.Hearing;
import org.postern.begin.Residents;
import org.postern.greeting.PublicSuffixes;
import org.postern.policy.Net;
import org.postern.route.NextHop;
import org.postern.smtp.Domain;
import org.postern.smtp.Mailbox;

/** Finds out all that a first configuration says, with a default for each that fits what is known before. */
final class Interview {
    private static final Path SYSTEM = Path.of("/etc");

    private final InitOptions options;
    private final Asking asking;
    private final Domain machine;
    private final boolean hasIpv6;

    /**
     * @param machine what this machine calls itself
     * @param hasIpv6 whether it can listen by IPv6
     */
    Interview(InitOptions options, Asking asking, Domain machine, boolean hasIpv6) {
        this.options = options;
        this.asking = asking;
        this.machine = machine;
        this.hasIpv6 = hasIpv6;
    }

    /** All of it; empty when something was said that can't be used. */
    Optional<FirstConfig> hold() {
        Optional<Domain> hostname = asking.find(
                "--hostname", options.hostname(), "The name of this server", likelyName(), Hearing::hostname);
        Optional<List<Domain>> domains = asking.find(
                "--domain",
                options.domains(),
                "Domains that mail comes for",
                options.domains().isPresent() ? "" : likelyDomain(hostname),
                text -> Hearing.each(text, Hearing::domain));
        List<Domain> known = domains.orElse(List.of());
        Optional<Residents> residents = residents(known);
        Optional<String> data = asking.find(
                "--data", options.data(), "Where Postern keeps what is its own", usualData(), Hearing::directory);
        Optional<String> deliver = asking.find(
                "--deliver",
                options.deliver(),
                "Where their mail goes",
                usualDelivery(residents, data),
                Hearing::deliver);
        Domain first = known.isEmpty() ? new Domain("example.com") : known.getFirst();
        Optional<Mailbox> postmaster = asking.find(
                "--postmaster",
                options.postmaster(),
                "Who reads mail to postmaster",
                usualPostmaster(residents) + "@" + first,
                text -> Hearing.postmaster(text, first));
        Optional<Optional<NextHop.Host>> smarthost = asking.find(
                "--smarthost",
                options.smarthost(),
                "By whom mail leaves (HOST:PORT, or mx: straight to the hosts of its domain)",
                "mx",
                Hearing::smarthost);
        Optional<List<InetSocketAddress>> listen = asking.find(
                "--listen",
                options.listen(),
                "",
                hasIpv6 ? "0.0.0.0:25 [::]:25" : "0.0.0.0:25",
                text -> Hearing.each(text, Hearing::listen));
        Optional<List<Net>> trusted =
                asking.find("--trusted", options.trusted(), "", "", text -> Hearing.each(text, Hearing::net));
        Optional<List<InetSocketAddress>> dns =
                asking.find("--dns", options.dns(), "", "", text -> Hearing.each(text, Hearing::nameServer));
        if (!asking.problems().isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new FirstConfig(
                hostname.orElseThrow(),
                data.orElseThrow(),
                postmaster.orElseThrow(),
                listen.orElseThrow(),
                known,
                residents.orElseThrow(),
                deliver.orElseThrow(),
                trusted.orElseThrow(),
                smarthost.orElseThrow(),
                dns.orElseThrow()));
    }

    /** What the machine calls itself, where the world could find that; else a host of the first domain that was said. */
    private String likelyName() {
        Optional<String> first = options.domains()
                .map(text -> text.split("[\\s,]+", -1)[0])
                .filter(text -> Domain.parse(text).isPresent());
        return machine.name().contains(".")
                ? machine.name()
                : first.map(domain -> "mx." + domain).orElse(machine.name());
    }

    private static String likelyDomain(Optional<Domain> hostname) {
        return hostname.map(PublicSuffixes::organisation).orElse("example.com");
    }

    private Optional<Residents> residents(List<Domain> domains) {
        if (options.mailboxes().isPresent()) {
            // Names beside it would mean nothing.
            return options.mailbox().isPresent()
                    ? asking.find("--mailbox", options.mailbox(), "", "", _ -> Hearing.notBoth())
                    : asking.find("--mailboxes", options.mailboxes(), "", "", Hearing::many);
        }
        return options.mailbox().isPresent()
                ? asking.find("--mailbox", options.mailbox(), "", "", text -> Hearing.names(text, domains))
                : asking.find(
                        "--mailbox",
                        Optional.empty(),
                        "Who has a mailbox there (names, or one of any, system, existing, ask)",
                        "postmaster",
                        text -> Hearing.residents(text, domains));
    }

    private static String usualPostmaster(Optional<Residents> residents) {
        return residents.orElse(Residents.Many.ANY) instanceof Residents.Named named
                        && !named.localParts().isEmpty()
                ? named.localParts().getFirst()
                : "postmaster";
    }

    private String usualData() {
        return options.file().toAbsolutePath().startsWith(SYSTEM) ? "/var/lib/postern" : "data";
    }

    private static String usualDelivery(Optional<Residents> residents, Optional<String> data) {
        return residents.filter(Residents.Many.ASK::equals).isPresent()
                ? "lmtp:/run/dovecot/lmtp"
                : "maildir:" + data.orElse("data") + "/maildir/{domain}/{local}";
    }
}
