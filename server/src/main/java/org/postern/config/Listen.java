package org.postern.config;

import java.net.InetSocketAddress;
import java.util.List;
import org.postern.policy.Net;
import org.postern.smtp.server.TlsMode;

/**
 * A place to listen.
 *
 * @param relay on role mx: whether the nets of relay.trusted are treated as on a trusted listener
 * @param proxies front ends, whose PROXY header or XCLIENT is believed; neither they nor whom they name are trusted
 */
public record Listen(InetSocketAddress address, Role role, boolean relay, TlsMode tls, List<Net> proxies) {
    public Listen {
        proxies = List.copyOf(proxies);
    }

    /** Who comes there. */
    public enum Role {
        /** Strangers, judged. */
        MX,
        /** Recorded, never judged: for loopback and inner nets. */
        TRUSTED
    }
}
