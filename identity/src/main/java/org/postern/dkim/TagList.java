package org.postern.dkim;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Tags and their values, RFC 6376 §3.2, as signatures, keys, DMARC records and ARC sets have them: {@code v=1; d=example.org}. Names keep
 * their case; an octet a character.
 */
public final class TagList {
    /** More than any of its users has; what goes past is no list. */
    static final int MAX_TAGS = 100;

    private final Map<String, String> tags;

    private TagList(Map<String, String> tags) {
        this.tags = tags;
    }

    /**
     * Reads a list. Linear in time.
     *
     * @return empty when it is none, when a tag stands there twice (§3.2: then all is void), or when there are more than a hundred
     */
    public static Optional<TagList> parse(String text) {
        var tags = new LinkedHashMap<String, String>();
        int at = 0;
        while (at < text.length()) {
            int semicolon = text.indexOf(';', at);
            int end = semicolon < 0 ? text.length() : semicolon;
            boolean isLast = semicolon < 0;
            int equals = text.indexOf('=', at, end);
            if (equals < 0) {
                if (isLast && !tags.isEmpty() && trimmed(text, at, end).isEmpty()) {
                    break;
                }
                return Optional.empty();
            }
            String name = trimmed(text, at, equals);
            String value = trimmed(text, equals + 1, end);
            at = end + 1;
            if (!isName(name) || !isValue(value) || tags.size() == MAX_TAGS || tags.put(name, value) != null) {
                return Optional.empty();
            }
        }
        return tags.isEmpty() ? Optional.empty() : Optional.of(new TagList(tags));
    }

    /** The value of that tag, without white space at its ends. */
    public Optional<String> value(String tag) {
        return Optional.ofNullable(tags.get(tag));
    }

    /** The value of that tag without any white space: §3.5 lets base64 and lists be folded anywhere. */
    public Optional<String> compact(String tag) {
        return value(tag).map(TagList::withoutSpaces);
    }

    /** Whether the first tag is that one, with that value: how a version must be given. */
    public boolean beginsWith(String tag, String value) {
        Map.Entry<String, String> first = tags.entrySet().iterator().next();
        return first.getKey().equals(tag) && first.getValue().equals(value);
    }

    /** {@code text} without white space and folds. */
    static String withoutSpaces(String text) {
        int length = 0;
        while (length < text.length() && !isSpace(text.charAt(length))) {
            length++;
        }
        if (length == text.length()) {
            return text;
        }
        char[] compact = text.toCharArray();
        for (int i = length + 1; i < compact.length; i++) {
            if (!isSpace(compact[i])) {
                compact[length++] = compact[i];
            }
        }
        return new String(compact, 0, length);
    }

    /** What stands between {@code from} and {@code to}, without white space at its ends. */
    private static String trimmed(String text, int from, int to) {
        int begin = from;
        int end = to;
        while (begin < end && isSpace(text.charAt(begin))) {
            begin++;
        }
        while (end > begin && isSpace(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(begin, end);
    }

    private static boolean isSpace(char c) {
        return c == ' ' || c == '\t' || c == '\r' || c == '\n';
    }

    private static boolean isName(String name) {
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
            if (!letter && (i == 0 || (c != '_' && (c < '0' || c > '9')))) {
                return false;
            }
        }
        return !name.isEmpty();
    }

    /** §3.2, and RFC 8616 §3: U-labels. */
    private static boolean isValue(String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if ((c < ' ' && !isSpace(c)) || c == 0x7f) {
                return false;
            }
        }
        return true;
    }
}
