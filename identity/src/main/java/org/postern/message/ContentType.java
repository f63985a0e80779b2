package org.postern.message;

import java.util.Locale;
import java.util.Optional;

/**
 * What a part says that it is, RFC 2045 §5.1: as much of it as finds the parts of a message.
 *
 * @param type in lower case
 * @param subtype in lower case
 * @param boundary what parts the parts
 */
record ContentType(String type, String subtype, Optional<String> boundary) {
    /** RFC 2045 §5.2, of what says nothing; RFC 2046 §5.1.5, of what says nothing in a digest. */
    static final ContentType TEXT = new ContentType("text", "plain", Optional.empty());

    static final ContentType MESSAGE = new ContentType("message", "rfc822", Optional.empty());

    /** Reads the value of a Content-Type field; empty when that is none. Never throws; linear in time. */
    static Optional<ContentType> parse(String value) {
        var scan = new Scan(value);
        String type = scan.token();
        if (type.isEmpty() || !scan.take('/')) {
            return Optional.empty();
        }
        String subtype = scan.token();
        if (subtype.isEmpty()) {
            return Optional.empty();
        }
        Optional<String> boundary = Optional.empty();
        while (scan.take(';')) {
            String name = scan.token();
            if (scan.take('=')) {
                String word = scan.word();
                if (boundary.isEmpty() && name.equalsIgnoreCase("boundary") && !word.isEmpty()) {
                    boundary = Optional.of(word);
                }
            }
        }
        return Optional.of(new ContentType(type.toLowerCase(Locale.ROOT), subtype.toLowerCase(Locale.ROOT), boundary));
    }

    boolean is(String wantedType, String wantedSubtype) {
        return type.equals(wantedType) && subtype.equals(wantedSubtype);
    }

    boolean isMultipart() {
        return type.equals("multipart");
    }

    /** Goes through a structured value. */
    private static final class Scan {
        private static final String SPECIALS = "()<>@,;:\\\"/[]?=";
        private final String text;
        private int at;

        Scan(String text) {
            this.text = text;
        }

        boolean take(char wanted) {
            skip();
            if (at < text.length() && text.charAt(at) == wanted) {
                at++;
                return true;
            }
            return false;
        }

        String token() {
            skip();
            int from = at;
            while (at < text.length() && isTokenCharacter(text.charAt(at))) {
                at++;
            }
            return text.substring(from, at);
        }

        private static boolean isTokenCharacter(char one) {
            return one > ' ' && one != 0x7f && SPECIALS.indexOf(one) < 0;
        }

        /** A token, or what is quoted. */
        String word() {
            skip();
            if (at == text.length() || text.charAt(at) != '"') {
                return token();
            }
            var word = new StringBuilder();
            for (at++; at < text.length() && text.charAt(at) != '"'; at++) {
                if (text.charAt(at) == '\\' && at + 1 < text.length()) {
                    at++;
                }
                word.append(text.charAt(at));
            }
            at = Math.min(text.length(), at + 1);
            return word.toString();
        }

        /** White space and comments, RFC 5322 §3.2.2. */
        private void skip() {
            int depth = 0;
            while (at < text.length()) {
                char one = text.charAt(at);
                if (one == '(') {
                    depth++;
                } else if (depth > 0 && one == ')') {
                    depth--;
                } else if (depth > 0 && one == '\\') {
                    at++;
                } else if (depth == 0 && one > ' ') {
                    return;
                }
                at++;
            }
            at = text.length();
        }
    }
}
