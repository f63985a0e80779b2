package org.postern.spf;

/** Ends the reading of a record; never leaves this package, where {@link Parsed.Malformed} says the same. */
final class SyntaxProblem extends Exception {
    SyntaxProblem(String why) {
        // Whoever publishes nonsense shall not make us write down stacks.
        super(why, null, false, false);
    }

    String why() {
        return String.valueOf(getMessage());
    }
}
