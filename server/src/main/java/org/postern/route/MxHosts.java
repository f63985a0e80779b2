package org.postern.route;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.postern.dns.Answer;
import org.postern.dns.Answer.Security;
import org.postern.dns.DnsName;
import org.postern.dns.RecordType;
import org.postern.dns.Resolver;
import org.postern.policy.Net;
import org.postern.route.LeftOut.Why;
import org.postern.smtp.AddressLiteral;
import org.postern.smtp.Domain;
import org.postern.smtp.Host;

/**
 * Finds the hosts that take a domain's mail, in the order in which they are to be tried: RFC 5321 §5.1. Safe for many threads, which
 * wait for DNS.
 *
 * <p>Where we are among them, by name or by address, we drop out together with all that are no better. So the same rule serves a domain
 * that we are a backup MX of; where DNS doesn't show that we are one, all its hosts are tried, and a loop that this makes is cut by the
 * count of Received fields.
 */
public final class MxHosts {
    private final Resolver resolver;
    private final OwnHost own;
    private final List<Net> allowed;
    private final Bounds bounds;
    private final RandomGenerator random;

    /**
     * How many are tried, however many DNS names.
     *
     * @param hosts of a domain
     * @param addresses of a host, of each family
     */
    public record Bounds(int hosts, int addresses) {
        /** The defaults. */
        public static final Bounds DEFAULT = new Bounds(5, 4);

        public Bounds {
            if (hosts < 1 || addresses < 1) {
                throw new IllegalArgumentException("one host and one address at least: " + hosts + ", " + addresses);
            }
        }
    }

    /**
     * One that asks {@code resolver}.
     *
     * @param allowed inner nets, and addresses of ours, that mail may be sent to all the same
     * @param random for the order among equals; used by many threads at once, as {@link java.util.Random} may be
     */
    public MxHosts(Resolver resolver, OwnHost own, List<Net> allowed, Bounds bounds, RandomGenerator random) {
        this.resolver = resolver;
        this.own = own;
        this.allowed = List.copyOf(allowed);
        this.bounds = bounds;
        this.random = random;
    }

    /** The hosts for what stands right of a recipient's {@code @}, or why there is none. */
    public MxAnswer find(Host host) {
        return switch (host) {
            case Domain domain ->
                DnsName.of(domain)
                        .map(name -> find(name.domain().orElse(domain), name))
                        .orElseGet(() -> new MxAnswer.NoSuchDomain(domain, new MxAnswer.Trail(List.of(), List.of())));
            case AddressLiteral.Ipv4 literal -> find(literal, literal.address());
            case AddressLiteral.Ipv6 literal -> find(literal, literal.address());
            case AddressLiteral.General literal -> {
                var search = new MxSearch(literal, this);
                search.leaveOut(literal.toString(), 0, Why.NO_HOST_NAME, "is an address of no known kind");
                yield search.withNoHosts();
            }
        };
    }

    private MxAnswer find(Domain domain, DnsName name) {
        Answer answer = resolver.ask(name, RecordType.MX);
        var search = new MxSearch(domain, this);
        search.rely(answer);
        return switch (answer.status()) {
            case FOUND -> search.among(answer);
            // RFC 5321 §5.1: the domain itself, if there is no MX record; not if nobody knows whether there is one.
            case NO_DATA -> search.implicit(domain, answer.security());
            case NO_SUCH_NAME -> new MxAnswer.NoSuchDomain(domain, search.trail());
            case FAILED -> new MxAnswer.Trouble(domain, answer.question() + ": " + answer.said(), search.trail());
        };
    }

    /** RFC 5321 §4.1.3, §5.1: an address needs no DNS. */
    private MxAnswer find(AddressLiteral literal, InetAddress address) {
        var search = new MxSearch(literal, this);
        if (isOurs(address)) {
            search.leaveOut(literal.toString(), 0, Why.OURSELVES, "is this server");
            return new MxAnswer.Loop(literal, search.trail());
        }
        Optional<String> inner = innerKind(address);
        if (inner.isPresent()) {
            search.leaveOut(literal.toString(), 0, Why.INNER, "is " + inner.get() + "; " + MxSearch.ADVICE);
            return search.withNoHosts();
        }
        var host = new MxHost(0, literal, List.of(address), Security.UNCHECKED, Security.UNCHECKED);
        return new MxAnswer.Hosts(literal, List.of(host), search.trail());
    }

    boolean isOurs(Domain name) {
        return own.isNamed(name);
    }

    boolean isOurs(InetAddress address) {
        return own.has(address) && !isAllowed(address);
    }

    /** What kind of inner address it is; empty when mail may go there. */
    Optional<String> innerKind(InetAddress address) {
        return isAllowed(address) ? Optional.empty() : InnerNets.kind(address);
    }

    private boolean isAllowed(InetAddress address) {
        InetAddress plain = InnerNets.plain(address);
        return allowed.stream().anyMatch(net -> net.contains(address) || net.contains(plain));
    }

    Resolver resolver() {
        return resolver;
    }

    Bounds bounds() {
        return bounds;
    }

    RandomGenerator random() {
        return random;
    }
}
