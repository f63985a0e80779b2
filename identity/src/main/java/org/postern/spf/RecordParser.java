package org.postern.spf;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.postern.spf.Mechanism.DualCidr;

/** Reads a record by descent through the grammar of RFC 7208 §12, a method for each rule. Nothing in it nests, so nothing runs deep. */
final class RecordParser {
    private final List<Directive> directives = new ArrayList<>();
    private final List<Modifier> others = new ArrayList<>();
    private Optional<MacroString> redirect = Optional.empty();
    private Optional<MacroString> explanation = Optional.empty();

    private RecordParser() {}

    /** {@code record = version terms *SP}. */
    static Parsed parse(String text) {
        if (!SpfRecord.isRecord(text)) {
            return new Parsed.Malformed("", "does not begin with " + SpfRecord.VERSION);
        }
        var parser = new RecordParser();
        var scanner = new Scanner(text.substring(SpfRecord.VERSION.length()));
        while (true) {
            scanner.takeWhile(c -> c == ' ');
            if (scanner.atEnd()) {
                return new SpfRecord(parser.directives, parser.redirect, parser.explanation, parser.others);
            }
            // Any octet but a space: what must not be in a term is seen there.
            String term = scanner.takeWhile(c -> c != ' ');
            try {
                parser.term(term);
            } catch (SyntaxProblem problem) {
                return new Parsed.Malformed(term, problem.why());
            }
        }
    }

    private void term(String term) throws SyntaxProblem {
        var scanner = new Scanner(term);
        // name = ALPHA *( ALPHA / DIGIT / "-" / "_" / "." )
        String name = scanner.takeWhile(RecordParser::isInName);
        if (!name.isEmpty() && Scanner.isAlpha(name.charAt(0)) && scanner.eat('=')) {
            modifier(name, scanner.rest());
        } else {
            directives.add(directive(term));
        }
    }

    private static boolean isInName(int c) {
        return Scanner.isAlphanumeric(c) || c == '-' || c == '_' || c == '.';
    }

    /** {@code modifier = redirect / explanation / unknown-modifier}. */
    private void modifier(String name, String value) throws SyntaxProblem {
        switch (SpfRecord.lower(name)) {
            case "redirect" -> redirect = once(redirect, value);
            case "exp" -> explanation = once(explanation, value);
            // §6: however often.
            default -> others.add(new Modifier(name, MacroParser.macroString(value)));
        }
    }

    /** §6: redirect and exp stand at most once each. */
    private static Optional<MacroString> once(Optional<MacroString> before, String value) throws SyntaxProblem {
        if (before.isPresent()) {
            throw new SyntaxProblem("that modifier stands twice");
        }
        return Optional.of(MacroParser.domainSpec(value));
    }

    /** {@code directive = [ qualifier ] mechanism}. */
    private static Directive directive(String term) throws SyntaxProblem {
        for (Qualifier qualifier : Qualifier.values()) {
            if (term.charAt(0) == qualifier.sign()) {
                return new Directive(qualifier, mechanism(term.substring(1)), term);
            }
        }
        return new Directive(Qualifier.PASS, mechanism(term), term);
    }

    private static Mechanism mechanism(String text) throws SyntaxProblem {
        var scanner = new Scanner(text);
        String name = SpfRecord.lower(scanner.takeWhile(Scanner::isAlphanumeric));
        return switch (name) {
            case "all" -> all(scanner);
            case "include" -> new Mechanism.Include(MacroParser.domainSpec(afterColon(scanner)));
            case "a" -> {
                Hosts hosts = hosts(scanner);
                yield new Mechanism.A(hosts.target, hosts.cidr);
            }
            case "mx" -> {
                Hosts hosts = hosts(scanner);
                yield new Mechanism.Mx(hosts.target, hosts.cidr);
            }
            case "ptr" -> new Mechanism.Ptr(target(scanner.rest()));
            case "ip4" -> new Mechanism.Ip4(AddressParser.ip4(afterColon(scanner)));
            case "ip6" -> new Mechanism.Ip6(AddressParser.ip6(afterColon(scanner)));
            case "exists" -> new Mechanism.Exists(MacroParser.domainSpec(afterColon(scanner)));
            default -> throw new SyntaxProblem("unknown mechanism");
        };
    }

    private static Mechanism all(Scanner scanner) throws SyntaxProblem {
        if (!scanner.atEnd()) {
            throw new SyntaxProblem("nothing may follow all");
        }
        return new Mechanism.All();
    }

    private static String afterColon(Scanner scanner) throws SyntaxProblem {
        if (!scanner.eat(':')) {
            throw new SyntaxProblem("a colon and more must follow");
        }
        return scanner.rest();
    }

    /** {@code [ ":" domain-spec ]}. */
    private static Optional<MacroString> target(String text) throws SyntaxProblem {
        if (text.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(MacroParser.domainSpec(afterColon(new Scanner(text))));
    }

    private record Hosts(Optional<MacroString> target, DualCidr cidr) {}

    /**
     * {@code [ ":" domain-spec ] [ dual-cidr-length ]}. A domain-spec may hold slashes but not end in one and digits, so the prefix
     * lengths are what stands at the end.
     */
    private static Hosts hosts(Scanner scanner) throws SyntaxProblem {
        String text = scanner.rest();
        int ip6 = Network.IP6_BITS;
        int ip4 = Network.IP4_BITS;
        int digits = digitsAtEnd(text);
        if (digits < text.length() && text.startsWith("//", digits - 2)) {
            ip6 = AddressParser.prefix(text.substring(digits), Network.IP6_BITS);
            text = text.substring(0, digits - 2);
            digits = digitsAtEnd(text);
        }
        if (digits < text.length() && text.startsWith("/", digits - 1)) {
            ip4 = AddressParser.prefix(text.substring(digits), Network.IP4_BITS);
            text = text.substring(0, digits - 1);
        }
        return new Hosts(target(text), new DualCidr(ip4, ip6));
    }

    private static int digitsAtEnd(String text) {
        int from = text.length();
        while (from > 0 && Scanner.isDigit(text.charAt(from - 1))) {
            from--;
        }
        return from;
    }
}
