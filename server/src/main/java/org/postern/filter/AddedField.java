package org.postern.filter;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A header field that a filter wants to stand before the message: RFC 5322 §2.2. Whatever the filter wrote, it is one field, and visible
 * ASCII.
 *
 * @param lines its value, folded before each but the first
 */
public record AddedField(String name, List<String> lines) {
    /** Fields that one filter may add to one message. */
    static final int MAX_FIELDS = 32;

    /** Octets of one of them. */
    static final int MAX_OCTETS = 16_384;

    /** RFC 5322 §2.1.1 allows 998. */
    private static final int MAX_LINE = 900;

    /** RFC 5322 §3.6.8: visible ASCII but the colon; here also none that a reader could take for something else. */
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`{|}~-]{1,64}");

    /** RFC 5322 §3.6: at most one of each stands in a message, and that is the author's. And two that are ours to write. */
    private static final Set<String> NOT_THEIRS = Set.of(
            "date",
            "from",
            "sender",
            "reply-to",
            "to",
            "cc",
            "bcc",
            "message-id",
            "in-reply-to",
            "references",
            "subject",
            "return-path",
            "x-postern-findings");

    /** @throws IllegalArgumentException when it would not be one field that a filter may add */
    public AddedField {
        lines = List.copyOf(lines);
        if (!isName(name) || lines.isEmpty() || !lines.stream().allMatch(AddedField::isLine)) {
            throw new IllegalArgumentException("no field of a filter's: " + name);
        }
    }

    private static boolean isName(String name) {
        return NAME.matcher(name).matches() && !NOT_THEIRS.contains(name.toLowerCase(Locale.ROOT));
    }

    private static boolean isLine(String line) {
        return !line.isBlank() && line.length() <= MAX_LINE && line.chars().allMatch(c -> c >= ' ' && c <= '~');
    }

    /** The field that a filter means; empty when it may not add such a one, or it is too large, or says nothing. */
    static Optional<AddedField> of(String name, String value) {
        if (!isName(name) || name.length() + value.length() > MAX_OCTETS) {
            return Optional.empty();
        }
        var lines = new ArrayList<String>();
        for (String line : value.lines().toList()) {
            String rest = visible(line).strip();
            while (rest.length() > MAX_LINE) {
                int end = rest.lastIndexOf(' ', MAX_LINE);
                int cut = end > 0 ? end : MAX_LINE;
                lines.add(rest.substring(0, cut).strip());
                rest = rest.substring(cut).strip();
            }
            if (!rest.isEmpty()) {
                lines.add(rest);
            }
        }
        return lines.isEmpty() ? Optional.empty() : Optional.of(new AddedField(name, lines));
    }

    private static String visible(String text) {
        var safe = new StringBuilder(text.length());
        text.codePoints().forEach(c -> safe.append(c == '\t' ? ' ' : c < ' ' || c > '~' ? '?' : (char) c));
        return safe.toString();
    }

    /** As it stands in a header, its line end included. */
    public String text() {
        return name + ": " + String.join("\r\n\t", lines) + "\r\n";
    }
}
