package org.postern.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The same sessions at a Postfix and at the Postern that {@code postern import-postfix} made of its configuration, each on a host of its own:
 * both answer as the table of the site says, take the same mail into the same Maildirs, and where they don't, the table says why, as does
 * docs/postfix.md.
 */
@Timeout(180)
class BesidePostfixTest {
    private static final Path SITES = Path.of("src/test/resources/postfix");
    private static final Pattern MAILDIR =
            Pattern.compile("^(/.+)/new/[^/]+:Subject: session (\\d+)$", Pattern.MULTILINE);
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    Path directory;

    /** A session of a table; {@code why} is empty where nothing differs. */
    private record Row(List<String> session, String postfix, String postern, String why) {
        static Row of(String line) {
            List<String> cells =
                    Arrays.stream(line.split("\\|", -1)).map(String::strip).toList();
            return new Row(cells.subList(0, 5), cells.get(5), cells.get(6), cells.size() > 7 ? cells.get(7) : "");
        }

        /** What it comes to for the client, whatever the code and the moment: 5 and 4 are of the reply that refused last. */
        static String kind(String outcome) {
            return outcome.replaceAll("(?:banner|EHLO|HELO|MAIL|RCPT|DATA|content) ([45])\\d\\d", "$1");
        }

        @Override
        public String toString() {
            return String.join(" | ", session) + " | " + postfix + " | " + postern + (why.isEmpty() ? "" : " | " + why);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"internet-site", "smarthost", "backup-mx", "virtual-domains", "postscreen"})
    void answersAreThoseOfThePostfixButForWhatTheTableExplains(String name) throws Exception {
        Path site = SITES.resolve(name);
        String table = Files.readString(site.resolve("sessions"));
        List<Row> rows =
                table.lines().filter(line -> !line.startsWith("#")).map(Row::of).toList();
        assertThat(rows).hasSizeGreaterThanOrEqualTo(20);

        List<String> postfix = outcomes(site, "postfix", rows, false);
        List<String> postern = outcomes(site, "postern", rows, true);

        var seen = new ArrayList<Row>();
        for (int i = 0; i < rows.size(); i++) {
            seen.add(new Row(
                    rows.get(i).session(),
                    postfix.get(i),
                    postern.get(i),
                    rows.get(i).why()));
        }
        assertThat(lines(seen)).isEqualTo(lines(rows));
        String page = Files.readString(Path.of("../docs/postfix.md"));
        for (Row row : rows) {
            boolean differs = !Row.kind(row.postfix()).equals(Row.kind(row.postern()));
            assertThat(row.why().isEmpty())
                    .as(row + ": says why exactly where they differ")
                    .isEqualTo(!differs);
            assertThat(page)
                    .as("docs/postfix.md lists the difference of: " + row)
                    .contains(row.why());
        }
    }

    private static String lines(List<Row> rows) {
        return rows.stream().map(Row::toString).collect(Collectors.joining("\n"));
    }

    private List<String> outcomes(Path site, String who, List<Row> rows, boolean ours) throws Exception {
        Path place = Files.createDirectory(directory.resolve(who));
        try (var world = new World(site, place)) {
            if (ours) {
                startPostern(world);
            } else {
                world.script("postfix.sh");
            }
            List<String> said = world.run(
                            "python3",
                            SITES.resolve("sessions.py").toAbsolutePath().toString(),
                            site.resolve("sessions").toAbsolutePath().toString())
                    .lines()
                    .toList();
            assertThat(said).hasSameSizeAs(rows);
            return withPlaces(
                    said,
                    world,
                    ours
                            ? rows.stream().map(Row::postern).toList()
                            : rows.stream().map(Row::postfix).toList());
        }
    }

    /** What was taken, with the Maildirs that it is in at last; waits for as many as are to be expected. */
    private static List<String> withPlaces(List<String> said, World world, List<String> expected) throws Exception {
        Instant deadline = Instant.now().plus(PATIENCE);
        List<String> found = withPlaces(said, world);
        while (!found.equals(expected) && Instant.now().isBefore(deadline)) {
            Thread.sleep(200);
            found = withPlaces(said, world);
        }
        return found;
    }

    private static List<String> withPlaces(List<String> said, World world) throws Exception {
        var places = new ArrayList<TreeSet<String>>();
        said.forEach(_ -> places.add(new TreeSet<>()));
        MAILDIR.matcher(world.run(
                        "sh",
                        "-c",
                        "grep -rs '^Subject: session ' /home /srv /var/mail /var/lib/postern --include='*' || true"))
                .results()
                .forEach(one -> places.get(Integer.parseInt(one.group(2)) - 1).add(one.group(1)));
        var all = new ArrayList<String>();
        for (int i = 0; i < said.size(); i++) {
            String into = String.join(" ", places.get(i));
            all.add(said.get(i) + (into.isEmpty() ? "" : ": " + into));
        }
        return all;
    }

    private void startPostern(World world) throws Exception {
        world.run("mkdir", "-p", "/etc/postern");
        String[] imported = postern("import-postfix", "/etc/postfix", "--output", "/etc/postern/postern.toml");
        assertThat(world.run(imported)).contains("written, with");
        // The root of the names here is not signed.
        world.run("sh", "-c", "printf '\\n[dns]\\ndnssec = \"off\"\\n' >> /etc/postern/postern.toml");
        Path output = directory.resolve("output");
        world.start(output, postern("serve", "--config", "/etc/postern/postern.toml"));
        RealServer.eventually(() -> Files.readString(output).contains("  settings "));
    }

    private static String[] postern(String... arguments) {
        return Stream.concat(World.postern().stream(), Stream.of(arguments)).toArray(String[]::new);
    }
}
