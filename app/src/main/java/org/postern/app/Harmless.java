package org.postern.app;

/** Text from mail, made fit for a terminal or a line of the log: what acts there is escaped. */
final class Harmless {
    private Harmless() {}

    /** {@code text} on one line, with {@code \\u001b} and the like for what is not {@link #isHarmless}. */
    static String text(String text) {
        if (text.chars().allMatch(Harmless::isHarmless)) {
            return text;
        }
        var line = new StringBuilder();
        text.chars().forEach(c -> {
            if (isHarmless(c)) {
                line.append((char) c);
            } else {
                line.append(escaped(c));
            }
        });
        return line.toString();
    }

    static String escaped(int c) {
        return String.format("\\u%04x", c);
    }

    /** No control characters, no separators of lines, nothing that turns the direction of text (Unicode's bidirectional marks). */
    static boolean isHarmless(int c) {
        return switch (Character.getType((char) c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE -> false;
            default -> true;
        };
    }
}
