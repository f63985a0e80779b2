package org.postern.smtp.server;

import java.net.InetSocketAddress;
import java.util.Optional;
import org.postern.smtp.Greeting;

/** What a {@link SessionHandler} can see of its session. Each answer is as of now; called on the session's thread only. */
public interface Session {
    /** Its name, in logs and refusals: {@code s-01JD...}. */
    String id();

    /** Where the client comes from. */
    InetSocketAddress client();

    /** Where it came to. To be asked while the session lasts. */
    InetSocketAddress local();

    /** Whether the listener trusts this client: no limits per client, and bare line ends are mended rather than refused. */
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
