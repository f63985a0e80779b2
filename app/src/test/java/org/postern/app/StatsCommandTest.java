package org.postern.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TimeZone;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postern.journal.Entry;
import org.postern.journal.Journal;
import org.postern.journal.JournalSettings;

class StatsCommandTest {
    private static final Instant SINCE = Instant.parse("2026-11-27T10:00:00Z");
    private static final Duration HOUR = Duration.ofHours(1);
    private static final String[] THAT_DAY = {
        "--since", "2026-11-27T10:00:00Z", "--until", "2026-11-28T10:00:00Z", "--ascii"
    };
    private static final String CSV = """
        import csv, json, sys
        sys.stdin.reconfigure(newline='')
        text = sys.stdin.read()
        assert text.count('\\n') == text.count('\\r\\n')
        rows = list(csv.reader(text.splitlines(keepends=True), strict=True))
        assert len({len(row) for row in rows}) == 1
        print(json.dumps([rows[0][0]] + [row[0] for row in rows[1:]]))
        print(json.dumps([rows[0][-1]] + [row[-1] for row in rows[1:]]))
        """;

    @TempDir
    Path directory;

    private TimeZone zone;

    @BeforeEach
    void setZone() {
        zone = TimeZone.getDefault();
        TimeZone.setDefault(TimeZone.getTimeZone("UTC"));
    }

    @AfterEach
    void resetZone() {
        TimeZone.setDefault(zone);
    }

    private record Said(int exit, String out, String err) {}

    private Said stats(String... arguments) throws IOException {
        Path toml = Files.writeString(
                directory.resolve("postern.toml"),
                "hostname = \"mx.example.com\"\ndata = \"" + directory + "/data\"\n");
        List<String> all = new ArrayList<>(List.of("stats", "--config", toml.toString()));
        all.addAll(List.of(arguments));
        var out = new StringWriter();
        var err = new StringWriter();
        int exit = Main.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(all.toArray(new String[0]));
        return new Said(exit, out.toString(), err.toString());
    }

    private Said thatDay(String... arguments) throws IOException {
        var all = new ArrayList<>(List.of(THAT_DAY));
        all.addAll(List.of(arguments));
        return stats(all.toArray(new String[0]));
    }

    // --- a day
    // -----------------------------------------------------------------------------------------------------------------

    private void write(List<? extends Entry> entries) {
        try (Journal journal = Journal.open(
                directory.resolve("data").resolve("journal"), JournalSettings.DEFAULT, Clock.systemUTC())) {
            entries.forEach(journal::write);
        }
    }

    private static Entry.Transaction transaction(Instant at, String name, String from, String verdict, String by) {
        boolean taken = List.of("accept", "trusted", "quarantine").contains(verdict);
        return new Entry.Transaction(
                at.toEpochMilli(),
                "s-01M88T3BE05DD9V",
                caller(name),
                Entry.Stage.CONTENT,
                "<" + from + ">",
                List.of(),
                new Entry.Told(verdict, by, taken ? "250 2.0.0 kept" : "550 5.7.1 no"),
                taken ? "m-1M88T3BE00000" : "",
                "",
                taken ? 2_000 : 0,
                List.of(),
                List.of(),
                List.of());
    }

    private static Entry.Caller caller(String name) {
        return new Entry.Caller(
                "mx", false, name.startsWith("six") ? "2001:db8::7" : "192.0.2.7", "", "ehlo", name, "", "", false);
    }

    private static Entry.Session session(Instant at, String name) {
        return new Entry.Session(
                at.toEpochMilli(), "s-01M88T3BE05DD9V", caller(name), "quit", 1, 1, 5, 0, 3_000, 500, 20, List.of());
    }

    private static Entry.Attempt attempt(Instant at, String destination, String outcome, long age, String text) {
        return new Entry.Attempt(
                at.toEpochMilli(),
                "m-1M88T3BE00000",
                destination,
                5,
                age,
                List.of(new Entry.Tried("<bob@example.com>", outcome, "", "", "", "", text, "waiting", 0)));
    }

    private void writeADay() {
        var entries = new ArrayList<Entry>();
        entries.add(transaction(SINCE.minus(HOUR), "mail.a.example", "ann@a.example", "accept", ""));
        for (int hour = 0; hour < 24; hour++) {
            Instant at = SINCE.plus(HOUR.multipliedBy(hour));
            for (int i = 0; i < hour; i++) {
                entries.add(transaction(at, "mail.a.example", "ann@a.example", "accept", ""));
                entries.add(attempt(at, "local", "delivered", 40, "there"));
            }
            entries.add(session(at, "mail.a.example"));
        }
        Instant noon = SINCE.plus(HOUR.multipliedBy(12));
        entries.add(transaction(noon, "six.b.example", "eve@b.example", "reject", "iprev"));
        entries.add(transaction(noon, "six.b.example", "eve@b.example", "greylist", "iprev"));
        entries.add(transaction(noon, "six.b.example", "eve@b.example", "reject", "dnsbl"));
        entries.add(transaction(noon, "six.b.example", "eve@b.example", "quarantine", "helo-literal"));
        entries.add(transaction(noon, "six.b.example", "eve@b.example", "refused", ""));
        entries.add(session(noon, "six.b.example"));
        entries.add(attempt(noon, "c.example", "later", 5_000, "mx.c.example said: 450 4.2.0 later"));
        entries.add(attempt(noon.plusSeconds(9), "c.example", "failed", 9_000, "mx.c.example said: 550 5.1.1 nobody"));
        entries.add(new Entry.Gap(
                noon.plusSeconds(60).toEpochMilli(), noon.toEpochMilli(), 17, "more came than could be written"));
        write(entries);
    }

