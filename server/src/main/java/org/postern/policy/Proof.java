package org.postern.policy;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.Optional;
import org.postern.dns.DnsName;
import org.postern.finding.Check;
import org.postern.finding.Finding;
import org.postern.finding.Result;
import org.postern.greeting.PublicSuffixes;
import org.postern.smtp.Domain;
import org.postern.smtp.Mailbox;

/** What nobody can forge about who brings a message: an address that anybody may write is trusted only together with one of these. */
public sealed interface Proof {
    /** SPF passes for that domain, and MAIL FROM is of it: RFC 7208 §2.4. */
    record Spf(String domain) implements Proof {
        @Override
        public boolean holds(Case one) {
            return of(one.from() instanceof Mailbox mailbox ? Optional.of(mailbox) : Optional.empty(), one)
                    .filter(this::equals)
                    .isPresent();
        }

        private static Optional<Spf> of(Optional<Mailbox> from, Case one) {
            return from.map(Mailbox::host)
                    .filter(Domain.class::isInstance)
                    .filter(_ -> one.findings().stream().anyMatch(finding -> finding.is(Check.SPF, Result.PASS)))
                    .map(host -> new Spf(((Domain) host).canonical()));
        }

        @Override
        public String toString() {
            return "spf " + domain;
        }
    }

    /** Reverse DNS confirms a name of that organisation: RFC 8601 §3. */
    record Organisation(String name) implements Proof {
        @Override
        public boolean holds(Case one) {
            return of(one).filter(this::equals).isPresent();
        }

        private static Optional<Organisation> of(Case one) {
            return one.findings().stream()
                    .filter(finding -> finding.is(Check.IPREV, Result.PASS))
                    .map(Finding::subject)
                    .filter(name -> !name.isEmpty())
                    .findFirst()
                    .flatMap(name -> new DnsName(name).domain())
                    .map(name -> new Organisation(PublicSuffixes.organisation(name)));
        }

        @Override
        public String toString() {
            return "organisation " + name;
        }
    }

    /** It comes from there: nobody talks TCP from an address that isn't his. */
    record Client(Net net) implements Proof {
        /** An IPv6 host has a /64 to choose from: RFC 4291 §2.5.4. */
        private static final int HOST_BITS_6 = 64;

        @Override
        public boolean holds(Case one) {
            return net.contains(one.client());
        }

        private static Client of(InetAddress address) {
            byte[] octets = address.getAddress();
            if (address instanceof Inet4Address) {
                return new Client(new Net(address, octets.length * 8));
            }
            Arrays.fill(octets, HOST_BITS_6 / 8, octets.length, (byte) 0);
            try {
                return new Client(new Net(InetAddress.getByAddress(octets), HOST_BITS_6));
            } catch (java.net.UnknownHostException impossible) {
                throw new IllegalStateException(impossible);
            }
        }

        @Override
        public String toString() {
            return "client " + net;
        }
    }

    /** Whether it is so in that case. */
    boolean holds(Case one);

    /** The one that is likeliest to hold for the same sender's next message, wherever that one's host will be. */
    static Proof of(Case one) {
        return Spf.of(one.from() instanceof Mailbox mailbox ? Optional.of(mailbox) : Optional.empty(), one)
                .<Proof>map(proof -> proof)
                .or(() -> Organisation.of(one))
                .orElseGet(() -> Client.of(one.client()));
    }

    /** Reads {@code spf example.org}, {@code organisation example.net} or {@code client 192.0.2.1/32}. */
    static Optional<Proof> parse(String text) {
        int space = text.indexOf(' ');
        String value = text.substring(space + 1);
        return switch (space < 0 ? "" : text.substring(0, space)) {
            case "spf" -> Domain.parse(value).map(domain -> new Spf(domain.canonical()));
            case "organisation" -> Domain.parse(value).map(domain -> new Organisation(domain.canonical()));
            case "client" -> Net.parse(value).map(Client::new);
            default -> Optional.empty();
        };
    }
}
