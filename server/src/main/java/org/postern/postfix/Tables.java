package org.postern.postfix;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads lookup tables, {@code type:name}, from their text: of those that Postfix reads in a form of its own ({@code hash:}), the text
 * stands beside it.
 */
final class Tables {
    /** Rows of one table; what has more is no file that a person writes, and no configuration that a person reads. */
    static final int MAX_ROWS = 20_000;

    private static final Set<String> OF_TEXT =
            Set.of("hash", "btree", "lmdb", "dbm", "cdb", "sdbm", "texthash", "cidr", "regexp", "pcre");
    private static final Pattern NAMED = Pattern.compile("(?:proxy:)?([a-z0-9]+):(.*)", Pattern.DOTALL);
    private static final Pattern ACCOUNT = Pattern.compile("([^:]+):[^:]*:[0-9]*:[0-9]*:[^:]*:([^:]*):.*");

    private final Draft draft;
    private final Path passwd;

    Tables(Draft draft, Path passwd) {
        this.draft = draft;
        this.passwd = passwd;
    }

    /** Whether it is the name of a table, {@code type:name}. */
    static boolean isNamed(String text) {
        return NAMED.matcher(text).matches();
    }

    /** {@code hash} of {@code proxy:hash:/etc/aliases}; empty when it is no table. */
    static String type(String name) {
        Matcher named = NAMED.matcher(name);
        return named.matches() ? named.group(1) : "";
    }

    /** All rows of all tables that a setting names. What can't be read is remarked on. */
    List<Row> rows(Settings settings, String setting) throws Unreadable {
        var rows = new ArrayList<Row>();
        for (String name : settings.words(setting)) {
            rows.addAll(rows(name, settings.where(setting), setting));
        }
        return rows;
    }

    /** The rows of one. */
    List<Row> rows(String name, String where, String setting) {
        Matcher named = NAMED.matcher(name);
        Optional<Path> file = named.matches() ? path(named.group(2)) : Optional.empty();
        if (named.matches() && named.group(1).equals("inline")) {
            return inline(named.group(2), where);
        }
        if (isOfSystem(name)) {
            return accounts(where, setting);
        }
        if (file.isEmpty() || !OF_TEXT.contains(named.group(1))) {
            draft.remark(
                    where,
                    setting + " = " + name,
                    "this kind of table can't be read here: write its entries into the configuration, or the text of a"
                            + " hash: table and import again");
            return List.of();
        }
        try {
            List<Row> rows = Line.read(file.get()).stream().map(Row::of).toList();
            if (rows.size() > MAX_ROWS) {
                draft.remark(
                        where,
                        setting + " = " + name,
                        "has " + rows.size() + " rows, and " + MAX_ROWS + " are read at most: it is left out");
                return List.of();
            }
            return rows;
        } catch (Unreadable problem) {
            draft.remark(where, setting + " = " + name, problem.getMessage() + ": it is left out");
            return List.of();
        }
    }

    /** Whether it has the users of the system, as getpwnam(3) has them. */
    static boolean isOfSystem(String name) {
        return name.endsWith("unix:passwd.byname");
    }

    /** A whole path; empty when it is none. */
    static Optional<Path> path(String text) {
        try {
            return Optional.of(Path.of(text)).filter(Path::isAbsolute);
        } catch (InvalidPathException odd) {
            return Optional.empty();
        }
    }

    private static List<Row> inline(String text, String where) {
        var rows = new ArrayList<Row>();
        for (String word : Words.of(Words.bare(text))) {
            String entry = Words.bare(word);
            int equals = entry.indexOf('=');
            if (equals > 0) {
                rows.add(new Row(
                        entry.substring(0, equals).strip(),
                        entry.substring(equals + 1).strip(),
                        where));
            }
        }
        return rows;
    }

    /** The users of this system, the home of each as its value. */
    private List<Row> accounts(String where, String setting) {
        try {
            return Line.read(passwd).stream()
                    .map(line -> ACCOUNT.matcher(line.text()))
                    .filter(Matcher::matches)
                    .map(account -> new Row(account.group(1), account.group(2), where))
                    .limit(MAX_ROWS)
                    .toList();
        } catch (Unreadable problem) {
            draft.remark(
                    where,
                    setting + " = unix:passwd.byname",
                    problem.getMessage() + ": no user of the system is taken over");
            return List.of();
        }
    }
}
