package org.postern.dns;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;

/**
 * How DNS is asked.
 *
 * @param servers recursive ones, asked in this order; the next when one does not answer, or can't
 * @param timeout how long one server may take, once
 * @param deadline how long an answer may take in all, whoever is asked
 * @param dnssec who looks at signatures
 * @param trustAnchors DS or DNSKEY records in the notation of zone files; used by {@link Dnssec#VALIDATE} only
 * @param cacheEntries how many answers are remembered; one larger than a kilobyte counts as several
 * @param questionsAtOnce how many may be on their way; more wait
 */
public record DnsSettings(
        List<InetSocketAddress> servers,
        Duration timeout,
        Duration deadline,
        Dnssec dnssec,
        String trustAnchors,
        int cacheEntries,
        int questionsAtOnce) {
    /**
     * The root zone's keys of 2017 and of 2024, as the IANA publishes their digests.
     */
    public static final String ROOT_ANCHORS = """
        . IN DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D
        . IN DS 38696 8 2 683D2D0ACB8C9B712A1948B27F741219298D0A450D612C483AF444A4C0FB2B16
        """;

    /** Docker's server, on loopback in each container: it validates nothing and hands on what another said. */
    private static final InetAddress DOCKER = InetAddress.ofLiteral("127.0.0.11");

    /** Who looks at signatures. */
    public enum Dnssec {
        /** We do, up to a trust anchor. */
        VALIDATE,
        /** The server does, and its AD bit is believed: only from a server on this host (RFC 4035 §4.9.3). */
        TRUST_AD,
        /** Nobody. */
        OFF
    }

    public DnsSettings {
        servers = List.copyOf(servers);
        for (InetSocketAddress server : servers) {
            if (server.isUnresolved()) {
                throw new IllegalArgumentException(server.getHostString() + " is no address");
            }
        }
    }

    /** The defaults, for these servers. */
    public static DnsSettings of(List<InetSocketAddress> servers) {
        boolean own = !servers.isEmpty()
                && servers.stream().noneMatch(InetSocketAddress::isUnresolved)
                && servers.stream()
                        .map(InetSocketAddress::getAddress)
                        .allMatch(server -> server.isLoopbackAddress() && !server.equals(DOCKER));
        return new DnsSettings(
                servers,
                Duration.ofSeconds(3),
                Duration.ofSeconds(10),
                own ? Dnssec.TRUST_AD : Dnssec.OFF,
                ROOT_ANCHORS,
                100_000,
                1_000);
    }

    /** With another way to look at signatures. */
    public DnsSettings with(Dnssec other) {
        return new DnsSettings(servers, timeout, deadline, other, trustAnchors, cacheEntries, questionsAtOnce);
    }

    /** With other times. */
    public DnsSettings with(Duration otherTimeout, Duration otherDeadline) {
        return new DnsSettings(
                servers, otherTimeout, otherDeadline, dnssec, trustAnchors, cacheEntries, questionsAtOnce);
    }

    /** With other trust anchors. */
    public DnsSettings withTrustAnchors(String anchors) {
        return new DnsSettings(servers, timeout, deadline, dnssec, anchors, cacheEntries, questionsAtOnce);
    }
}
