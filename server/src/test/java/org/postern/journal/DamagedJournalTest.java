package org.postern.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postern.Logs;

/** A damaged journal is read as far as it goes, or put aside and begun anew: who writes does not notice. */
@Tag("crash-2")
@Timeout(120)
class DamagedJournalTest {
    private static final int MANY = 600;

    @RegisterExtension
    private final Logs logs = new Logs(this);

    @TempDir
    private Path directory;

    private Path place() {
        return directory.resolve("journal");
    }

    private Journal journal() {
        return Journal.open(
                place(),
                new JournalSettings(Duration.ofDays(30), 1L << 30, JournalSettings.Masking.NONE, 0),
                Clock.systemUTC(),
                Duration.ofMillis(200));
    }

    /** Some in files, some in the log. */
    private void fill() throws Exception {
        try (Book book = TestBook.open(place())) {
            TestBook.write(
                    book, IntStream.range(0, MANY).mapToObj(Scribe::entry).toList());
        }
        try (Store store = Store.open(place())) {
            store.flush();
        }
        try (Book book = TestBook.open(place())) {
            TestBook.write(
                    book,
                    IntStream.range(MANY, 2 * MANY).mapToObj(Scribe::entry).toList());
        }
    }

    private List<Path> files(String part) throws IOException {
        try (Stream<Path> files = Files.list(Store.database(place()))) {
            return files.filter(file -> file.getFileName().toString().contains(part))
                    .filter(file -> file.toFile().length() > 0)
                    .sorted()
                    .toList();
        }
    }

    private List<Path> aside() throws IOException {
        try (Stream<Path> files = Files.list(place())) {
            return files.filter(file -> file.getFileName().toString().startsWith("damaged-"))
                    .toList();
        }
    }

    private static void damage(Path file, String how, Random random) throws IOException {
        try (var open = new RandomAccessFile(file.toFile(), "rw")) {
            long length = open.length();
            switch (how) {
                case "flip" -> {
                    for (int i = 0; i < 1 + length / 500; i++) {
                        long at = random.nextLong(length);
                        open.seek(at);
                        int octet = open.read();
                        open.seek(at);
                        open.write(octet ^ (1 << random.nextInt(8)));
                    }
                }
                case "truncate" -> open.setLength(random.nextLong(length));
                case "empty" -> open.setLength(0);
                case "zero" -> {
                    open.seek(length / 3);
                    open.write(new byte[(int) (length / 3)]);
                }
                case "delete" -> Files.delete(file);
                default -> throw new IllegalArgumentException(how);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        ".sst, flip", ".sst, truncate", ".sst, empty", ".sst, zero", ".sst, delete",
        ".log, flip", ".log, truncate", ".log, empty", ".log, zero", ".log, delete",
        "MANIFEST, flip", "MANIFEST, truncate", "MANIFEST, empty", "MANIFEST, zero", "MANIFEST, delete",
        "CURRENT, flip", "CURRENT, truncate", "CURRENT, empty", "CURRENT, zero", "CURRENT, delete",
        "OPTIONS, flip", "OPTIONS, delete", "IDENTITY, delete"
    })
    void journalGoesOnWithWhatIsLeft(String part, String how) throws Exception {
        for (int seed = 0; seed < 4; seed++) {
            // What the last round damaged may not have been noticed yet.
            if (Files.exists(Store.database(place()))) {
                Store.remove(Store.database(place()));
            }
            fill();
            var random = new Random(seed);
            List<Path> files = files(part);
            damage(files.get(random.nextInt(files.size())), how, random);
            int asideBefore = aside().size();
            int saidBefore = logs.lines("the journal was damaged").size();
            try (Journal journal = journal()) {
                Entry fresh = Scribe.entry(50_000 + seed);
                journal.write(fresh);
                assertThat(journal.all(Query.of(Field.MESSAGE_ID, 50_000 + seed + ".abc@mail.example"), 9))
                        .as("seed %d, log %s", seed, logs.lines())
                        .containsExactly(fresh);
                List<Entry> all = journal.all(Query.ANY, 100_000);
                assertThat(all).contains(fresh);
                assertThat(all.stream().filter(Entry.Gap.class::isInstance)).isEmpty();
            }
            int said = logs.lines("the journal was damaged").size() - saidBefore;
            assertThat(said).isLessThanOrEqualTo(1);
            assertThat(aside().size()).isEqualTo(Math.max(asideBefore, said));
        }
    }

    @Test
    void onlyOneDamagedCopyIsKept() throws Exception {
        for (int round = 0; round < 3; round++) {
            fill();
            damage(files("CURRENT").getFirst(), "empty", new Random(0));
            try (Journal journal = journal()) {
                assertThat(journal.all(Query.ANY, 9)).isEmpty();
            }
            assertThat(aside()).hasSize(1);
            assertThat(aside().getFirst().resolve("IDENTITY")).exists();
            assertThat(logs.lines("the journal was damaged")).hasSize(round + 1);
        }
    }

    @Test
    void wholeJournalIsNotTakenForADamagedOne() throws Exception {
        fill();
        for (int round = 0; round < 3; round++) {
            try (Journal journal = journal()) {
                assertThat(journal.all(Query.ANY, 10_000)).hasSize(2 * MANY);
            }
        }
        assertThat(logs.lines()).isEmpty();
    }
}
