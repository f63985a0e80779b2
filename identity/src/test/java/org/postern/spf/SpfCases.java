package org.postern.spf;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.postern.dns.RecordType;
import org.postern.dns.TestZone;
import org.xbill.DNS.Address;

/**
 * Rules as files: {@code src/test/resources/spf/*.spf}. What stands before the first rule is in the zone of each.
 *
 * <pre>
 * § 5.3 a rule in words
 * example.com: v=spf1 a -all                  TXT of a name
 * = example.com A 192.0.2.1                   a line of a zone file
 * ! A broken.example SERVFAIL                 a question that fails
 * ? 192.0.2.1 ann@example.com => pass a       a query; HELO NAME for that identity, helo=NAME for another than mx.example.org;
 *                                             then | exp TEXT, | asks N, | why WORDS
 * </pre>
 */
record SpfCases(List<Case> cases) {
    static final Path DIRECTORY = Path.of("src/test/resources/spf");
    static final Clock CLOCK = Clock.fixed(Instant.ofEpochSecond(1_700_000_000), ZoneOffset.UTC);
    private static final Pattern QUERY = Pattern.compile("\\? (\\S+) (HELO )?(\\S+)(?: helo=(\\S*))? => (.*)");

    /** A query and what must come of it. */
    record Case(String section, String rule, String zone, List<String> failing, String line) {
        String name() {
            return "§ " + section + " " + rule + ": " + line.substring(2);
        }

        private Matcher query() {
            Matcher query = QUERY.matcher(line);
            if (!query.matches()) {
                throw new IllegalArgumentException(line);
            }
            return query;
        }

        String expected() {
            return query().group(5);
        }

        TestZone testZone() {
            var testZone = new TestZone(zone);
            for (String failure : failing) {
                String[] words = failure.split(" ", -1);
                testZone.failing(RecordType.valueOf(words[1]), words[2], words[3]);
            }
            return testZone;
        }

        SpfResult result() {
            Matcher query = query();
            String who = query.group(3);
            try {
                var client = Address.getByAddress(query.group(1));
                if (query.group(2) != null) {
                    return Spf.check(testZone().resolver(), SpfQuery.helo(client, who, "mx.receiver.example", CLOCK));
                }
                String helo = query.group(4) == null ? "mx.example.org" : query.group(4);
                int at = who.lastIndexOf('@');
                String local = who.equals("<>") ? "" : who.substring(0, at);
                String domain = who.equals("<>") ? "" : who.substring(at + 1);
                return Spf.check(
                        testZone().resolver(),
                        SpfQuery.mailFrom(client, helo, local, domain, "mx.receiver.example", CLOCK));
            } catch (IOException impossible) {
                throw new UncheckedIOException(impossible);
            }
        }
    }

    static SpfCases all() {
        try (Stream<Path> files = Files.list(DIRECTORY)) {
            return new SpfCases(files.filter(file -> file.toString().endsWith(".spf"))
                    .sorted()
                    .flatMap(file -> read(file).stream())
                    .toList());
        } catch (IOException problem) {
            throw new UncheckedIOException(problem);
        }
    }

    private static List<Case> read(Path file) {
        var cases = new ArrayList<Case>();
        var shared = new ArrayList<String>();
        var own = new ArrayList<String>();
        String section = "";
        String rule = "";
        try {
            for (String line : Files.readAllLines(file)) {
                if (line.startsWith("§ ")) {
                    String[] words = line.split(" ", 3);
                    section = words[1];
                    rule = words[2];
                    own.clear();
                } else if (line.startsWith("? ")) {
                    List<String> lines =
                            Stream.concat(shared.stream(), own.stream()).toList();
                    cases.add(new Case(
                            section,
                            rule,
                            String.join(
                                            "\n",
                                            lines.stream()
                                                    .filter(one -> !one.startsWith("! "))
                                                    .map(SpfCases::zoneLine)
                                                    .toList())
                                    + "\n",
                            lines.stream().filter(one -> one.startsWith("! ")).toList(),
                            line));
                } else if (!line.isBlank() && !line.startsWith("#")) {
                    (section.isEmpty() ? shared : own).add(line);
                }
            }
        } catch (IOException problem) {
            throw new UncheckedIOException(problem);
        }
        return cases;
    }

    private static String zoneLine(String line) {
        if (line.startsWith("= ")) {
            return line.substring(2);
        }
        int colon = line.indexOf(": ");
        return line.substring(0, colon) + " TXT " + quoted(line.substring(colon + 2));
    }

    /** In strings of 200, for no string in a TXT record may be longer than 255. */
    static String quoted(String text) {
        var strings = new StringBuilder();
        for (int from = 0; from == 0 || from < text.length(); from += 200) {
            strings.append(" \"")
                    .append(text.substring(from, Math.min(text.length(), from + 200))
                            .replace("\"", "\\\""))
                    .append('"');
        }
        return strings.toString();
    }
}
