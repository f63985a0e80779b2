package org.postern.route;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.postern.policy.Net;

/**
 * The addresses that lead nowhere from outside: of this host, of inner networks, of nobody. The registries of RFC 6890 and what came
 * after it, but for the nets of documentation and of benchmarks: these reach nobody, and hurt nobody.
 */
public final class InnerNets {
    private record Kind(String words, List<Net> nets) {
        static Kind of(String words, String... nets) {
            return new Kind(
                    words,
                    Arrays.stream(nets).map(net -> Net.parse(net).orElseThrow()).toList());
        }
    }

    private static final List<Kind> KINDS = List.of(
            Kind.of("unspecified", "0.0.0.0/8", "::/128"),
            Kind.of("loopback", "127.0.0.0/8", "::1/128"),
            Kind.of("private", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7", "fec0::/10"),
            Kind.of("of a carrier's NAT", "100.64.0.0/10"),
            Kind.of("link-local", "169.254.0.0/16", "fe80::/10"),
            Kind.of("multicast", "224.0.0.0/4", "ff00::/8"),
            Kind.of("reserved", "192.0.0.0/24", "240.0.0.0/4", "::/96"));

    /** Where an IPv6 address holds an IPv4 one, and at which octet. */
    private record Holder(Net net, int at) {}

    private static final List<Holder> HOLDERS = List.of(
            // RFC 4291 §2.5.5.2, RFC 6052 §2.1, RFC 3056 §2.
            new Holder(Net.parse("::ffff:0:0/96").orElseThrow(), 12),
            new Holder(Net.parse("64:ff9b::/96").orElseThrow(), 12),
            new Holder(Net.parse("2002::/16").orElseThrow(), 2));

    private InnerNets() {}

    /** What kind of address it is, as {@code private}; empty when it could be anybody's. */
    public static Optional<String> kind(InetAddress address) {
        InetAddress plain = plain(address);
        return KINDS.stream()
                .filter(kind -> kind.nets().stream().anyMatch(net -> net.contains(plain)))
                .map(Kind::words)
                .findFirst();
    }

    /** The IPv4 address that an IPv6 address only wraps (mapped, or of NAT64 or 6to4); else the address itself. */
    static InetAddress plain(InetAddress address) {
        if (address instanceof Inet4Address) {
            return address;
        }
        for (Holder holder : HOLDERS) {
            if (holder.net().contains(address)) {
                return inet4(Arrays.copyOfRange(address.getAddress(), holder.at(), holder.at() + 4));
            }
        }
        return address;
    }

    private static InetAddress inet4(byte[] octets) {
        try {
            return InetAddress.getByAddress(octets);
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
