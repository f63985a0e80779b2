package org.postern.dmarc;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import org.postern.smtp.Domain;

/**
 * Reads the body of a From field: mailboxes of RFC 5322 §3.4 with a comma between, in ASCII or UTF-8 (RFC 6532). Each character is looked
 * at a fixed number of times, and nothing recurses. {@link FromField} says what is refused beyond the grammar.
 */
final class AuthorParser {
    /** More authors than that are no authors. */
    private static final int MAX_AUTHORS = 100;

    private static final String NOT_IN_DNS = "has a domain that DNS has no form of";

    private static final String ATOM_SPECIALS = "!#$%&'*+-/=?^_`{|}~";

    private final String text;
    private int at;

    private AuthorParser(String text) {
        this.text = text;
    }

    /** The domains, each once; at least one. */
    static List<Domain> parse(byte[] body) throws Malformed {
        return new AuthorParser(unfolded(decoded(body))).authors();
    }

    private static String decoded(byte[] body) throws Malformed {
        try {
            return UTF_8.newDecoder().decode(ByteBuffer.wrap(body)).toString();
        } catch (CharacterCodingException other) {
            throw new Malformed("has octets that are neither ASCII nor UTF-8");
        }
    }

    /** RFC 5322 §2.2.3. The line end goes, and the white space of a fold stays. */
    private static String unfolded(String body) throws Malformed {
        var line = new StringBuilder(body.length());
        boolean isBlank = false;
        for (int i = 0; i < body.length(); i++) {
            char c = body.charAt(i);
            boolean endsLine = c == '\n' || (c == '\r' && i + 1 < body.length() && body.charAt(i + 1) == '\n');
            if (endsLine) {
                // §3.2.2: only obsolete syntax has these, and for some programs the header ends there.
                if (isBlank) {
                    throw new Malformed("has a line of white space alone");
                }
                i += c == '\r' ? 1 : 0;
                isBlank = true;
            } else {
                boolean space = c == ' ' || c == '\t';
                if ((Character.isISOControl(c) && !space)) {
                    throw new Malformed("has a control character");
                }
                isBlank &= space;
                line.append(c);
            }
        }
        if (isBlank && line.length() > 0 && !body.endsWith("\n")) {
            throw new Malformed("has a line of white space alone");
        }
        return line.toString();
    }

    private List<Domain> authors() throws Malformed {
        var domains = new LinkedHashSet<Domain>();
        int count = 0;
        while (true) {
            if (++count > MAX_AUTHORS) {
                throw new Malformed("names more than " + MAX_AUTHORS + " authors");
            }
            domains.add(mailbox());
            if (at == text.length()) {
                return List.copyOf(domains);
            }
            if (next() != ',') {
                throw new Malformed("has more behind an address");
            }
            at++;
        }
    }

    /** §3.4: {@code [display-name] "<" addr-spec ">"}, or an {@code addr-spec} alone. Ends at a comma, or at the end. */
    private Domain mailbox() throws Malformed {
        gap();
        for (int words = 0; ; words++) {
            if (next() == '<') {
                Domain domain = inBrackets();
                gap();
                return domain;
            }
            int start = at;
            word();
            if (next() == '@') {
                if (words > 0) {
                    throw new Malformed("has an address outside of angle brackets behind a name");
                }
                Domain domain = address(start);
                // A comment that touches a domain is part of it for some programs.
                if (next() == '(') {
                    throw new Malformed("has a comment inside an address");
                }
                gap();
                return domain;
            }
            gap();
        }
    }

    private Domain inBrackets() throws Malformed {
        at++;
        spaces();
        if (next() == '@') {
            throw new Malformed("has a route in an address");
        }
        int start = at;
        word();
        if (next() != '@') {
            throw new Malformed("has something other than an address in angle brackets");
        }
        Domain domain = address(start);
        spaces();
        if (next() != '>') {
            throw new Malformed("has something other than an address in angle brackets");
        }
        at++;
        return domain;
    }