    @Test
    void dayIsToldInBrief() throws IOException {
        writeADay();
        Said said = thatDay();
        assertThat(said.err()).isEmpty();
        assertThat(said.exit()).isZero();
        assertThat(said.out()).isEqualTo("""
            2026-11-27 10:00:00 to 2026-11-28 10:00:00: 584 entries
            17 entries of that time are missing in the journal:
              17 from 2026-11-27 22:00:00 to 2026-11-27 22:01:00: more came than could be written

            sessions                25  73K in, 12K out
            messages               277  541K
            refusals                 4  of 281 transactions

            messages  |  . . : : : - - - = = = + + + * * * # # # @ @ @ | at most 23 in 30m
            refusals  |                        @                       | at most 4 in 30m
                      10:00                                        10:00

            verdicts
              accept               276   98.2 %
              quarantine             1    0.4 %
              greylist               1    0.4 %
              reject                 2    0.7 %
              refused                1    0.4 %

            refusals by check
              iprev                  2   50.0 %
              dnsbl                  1   25.0 %
              by none                1   25.0 %

            deliveries
              delivered            276  half within 40ms, 90 % within 40ms, 99 % within 40ms
              put off                1
              failed                 1

            DESTINATION                    ATTEMPTS DELIVERED DEFERRED FAILED    50 %    90 %    99 %  LAST PROBLEM
            local                               276       276        0      0    40ms    40ms    40ms
            c.example                             2         0        1      1       -       -       -  mx.c.example said: 550 5.1.1 nobody
            """);
    }

    @Test
    void blocksAreDrawnWhereTheOutputHasThem() {
        assertThat(Plot.BLOCKS.of(LongStream.rangeClosed(0, 8).boxed().toList()))
                .isEqualTo(" \u2581\u2582\u2583\u2584\u2585\u2586\u2587\u2588");
        assertThat(Plot.ASCII.of(List.of(0L, 1L, 500L, 1_000L))).isEqualTo(" .=@");
        assertThat(Plot.ASCII.of(List.of(0L, 0L))).isEqualTo("  ");
    }

    @Test
    void busiestAreToldByDestination() throws IOException {
        writeADay();
        assertThat(thatDay("--by", "destination", "--top", "1").out()).isEqualTo("""
            2026-11-27 10:00:00 to 2026-11-28 10:00:00: 584 entries
            17 entries of that time are missing in the journal:
              17 from 2026-11-27 22:00:00 to 2026-11-27 22:01:00: more came than could be written

            DESTINATION                    ATTEMPTS DELIVERED DEFERRED FAILED    50 %    90 %    99 %  LAST PROBLEM
            local                               276       276        0      0    40ms    40ms    40ms
            (others)                              2         0        1      1       -       -       -  mx.c.example said: 550 5.1.1 nobody
            """);
    }

    @Test
    void busiestAreToldByClientNameDomainAndCheck() throws IOException {
        writeADay();
        assertThat(thatDay("--by", "client").out()).contains("\n192.0.2.0/24 ").contains("\n2001:db8::/64 ");
        assertThat(thatDay("--by", "name").out()).contains("\nmail.a.example ").contains("\nsix.b.example ");
        assertThat(thatDay("--by", "domain").out()).contains("\na.example ").contains("\nb.example ");
        assertThat(thatDay("--by", "check").out())
                .contains("\niprev                   1        0        1           0\n");
    }

    // --- for programs
    // ----------------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(strings = {"", "client", "name", "domain", "check", "destination"})
    void jsonKeepsToItsSchema(String by) throws IOException, InterruptedException {
        writeADay();
        Said said = by.isEmpty() ? thatDay("--json") : thatDay("--json", "--by", by);
        assertThat(said.exit()).isZero();
        Schema.permits("stats", said.out());
    }

    @Test
    void jsonOfNothingKeepsToItsSchemaToo() throws IOException, InterruptedException {
        writeADay();
        Said said = stats("--since", "2020-01-01", "--until", "2020-01-02", "--json");
        assertThat(said.exit()).isEqualTo(1);
        Schema.permits("stats", said.out());
    }

