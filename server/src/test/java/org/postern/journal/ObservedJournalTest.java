package org.postern.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.postern.Logs;
import org.postern.spool.RocksSpool;

/** Who counts what the journal hears of. */
@Timeout(60)
class ObservedJournalTest {
    @RegisterExtension
    private final Logs logs = new Logs(this);

    @TempDir
    private Path directory;

    private final List<String> heard = new CopyOnWriteArrayList<>();

    private Journal journal(long freeBytes) throws IOException {
        // Loads RocksDB's library.
        RocksSpool.open(directory.resolve("spool"), RocksSpool.Room.DEFAULT, Clock.systemUTC())
                .close();
        return Journal.open(
                directory.resolve("journal"),
                new JournalSettings(Duration.ofDays(30), 1L << 30, JournalSettings.Masking.NONE, freeBytes),
                Clock.systemUTC());
    }

    private static Entry event(String message) {
        return new Entry.Event(1, Entry.What.HELD, message, "", "", List.of(), "");
    }

    private void hear(List<Entry> entries) {
        entries.forEach(entry -> heard.add(((Entry.Event) entry).message()));
    }

    @Test
    void allIsHeardInOrderUntilTheObserverGoes() throws Exception {
        try (Journal journal = journal(0)) {
            journal.write(event("m-0"));
            Eventually.await("it is written", () -> journal.waiting() == 0);
            Journal.Following observer = journal.observe(this::hear);
            journal.write(event("m-1"));
            journal.write(event("m-2"));
            Eventually.await("both are heard", () -> heard.size() == 2);
            observer.close();
            journal.write(event("m-3"));
            Eventually.await("it is written", () -> journal.waiting() == 0);

            assertThat(heard).containsExactly("m-1", "m-2");
            assertThat(journal.lost()).isZero();
            assertThat(journal.isStanding()).isFalse();
        }
    }

    @Test
    void whatCannotBeWrittenIsHeardAllTheSameAndCountedAsLost() throws Exception {
        try (Journal journal = journal(1L << 60)) {
            journal.observe(this::hear);
            journal.write(event("m-1"));
            journal.write(event("m-2"));
            Eventually.await("both are lost", () -> journal.lost() == 2);

            assertThat(heard).containsExactly("m-1", "m-2");
            assertThat(journal.isStanding()).isTrue();
        }
    }

    @Test
    void aFaultOfTheObserverIsNotTheJournals() throws Exception {
        try (Journal journal = journal(0)) {
            journal.observe(_ -> {
                throw new IllegalStateException("a fault");
            });
            journal.write(event("m-1"));
            Eventually.await("it is written", () -> journal.waiting() == 0);
            journal.write(event("m-2"));
            Eventually.await("it is written", () -> journal.waiting() == 0);

            assertThat(journal.find(Query.ANY, Records.NEWEST, 9).entries()).hasSize(2);
            assertThat(logs.lines()).singleElement().asString().contains("has failed, and is told no more");
        }
    }

    @Test
    void lostStaysLostWhenItIsNoted() {
        var missing = new Missing();
        missing.add(1);
        missing.add(3, 2, "why");
        Entry.Gap gap = missing.take(5).orElseThrow();
        assertThat(missing.all()).isEqualTo(4);
        missing.giveBack(gap);
        assertThat(missing.all()).isEqualTo(4);
        assertThat(missing.count()).isEqualTo(4);
    }
}
