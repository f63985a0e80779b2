package org.postern.delivery;

import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.SocketException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.postern.smtp.Domain;

/**
 * Where mail leaves from: an address of this host, and the name that we greet by from there.
 *
 * @param address the source of connections
 * @param publicAddress what others see instead, where an address translator stands between
 * @param ehlo what we greet by
 */
public record Egress(InetAddress address, Optional<InetAddress> publicAddress, Domain ehlo) {
    /** RFC 5737, RFC 3849: addresses of documentation. The way to them is the way to the world, and nobody is there. */
    private static final List<InetAddress> FAR_AWAY =
            List.of(InetAddress.ofLiteral("192.0.2.1"), InetAddress.ofLiteral("2001:db8::1"));

    private static final int SMTP = 25;

    /** What the system chooses, for IPv4 and for IPv6; only for those by which the world can be reached. Sends nothing. */
    public static List<Egress> chosenBySystem(Domain ehlo) {
        return FAR_AWAY.stream()
                .flatMap(far -> leavingFor(far).stream())
                .map(address -> new Egress(address, Optional.empty(), ehlo))
                .toList();
    }

    /** What the system would send from to {@code far}; empty where there is no way, or only one within this host or link. */
    static Optional<InetAddress> leavingFor(InetAddress far) {
        try (var socket = new DatagramSocket()) {
            // Only names the other end: the kernel looks up its route and puts nothing on the wire.
            socket.connect(far, SMTP);
            return Stream.of(socket.getLocalAddress())
                    .filter(address -> !address.isAnyLocalAddress()
                            && !address.isLoopbackAddress()
                            && !address.isLinkLocalAddress())
                    .findFirst();
        } catch (SocketException | UncheckedIOException noWay) {
            return Optional.empty();
        }
    }

    /** What others see. */
    InetAddress seen() {
        return publicAddress.orElse(address);
    }
}