    // A spreadsheet that opens it computes nothing that others wrote.
    @Test
    void csvIsReadBackAndNoCellIsAFormula() throws IOException, InterruptedException {
        Instant at = SINCE.plus(HOUR);
        var names = List.of(
                "=cmd|' /c calc'!a0", "+1", "-1", "@sum(a1)", "a \"b\", c", "plain.example", "ctrl\u001b\n[31m");
        var entries = new ArrayList<Entry>();
        names.forEach(name -> entries.add(transaction(at, name, "ann@a.example", "accept", "")));
        entries.add(attempt(at, "=1+1", "later", 9, "=HYPERLINK(\"http://x.example\", \"x\")"));
        write(entries);

        assertThat(python("csv", thatDay("--csv", "--by", "name").out(), CSV)
                        .lines()
                        .findFirst())
                .contains("[\"name\", \"'+1\", \"'-1\", \"'=cmd|' /c calc'!a0\", \"'@sum(a1)\", \"a \\\"b\\\", c\","
                        + " \"ctrl\\\\u001b\\\\u000a[31m\", \"plain.example\"]");
        assertThat(python("csv", thatDay("--csv", "--by", "destination").out(), CSV)
                        .lines())
                .containsExactly(
                        "[\"destination\", \"'=1+1\"]",
                        "[\"problem\", \"'=HYPERLINK(\\\"http://x.example\\\", \\\"x\\\")\"]");
        assertThat(thatDay("--csv").out().lines())
                .hasSize(49)
                .first()
                .asString()
                .startsWith("since,until,sessions,");
        assertThat(stats("--since", "2020-01-01", "--until", "2020-01-02", "--csv", "--by", "check")
                        .out())
                .startsWith("check,sessions,")
                .hasLineCount(1);
    }

    private static String python(String module, String input, String... arguments)
            throws IOException, InterruptedException {
        Program python = new Program(Path.of("/usr/bin/python3"));
        if (python.run("-c", "import " + module).exit() != 0) {
            throw Program.missing("python3-" + module);
        }
        var all = new ArrayList<>(List.of("-c"));
        all.addAll(List.of(arguments));
        return python.run(new ByteArrayInputStream(input.getBytes(UTF_8)), Map.of(), all.toArray(new String[0]))
                .succeeded()
                .output();
    }

    // --- what others wrote
    // -----------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(strings = {"", "name", "domain", "check", "destination"})
    @Tag("xss-1")
    void nothingThatOthersWroteActsOnATerminal(String by) throws IOException {
        String evil = "\u001b[2J\u009b31m\u202eevil\r\n250 ok";
        Instant at = SINCE.plus(HOUR);
        write(List.of(
                transaction(at, evil, "ann@" + evil, "reject", evil),
                session(at, evil),
                attempt(at, evil, "later", 9, evil),
                new Entry.Gap(at.toEpochMilli(), at.toEpochMilli(), 1, evil)));
        for (String form : List.of("", "--json", "--csv")) {
            List<String> arguments = new ArrayList<>();
            if (!by.isEmpty()) {
                arguments.addAll(List.of("--by", by));
            }
            if (!form.isEmpty()) {
                arguments.add(form);
            }
            Said said = thatDay(arguments.toArray(new String[0]));
            assertThat(said.exit()).isZero();
            assertThat(said.out().replace("\r\n", "\n").chars().filter(c -> c != '\n'))
                    .as(said.out())
                    .allMatch(c -> c >= ' ' && c <= '~');
            assertThat(said.out().lines()).noneMatch(line -> line.startsWith("250 ok"));
        }
    }

    // --- exit codes
    // ------------------------------------------------------------------------------------------------------------

    @Test
    void nothingOfThatTimeIsOne() throws IOException {
        writeADay();
        Said said = stats("--since", "2020-01-01", "--until", "2020-01-02");
        assertThat(said).isEqualTo(new Said(1, "", "postern: nothing of that time is in the journal\n"));
    }

    @Test
    void noJournalIsOne() throws IOException {
        Said said = stats();
        assertThat(said.exit()).isEqualTo(1);
        assertThat(said.err()).contains("there is no journal yet in ");
    }

    @Test
    void journalThatCannotBeReadIsSeventyFive() throws IOException {
        Path database = directory.resolve("data/journal/db");
        Files.createDirectories(database);
        Files.writeString(database.resolve("CURRENT"), "nonsense\n");
        Said said = stats();
        assertThat(said.exit()).isEqualTo(75);
        assertThat(said.err()).startsWith("postern: ");
    }

    @ParameterizedTest
    @CsvSource({
        "--since tomorrow, is no time",
        "--since 2026-11-28 --until 2026-11-27, --since should be before --until",
        "--top 0, --top should be 1 or more",
        "--by colour, 'colour'",
        "--json --csv, --json or --csv"
    })
    void mistakeOfUsageSaysWhatIsWanted(String arguments, String says) throws IOException {
        Said said = stats(arguments.split(" ", -1));
        assertThat(said.exit()).isEqualTo(2);
        assertThat(said.err()).contains(says);
    }
}
