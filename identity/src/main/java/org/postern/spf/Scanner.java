package org.postern.spf;

import java.util.function.IntPredicate;

/** A place in a text, and small steps from there. */
final class Scanner {
    private final String text;
    private int at;

    Scanner(String text) {
        this.text = text;
    }

    boolean atEnd() {
        return at == text.length();
    }

    /** Steps over {@code c} when it stands here. */
    boolean eat(char c) {
        if (atEnd() || text.charAt(at) != c) {
            return false;
        }
        at++;
        return true;
    }

    /** What stands here, stepped over. */
    char next() throws SyntaxProblem {
        if (atEnd()) {
            throw new SyntaxProblem("ends too early");
        }
        return text.charAt(at++);
    }

    /** As many characters as are {@code wanted}. */
    String takeWhile(IntPredicate wanted) {
        int from = at;
        while (!atEnd() && wanted.test(text.charAt(at))) {
            at++;
        }
        return text.substring(from, at);
    }

    String rest() {
        String rest = text.substring(at);
        at = text.length();
        return rest;
    }

    static boolean isAlpha(int c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }

    static boolean isDigit(int c) {
        return c >= '0' && c <= '9';
    }

    static boolean isAlphanumeric(int c) {
        return isAlpha(c) || isDigit(c);
    }
}
