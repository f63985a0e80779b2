package org.postern.config;

import java.net.InetSocketAddress;
import org.postern.smtp.server.TlsMode;

/**
 * A place to listen.
 *
 * @param relay on role mx: whether the nets of relay.trusted are treated as on a trusted listener
 */
public record Listen(InetSocketAddress address, Role role, boolean relay, TlsMode tls) {
    /** Who comes there. */
    public enum Role {
        /** Strangers, judged. */
        MX,
        /** Recorded, never judged: for loopback and inner nets. */
        TRUSTED
    }
}
