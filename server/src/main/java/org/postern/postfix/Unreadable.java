package org.postern.postfix;

import java.io.IOException;

/** A configuration of Postfix that can't be read, or that Postfix itself would not take; the message says where, and what to do. */
public final class Unreadable extends IOException {
    private static final long serialVersionUID = 1;

    private final String said;

    Unreadable(String message) {
        super(message);
        this.said = message;
    }

    /** Never null, as that of others may be. */
    @Override
    public String getMessage() {
        return said;
    }
}
