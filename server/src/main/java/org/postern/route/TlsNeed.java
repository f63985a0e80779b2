package org.postern.route;

/** How much TLS a destination is to have: {@code tls} of {@code [[destinations]]}. */
public enum TlsNeed {
    /** In clear, even where it is offered. */
    NONE,
    /** Where it is offered, whoever's certificate it is; in clear else. RFC 7435. */
    MAY,
    /** In TLS or not at all; whoever's certificate it is. */
    REQUIRE,
    /** In TLS to a host that shows a certificate for its name, or not at all. */
    VERIFY
}
