package org.postern.finding;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.postern.finding.AuthenticationResults.MethodResult;
import org.postern.finding.AuthenticationResults.Property;
import org.postern.smtp.Domain;

/** Reads the grammar of RFC 8601 §2.2 from left to right, once. */
final class AuthenticationResultsParser {
    private static final int MAX_RESULTS = 100;
    private static final int MAX_PROPERTIES = 50;

    /** What a part is made of. */
    private enum Characters {
        KEYWORD,
        VERSION,
        /** Of a domain, A-labels or octets of U-labels. */
        DOMAIN,
        /** More than RFC 2045 has: as senders write it. */
        TOKEN,
        /** A token with equals signs in it, as addresses and hashes have them. */
        VALUE;

        boolean hold(char c) {
            boolean digit = c >= '0' && c <= '9';
            boolean alphanumeric = digit || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
            boolean visible = c > ' ' && c != 0x7f && "();\"".indexOf(c) < 0;
            return switch (this) {
                case KEYWORD -> alphanumeric || c == '-';
                case VERSION -> digit;
                case DOMAIN -> alphanumeric || c == '-' || c == '.' || c == '_' || c >= 0x80;
                case TOKEN -> visible && c != '=';
                case VALUE -> visible;
            };
        }
    }

    private final String text;
    private int at;
    private Optional<String> comment = Optional.empty();

    AuthenticationResultsParser(String value) {
        text = value.replace("\r\n", "");
    }

    Optional<AuthenticationResults> parse() {
        space();
        Optional<String> id = value(false);
        if (id.isEmpty() || Words.harmless(id.get()).isBlank() || !isVersionOne()) {
            return Optional.empty();
        }
        var results = new ArrayList<MethodResult>();
        while (at < text.length() && results.size() < MAX_RESULTS) {
            // At a semicolon.
            at++;
            comment = Optional.empty();
            int start = at;
            Optional<MethodResult> result = result();
            if (result.isEmpty()) {
                at = start;
                passOver();
            }
            result.ifPresent(results::add);
        }
        return Optional.of(new AuthenticationResults(id.get(), results));
    }

    /** The id that the field claims, as narrowly as any reader may take it; empty when there is none to be seen. */
    Optional<String> claimedId() {
        space();
        Optional<String> id = at < text.length() && text.charAt(at) == '"' ? quoted() : run(Characters.DOMAIN);
        return id.map(AuthenticationResultsParser::visible)
                .filter(some -> !some.isEmpty())
                .map(some -> Domain.parse(some).map(Domain::canonical).orElse(some));
    }

    private static String visible(String id) {
        var visible = new StringBuilder();
        new String(id.getBytes(ISO_8859_1), UTF_8)
                .chars()
                .filter(c -> c > ' ' && c != 0x7f)
                .forEach(c -> visible.append((char) c));
        return visible.toString();
    }

    /** Whether version 1 is written, or none. Ends at a semicolon or at the end. */
    private boolean isVersionOne() {
        space();
        if (at == text.length() || text.charAt(at) == ';') {
            return true;
        }
        Optional<String> version = run(Characters.VERSION);
        space();
        return version.filter("1"::equals).isPresent() && (at == text.length() || text.charAt(at) == ';');
    }

    /** From behind a semicolon to the next one or the end. */
    private Optional<MethodResult> result() {
        space();
        Optional<String> method = keyword();
        space();
        if (method.isPresent() && take('/')) {
            space();
            if (run(Characters.VERSION).filter("1"::equals).isEmpty()) {
                return Optional.empty();
            }
            space();
        }
        if (method.isEmpty() || !take('=')) {
            return Optional.empty();
        }
        space();
        Optional<String> result = keyword();
        if (result.isEmpty()) {
            return Optional.empty();
        }
        Optional<String> reason = Optional.empty();
        var properties = new ArrayList<Property>();
        space();
        while (at < text.length() && text.charAt(at) != ';') {
            Optional<String> name = keyword();
            space();
            if (name.filter("reason"::equalsIgnoreCase).isPresent() && take('=')) {
                space();
                reason = value(true).or(() -> Optional.of(""));
            } else if (name.isPresent() && take('.')) {
                space();
                Optional<String> property = keyword();
                space();
                if (property.isEmpty() || !take('=')) {
                    return Optional.empty();
                }
                space();
                if (properties.size() == MAX_PROPERTIES) {
                    return Optional.empty();
                }
                properties.add(
                        new Property(name.get(), property.get(), value(true).orElse("")));
            } else {
                return Optional.empty();
            }
            space();
        }
        return Optional.of(new MethodResult(method.get(), result.get(), reason, List.copyOf(properties), comment));
    }

    /** To the next semicolon that stands in no comment and in no quoted string. */
    private void passOver() {
        while (at < text.length() && text.charAt(at) != ';') {
            if (text.charAt(at) == '"') {
                quoted();
            } else if (text.charAt(at) == '(') {
                comment();
            } else {
                at++;
            }
        }
    }

    private boolean take(char expected) {
        if (at < text.length() && text.charAt(at) == expected) {
            at++;
            return true;
        }
        return false;
    }

    private Optional<String> keyword() {
        return run(Characters.KEYWORD).filter(Words::isKeyword);
    }

    /** A token or more that senders write without quotes, or a quoted string; of an address the first part may be one. */
    private Optional<String> value(boolean lenient) {
        if (at < text.length() && text.charAt(at) == '"') {
            int start = at;
            Optional<String> quoted = quoted();
            if (lenient && at < text.length() && text.charAt(at) == '@') {
                String local = text.substring(start, at);
                return Optional.of(local + run(Characters.VALUE).orElse(""));
            }
            return quoted;
        }
        return run(lenient ? Characters.VALUE : Characters.TOKEN);
    }

    /** The characters from here on that are of {@code kind}; empty when there are none. */
    private Optional<String> run(Characters kind) {
        int start = at;
        while (at < text.length() && kind.hold(text.charAt(at))) {
            at++;
        }
        return start == at ? Optional.empty() : Optional.of(text.substring(start, at));
    }

    /** Empty when it has no end. */
    private Optional<String> quoted() {
        var content = new StringBuilder();
        for (at++; at < text.length(); at++) {
            char c = text.charAt(at);
            if (c == '"') {
                at++;
                return Optional.of(content.toString());
            }
            if (c == '\\' && at + 1 < text.length()) {
                c = text.charAt(++at);
            }
            content.append(c);
        }
        return Optional.empty();
    }

    /** Spaces and comments; the first comment is kept. */
    private void space() {
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == '(') {
                String words = comment();
                if (comment.isEmpty()) {
                    comment = Optional.of(words).filter(some -> !some.isBlank());
                }
            } else if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
                at++;
            } else {
                return;
            }
        }
    }

    /** RFC 5322 §3.2.2: comments may stand in comments. */
    private String comment() {
        var content = new StringBuilder();
        int depth = 0;
        for (; at < text.length(); at++) {
            char c = text.charAt(at);
            if (c == '(' && depth++ == 0) {
                continue;
            }
            if (c == ')' && --depth == 0) {
                at++;
                return content.toString();
            }
            if (c == '\\' && at + 1 < text.length()) {
                c = text.charAt(++at);
            }
            content.append(c);
        }
        return content.toString();
    }
}
