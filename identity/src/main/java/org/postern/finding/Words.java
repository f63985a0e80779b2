package org.postern.finding;

import java.util.Locale;
import java.util.regex.Pattern;

/** What may stand in a header's field, and how. Nothing written so can end a line, a comment, a quoted string or a field. */
final class Words {
    /** No value is longer, in characters: with each of them escaped it still fits a line of 998 (RFC 5322 §2.1.1). */
    static final int MAX_VALUE = 450;

    /** Nor a keyword. */
    static final int MAX_KEYWORD = 32;

    /** RFC 2045 §5.1. */
    private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`{|}~-]+");

    /** RFC 5322 §3.2.3. */
    private static final Pattern DOT_ATOM =
            Pattern.compile("[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*");

    /** RFC 8601 §2.2 lets an address stand as it is; only one of harmless characters does here. */
    private static final Pattern ADDRESS =
            Pattern.compile("[A-Za-z0-9+_-]+(?:\\.[A-Za-z0-9+_-]+)*@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?");

    private Words() {}

    /** {@code text} in visible ASCII and spaces, a question mark for all else, and not too long. */
    static String harmless(String text) {
        var safe = new StringBuilder();
        text.codePoints().limit(MAX_VALUE).forEach(c -> safe.append(c < ' ' || c > '~' ? '?' : (char) c));
        return safe.toString();
    }

    /** Whether it is a {@code Keyword} of RFC 5321 §4.1.1.1 as RFC 8601 takes it, and no longer than they are. */
    static boolean isKeyword(String text) {
        int last = text.length() - 1;
        if (last < 0 || last >= MAX_KEYWORD || text.charAt(0) == '-' || text.charAt(last) == '-') {
            return false;
        }
        for (int i = 0; i <= last; i++) {
            char c = text.charAt(i);
            if (c != '-' && (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z')) {
                return false;
            }
        }
        return true;
    }

    /** {@code text} in lower case. @throws IllegalArgumentException when it is no keyword */
    static String keyword(String text) {
        if (!isKeyword(text)) {
            throw new IllegalArgumentException("no keyword of RFC 8601 §2.2: " + harmless(text));
        }
        return text.toLowerCase(Locale.ROOT);
    }

    /** A {@code value} of RFC 8601 §2.2: a token, or else a quoted string. */
    static String value(String text) {
        return TOKEN.matcher(text).matches() ? text : quoted(text);
    }

    /** A {@code pvalue} of RFC 8601 §2.2: an address too stands as it is. */
    static String propertyValue(String text) {
        return ADDRESS.matcher(text).matches() ? text : value(text);
    }

    /** A value of RFC 7208 §9.1. */
    static String atomOrQuoted(String text) {
        return DOT_ATOM.matcher(text).matches() ? text : quoted(text);
    }

    private static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    /** A comment of RFC 5322 §3.2.2. */
    static String comment(String text) {
        return '(' + text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)") + ')';
    }
}
