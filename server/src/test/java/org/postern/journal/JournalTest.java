package org.postern.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postern.policy.Net;

/** What is written is found again: by each field, by a beginning, by time, page by page, over a restart. */
class JournalTest {
    private static final long T0 = Instant.parse("2026-11-28T10:00:00Z").toEpochMilli();

    @TempDir
    private Path directory;

    private Journal journal() {
        return Journal.open(directory.resolve("journal"), JournalSettings.DEFAULT, Clock.systemUTC());
    }

    @Test
    void whatIsWrittenIsFoundByEachField() throws Exception {
        Entry written = Sample.transaction(T0, 10, "Ann@sender.example", "bob@example.com");
        try (Journal journal = journal()) {
            journal.write(written);
            journal.write(Sample.transaction(T0 + 1, 11, "eve@other.example", "eve@example.com"));
            assertThat(found(journal, Query.of(Field.SESSION, Sample.session(10))))
                    .containsExactly(written);
            assertThat(found(journal, Query.of(Field.SENDER, "ann@sender.example")))
                    .containsExactly(written);
            assertThat(found(journal, Query.of(Field.SENDER, "ANN@*"))).containsExactly(written);
            assertThat(found(journal, Query.of(Field.RECIPIENT, "<bob@example.com>")))
                    .containsExactly(written);
            assertThat(found(journal, Query.of(Field.MESSAGE_ID, "10.abc@mail.example")))
                    .containsExactly(written);
            assertThat(found(journal, Query.of(Field.GREETING, "mail10.*"))).containsExactly(written);
            assertThat(found(journal, Query.of(Field.CONFIRMED, "mail10.good.example")))
                    .containsExactly(written);
            assertThat(found(journal, Query.of(Field.VERDICT, "reject"))).containsExactly(written);
            assertThat(found(journal, Query.of(Field.CHECK, "iprev"))).containsExactly(written);
            assertThat(found(
                            journal,
                            Query.ANY.with(
                                    Field.CLIENT,
                                    Words.of(Net.parse("192.0.2.10").orElseThrow()))))
                    .containsExactly(written);
            assertThat(found(
                            journal,
                            Query.ANY.with(
                                    Field.CLIENT,
                                    Words.of(Net.parse("192.0.2.8/30").orElseThrow()))))
                    .hasSize(2);
            assertThat(found(journal, Query.of(Field.VERDICT, "accept"))).hasSize(1);
            assertThat(found(
                            journal,
                            Query.of(Field.VERDICT, "reject").with(Field.SENDER, Words.of("eve@other.example"))))
                    .isEmpty();
        }
    }

    @Test
    void attemptsEventsAndSessionsAreFound() throws Exception {
        Entry attempt = Sample.attempt(T0, 1, "Bob@example.com");
        Entry event = new Entry.Event(
                T0 + 1,
                Entry.What.REPORT,
                "m-9",
                Sample.message(1),
                "<>",
                List.of("<ann@sender.example>"),
                "it failed");
        Entry.Caller caller = new Entry.Caller("mx", false, "2001:db8::25", "", "", "", "", "", true);
        Entry alone = new Entry.Session(
                T0 + 2,
                "s-1",
                caller,
                "quit",
                0,
                0,
                3,
                1,
                9,
                9,
                9,
                List.of(new Entry.Refused("RCPT", new Entry.Told("reject", "early", "554 5.5.1 no"))));
        Entry other = new Entry.Session(T0 + 3, "s-2", caller, "quit", 1, 1, 3, 1, 9, 9, 9, List.of());
        try (Journal journal = journal()) {
            List.of(attempt, event, alone, other).forEach(journal::write);
            assertThat(found(journal, Query.of(Field.MESSAGE, Sample.message(1))))
                    .containsExactly(attempt, event);
            assertThat(found(journal, Query.of(Field.MESSAGE, "m-9"))).containsExactly(event);
            assertThat(found(journal, Query.of(Field.DESTINATION, "LOCAL"))).containsExactly(attempt);
            assertThat(found(journal, Query.of(Field.RECIPIENT, "bob@example.com")))
                    .containsExactly(attempt);
            assertThat(found(journal, Query.of(Field.RECIPIENT, "ann@*"))).containsExactly(event);
            assertThat(found(journal, Query.of(Field.SENDER, "<>"))).containsExactly(event);
            Query client = Query.ANY.with(
                    Field.CLIENT, Words.of(Net.parse("2001:db8::/32").orElseThrow()));
            // The other's transaction says it.
            assertThat(found(journal, client)).containsExactly(alone);
            assertThat(found(journal, client.with(Field.CHECK, Words.of("early"))))
                    .containsExactly(alone);
            assertThat(found(journal, Query.of(Field.SESSION, "s-2"))).containsExactly(other);
        }
    }

