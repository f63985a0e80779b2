package org.postern.smtp.server;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;
import org.postern.smtp.Greeting;

/** What a {@link SessionHandler} can see of its session. Each answer is as of now; called on the session's thread only. */
public interface Session {
    /** Its name, in logs and refusals: {@code s-01JD...}. */
    String id();

    /**
     * Where the client comes from: by the connection, or as a front end has named it that the listener lists; its port is 0 where the
     * front end didn't name that.
     */
    InetSocketAddress client();

    /** The listed front end that the connection comes from; empty for whoever comes directly. */
    default Optional<InetAddress> proxy() {
        return Optional.empty();
    }

    /**
     * Whether this is a front end that speaks for nobody but itself: a health check, or one that has named no client yet. Such a
     * session has no limits per client, and is no client's fault.
     */
    default boolean isProxyItself() {
        return proxy().filter(client().getAddress()::equals).isPresent();
    }

    /** Where the connection came to. To be asked while the session lasts. */
    InetSocketAddress local();

    /**
     * Whether the listener trusts this client: no limits per client, and bare line ends are mended rather than refused. Nobody who
     * comes by a front end is.
     */
    boolean trusted();

    /** The last greeting that was accepted; empty before, and again after STARTTLS (RFC 3207 §4.2). */
    Optional<Greeting> greeting();

    /** Present once the session is encrypted. */
    Optional<Tls> tls();

    /**
     * Whether the client has spoken out of turn: before our banner, or on after a greeting, which must be the last command of a
     * packet (RFC 2920 §3.1).
     */
    boolean earlyTalk();

    /**
     * The encryption of a session.
     *
     * @param protocol as {@code TLSv1.3}
     * @param cipher as {@code TLS_AES_256_GCM_SHA384}
     */
    record Tls(String protocol, String cipher) {}
}
