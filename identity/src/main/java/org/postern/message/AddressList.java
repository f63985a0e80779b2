package org.postern.message;

import java.util.ArrayList;
import java.util.List;

/**
 * Finds the addresses in a field that lists some, RFC 5322 §3.4, without a word about what else stands there: names, comments, groups.
 * Never throws; linear in time.
 */
public final class AddressList {
    /** Where an address stands: in angle brackets, or alone. */
    record Span(int from, int to) {}

    private final String text;
    private final List<Span> spans = new ArrayList<>();
    private int at;
    private int wordFrom;
    private int wordTo;
    private int angleFrom;
    private int angleTo;

    private AddressList(String text) {
        this.text = text;
    }

    /** The addresses in the value of a field, as they are written; those without a domain too. */
    public static List<String> addresses(String value) {
        return spans(value).stream()
                .map(span -> bare(value.substring(span.from, span.to)))
                .filter(address -> !address.isEmpty())
                .toList();
    }

    /** Without white space and comments, and without the route of RFC 822. */
    private static String bare(String address) {
        var bare = new StringBuilder();
        var list = new AddressList(address);
        while (list.at < address.length()) {
            char one = address.charAt(list.at);
            int before = list.at;
            switch (one) {
                case '"' -> {
                    list.skipQuoted();
                    bare.append(address, before, list.at);
                }
                case '(' -> list.skipComment();
                default -> {
                    list.at++;
                    if (one > ' ') {
                        bare.append(one);
                    }
                }
            }
        }
        int route = bare.length() > 0 && bare.charAt(0) == '@' ? bare.indexOf(":") : -1;
        return bare.substring(route + 1);
    }

    static List<Span> spans(String text) {
        var list = new AddressList(text);
        list.scan();
        return list.spans;
    }

    private void scan() {
        begin();
        while (at < text.length()) {
            int before = at;
            switch (text.charAt(at)) {
                case '"' -> {
                    skipQuoted();
                    word(before);
                }
                case '(' -> skipComment();
                case '[' -> {
                    int end = text.indexOf(']', at);
                    at = end < 0 ? text.length() : end + 1;
                    word(before);
                }
                case '<' -> angle();
                case ',', ';' -> {
                    end();
                    at++;
                }
                case ':' -> {
                    // The name of a group ends.
                    begin();
                    at++;
                }
                case ' ', '\t', '\r', '\n' -> at++;
                default -> {
                    at++;
                    word(before);
                }
            }
        }
        end();
    }

    private void begin() {
        wordFrom = -1;
        wordTo = -1;
        angleFrom = -1;
        angleTo = -1;
    }

    private void word(int from) {
        wordFrom = wordFrom < 0 ? from : wordFrom;
        wordTo = at;
    }

    private void end() {
        if (angleFrom >= 0) {
            spans.add(new Span(angleFrom, angleTo));
        } else if (wordFrom >= 0) {
            spans.add(new Span(wordFrom, wordTo));
        }
        begin();
    }

    private void angle() {
        at++;
        angleFrom = at;
        while (at < text.length() && text.charAt(at) != '>') {
            if (text.charAt(at) == '"') {
                skipQuoted();
            } else {
                at++;
            }
        }
        angleTo = at;
        at = Math.min(text.length(), at + 1);
    }

    private void skipQuoted() {
        for (at++; at < text.length() && text.charAt(at) != '"'; at++) {
            if (text.charAt(at) == '\\') {
                at++;
            }
        }
        at = Math.min(text.length(), at + 1);
    }

    private void skipComment() {
        int depth = 0;
        while (at < text.length()) {
            char one = text.charAt(at);
            at++;
            if (one == '\\') {
                at = Math.min(text.length(), at + 1);
            } else if (one == '(') {
                depth++;
            } else if (one == ')' && --depth == 0) {
                return;
            }
        }
    }

    /** {@code text} with {@code @domain} behind each address that is a single word without a domain. */
    static String qualified(String text, String domain) {
        StringBuilder changed = null;
        List<Span> spans = spans(text);
        for (int i = spans.size() - 1; i >= 0; i--) {
            Span span = spans.get(i);
            int end = span.to;
            int start = span.from;
            while (end > start && text.charAt(end - 1) <= ' ') {
                end--;
            }
            while (start < end && text.charAt(start) <= ' ') {
                start++;
            }
            if (isBareWord(text, start, end)) {
                changed = changed == null ? new StringBuilder(text) : changed;
                changed.insert(end, "@" + domain);
            }
        }
        return changed == null ? text : changed.toString();
    }

    private static boolean isBareWord(String text, int from, int to) {
        if (from == to) {
            return false;
        }
        if (text.charAt(from) == '"') {
            var word = new AddressList(text);
            word.at = from;
            word.skipQuoted();
            return word.at == to;
        }
        for (int i = from; i < to; i++) {
            char one = text.charAt(i);
            if (one <= ' ' || one == 0x7f || "()<>[]:;@\\,\"".indexOf(one) >= 0) {
                return false;
            }
        }
        return true;
    }
}
