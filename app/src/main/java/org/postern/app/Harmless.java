package org.postern.app;

import org.postern.message.Printable;

/** Text from mail, made fit for a terminal or a line of the log, as {@link Printable} does it: what acts there is escaped. */
final class Harmless {
    private Harmless() {}

    /** {@code text} on one line. */
    static String text(String text) {
        return Printable.text(text);
    }

    /** An object of JSON on one line: what acts on a terminal can stand in its texts only, and is written as JSON's escapes. */
    static String json(String line) {
        if (line.codePoints().allMatch(Printable::isHarmless)) {
            return line;
        }
        var safe = new StringBuilder();
        line.codePoints().forEach(c -> {
            if (isHarmless(c)) {
                safe.appendCodePoint(c);
            } else {
                for (char half : Character.toChars(c)) {
                    safe.append(escaped(half));
                }
            }
        });
        return safe.toString();
    }

    static String escaped(int c) {
        return Printable.escaped(c);
    }

    static boolean isHarmless(int c) {
        return Printable.isHarmless(c);
    }
}
