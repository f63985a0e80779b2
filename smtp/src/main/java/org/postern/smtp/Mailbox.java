package org.postern.smtp;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Optional;

/**
 * A mailbox, {@code local-part@domain}: RFC 5321 §4.1.2, RFC 6531 §3.3 for what is beyond ASCII.
 *
 * <p>The local part is held as what it means: {@code "ann lee"@example.org} and {@code "ann\ lee"@example.org} are the same
 * mailbox. It is written with quotes where the grammar wants them. Local parts differ by case (§2.4); whether two of them reach
 * the same person is their host's business.
 *
 * @param localPart without quotes; 1 to 64 octets (0 when quoted as {@code ""}), no control characters
 * @param host right of the {@code @}
 */
public record Mailbox(String localPart, Host host) implements ReversePath, ForwardPath {
    /** RFC 5321 §4.5.3.1.1, in octets as written. */
    public static final int MAX_LOCAL_OCTETS = 64;

    /** RFC 5321 §4.5.3.1.3, with the angle brackets. */
    public static final int MAX_PATH_OCTETS = 256;

    /** @throws IllegalArgumentException when the local part can't be written; the message says why */
    public Mailbox {
        Optional<String> problem = problem(localPart);
        if (problem.isPresent()) {
            throw new IllegalArgumentException(problem.get());
        }
    }

    /** The mailbox, or empty when {@code localPart} can't be written. */
    public static Optional<Mailbox> of(String localPart, Host host) {
        return problem(localPart).isPresent() ? Optional.empty() : Optional.of(new Mailbox(localPart, host));
    }

    private static Optional<String> problem(String localPart) {
        if (!Letters.all(localPart, Mailbox::isWritable) || !UTF_8.newEncoder().canEncode(localPart)) {
            return Optional.of("a local part has no control characters");
        }
        return written(localPart).getBytes(UTF_8).length > MAX_LOCAL_OCTETS
                ? Optional.of("a local part has at most 64 octets")
                : Optional.empty();
    }

    /** The mailbox in {@code text}, which has no angle brackets: from a configuration or a command line. */
    public static Optional<Mailbox> parse(String text) {
        byte[] octets = ("<" + text + ">").getBytes(UTF_8);
        try {
            var cursor = new Cursor(octets, 0, octets.length);
            Mailbox mailbox = PathParser.mailboxInBrackets(cursor);
            return cursor.atEnd() ? Optional.of(mailbox) : Optional.empty();
        } catch (SyntaxFault notOne) {
            return Optional.empty();
        }
    }

    /** Whether it can be sent without SMTPUTF8. */
    public boolean isAscii() {
        return Domain.isAscii(localPart) && !(host instanceof Domain domain && !domain.isAscii());
    }

    @Override
    public String path() {
        return "<" + this + ">";
    }

    /** As it is written in a command, without angle brackets. */
    @Override
    public String toString() {
        return written(localPart) + "@" + host;
    }

    static boolean isWritable(int c) {
        return c >= 0x20 && c != 0x7f && !(c >= 0x80 && c < 0xa0);
    }

    /** RFC 5321 §4.1.2: Dot-string where it is one, else Quoted-string. */
    private static String written(String localPart) {
        if (isDotString(localPart)) {
            return localPart;
        }
        var quoted = new StringBuilder("\"");
        localPart.chars().forEach(c -> {
            if (c == '"' || c == '\\') {
                quoted.append('\\');
            }
            quoted.append((char) c);
        });
        return quoted.append('"').toString();
    }

    private static boolean isDotString(String text) {
        return !text.isEmpty()
                && text.charAt(0) != '.'
                && text.charAt(text.length() - 1) != '.'
                && !text.contains("..")
                && Letters.all(text, c -> c == '.' || isAtext(c));
    }

    /** RFC 5322 §3.2.3; RFC 6531 §3.3 adds all that isn't ASCII. */
    static boolean isAtext(int c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || c >= 0xa0
                || (c < 0x80 && "!#$%&'*+-/=?^_`{|}~".indexOf(c) >= 0);
    }
}
