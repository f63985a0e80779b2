package org.postern.postfix;

import java.util.Optional;
import java.util.function.Function;

/**
 * What a value says once its names are replaced, postconf(5): {@code $name}, {@code ${name}}, {@code $(name)}, {@code ${name?value}},
 * {@code ${name:value}}, {@code ${name?{value}:{value}}}, {@code $$}. A name that nobody has set is empty.
 */
final class Expansion {
    /** As deep as Postfix goes. */
    private static final int MAX_DEPTH = 100;

    /** Octets of one value; with names that name each other twice it would double at each level. */
    private static final int MAX_LENGTH = 1024 * 1024;

    /** Names of one value; those that are empty take no room, and could double all the same. */
    private static final int MAX_NAMES = 10_000;

    private final Function<String, Optional<String>> values;
    private int names;

    Expansion(Function<String, Optional<String>> values) {
        this.values = values;
    }

    /** @throws Unreadable when it has no end, or makes no sense */
    String of(String text) throws Unreadable {
        var out = new StringBuilder();
        names = 0;
        expand(text, out, 0);
        return out.toString();
    }

    private void expand(String text, StringBuilder out, int depth) throws Unreadable {
        if (++names > MAX_NAMES) {
            throw new Unreadable("it stands for more than the " + MAX_NAMES + " names that a value may have");
        }
        if (depth > MAX_DEPTH) {
            throw new Unreadable("its names lead back to itself, or more than " + MAX_DEPTH + " deep");
        }
        int at = 0;
        while (at < text.length()) {
            char one = text.charAt(at);
            if (one != '$') {
                out.append(one);
                at++;
            } else {
                at = macro(text, at + 1, out, depth);
            }
            if (out.length() > MAX_LENGTH) {
                throw new Unreadable("it becomes longer than the " + MAX_LENGTH + " octets that a value may have");
            }
        }
    }

    /** Writes what stands behind a dollar sign; where it ends. */
    private int macro(String text, int at, StringBuilder out, int depth) throws Unreadable {
        char open = at < text.length() ? text.charAt(at) : ' ';
        if (open == '$') {
            out.append('$');
            return at + 1;
        }
        if (open == '{' || open == '(') {
            int end = closing(text, at);
            if (end < 0) {
                throw new Unreadable("a bracket is left open");
            }
            inner(text.substring(at + 1, end), out, depth);
            return end + 1;
        }
        int end = nameEnd(text, at);
        if (end == at) {
            throw new Unreadable("there is no name behind a $ (write $$ for the sign itself)");
        }
        name(text.substring(at, end), out, depth);
        return end;
    }

    private void inner(String text, StringBuilder out, int depth) throws Unreadable {
        String bare = text.strip();
        if (bare.startsWith("{")) {
            throw new Unreadable("it compares values, which is left to postconf: run this where Postfix is installed");
        }
        int end = nameEnd(bare, 0);
        String name = bare.substring(0, end);
        String rest = bare.substring(end).stripLeading();
        if (name.isEmpty()) {
            throw new Unreadable("there is no name in ${...}");
        }
        if (rest.isEmpty()) {
            name(name, out, depth);
            return;
        }
        // The spaces at the end of an unbraced value are its own.
        rest = text.substring(text.indexOf(rest));
        if (rest.charAt(0) != '?' && rest.charAt(0) != ':') {
            throw new Unreadable("${" + text + "} is no name, and no condition");
        }
        boolean isSet = !values.apply(name).orElse("").isEmpty();
        if (rest.charAt(0) == ':') {
            if (!isSet) {
                expand(branch(rest.substring(1))[0], out, depth + 1);
            }
            return;
        }
        String[] branches = branch(rest.substring(1));
        expand(isSet ? branches[0] : branches[1], out, depth + 1);
    }

    /** What stands before {@code :} and what behind it: a value in braces may have another behind it. */
    private static String[] branch(String text) throws Unreadable {
        String bare = text.stripLeading();
        if (!bare.startsWith("{")) {
            return new String[] {text, ""};
        }
        int end = closing(bare, 0);
        if (end < 0) {
            throw new Unreadable("a bracket is left open");
        }
        String rest = bare.substring(end + 1).strip();
        if (!rest.isEmpty() && !rest.startsWith(":")) {
            throw new Unreadable("\"" + rest + "\" stands behind a value in braces");
        }
        String other = rest.isEmpty() ? "" : rest.substring(1);
        return new String[] {bare.substring(1, end), other.isEmpty() ? "" : branch(other)[0]};
    }

    private void name(String name, StringBuilder out, int depth) throws Unreadable {
        expand(values.apply(name).orElse(""), out, depth + 1);
    }

    private static int nameEnd(String text, int from) {
        int at = from;
        while (at < text.length() && (text.charAt(at) == '_' || isAsciiLetterOrDigit(text.charAt(at)))) {
            at++;
        }
        return at;
    }

    private static boolean isAsciiLetterOrDigit(char c) {
        return c < 0x80 && Character.isLetterOrDigit(c);
    }

    /** Where the bracket at {@code from} is closed, or -1. */
    private static int closing(String text, int from) {
        char open = text.charAt(from);
        char close = open == '{' ? '}' : ')';
        int depth = 0;
        for (int at = from; at < text.length(); at++) {
            if (text.charAt(at) == open) {
                depth++;
            } else if (text.charAt(at) == close && --depth == 0) {
                return at;
            }
        }
        return -1;
    }
}