    @Test
    void journalThatIsOffKeepsNothing() throws Exception {
        try (Journal journal = Journal.none()) {
            journal.write(Sample.attempt(T0, 1, "bob@example.com"));
            assertThat(journal.isOn()).isFalse();
            assertThatThrownBy(() -> journal.find(Query.ANY, Records.NEWEST, 1))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("journal.keep");
        }
        assertThat(JournalFiles.open(directory.resolve("journal"))).isEmpty();
    }

    @Test
    void filesThatAreClosedAreSafeAndLeaveNothingBehind() throws Exception {
        try (Journal journal = journal()) {
            journal.write(Sample.attempt(T0, 1, "bob@example.com"));
        }
        long before = scratch();
        JournalFiles files = JournalFiles.open(directory.resolve("journal")).orElseThrow();
        var started = new CountDownLatch(1);
        Thread reader = Thread.ofPlatform().start(() -> {
            try {
                while (true) {
                    files.find(Query.ANY, Records.NEWEST, 9);
                    started.countDown();
                }
            } catch (IOException closed) {
                started.countDown();
            }
        });
        started.await();
        files.close();
        files.close();
        reader.join();
        assertThat(scratch()).isEqualTo(before);
    }

    /** Directories that RocksDB's own log goes to. */
    private static long scratch() throws IOException {
        try (Stream<Path> files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            return files.filter(file -> file.getFileName().toString().startsWith("postern-journal"))
                    .count();
        }
    }

    @Test
    void itIsFoundPageByPageOverRestartsAndChunks() throws Exception {
        int many = Chunk.ENTRIES + 2_000;
        try (Journal journal = journal()) {
            for (int i = 0; i < many; i++) {
                Eventually.write(
                        journal, Sample.transaction(T0 + i, i, "a" + i % 7 + "@sender.example", "bob@example.com"));
            }
            assertThat(numbers(journal)).hasSize(many / 7 + 1).isSorted();
        }
        try (Journal journal = journal()) {
            journal.write(Sample.transaction(T0 + many, many, "a0@sender.example", "bob@example.com"));
            List<Integer> all = numbers(journal);
            assertThat(all).hasSize(many / 7 + 2).isSorted();
            Query lastMinute = Query.of(Field.SENDER, "a0@sender.example")
                    .within(Optional.of(Instant.ofEpochMilli(T0 + many - 70)), Optional.empty());
            assertThat(journal.find(lastMinute, Records.NEWEST, 100).entries()).hasSize(11);
        }
        try (JournalFiles files =
                JournalFiles.open(directory.resolve("journal")).orElseThrow()) {
            assertThat(numbers(files)).hasSize(many / 7 + 2).isSorted();
            assertThat(files.count(Query.ANY)).isEqualTo(many + 1);
            var scanned = new ArrayList<Entry>();
            files.scan(Query.ANY, octets -> scanned.add(Codec.entry(octets).orElseThrow()));
            assertThat(scanned).hasSize(many + 1);
        }
    }

    private static List<Entry> found(Records records, Query query) throws IOException {
        return records.all(query, 100);
    }

    /** Of the sessions of one sender, the oldest first, fetched in pages of 100. */
    private static List<Integer> numbers(Records records) throws IOException {
        Query query = Query.of(Field.SENDER, "a0@sender.example");
        var numbers = new ArrayList<Integer>();
        Page page = records.find(query, Records.NEWEST, 100);
        while (true) {
            for (Page.Numbered one : page.entries()) {
                String id = ((Entry.Transaction) one.entry()).session();
                numbers.addFirst(Integer.parseInt(id.substring(id.length() - 5)));
            }
            if (page.next().isEmpty()) {
                return numbers;
            }
            page = records.find(query, page.next().getAsLong(), 100);
        }
    }
}
