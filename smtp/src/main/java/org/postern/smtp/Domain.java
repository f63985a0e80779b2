package org.postern.smtp;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.IDN;
import java.util.Locale;
import java.util.Optional;

/**
 * A domain name as SMTP writes it (RFC 5321 §2.3.5, §4.1.2), kept as it was written and compared without regard to case (§2.4)
 * and to the form of its labels: an A-label and its U-label are one name (RFC 5890 §2.3.2.4).
 *
 * <p>Labels are 1 to 63 octets, 255 in all, letters, digits and hyphens inside; U-labels (RFC 5890) as RFC 6531 §3.3 allows, for
 * the caller to refuse where SMTPUTF8 is not in force. The underscore is taken too: the RFC's grammar lacks it, but real hosts
 * have it in their names; {@link #isHostName()} tells who keeps to the letter.
 *
 * @param name without a trailing dot
 */
public record Domain(String name) implements Host {
    /** RFC 5321 §4.5.3.1.2. */
    public static final int MAX_OCTETS = 255;

    /** RFC 1035 §2.3.4. */
    public static final int MAX_LABEL_OCTETS = 63;

    /** @throws IllegalArgumentException when {@code name} is no domain name; the message says why */
    public Domain {
        Optional<String> problem = problem(name);
        if (problem.isPresent()) {
            throw new IllegalArgumentException(problem.get());
        }
    }

    /** The domain, or empty when {@code text} is none. */
    public static Optional<Domain> parse(String text) {
        return problem(text).isPresent() ? Optional.empty() : Optional.of(new Domain(text));
    }

    /** What keeps {@code text} from being a domain name, in words for the one who wrote it; empty when nothing does. */
    public static Optional<String> problem(String text) {
        if (text.isEmpty()) {
            return Optional.of("a domain name is missing");
        }
        if (octets(text) > MAX_OCTETS) {
            return Optional.of("a domain name has at most 255 octets");
        }
        int start = 0;
        while (start <= text.length()) {
            int dot = text.indexOf('.', start);
            int end = dot < 0 ? text.length() : dot;
            Optional<String> problem = labelProblem(text.substring(start, end));
            if (problem.isPresent()) {
                return problem;
            }
            start = end + 1;
        }
        return Optional.empty();
    }

    private static Optional<String> labelProblem(String label) {
        if (label.isEmpty()) {
            return Optional.of("a label between the dots is empty");
        }
        if (octets(label) > MAX_LABEL_OCTETS) {
            return Optional.of("a label has at most 63 octets");
        }
        for (int i = 0; i < label.length(); i++) {
            char c = label.charAt(i);
            if (Character.isSurrogate(c) ? !pairedAt(label, i) : !isLabelOctet(c)) {
                return Optional.of("a label has letters, digits and hyphens only");
            }
        }
        if (label.startsWith("-") || label.endsWith("-")) {
            return Optional.of("a label neither begins nor ends with a hyphen");
        }
        return Optional.empty();
    }

    private static boolean isLabelOctet(char c) {
        return c < 0x80
                ? (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_'
                : c > 0x9f && !Character.isWhitespace(c) && !Character.isSpaceChar(c);
    }

    private static boolean pairedAt(String text, int i) {
        return Character.isHighSurrogate(text.charAt(i))
                ? i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))
                : i > 0 && Character.isHighSurrogate(text.charAt(i - 1));
    }

    private static int octets(String text) {
        return isAscii(text) ? text.length() : text.getBytes(UTF_8).length;
    }

    static boolean isAscii(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) >= 0x80) {
                return false;
            }
        }
        return true;
    }

    /** Whether the name is written in ASCII alone (A-labels), as every receiver without SMTPUTF8 needs it. */
    public boolean isAscii() {
        return isAscii(name);
    }

    /** Whether it keeps to the grammar's letters, digits and hyphens. */
    public boolean isHostName() {
        return isAscii() && name.indexOf('_') < 0;
    }

    /** The name in lower case and with A-labels, for keys and comparisons. */
    public String canonical() {
        String lower = name.toLowerCase(Locale.ROOT);
        return isAscii(lower) ? lower : withALabels(lower).orElse(lower);
    }

    /** {@code name} as DNS has it, with A-labels in place of U-labels; as it is when it is ASCII already, or no domain name. */
    public static String withALabelsOnly(String name) {
        return isAscii(name) ? name : parse(name).map(Domain::canonical).orElse(name);
    }

    /** Empty when {@code lower} holds what is no U-label: that has no other form. */
    private static Optional<String> withALabels(String lower) {
        try {
            String ascii = IDN.toASCII(lower, IDN.USE_STD3_ASCII_RULES);
            // RFC 5890 §2.3.2.1: the two forms give each other. The JDK's IDNA is of 2003: it makes strasse of straße,
            // which may be another's.
            return IDN.toUnicode(ascii).equals(lower) ? Optional.of(ascii) : Optional.empty();
        } catch (IllegalArgumentException noULabel) {
            return Optional.empty();
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Domain that && canonical().equals(that.canonical());
    }

    @Override
    public int hashCode() {
        return canonical().hashCode();
    }

    @Override
    public String toString() {
        return name;
    }
}
