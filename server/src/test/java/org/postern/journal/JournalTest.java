package org.postern.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
    void itIsFoundPageByPageOverRestartsAndChunks() throws Exception {
        int many = Chunk.ENTRIES + 2_000;
        try (Journal journal = journal()) {
            for (int i = 0; i < many; i++) {
                while (journal.waiting() > Journal.QUEUE / 2) {
                    Thread.sleep(1);
                }
                journal.write(Sample.transaction(T0 + i, i, "a" + i % 7 + "@sender.example", "bob@example.com"));
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
