package org.postern.begin;

import java.net.InetAddress;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.postern.begin.Standing.Kind;
import org.postern.config.Config;
import org.postern.config.Sending;
import org.postern.dns.DnsName;
import org.postern.dns.Question;
import org.postern.dns.Resolver;
import org.postern.finding.Finding;
import org.postern.finding.Result;
import org.postern.greeting.HeloFqdn;
import org.postern.route.NextHop;
import org.postern.signing.MadeKey;
import org.postern.smtp.Domain;
import org.postern.smtp.Greeting;

/**
 * What DNS has now of all that mail to a server and from it needs, and what to publish.
 *
 * @param addresses by which the world knows the host
 * @param standings the host's records first, then those of each domain
 * @param remarks why some were not looked at, clauses
 */
public record DnsLook(List<OwnAddress> addresses, List<Standing> standings, List<String> remarks) {
    public DnsLook {
        addresses = List.copyOf(addresses);
        standings = List.copyOf(standings);
        remarks = List.copyOf(remarks);
    }

    /**
     * Whose records are looked at.
     *
     * @param config the server's
     * @param said addresses of the host, by who runs it; empty: they are looked for
     * @param machine all addresses of its interfaces
     * @param keys that {@code postern dkim new} made
     */
    public record Subject(Config config, List<InetAddress> said, Set<InetAddress> machine, List<MadeKey> keys) {
        public Subject {
            said = List.copyOf(said);
            machine = Set.copyOf(machine);
            keys = List.copyOf(keys);
        }

        private Domain hostname() {
            return config.hostname();
        }

        private Optional<NextHop.Host> smarthost() {
            Sending sending = config.sending();
            return sending.usesMx()
                    ? Optional.empty()
                    : sending.routes().stream()
                            .filter(rule -> rule.via() instanceof NextHop.Host)
                            .map(rule -> (NextHop.Host) rule.via())
                            .findFirst();
        }
    }

    /** Looks. Waits for DNS, but for no longer than a few answers one after another may take, however many records there are. */
    public static DnsLook at(Subject subject, Resolver resolver, Clock clock) {
        var look = new OneLook(resolver);
        var remarks = new ArrayList<String>();
        Optional<DnsName> host = askable(subject.hostname(), remarks);
        List<OwnAddress> own = own(subject, host.isPresent(), look);
        Optional<HostRecords> ofHost = host.map(name -> new HostRecords(name, own, subject.machine(), look));
        var ofDomains = new ArrayList<DomainRecords>();
        for (Domain domain :
                subject.config().domains().stream().map(each -> each.name()).toList()) {
            askable(domain, domain.equals(subject.hostname()) ? new ArrayList<>() : remarks)
                    .ifPresent(name -> ofDomains.add(new DomainRecords(
                            domain, name, host, subject.config().signing(), subject.keys(), look)));
        }
        var questions = new LinkedHashSet<Question>();
        ofHost.ifPresent(records -> questions.addAll(records.questions()));
        ofDomains.forEach(records -> questions.addAll(records.questions()));
        look.ask(List.copyOf(questions));

        var spf = new SpfRecords(subject.hostname(), own, subject.smarthost(), look, clock);
        var standings = new ArrayList<Standing>();
        ofHost.ifPresent(records -> standings.addAll(records.look()));
        if (host.isPresent()
                && subject.smarthost().isEmpty()
                && ofDomains.stream().noneMatch(records -> records.name().equals(host.get()))) {
            standings.add(spf.ofHost(host.get()));
        }
        for (DomainRecords records : ofDomains) {
            standings.add(records.exchange());
            standings.add(spf.ofDomain(records.name()));
            standings.addAll(records.keys());
            standings.add(records.policy());
        }
        return new DnsLook(own, standings, remarks);
    }

    /** A name of an inner network is no business of the public DNS. */
    private static Optional<DnsName> askable(Domain domain, List<String> remarks) {
        Finding finding = HeloFqdn.check(Greeting.name(domain.canonical()));
        Optional<DnsName> name = finding.result() == Result.PASS ? DnsName.of(domain) : Optional.empty();
        if (name.isEmpty()) {
            remarks.add("nothing is asked about " + domain
                    + ", for it is no name that the world could find: take one as mx.example.com");
        }
        return name;
    }

    private static List<OwnAddress> own(Subject subject, boolean isAskable, Resolver resolver) {
        if (!subject.said().isEmpty()) {
            return subject.said().stream()
                    .distinct()
                    .map(address -> new OwnAddress(address, OwnAddress.Source.SAID))
                    .toList();
        }
        return OwnAddress.find(isAskable ? DnsName.of(subject.hostname()) : Optional.empty(), resolver);
    }

    /** Whether all that was looked for stands as it should. */
    public boolean isRight() {
        return remarks.isEmpty() && standings.stream().allMatch(Standing::isRight);
    }

    /** What to publish in zones of the domains' owner, or to ask of another. */
    public List<String> toPublish(boolean ofAddresses) {
        return standings.stream()
                .filter(standing -> (standing.kind() == Kind.PTR) == ofAddresses)
                .flatMap(standing -> standing.publish().stream())
                .distinct()
                .toList();
    }
}
