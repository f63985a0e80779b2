package org.postern.smtp;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.InetAddress;
import java.util.Optional;

/** What a client said about itself, and from where: RFC 5321 §4.1.1.1. */
public record Greeting(Verb verb, Name name, InetAddress client) {

    /** HELO speaks the basic protocol, EHLO the extended one. */
    public enum Verb {
        HELO,
        EHLO
    }

    /** The argument. */
    public sealed interface Name permits Named, Literal, Malformed {
        /** As the client wrote it, with {@code ?} for what can't be shown. */
        String text();
    }

    /**
     * A domain name: syntactically fine, which says nothing about whose it is.
     *
     * @param written as it came, when that differs from the domain: with a trailing dot or a trailing space, which are noted and
     *     not refused
     */
    public record Named(Domain domain, String written) implements Name {
        @Override
        public String text() {
            return domain.name();
        }

        /** Whether it was written with a trailing dot or space. */
        public boolean isOddlyWritten() {
            return !written.equals(domain.name());
        }
    }

    /** An address literal. */
    public record Literal(AddressLiteral literal) implements Name {
        @Override
        public String text() {
            return literal.toString();
        }
    }

    /**
     * Neither.
     *
     * @param fault which rule it breaks
     * @param why in words for its sender
     */
    public record Malformed(String text, Fault fault, String why) implements Name {
        /** The check of the greeting that fails. */
        public enum Fault {
            /** {@code helo-syntax}: no domain name and no literal. */
            SYNTAX,
            /** {@code helo-bare-ip}: an address without its brackets. */
            BARE_IP
        }
    }

    /** What {@code argument} of a HELO or EHLO would be taken for. */
    public static Name name(String argument) {
        return parse(argument.getBytes(UTF_8));
    }

    /** The argument of HELO or EHLO, without the line end. Never U-labels: the greeting comes before SMTPUTF8. */
    static Name parse(byte[] argument) {
        String raw = new String(argument, UTF_8);
        String text = raw.stripTrailing();
        String shown = shown(text);
        if (text.isEmpty()) {
            return malformed(shown, "a greeting names its host: EHLO mail.example.com");
        }
        if (text.startsWith("[")) {
            Optional<Name> literal = AddressLiteral.parse(text).map(Literal::new);
            return literal.orElseGet(
                    () -> malformed(shown, "an address literal reads [192.0.2.1] or [IPv6:2001:db8::1]"));
        }
        Optional<InetAddress> bare = AddressLiteral.parseAddress(text);
        if (bare.isPresent()) {
            return new Malformed(
                    shown,
                    Malformed.Fault.BARE_IP,
                    "an address stands in brackets: write " + AddressLiteral.of(bare.get())
                            + ", or better a host name");
        }
        String name = text.endsWith(".") ? text.substring(0, text.length() - 1) : text;
        Optional<String> problem = Domain.problem(name);
        if (problem.isPresent()) {
            return malformed(shown, problem.get());
        }
        if (!Domain.isAscii(name)) {
            return malformed(shown, "a greeting is ASCII: write the name with its xn-- labels");
        }
        return new Named(new Domain(name), raw);
    }

    private static Malformed malformed(String shown, String why) {
        return new Malformed(shown, Malformed.Fault.SYNTAX, why);
    }

    private static String shown(String text) {
        String some = text.substring(0, Math.min(text.length(), Domain.MAX_OCTETS));
        return Letters.keeping(some, c -> c >= 0x20 && c <= 0x7e);
    }
}
