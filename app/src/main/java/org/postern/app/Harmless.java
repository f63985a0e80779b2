package org.postern.app;

import org.postern.message.Printable;

/** Text from mail, made fit for a terminal or a line of the log, as {@link Printable} does it: what acts there is escaped. */
final class Harmless {
    private Harmless() {}

    /** {@code text} on one line. */
    static String text(String text) {
        return Printable.text(text);
    }

    static String escaped(int c) {
        return Printable.escaped(c);
    }

    static boolean isHarmless(int c) {
        return Printable.isHarmless(c);
    }
}
