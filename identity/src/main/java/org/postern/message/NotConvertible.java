package org.postern.message;

import java.io.IOException;

/** A message can't be made to fit: why, as its sender is told. */
public final class NotConvertible extends IOException {
    private static final long serialVersionUID = 1;

    NotConvertible(String why) {
        super(why);
    }

    /** What is in the way, a clause about "the message". */
    public String why() {
        return String.valueOf(getMessage());
    }
}
