package org.postern.door;

import java.net.InetAddress;
import java.time.Clock;
import java.util.Optional;
import org.postern.dns.Resolver;
import org.postern.finding.Check;
import org.postern.finding.Finding;
import org.postern.finding.Result;
import org.postern.smtp.Domain;
import org.postern.smtp.Greeting;
import org.postern.smtp.Mailbox;
import org.postern.smtp.ReversePath;
import org.postern.spf.Spf;
import org.postern.spf.SpfQuery;

/** {@code spf-helo} and {@code spf} of a client: RFC 7208 §2.3, §2.4. */
final class SpfChecks {
    private SpfChecks() {}

    /** For the name that it greets by. */
    static Finding helo(InetAddress client, Greeting.Name name, Domain receiver, Clock clock, Resolver resolver) {
        return name instanceof Greeting.Named named
                ? Spf.check(resolver, SpfQuery.helo(client, named.domain().name(), receiver.name(), clock))
                        .finding(Check.SPF_HELO)
                        .about(named.domain().canonical())
                : Finding.of(Check.SPF_HELO, Result.NONE, name.text() + " is no domain");
    }

    /** For the domain that it sends from; {@code <>} is judged by the greeting alone. */
    static Finding mailFrom(
            InetAddress client, Greeting.Name name, ReversePath from, Domain receiver, Clock clock, Resolver resolver) {
        Optional<Domain> domain = domain(from);
        if (!(from instanceof Mailbox mailbox) || domain.isEmpty()) {
            return Finding.of(Check.SPF, Result.NONE, from.path() + " names no domain");
        }
        return Spf.check(
                        resolver,
                        SpfQuery.mailFrom(
                                client,
                                name.text(),
                                mailbox.localPart(),
                                domain.get().name(),
                                receiver.name(),
                                clock))
                .finding(Check.SPF)
                .about(domain.get().canonical());
    }

    /** Of a reverse-path; empty for {@code <>} and for an address literal. */
    static Optional<Domain> domain(ReversePath from) {
        return from instanceof Mailbox mailbox && mailbox.host() instanceof Domain domain
                ? Optional.of(domain)
                : Optional.empty();
    }
}
