package org.postern.finding;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.postern.message.Field;
import org.postern.smtp.AddressLiteral;

/**
 * What checks of registered methods came to, for who reads the message: RFC 8601. What is written parses back to the same.
 *
 * <p>Whatever values hold (a client chose some of them), none breaks out of its place: other octets than visible ASCII and spaces become
 * question marks, what is longer than 450 characters is cut, and what is no token is quoted.
 *
 * @param authservId who checked: ours is the server's name
 * @param results none when nothing was checked; then {@code none} is written
 */
public record AuthenticationResults(String authservId, List<MethodResult> results) {
    /** The field's name. */
    public static final String FIELD = "Authentication-Results";

    private static final Set<Result> OF_IPREV = Set.of(Result.PASS, Result.FAIL, Result.TEMPERROR, Result.PERMERROR);

    /** @throws IllegalArgumentException when the id is blank */
    public AuthenticationResults {
        authservId = Words.harmless(authservId);
        if (authservId.isBlank()) {
            throw new IllegalArgumentException("an authserv-id is needed");
        }
        results = List.copyOf(results);
    }

    /**
     * What one method came to.
     *
     * @param method a keyword, as {@code spf}; in lower case
     * @param result a keyword, as {@code pass}; in lower case
     * @param reason why, for people
     * @param comment for people too; a blank one is none
     */
    public record MethodResult(
            String method,
            String result,
            Optional<String> reason,
            List<Property> properties,
            Optional<String> comment) {
        /** @throws IllegalArgumentException when a keyword is none */
        public MethodResult {
            method = Words.keyword(method);
            result = Words.keyword(result);
            reason = reason.map(Words::harmless);
            properties = List.copyOf(properties);
            comment = comment.map(Words::harmless).filter(text -> !text.isBlank());
        }

        /** One of ours, with a property. */
        public static MethodResult of(String method, Result result, Property property) {
            return new MethodResult(method, result.word(), Optional.empty(), List.of(property), Optional.empty());
        }

        /** The same, and why. */
        public MethodResult because(String why) {
            return new MethodResult(method, result, Optional.of(why), properties, comment);
        }

        /** The same, with a comment. */
        public MethodResult commented(String text) {
            return new MethodResult(method, result, reason, properties, Optional.of(text));
        }

        /** The same, with another property. */
        public MethodResult with(Property property) {
            var all = new ArrayList<>(properties);
            all.add(property);
            return new MethodResult(method, result, reason, all, comment);
        }

        private String written() {
            var text = new StringBuilder(method).append('=').append(result);
            reason.ifPresent(why -> text.append(" reason=").append(Words.value(why)));
            properties.forEach(property -> text.append(' ').append(property.written()));
            comment.ifPresent(words -> text.append(' ').append(Words.comment(words)));
            return text.toString();
        }
    }

    /**
     * A part of the message or of its transport, that was checked: {@code smtp.mailfrom=example.org}.
     *
     * @param type a keyword, as {@code smtp}; in lower case
     * @param name a keyword, as {@code mailfrom}; in lower case
     */
    public record Property(String type, String name, String value) {
        /** @throws IllegalArgumentException when a keyword is none */
        public Property {
            type = Words.keyword(type);
            name = Words.keyword(name);
            value = Words.harmless(value);
        }

        private String written() {
            return type + '.' + name + '=' + Words.propertyValue(value);
        }
    }

    /**
     * Who the findings are about.
     *
     * @param confirmedName the name of the address that leads back to it
     * @param helo what the client called itself
     * @param mailFrom the domain of the reverse-path, or the whole; empty for the null path, for which RFC 7208 §2.4 takes another
     */
    public record Client(InetAddress address, Optional<String> confirmedName, String helo, String mailFrom) {}

    /** Those of {@code findings} that have a registered method: iprev, SPF of both identities, DKIM, ARC and DMARC. */
    public static AuthenticationResults of(String authservId, Client client, List<Finding> findings) {
        var results = new ArrayList<MethodResult>();
        for (Finding finding : findings) {
            Optional<MethodResult> result =
                    switch (finding.check()) {
                        case IPREV -> iprev(client, finding);
                        case SPF_HELO -> Optional.of(spf(finding, "helo", client.helo()));
                        case SPF -> {
                            String from = client.mailFrom();
                            yield Optional.of(
                                    spf(finding, "mailfrom", from.isEmpty() ? "postmaster@" + client.helo() : from));
                        }
                        case DKIM -> Optional.of(dkim(finding));
                        case ARC -> Optional.of(arc(client, finding));
                        case DMARC -> Optional.of(dmarc(finding));
                        default -> Optional.empty();
                    };
            result.map(one -> why(finding).map(one::because).orElse(one)).ifPresent(results::add);
        }
        return new AuthenticationResults(authservId, results);
    }

