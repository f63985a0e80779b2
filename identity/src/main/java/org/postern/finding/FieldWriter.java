package org.postern.finding;

/**
 * Writes a header's field from words: a line goes on to 78 characters (RFC 5322 §2.1.1) and is folded where a space stands, so never
 * inside a word, and no line is blank. What it is given is visible ASCII and spaces.
 */
final class FieldWriter {
    private static final int WISHED = 78;

    private final StringBuilder text;
    private int column;

    FieldWriter(String name) {
        text = new StringBuilder(name).append(':');
        column = text.length();
    }

    /** Goes on with {@code words} behind a space. Folds before them, or at single spaces in them. */
    void add(String words) {
        for (String word : words.split("(?<=[^ ]) (?=[^ ])", -1)) {
            if (column + 1 + word.length() > WISHED && column > 1) {
                fold();
            } else {
                text.append(' ');
                column++;
            }
            text.append(word);
            column += word.length();
        }
    }

    /** Goes on with {@code words} on a line of their own. */
    void addLine(String words) {
        text.append("\r\n");
        column = 0;
        add(words);
    }

    private void fold() {
        text.append("\r\n ");
        column = 1;
    }

    /** The field with its line end. */
    String end() {
        return text + "\r\n";
    }
}
