package org.postern.postfix;

import java.io.IOException;

/** A configuration of Postfix that can't be read, or that Postfix itself would not take; the message says where, and what to do. */
public final class Unreadable extends IOException {
    private static final long serialVersionUID = 1;

    Unreadable(String message) {
        super(message);
    }
}