    /** Its local part, which begins at {@code start}, has been read. */
    private Domain address(int start) throws Malformed {
        String localPart = text.substring(start, at);
        if (localPart.charAt(0) == '"') {
            for (int i = 1; i < localPart.length() - 1; i++) {
                char c = localPart.charAt(i);
                if (!isAtom(c) && c != ' ') {
                    throw new Malformed("has specials in a quoted local part");
                }
            }
        }
        // RFC 2047 §5: never in an address. Programs that decode it all the same see another one.
        if (localPart.contains("=?")) {
            throw new Malformed("has an encoded word in an address");
        }
        at++;
        int from = at;
        if (next() == '[') {
            throw new Malformed("has an address literal, which is in no domain");
        }
        while (at < text.length() && isAtom(text.charAt(at))) {
            at++;
        }
        String name = text.substring(from, at);
        Optional<Domain> domain = Domain.parse(name);
        if (domain.isEmpty()) {
            throw new Malformed(
                    "has no domain in an address: " + Domain.problem(name).orElse(""));
        }
        // RFC 5890 §2.3: what is no U-label has no A-label; nor has a sign that is an ASCII letter once it is small
        // (U+212A).
        if (name.chars().anyMatch(c -> c >= 0x80 && Character.toLowerCase(c) < 0x80)) {
            throw new Malformed(NOT_IN_DNS);
        }
        return domain.map(Domain::canonical)
                .flatMap(Domain::parse)
                .filter(Domain::isAscii)
                .orElseThrow(() -> new Malformed(NOT_IN_DNS));
    }

    /** A quoted string, or an atom with its dots: where these stand changes no domain. */
    private void word() throws Malformed {
        int start = at;
        if (next() == '"') {
            quoted();
            return;
        }
        while (at < text.length() && isAtom(text.charAt(at))) {
            at++;
        }
        if (at == start) {
            throw new Malformed(
                    switch (next()) {
                        case ':', ';' -> "has a group";
                        case '@' -> "has an address without a local part";
                        case ',', '\0' -> "has an entry without an address";
                        default -> "has a character where none of its kind may stand";
                    });
        }
    }

    /** §3.2.4. */
    private void quoted() throws Malformed {
        for (at++; at < text.length(); at++) {
            char c = text.charAt(at);
            if (c == '"') {
                at++;
                return;
            }
            if (c == '\\') {
                at++;
            }
        }
        throw new Malformed("has a quoted string without an end");
    }

    private void spaces() {
        while (next() == ' ' || next() == '\t') {
            at++;
        }
    }

    /** §3.2.2: white space and comments. */
    private void gap() throws Malformed {
        spaces();
        while (next() == '(') {
            comment();
            spaces();
        }
    }

    private void comment() throws Malformed {
        int depth = 0;
        for (; at < text.length(); at++) {
            switch (text.charAt(at)) {
                // An escaped parenthesis is none; whatever else is escaped is looked at for itself.
                case '\\' -> at += at + 1 < text.length() && "()\\".indexOf(text.charAt(at + 1)) >= 0 ? 1 : 0;
                case '(' -> depth++;
                case ')' -> {
                    if (--depth == 0) {
                        at++;
                        return;
                    }
                }
                // Programs that know no comments find another address here.
                case '@', '<', '>' -> throw new Malformed("has a comment that looks like an address");
                default -> {}
            }
        }
        throw new Malformed("has a comment without an end");
    }

    /** NUL at the end: inside, {@link #unfolded} lets none through. */
    private char next() {
        return at < text.length() ? text.charAt(at) : '\0';
    }

    /** §3.2.3, RFC 6532 §3.2; the dot too. */
    private static boolean isAtom(char c) {
        return c == '.'
                || c >= 0x80
                || (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || ATOM_SPECIALS.indexOf(c) >= 0;
    }
}
