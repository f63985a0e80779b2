package org.postern.app;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a page shows, as a pattern of what a command says. Ids, times, dates, durations, ports, sizes in octets, keys and versions are free; but
 * what an id of the page stands for once, it stands for from then on. {@code ...} alone on a line stands for any lines, and within one for
 * any text.
 */
final class Shown {
    private static final String ID = "[ms]-[0-9A-Z]{13,17}\\b|\\bp\\d{6}[a-z]+[re]\\b";

    /** A name of the page's that something generated has: the groups are tried in this order. */
    private static final Pattern FREE = Pattern.compile(String.join(
            "|",
            "(?<id>\\b" + ID + ")",
            "(?<asked>(?<= ms, )(?:cache|[\\d.]+:\\d+)(?=, ))",
            "(?<stamp>\\b\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d(?::\\d\\d)?(?:\\.\\d+)?Z?|\\b\\d{8}T\\d{6}\\b|\\b\\d{14}\\.\\d{6}\\b)",
            "(?<date>\\b(?:\\d{4}-)?\\d\\d-\\d\\d(?: \\d\\d:\\d\\d(?::\\d\\d)?)?\\b)",
            "(?<post>\\b[A-Z][a-z]{2}, \\d{1,2} [A-Z][a-z]{2} \\d{4} \\d\\d:\\d\\d(?::\\d\\d [+-]\\d{4})?)",
            "(?<port>(?<=\\d\\.\\d{1,3}:)\\d{4,5}\\b)",
            "(?<address>\\b\\d{1,3}(?:\\.\\d{1,3}){3}\\b)",
            "(?<epoch>\\b\\d{10}\\b)",
            "(?<duration>(?<![\\w.])\\d+(?:\\.\\d+)?(?: ms\\b| s\\b|(?:ms|[smhd])(?:\\d+[smhd])*\\b))",
            "(?<octets>\\b\\d+(?= octets\\b)|(?<=\\bttl |\\bSIZE=|octets=|\"ageMillis\" :"
                    + " |\"ageSeconds\":|\"octets\":)\\d+)",
            "(?<key>[A-Za-z0-9+/=]{40,})",
            "(?<version>(?<=Postern |\\()\\d+\\.\\d+\\.\\d+(?:-SNAPSHOT)?)",
            "(?<cut>\\.\\.\\.)",
            "(?<space> {2,})"));

    private static final String TIME = "\\d\\d:\\d\\d(?::\\d\\d)?";
    private static final Map<String, String> AS = Map.ofEntries(
            Map.entry("id", ID),
            Map.entry("stamp", "\\d{4}-\\d\\d-\\d\\dT" + TIME + "(?:\\.\\d+)?Z?|\\d{8}T\\d{6}|\\d{14}\\.\\d{6}"),
            Map.entry("date", "(?:\\d{4}-)?\\d\\d-\\d\\d(?: " + TIME + ")?"),
            Map.entry("post", "[A-Z][a-z]{2}, \\d{1,2} [A-Z][a-z]{2} \\d{4} " + TIME + "(?: [+-]\\d{4})?"),
            Map.entry("port", "\\d{2,5}"),
            Map.entry("epoch", "\\d{10}"),
            Map.entry("asked", "cache|[\\d.]+:\\d+"),
            Map.entry("duration", "\\d+(?:\\.\\d+)?(?: ms| s|(?:ms|[smhd])(?:\\d+[smhd])*)"),
            Map.entry("octets", "\\d+"),
            Map.entry("key", "[A-Za-z0-9+/=]{40,}"),
            Map.entry("version", "(?:\\d+\\.\\d+\\.\\d+\\S*|in development)"),
            Map.entry("cut", ".*"),
            Map.entry("space", " +"));

    private final Map<String, String> meant = new HashMap<>();

    /** What the first id of a command stands for that stands for nothing yet. */
    void remember(String command, String id) {
        String unknown = Pattern.compile("\\b(?:" + ID + ")")
                .matcher(command)
                .results()
                .map(MatchResult::group)
                .filter(one -> !meant.containsKey(one))
                .findFirst()
                .orElseThrow(() -> new AssertionError("all ids are known in: " + command));
        meant.put(unknown, id);
    }

    /** A command of the page with what its ids stand for. */
    String meant(String command) {
        return Pattern.compile("\\b(?:" + ID + ")")
                .matcher(command)
                .replaceAll(id -> Matcher.quoteReplacement(meant.getOrDefault(id.group(), id.group())));
    }

    /**
     * Where what was said is no more what is shown; empty when it is all of it, or when nothing is shown. Ids that were not seen before are
     * remembered then.
     */
    Optional<String> difference(List<String> shown, String said) {
        if (shown.isEmpty()) {
            return Optional.empty();
        }
        String text = said.lines().map(Shown::line).reduce("", (all, line) -> all + line + "\n");
        var groups = new HashMap<String, String>();
        List<String> lines = shown.stream().map(line -> pattern(line, groups)).toList();
        Matcher matcher = Pattern.compile(String.join("", lines)).matcher(text);
        if (matcher.matches()) {
            groups.forEach((id, group) -> meant.put(id, matcher.group(group)));
            return Set.copyOf(meant.values()).size() == meant.size()
                    ? Optional.empty()
                    : Optional.of("two ids of the page are one: " + meant);
        }
        int good = lines.size();
        while (good > 0
                && !Pattern.compile(String.join("", lines.subList(0, good)))
                        .matcher(text)
                        .lookingAt()) {
            good--;
        }
        return Optional.of(
                good == lines.size()
                        ? "more is said than is shown"
                        : "nothing is as line " + (good + 1) + " of it shows: " + shown.get(good));
    }

    /** As a terminal shows it. */
    private static String line(String line) {
        return line.replace("\t", "        ").stripTrailing();
    }

    private String pattern(String line, Map<String, String> groups) {
        if (line.strip().equals("...")) {
            return "(?:.*\\n)*?";
        }
        String text = line(line);
        var pattern = new StringBuilder();
        Matcher free = FREE.matcher(text);
        int from = text.length() - text.stripLeading().length();
        // A number in front is flush right.
        boolean flushRight = free.find(from) && free.start() == from && !isLiteral(free);
        pattern.append(flushRight ? " *" : Pattern.quote(text.substring(0, from)));
        while (free.find(from)) {
            pattern.append(Pattern.quote(text.substring(from, free.start()))).append(pattern(free, groups));
            from = free.end();
        }
        return pattern.append(Pattern.quote(text.substring(from))).append("\\n").toString();
    }

    private static boolean isLiteral(Matcher free) {
        return free.group("address") != null || free.group("id") != null;
    }

    private String pattern(Matcher free, Map<String, String> groups) {
        if (free.group("address") != null) {
            return Pattern.quote(free.group());
        }
        if (free.group("id") != null) {
            return idPattern(free.group(), groups);
        }
        return AS.entrySet().stream()
                .filter(one -> free.group(one.getKey()) != null)
                .map(one -> "(?:" + one.getValue() + ")")
                .findFirst()
                .orElseThrow();
    }

    private String idPattern(String id, Map<String, String> groups) {
        if (meant.containsKey(id)) {
            return Pattern.quote(meant.get(id));
        }
        if (groups.containsKey(id)) {
            return "\\k<" + groups.get(id) + ">";
        }
        String group = "id" + groups.size();
        groups.put(id, group);
        return "(?<" + group + ">" + ID + ")";
    }
}
