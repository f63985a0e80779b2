package org.postern.smtp.server;

/** How a listener speaks TLS. */
public enum TlsMode {
    /** In clear, with STARTTLS offered: RFC 3207. */
    STARTTLS,
    /** From the first octet: RFC 8314 §3.3. */
    IMPLICIT,
    /** Not at all. */
    NONE
}
