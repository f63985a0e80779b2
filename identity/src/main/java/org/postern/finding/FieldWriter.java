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
        int start = 0;
        for (int space = words.indexOf(' '); space >= 0; space = words.indexOf(' ', space + 1)) {
            boolean isSingle = space > start
                    && words.charAt(space - 1) != ' '
                    && space + 1 < words.length()
                    && words.charAt(space + 1) != ' ';
            if (isSingle) {
                addWord(words, start, space);
                start = space + 1;
            }
        }
        addWord(words, start, words.length());
    }

    private void addWord(String words, int start, int end) {
        if (column + 1 + end - start > WISHED && column > 1) {
            fold();
        } else {
            text.append(' ');
            column++;
        }
        text.append(words, start, end);
        column += end - start;
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
