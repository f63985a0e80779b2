package org.postern.begin;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.postern.delivery.Egress;
import org.postern.dns.DnsName;
import org.postern.dns.RecordType;
import org.postern.dns.Resolver;
import org.postern.route.InnerNets;
import org.postern.smtp.AddressLiteral;
import org.postern.smtp.Domain;

/** An address by which the world knows this host, and how that is known. */
public record OwnAddress(InetAddress address, Source source) {
    /** How it is known. */
    public enum Source {
        /** Whoever runs it said so. */
        SAID,
        /** This machine sends from it. */
        THIS_MACHINE,
        /** The host's name leads to it, and this machine itself has none that the world could know. */
        DNS;

        /** For programs. */
        public String word() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /**
     * Looks for them, by family: what this machine sends from, or else what DNS has for its name.
     *
     * @param name the host's; empty when DNS can't know it
     * @return at most one that this machine sends from for each family
     */
    static List<OwnAddress> find(Optional<DnsName> name, Resolver resolver) {
        List<InetAddress> chosen = Egress.chosenBySystem(new Domain("localhost")).stream()
                .map(Egress::address)
                .filter(address -> InnerNets.kind(address).isEmpty())
                .toList();
        var found = new ArrayList<OwnAddress>();
        for (RecordType type : List.of(RecordType.A, RecordType.AAAA)) {
            List<InetAddress> ours =
                    chosen.stream().filter(address -> type(address) == type).toList();
            ours.forEach(address -> found.add(new OwnAddress(address, Source.THIS_MACHINE)));
            if (ours.isEmpty()) {
                name.map(host -> resolver.ask(host, type).addresses())
                        .orElse(List.of())
                        .forEach(address -> found.add(new OwnAddress(address, Source.DNS)));
            }
        }
        return found;
    }

    /** What a record that leads to it is called. */
    RecordType type() {
        return type(address);
    }

    private static RecordType type(InetAddress address) {
        return address instanceof Inet4Address ? RecordType.A : RecordType.AAAA;
    }

    @Override
    public String toString() {
        return AddressLiteral.text(address);
    }
}