    /** RFC 8601 §2.7.1. */
    private static MethodResult dkim(Finding finding) {
        MethodResult result = about(finding, "dkim", new Property("header", "d", finding.subject(0)));
        return withSecond(result, "header", "s", finding);
    }

    /** RFC 8617 §4.1.1, §7. */
    private static MethodResult arc(Client client, Finding finding) {
        MethodResult result =
                about(finding, "arc", new Property("smtp", "remote-ip", AddressLiteral.text(client.address())));
        return finding.result() == Result.PASS ? withSecond(result, "header", "oldest-pass", finding) : result;
    }

    private static Optional<MethodResult> iprev(Client client, Finding finding) {
        if (!OF_IPREV.contains(finding.result())) {
            return Optional.empty();
        }
        var address = new Property("policy", "iprev", AddressLiteral.text(client.address()));
        MethodResult result = MethodResult.of("iprev", finding.result(), address);
        return Optional.of(
                finding.result() == Result.PASS
                        ? client.confirmedName().map(result::commented).orElse(result)
                        : result);
    }

    private static MethodResult spf(Finding finding, String identity, String value) {
        return MethodResult.of("spf", finding.result(), new Property("smtp", identity, value));
    }

    /** RFC 9989 §9.1. Without a single author domain there is none to tell of. */
    private static MethodResult dmarc(Finding finding) {
        MethodResult result = about(finding, "dmarc", new Property("header", "from", finding.subject(0)));
        return withSecond(result, "policy", "dmarc", finding);
    }

    /** With the second word of what the finding is about, where it has one. */
    private static MethodResult withSecond(MethodResult result, String type, String name, Finding finding) {
        return finding.subject(1).isEmpty() ? result : result.with(new Property(type, name, finding.subject(1)));
    }

    /** With {@code property} where the finding is about something. */
    private static MethodResult about(Finding finding, String method, Property property) {
        return finding.subject().isEmpty()
                ? new MethodResult(method, finding.result().word(), Optional.empty(), List.of(), Optional.empty())
                : MethodResult.of(method, finding.result(), property);
    }

    private static Optional<String> why(Finding finding) {
        return switch (finding.result()) {
            case PASS, NONE, NEUTRAL -> Optional.empty();
            case FAIL, SOFTFAIL, TEMPERROR, PERMERROR, POLICY ->
                Optional.of(finding.text()).filter(text -> !text.isBlank());
        };
    }

    /** The field, with its line ends: folded at 78 characters where it can be, and nowhere longer than 998. */
    public String field() {
        var field = new FieldWriter(FIELD);
        String id = Words.value(authservId);
        if (results.isEmpty()) {
            field.add(id + "; none");
            return field.end();
        }
        field.add(id + ";");
        for (int i = 0; i < results.size(); i++) {
            field.addLine(results.get(i).written() + (i + 1 < results.size() ? ";" : ""));
        }
        return field.end();
    }

    /**
     * Reads a field's value, as RFC 8601 §2.2 and the senders of this world have it: comments and folding anywhere, quoted strings,
     * methods and results that nobody registered. What makes no sense between two semicolons is passed over. Linear in time, and at most
     * a hundred results are kept.
     *
     * @return empty when there is no authserv-id, or a version that isn't 1
     */
    public static Optional<AuthenticationResults> parse(String value) {
        return new AuthenticationResultsParser(value).parse();
    }

    /**
     * Whether {@code field} says that it comes from {@code authservId}: then, from outside, it is forged (RFC 8601 §5). Case, comments,
     * folding, quotes, a version and a last dot do not matter; a field that makes no sense is taken for forged when it holds the id.
     */
    public static boolean claims(Field field, String authservId) {
        if (!field.is(FIELD)) {
            return false;
        }
        String ours = withoutLastDot(authservId);
        Optional<String> id = new AuthenticationResultsParser(field.value()).claimedId();
        return id.map(one -> withoutLastDot(one).equals(ours))
                .orElseGet(() -> field.value().toLowerCase(Locale.ROOT).contains(ours));
    }

    private static String withoutLastDot(String id) {
        String lower = id.toLowerCase(Locale.ROOT);
        return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
    }
}
