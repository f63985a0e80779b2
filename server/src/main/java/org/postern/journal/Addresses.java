package org.postern.journal;

import java.util.function.UnaryOperator;

/**
 * Finds addresses in a text: a local part, {@code @}, and a domain or an address literal. Read by hand, from each {@code @} both ways: the
 * time is that of one reading, whatever a stranger wrote.
 */
final class Addresses {
    /** Far more than RFC 5321 §4.5.3.1.1 allows, all of it escaped. */
    private static final int MOST_QUOTED = 512;

    private static final int MOST_LITERAL = 256;

    private Addresses() {}

    /** The text with each address as {@code change} makes it. */
    static String change(String text, UnaryOperator<String> change) {
        int at = text.indexOf('@');
        if (at < 0) {
            return text;
        }
        var changed = new StringBuilder(text.length());
        int done = 0;
        while (at >= 0) {
            int start = start(text, done, at);
            int end = end(text, at + 1);
            if (start < at && end > at + 1) {
                changed.append(text, done, start).append(change.apply(text.substring(start, end)));
                done = end;
            }
            at = text.indexOf('@', Math.max(done, at + 1));
        }
        return changed.append(text, done, text.length()).toString();
    }

    private static int start(String text, int from, int at) {
        if (at > from && text.charAt(at - 1) == '"') {
            int quote = at - 2;
            int least = Math.max(from, at - MOST_QUOTED);
            while (quote >= least && !(text.charAt(quote) == '"' && !isEscaped(text, from, quote))) {
                quote--;
            }
            return quote >= least ? quote : at;
        }
        int start = at;
        while (start > from && isAtom(text.charAt(start - 1))) {
            start--;
        }
        // Quotes around an address in somebody's words are no part of it; in a path they are.
        while (start > 0 && start < at && text.charAt(start - 1) != '<' && isQuote(text.charAt(start))) {
            start++;
        }
        return start;
    }

    /** RFC 5321 §4.1.2: in a quoted string a backslash makes a quote one of its characters. */
    private static boolean isEscaped(String text, int from, int place) {
        int backslash = place - 1;
        while (backslash >= from && text.charAt(backslash) == '\\') {
            backslash--;
        }
        return (place - backslash) % 2 == 0;
    }

    private static int end(String text, int from) {
        if (from < text.length() && text.charAt(from) == '[') {
            int bracket = text.indexOf(']', from, Math.min(text.length(), from + MOST_LITERAL));
            return bracket < 0 ? from : bracket + 1;
        }
        int end = from;
        while (end < text.length() && isDomain(text, from, end)) {
            end++;
        }
        // The full stop of a sentence.
        while (end > from && text.charAt(end - 1) == '.') {
            end--;
        }
        return end;
    }

    private static boolean isDomain(String text, int from, int place) {
        char c = text.charAt(place);
        return isLetterOrDigit(c)
                || c == '-'
                || c == '_'
                || (c == '.' && place > from && text.charAt(place - 1) != '.');
    }

    /** RFC 5322 §3.2.3: an atom's characters and the dot, RFC 6531 §3.3: and all beyond ASCII. */
    private static boolean isAtom(char c) {
        return isLetterOrDigit(c) || "!#$%&'*+-/=?^_`{|}~.".indexOf(c) >= 0;
    }

    private static boolean isQuote(char c) {
        return c == '\'' || c == '`';
    }

    static boolean isLetterOrDigit(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c >= 0x80;
    }
}
