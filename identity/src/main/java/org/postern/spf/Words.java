package org.postern.spf;

/** What a stranger wrote, made fit for a line of a log or a reply. */
final class Words {
    private static final int SHORT = 100;

    private Words() {}

    /** Visible ASCII and spaces; all else is a question mark. What is too long ends in three dots. */
    static String visible(CharSequence text, int most) {
        boolean isCut = text.length() > most;
        int end = isCut ? most - 3 : text.length();
        var visible = new StringBuilder();
        for (int i = 0; i < end; i++) {
            char c = text.charAt(i);
            visible.append(c >= ' ' && c <= '~' ? c : '?');
        }
        return visible.append(isCut ? "..." : "").toString();
    }

    /** For a name or a term within a sentence. */
    static String brief(String text) {
        return visible(text, SHORT);
    }
}
