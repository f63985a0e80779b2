package org.postern.delivery;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.postern.dns.Resolver;
import org.postern.finding.Evidence;
import org.postern.finding.Finding;
import org.postern.finding.Result;
import org.postern.greeting.HeloAddresses;
import org.postern.greeting.HeloFqdn;
import org.postern.iprev.Iprev;
import org.postern.route.InnerNets;
import org.postern.smtp.AddressLiteral;
import org.postern.smtp.Domain;
import org.postern.smtp.Greeting;

/** Looks at our own greeting as those do whom we greet: by the very checks by which strangers are judged here. */
public final class OwnGreeting {
    private OwnGreeting() {}

    /** What kind of warning it is. */
    public enum Kind {
        /** Others will find fault with it. */
        FAULT,
        /** It could not be found out now. */
        NOT_KNOWN_NOW,
        /** It can't be found out here. */
        NOT_KNOWN_HERE
    }

    /**
     * What whoever runs this server should see to.
     *
     * @param text what it is, and what mends it; without a full stop
     * @param evidence what DNS was asked and said
     */
    public record Warning(Kind kind, String text, List<Evidence> evidence) {
        public Warning {
            evidence = List.copyOf(evidence);
        }

        private static Warning of(Finding finding) {
            return new Warning(
                    finding.result() == Result.TEMPERROR ? Kind.NOT_KNOWN_NOW : Kind.FAULT,
                    finding.text(),
                    finding.evidence());
        }

        /** The text with the answers, as {@code 192.0.2.10 has no PTR record; ... (PTR 10.2.0.192.in-addr.arpa: no such name)}. */
        @Override
        public String toString() {
            return evidence.isEmpty()
                    ? text
                    : text + " ("
                            + String.join(
                                    "; ",
                                    evidence.stream()
                                            .map(one -> one.question() + ": " + one.answer())
                                            .toList())
                            + ")";
        }
    }

    /**
     * Looks at all of {@code egresses}. Waits for DNS, for no longer than three answers one after another may take.
     *
     * @param hostname our name, which is looked at even where nothing can leave
     */
    public static List<Warning> look(Resolver resolver, Domain hostname, List<Egress> egresses) {
        var warnings = new ArrayList<Warning>();
        Stream.concat(Stream.of(hostname), egresses.stream().map(Egress::ehlo))
                .distinct()
                .map(name -> HeloFqdn.check(greeting(name)))
                .filter(OwnGreeting::isFault)
                .map(Warning::of)
                .forEach(warnings::add);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<List<Finding>>> findings = new ArrayList<>();
            for (Egress egress : egresses) {
                Optional<String> inner = InnerNets.kind(egress.seen());
                if (inner.isPresent()) {
                    warnings.add(unseen(egress, inner.get()));
                } else {
                    findings.add(threads.submit(
                            () -> List.of(Iprev.check(egress.seen(), resolver).finding())));
                    findings.add(threads.submit(() -> name(resolver, egress.ehlo(), egress.seen())));
                }
            }
            for (Future<List<Finding>> some : findings) {
                some.get().stream()
                        .filter(OwnGreeting::isFault)
                        .map(Warning::of)
                        .forEach(warnings::add);
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException impossible) {
            throw new IllegalStateException(impossible);
        }
        return warnings;
    }

    /** Where it does not resolve at all, that it does not resolve to that address is not worth a word. */
    private static List<Finding> name(Resolver resolver, Domain ehlo, InetAddress seen) {
        HeloAddresses addresses = HeloAddresses.ask(greeting(ehlo), seen, resolver);
        Finding resolves = addresses.resolves();
        return List.of(isFault(resolves) ? resolves : addresses.matches());
    }

    /** As it comes to others: in EHLO a name has A-labels only. */
    private static Greeting.Name greeting(Domain name) {
        return Greeting.name(name.canonical());
    }

    private static Warning unseen(Egress egress, String kind) {
        return new Warning(
                Kind.NOT_KNOWN_HERE,
                "mail leaves from " + AddressLiteral.text(egress.seen()) + ", which is " + kind
                        + ": what others see is not known here; the PTR record of that address should name a host that"
                        + " resolves back to it, and " + egress.ehlo() + " should resolve to it",
                List.of());
    }

    private static boolean isFault(Finding finding) {
        return switch (finding.result()) {
            case FAIL, PERMERROR, TEMPERROR -> true;
            case NONE, PASS, SOFTFAIL, NEUTRAL, POLICY -> false;
        };
    }
}
