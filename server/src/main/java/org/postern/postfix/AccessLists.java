package org.postern.postfix;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.postern.policy.AddressPattern;
import org.postern.policy.Net;
import org.postern.policy.Wildcard;

/** Writes {@code [policy.allow]} and {@code [policy.deny]}: access(5), cidr_table(5), and patterns that stand for a name. */
final class AccessLists {
    private static final Pattern PREFIX = Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){0,2}");

    private final Source source;
    private final Map<String, Map<String, Set<String>>> lists = new LinkedHashMap<>();

    AccessLists(Source source) {
        this.source = source;
    }

    /** Whose key it is, and the key of ours that holds it. */
    enum Kind {
        CLIENTS,
        GREETINGS,
        SENDERS,
        RECIPIENTS;

        String key() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** {@code check_client_access type:name} and the like. */
    void read(Kind kind, String table, String where, String restriction) {
        String type = Tables.type(table);
        boolean isPattern = type.equals("pcre") || type.equals("regexp");
        boolean lets = false;
        for (Row row : source.tables().rows(table, where, restriction)) {
            String list = list(row);
            List<String> keys =
                    list.isEmpty() ? List.of() : isPattern ? pattern(kind, row.key()) : keys(kind, row.key());
            if (list.equals("none")) {
                continue;
            }
            if (keys.isEmpty()) {
                source.draft().remark(row.where(), row.toString(), advice(kind, list));
            }
            lets |= list.equals("allow");
            keys.forEach(key -> put(list, kind, key));
        }
        if (lets) {
            source.draft()
                    .remark(
                            where,
                            restriction + " " + table,
                            "whom it lets in stands in [policy.allow], which is stronger than OK: no check at all"
                                    + " refuses them. [[policy.exceptions]] can name single checks instead");
        }
    }

    void put(String list, Kind kind, String key) {
        lists.computeIfAbsent(list, _ -> new LinkedHashMap<>())
                .computeIfAbsent(kind.key(), _ -> new LinkedHashSet<>())
                .add(key);
    }

    private static String advice(Kind kind, String list) {
        if (list.isEmpty()) {
            return "does something else than to let in or to refuse, and has no counterpart";
        }
        return kind == Kind.CLIENTS
                ? "clients are listed by their addresses, as 192.0.2.0/24: add those of that name to policy." + list
                        + ".clients"
                : "is no name or address that a list may have: add to policy." + list + "." + kind.key()
                        + " those that it stands for";
    }

    /** {@code allow}, {@code deny}, {@code none}, or nothing when it is something else. */
    private static String list(Row row) {
        String action = row.value().split("\\s", 2)[0].toUpperCase(Locale.ROOT);
        boolean isCode = action.matches("[45][0-9][0-9]");
        if (action.equals("OK") || action.equals("PERMIT") || (action.matches("[0-9]+") && !isCode)) {
            return "allow";
        }
        if (action.equals("REJECT") || action.matches("5[0-9][0-9]")) {
            return "deny";
        }
        return action.equals("DUNNO") ? "none" : "";
    }

    // --- keys
    // --------------------------------------------------------------------------------------------------------------------

    private static List<String> keys(Kind kind, String key) {
        String lower = key.toLowerCase(Locale.ROOT);
        return switch (kind) {
            case CLIENTS -> net(lower).map(List::of).orElse(List.of());
            case GREETINGS ->
                names(lower).stream()
                        .filter(name -> Wildcard.parse(name).isPresent())
                        .toList();
            case SENDERS, RECIPIENTS ->
                (lower.contains("@") ? List.of(lower) : names(lower))
                        .stream()
                                .filter(name -> !name.endsWith("@")
                                        && AddressPattern.parse(name).isPresent())
                                .toList();
        };
    }

    /** access(5): a domain stands for those below it, too; with a dot before it for those alone. */
    private static List<String> names(String name) {
        return name.startsWith(".") ? List.of("*" + name) : List.of(name, "*." + name);
    }

    static Optional<String> net(String key) {
        String text = key.replace("[", "").replace("]", "");
        if (PREFIX.matcher(text).matches()) {
            int octets = text.split("\\.", -1).length;
            text = text + ".0".repeat(4 - octets) + "/" + 8 * octets;
        }
        return Net.parse(text).map(Net::toString);
    }

    /** {@code /^mail\.example\.com$/} and {@code /\.example\.com$/}, which are names in disguise. */
    private static List<String> pattern(Kind kind, String key) {
        int slash = key.lastIndexOf('/');
        if (!key.startsWith("/") || slash < 2 || kind == Kind.CLIENTS) {
            return List.of();
        }
        String body = key.substring(1, slash);
        if (!body.endsWith("$")) {
            return List.of();
        }
        boolean isWhole = body.startsWith("^");
        String plain = body.substring(isWhole ? 1 : 0, body.length() - 1)
                .replace("\\.", "\0")
                .replace("\\@", "@");
        if (!plain.matches("[A-Za-z0-9@\0_-]+")) {
            return List.of();
        }
        String name = plain.replace('\0', '.').toLowerCase(Locale.ROOT);
        if (isWhole) {
            return kind == Kind.GREETINGS || name.contains("@") ? valid(kind, name) : List.of();
        }
        if (name.startsWith(".")) {
            return valid(kind, "*" + name);
        }
        return name.startsWith("@") && kind != Kind.GREETINGS ? valid(kind, name.substring(1)) : List.of();
    }

    private static List<String> valid(Kind kind, String name) {
        boolean isFine = kind == Kind.GREETINGS
                ? Wildcard.parse(name).isPresent()
                : AddressPattern.parse(name).isPresent();
        return isFine ? List.of(name) : List.of();
    }

    void write() {
        lists.forEach((list, kinds) -> {
            Draft.Part part = source.draft().table("policy." + list);
            kinds.forEach((kind, keys) -> part.list(kind, keys));
        });
    }
}
