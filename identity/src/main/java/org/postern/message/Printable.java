package org.postern.message;

/** Text that others wrote, made fit to be shown on one line: what acts on a terminal, or turns the direction of text, is escaped. */
public final class Printable {
    private Printable() {}

    /** {@code text} on one line, with {@code \\u001b} and the like for what is not {@link #isHarmless}. */
    public static String text(String text) {
        if (text.codePoints().allMatch(Printable::isHarmless)) {
            return text;
        }
        var line = new StringBuilder();
        text.codePoints().forEach(c -> {
            if (isHarmless(c)) {
                line.appendCodePoint(c);
            } else {
                line.append(escaped(c));
            }
        });
        return line.toString();
    }

    /** The same, cut behind {@code most} code points. */
    public static String text(String text, int most) {
        boolean fits = text.codePointCount(0, text.length()) <= most;
        return text(fits ? text : text.substring(0, text.offsetByCodePoints(0, most)) + "...");
    }

    /** As {@code \\u001b}, whatever it is. */
    public static String escaped(int c) {
        return String.format("\\u%04x", c);
    }

    /** No control characters, no separators of lines, nothing that turns the direction of text (Unicode's bidirectional marks). */
    public static boolean isHarmless(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE -> false;
            default -> true;
        };
    }
}
