package org.postern.postfix;

/**
 * A row of a lookup table.
 *
 * @param where as {@code virtual:3}
 */
record Row(String key, String value, String where) {

    /** {@code key value}; the key may stand in quotes, with a colon behind it (aliases(5)), or be a pattern between slashes. */
    static Row of(Line line) {
        String text = line.text();
        char open = text.charAt(0);
        int end = open == '"' || open == '/' ? closing(text, open) : 0;
        while (end < text.length() && !Character.isWhitespace(text.charAt(end))) {
            end++;
        }
        String key = text.substring(0, end);
        if (open == '"' && key.length() > 1) {
            key = key.substring(1).replaceFirst("\"(:?)$", "$1");
        }
        return new Row(key, text.substring(end).strip(), line.where());
    }

    /** Behind the sign that closes the key. */
    private static int closing(String text, char sign) {
        for (int at = 1; at < text.length(); at++) {
            if (text.charAt(at) == '\\') {
                at++;
            } else if (text.charAt(at) == sign) {
                return at + 1;
            }
        }
        return 0;
    }

    /** The same as aliases(5) has it: {@code key: value}. */
    Row ofAliases() {
        if (key.endsWith(":")) {
            return new Row(key.substring(0, key.length() - 1), value, where);
        }
        int colon = key.indexOf(':');
        return colon > 0
                ? new Row(key.substring(0, colon), (key.substring(colon + 1) + " " + value).strip(), where)
                : value.startsWith(":") ? new Row(key, value.substring(1).strip(), where) : this;
    }

    /** As a remark quotes it. */
    @Override
    public String toString() {
        return key + " " + value;
    }
}
