package org.postern.delivery;

import java.net.InetAddress;
import java.net.UnixDomainSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import org.postern.config.Sending;
import org.postern.dns.Answer;
import org.postern.dns.DnsName;
import org.postern.dns.Question;
import org.postern.dns.RecordType;
import org.postern.dns.Resolver;
import org.postern.queue.Courier.Outcome;
import org.postern.queue.Diagnosis;
import org.postern.route.MxAnswer;
import org.postern.route.MxHost;
import org.postern.route.MxHosts;
import org.postern.route.NextHop;
import org.postern.route.OwnHost;
import org.postern.smtp.AddressLiteral;
import org.postern.smtp.Domain;
import org.postern.smtp.EnhancedCode;
import org.postern.smtp.Host;

/** Finds the hosts of a next hop. Safe for many threads, which wait for DNS. */
final class Targets {
    private final MxHosts mxHosts;
    private final Resolver resolver;
    private final int mxPort;

    /** What came of looking. */
    sealed interface Found {
        /** To be tried in this order; {@code leftOut} tells of others. */
        record Some(List<Target> targets, String leftOut) implements Found {}

        /** There is none, and that is what becomes of the mail. */
        record None(Outcome outcome) implements Found {}
    }

    Targets(MxHosts mxHosts, Resolver resolver, int mxPort) {
        this.mxHosts = mxHosts;
        this.resolver = resolver;
        this.mxPort = mxPort;
    }

    /** Those that {@code sending} lets us use. */
    static Targets of(Resolver resolver, OwnHost own, Sending sending) {
        var bounds = new MxHosts.Bounds(sending.mxHosts(), MxHosts.Bounds.DEFAULT.addresses());
        var mxHosts = new MxHosts(resolver, own, sending.allowNets(), bounds, new Random());
        return new Targets(mxHosts, resolver, sending.mxPort());
    }

    /**
     * The hosts of {@code hop}.
     *
     * @param domain right of the recipient's {@code @}
     */
    Found of(NextHop hop, Host domain) {
        return switch (hop) {
            case NextHop.Mx _ -> mx(domain);
            case NextHop.Host host -> host(host);
            case NextHop.Socket(var path) ->
                new Found.Some(List.of(new Target.Local(UnixDomainSocketAddress.of(path))), "");
            case NextHop.Discard _ -> throw new IllegalStateException("what is discarded goes nowhere");
        };
    }

    private Found mx(Host domain) {
        MxAnswer answer = mxHosts.find(domain);
        return switch (answer) {
            case MxAnswer.Hosts hosts -> {
                List<Target> targets = new ArrayList<>();
                for (MxHost host : hosts.hosts()) {
                    targets.add(new Target.Host(host.toString(), name(host.name()), host.addresses(), mxPort));
                }
                List<String> leftOut =
                        hosts.trail().leftOut().stream().map(Object::toString).toList();
                yield new Found.Some(targets, leftOut.isEmpty() ? "" : "left out: " + String.join(", ", leftOut));
            }
            case MxAnswer.None none -> new Found.None(outcome(none));
        };
    }

    private static Outcome outcome(MxAnswer.None none) {
        EnhancedCode status = none.reply().enhanced().orElseThrow();
        var why = new Diagnosis(status, Optional.empty(), Optional.empty(), none.words());
        return none.reply().isPermanent() ? new Outcome.Failed(why) : new Outcome.Unreachable(why);
    }

    private static String name(Host host) {
        return switch (host) {
            case Domain domain -> domain.canonical();
            case AddressLiteral.Ipv4 literal -> AddressLiteral.text(literal.address());
            case AddressLiteral.Ipv6 literal -> AddressLiteral.text(literal.address());
            case AddressLiteral.General literal -> literal.toString();
        };
    }

    /** A host that the operator names is where he says, whatever net that is in. */
    private Found host(NextHop.Host host) {
        List<InetAddress> addresses = new ArrayList<>();
        Optional<InetAddress> literal = AddressLiteral.parseAddress(host.name());
        String problem = "it has no address in DNS";
        if (literal.isPresent()) {
            addresses.add(literal.get());
        } else if (host.name().toLowerCase(Locale.ROOT).equals("localhost")) {
            // RFC 6761 §6.3: never a question to DNS.
            addresses.add(InetAddress.ofLiteral("127.0.0.1"));
            addresses.add(InetAddress.ofLiteral("::1"));
        } else {
            for (Answer answer : ask(host.name())) {
                addresses.addAll(answer.addresses());
                if (answer.isFailed()) {
                    problem = "it can't be looked up now: " + answer.said();
                }
            }
        }
        if (addresses.isEmpty()) {
            return new Found.None(new Outcome.Unreachable(Diagnosis.of("4.4.3", host + ": " + problem)));
        }
        return new Found.Some(List.of(new Target.Host(host.name(), host.name(), addresses, host.port())), "");
    }

    private List<Answer> ask(String name) {
        return Domain.parse(name)
                .flatMap(DnsName::of)
                .map(asked ->
                        resolver.ask(List.of(new Question(asked, RecordType.AAAA), new Question(asked, RecordType.A))))
                .orElse(List.of());
    }
}
