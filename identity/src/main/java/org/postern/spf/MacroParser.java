package org.postern.spf;

import java.util.ArrayList;
import java.util.List;
import org.postern.spf.MacroString.Escape;
import org.postern.spf.MacroString.Literal;
import org.postern.spf.MacroString.Macro;
import org.postern.spf.MacroString.Part;

/** Reads what may hold macros: RFC 7208 §7.1. */
final class MacroParser {
    /** §7.2: only in an explanation, for they say nothing about who may send. */
    private static final String ONLY_EXPLAINING = "crt";

    private MacroParser() {}

    /** {@code macro-string}. */
    static MacroString macroString(String text) throws SyntaxProblem {
        return parts(text, '!');
    }

    /** {@code explain-string}: it may have spaces too. */
    static MacroString explainString(String text) throws SyntaxProblem {
        return parts(text, ' ');
    }

    /** {@code domain-spec}: a macro-string that ends as a domain does. */
    static MacroString domainSpec(String text) throws SyntaxProblem {
        MacroString spec = macroString(text);
        if (spec.uses(ONLY_EXPLAINING)) {
            throw new SyntaxProblem("macros c, r and t are for explanations only");
        }
        if (spec.parts().isEmpty() || (spec.parts().getLast() instanceof Literal end && !endsInToplabel(end.text()))) {
            throw new SyntaxProblem("a domain must end in a top-level label or a macro");
        }
        return spec;
    }

    /** {@code "." toplabel [ "." ]}. */
    private static boolean endsInToplabel(String text) {
        String bare = text.endsWith(".") ? text.substring(0, text.length() - 1) : text;
        int dot = bare.lastIndexOf('.');
        return dot >= 0 && isToplabel(bare.substring(dot + 1));
    }

    /** {@code toplabel}: letters, digits and inner hyphens, not digits alone. */
    static boolean isToplabel(String label) {
        return !label.isEmpty()
                && label.chars().allMatch(c -> Scanner.isAlphanumeric(c) || c == '-')
                && !label.startsWith("-")
                && !label.endsWith("-")
                && !label.chars().allMatch(Scanner::isDigit);
    }

    private static MacroString parts(String text, char least) throws SyntaxProblem {
        var parts = new ArrayList<Part>();
        var scanner = new Scanner(text);
        while (!scanner.atEnd()) {
            if (scanner.eat('%')) {
                parts.add(expand(scanner));
                continue;
            }
            String literal = scanner.takeWhile(c -> c >= least && c <= '~' && c != '%');
            if (literal.isEmpty()) {
                throw new SyntaxProblem("an octet that is not visible ASCII");
            }
            parts.add(new Literal(literal));
        }
        return new MacroString(List.copyOf(parts));
    }

    /** {@code macro-expand}, after its percent sign. */
    private static Part expand(Scanner scanner) throws SyntaxProblem {
        return switch (scanner.next()) {
            case '%' -> Escape.PERCENT;
            case '_' -> Escape.SPACE;
            case '-' -> Escape.URL_SPACE;
            case '{' -> macro(scanner);
            default -> throw new SyntaxProblem("% must begin %{, %%, %_ or %-");
        };
    }

    private static Macro macro(Scanner scanner) throws SyntaxProblem {
        char letter = scanner.next();
        char lower = Character.toLowerCase(letter);
        if (!Scanner.isAlpha(letter) || Macro.LETTERS.indexOf(lower) < 0) {
            throw new SyntaxProblem("no macro has that letter");
        }
        int rightmost = rightmost(scanner.takeWhile(Scanner::isDigit));
        boolean reversed = scanner.eat('r') || scanner.eat('R');
        String delimiters = scanner.takeWhile(c -> Macro.DELIMITERS.indexOf(c) >= 0);
        if (!scanner.eat('}')) {
            throw new SyntaxProblem("a macro is not closed");
        }
        return new Macro(lower, letter != lower, rightmost, reversed, delimiters);
    }

    /** §7.3: not zero; nobody has more parts than {@code Integer.MAX_VALUE}. */
    private static int rightmost(String digits) throws SyntaxProblem {
        int number = 0;
        for (int i = 0; i < digits.length(); i++) {
            number = (int) Math.min(Integer.MAX_VALUE, number * 10L + digits.charAt(i) - '0');
        }
        if (number == 0 && !digits.isEmpty()) {
            throw new SyntaxProblem("a macro keeps zero parts");
        }
        return number;
    }
}
