package org.postern.smtp.server;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;
import org.postern.smtp.Command.Xclient;

/**
 * Whom a session serves.
 *
 * @param address where the client comes from; the front end's own while it has named nobody
 * @param proxy the listed front end that the connection comes from
 * @param trusted never with a front end: that somebody stands behind it can't be ruled out
 * @param mayName whether XCLIENT is believed
 */
record Client(InetSocketAddress address, Optional<InetAddress> proxy, boolean trusted, boolean mayName) {
    /** Comes by itself. */
    static Client direct(InetSocketAddress peer, boolean trusted) {
        return new Client(peer, Optional.empty(), trusted, false);
    }

    /** A listed front end that has said no PROXY header. */
    static Client frontEnd(InetSocketAddress peer) {
        return new Client(peer, Optional.of(peer.getAddress()), false, true);
    }

    /** A listed front end that has said a PROXY header, which settles whose connection it is. */
    static Client behind(InetSocketAddress peer, ProxyHeader header) {
        InetSocketAddress address =
                switch (header) {
                    case ProxyHeader.Named named -> named.client();
                    case ProxyHeader.Unnamed _ -> peer;
                };
        return new Client(address, Optional.of(peer.getAddress()), false, false);
    }

    /**
     * Who it is after XCLIENT. Whoever names an address, or that there is none, may not do so again: what comes next may be the client's
     * own words, which the front end only passes on.
     */
    Client after(Xclient asked) {
        int port = asked.port().orElse(address.getPort());
        return switch (asked.address()) {
            case Xclient.Address.Unsaid _ ->
                new Client(new InetSocketAddress(address.getAddress(), port), proxy, trusted, mayName);
            case Xclient.Address.Unavailable _ -> new Client(address, proxy, trusted, false);
            case Xclient.Address.Known known ->
                new Client(new InetSocketAddress(known.address(), asked.port().orElse(0)), proxy, trusted, false);
        };
    }

    /** Whether it is a front end that speaks for nobody but itself, as far as it says. */
    boolean isProxyItself() {
        return proxy.filter(address.getAddress()::equals).isPresent();
    }
}
