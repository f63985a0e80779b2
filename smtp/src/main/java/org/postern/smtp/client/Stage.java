package org.postern.smtp.client;

import java.util.Locale;

/** How far a session has come: what was asked, or done, when something went wrong. */
public enum Stage {
    CONNECT,
    BANNER,
    GREETING,
    STARTTLS,
    AUTH,
    MAIL,
    RCPT,
    DATA,
    /** The content, and what is said after its end. */
    CONTENT,
    /** RSET, NOOP, QUIT and the like. */
    OTHER;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
