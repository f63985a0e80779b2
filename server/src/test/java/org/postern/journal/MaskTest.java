package org.postern.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** In a masked journal nobody's name stands, and who knows an address finds what happened to it. */
@Timeout(120)
class MaskTest {
    @TempDir
    private Path directory;

    private Path place() {
        return directory.resolve("journal");
    }

    private Journal journal(JournalSettings.Masking mask) {
        return Journal.open(place(), new JournalSettings(Duration.ofDays(30), 1L << 30, mask, 0), Clock.systemUTC());
    }

    private static final List<Entry> ENTRIES = List.of(
            Sample.transaction(1, 1, "Annabella@Sender.example", "robertson@example.com"),
            new Entry.Attempt(
                    2,
                    "m-2",
                    "example.com",
                    3,
                    4,
                    List.of(
                            tried("<Robertson@example.com>", "550 5.1.1 <robertson@example.com>: no such user", ""),
                            tried("<Robertson@example.com>", "550-5.1.1 user=robertson@example.com is not here", ""),
                            tried("<robertson@example.com>", "550 5.1.1 ROBERTSON... User unknown", ""),
                            tried("<robertson@example.com>", "", "/var/mail/example.com/robertson/new/17.m-2"),
                            tried(
                                    "<\"Mary \\\"Jane\\\" Smithson\"@example.com>",
                                    "550 no 'mary \"jane\" smithson' here",
                                    ""),
                            tried("<\"mary \\\"jane\\\" smithson\"@example.com>", "", "/mail/mary \"jane\" smithson"),
                            tried("<jörgensen@bücher.example>", "", "/var/mail/bücher.example/jörgensen"),
                            tried("<~tildeson@example.com>", "", "/var/mail/example.com/~tildeson"))),
            new Entry.Event(
                    3,
                    Entry.What.REPORT,
                    "m-3",
                    "m-2",
                    "<>",
                    List.of("<annabella@sender.example>"),
                    "for 'annabella@sender.example' and mailto:annabella@sender.example"),
            Sample.transaction(4, 4, "postmaster@sender.example", "Abuse@example.com"));

    private static Entry.Tried tried(String to, String reply, String text) {
        return new Entry.Tried(to, "failed", "5.1.1", "mx.example.com", "", reply, text, "reported", 0);
    }

    private static final List<String> NAMES = List.of("annabella", "robertson", "smithson", "jörgensen", "tildeson");

    @Test
    void nobodysNameStandsInAnyFile() throws Exception {
        try (Journal journal = journal(JournalSettings.Masking.LOCAL_PARTS)) {
            ENTRIES.forEach(journal::write);
            assertThat(journal.all(Query.ANY, 9)).hasSize(4);
        }
        for (int time = 0; time < 2; time++) {
            for (String name : NAMES) {
                assertThat(Octets.holding(place(), name)).as(name).isEmpty();
            }
            // Else the search would prove nothing.
            assertThat(Octets.holding(place(), "mx.example.com")).isNotEmpty();
            assertThat(Octets.holding(place(), "postmaster@sender.example")).isNotEmpty();
            try (Store store = Store.open(place())) {
                store.flush();
            }
        }
    }

    @Test
    void whoKnowsTheAddressFindsWhatHappened() throws Exception {
        try (Journal journal = journal(JournalSettings.Masking.LOCAL_PARTS)) {
            ENTRIES.forEach(journal::write);
            assertFound(journal);
            assertThat(journal.all(Query.of(Field.SENDER, "postmaster@sender.example"), 9))
                    .containsExactly(ENTRIES.getLast());
        }
        try (JournalFiles files = JournalFiles.open(place()).orElseThrow()) {
            assertFound(files);
        }
    }

    @Test
    void whatIsMaskedIsFoundWhenTheMaskIsOffAndOnAgain() throws Exception {
        try (Journal journal = journal(JournalSettings.Masking.LOCAL_PARTS)) {
            ENTRIES.forEach(journal::write);
        }
        try (Journal journal = journal(JournalSettings.Masking.NONE)) {
            assertFound(journal);
            journal.write(ENTRIES.getFirst());
            assertThat(journal.all(Query.of(Field.SENDER, "annabella@sender.example"), 9))
                    .hasSize(2)
                    .endsWith(ENTRIES.getFirst());
        }
        try (Journal journal = journal(JournalSettings.Masking.LOCAL_PARTS)) {
            journal.write(ENTRIES.getFirst());
            assertThat(journal.all(Query.of(Field.SENDER, "annabella@sender.example"), 9))
                    .hasSize(3);
        }
    }

    private static void assertFound(Records records) throws Exception {
        assertThat(records.all(Query.of(Field.SENDER, "ANNABELLA@sender.example"), 9))
                .extracting(Entry::at)
                .containsExactly(1L);
        assertThat(records.all(Query.of(Field.RECIPIENT, "<annabella@sender.example>"), 9))
                .extracting(Entry::at)
                .containsExactly(3L);
        assertThat(records.all(Query.of(Field.RECIPIENT, "robertson@example.com"), 9))
                .extracting(Entry::at)
                .containsExactly(1L, 2L);
        assertThat(records.all(Query.of(Field.RECIPIENT, "jörgensen@bücher.example"), 9))
                .hasSize(1);
        assertThat(records.all(Query.of(Field.RECIPIENT, "\"mary \\\"jane\\\" smithson\"@example.com"), 9))
                .hasSize(1);
        assertThat(records.all(Query.of(Field.RECIPIENT, "robertson@example.org"), 9))
                .isEmpty();
    }

    @Test
    void codesOfAReplyStayThough550IsSomebodysName() throws Exception {
        Mask mask = Mask.of(directory.resolve("key"));
        var entry = (Entry.Attempt) mask.masked(new Entry.Attempt(
                1, "m-1", "d", 0, 0, List.of(tried("<550@example.com>", "550 5.1.1 550: who is that", ""))));
        assertThat(entry.tried().getFirst().reply()).isEqualTo("550 5.1.1 ~: who is that");
    }

    @Test
    void keyIsOnlyTheOwners() throws Exception {
        Path key = directory.resolve("key");
        Mask first = Mask.of(key);
        assertThat(Files.getPosixFilePermissions(key)).hasSize(2);
        assertThat(Mask.of(key).masked("ann@example.org")).isEqualTo(first.masked("Ann@example.org"));
        assertThat(Mask.of(directory.resolve("other")).masked("ann@example.org"))
                .isNotEqualTo(first.masked("ann@example.org"));
        try (var files = Files.list(directory)) {
            assertThat(files).hasSize(2);
        }
    }
}
