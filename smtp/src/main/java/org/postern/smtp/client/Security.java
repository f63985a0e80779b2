package org.postern.smtp.client;

/** How much TLS a session is to have. */
public enum Security {
    /** None, even where it is offered. */
    NONE,
    /**
     * Where it is offered, whoever the other side is; in clear else, and after a handshake that failed. RFC 7435: whoever only listens
     * learns nothing then.
     */
    OPPORTUNISTIC,
    /** TLS or nothing, whoever the other side is. */
    REQUIRED,
    /** TLS with who shows a certificate for its name, or nothing. */
    VERIFIED
}
