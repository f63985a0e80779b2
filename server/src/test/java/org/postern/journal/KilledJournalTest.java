package org.postern.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a kill leaves is a beginning of what was written, lacks only the last moments, and is found like any other. */
@Tag("crash-1")
@Timeout(300)
class KilledJournalTest {
    /** Gathered, written, and a machine that is busy with other things. */
    private static final long LAST_MOMENTS_MS = 2_000;

    @TempDir
    private Path directory;

    @Test
    void killedJournalHasAllButTheLastMoments() throws Exception {
        var random = new Random();
        int next = 0;
        for (int round = 0; round < 4; round++) {
            next = round(next, 200 + random.nextInt(4_000));
        }
    }

    /** Writes from that number on, for so long once it has begun; where the journal ends then. */
    private int round(int first, int millis) throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Scribe.class.getName(),
                        directory.resolve("journal").toString(),
                        String.valueOf(first))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        List<String> said = new ArrayList<>();
        try (BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.US_ASCII))) {
            said.add(out.readLine());
            Thread killer = Thread.ofPlatform().start(() -> {
                try {
                    process.waitFor(millis, TimeUnit.MILLISECONDS);
                } catch (InterruptedException stop) {
                    Thread.currentThread().interrupt();
                }
                // By its handle: the process itself closes what has not been read yet.
                process.toHandle().destroyForcibly();
            });
            out.lines().filter(line -> line.matches("\\d+ \\d+")).forEach(said::add);
            killer.join();
        }
        process.waitFor();
        int surely = surely(said);
        List<String> lines = said;
        try (Book book = TestBook.open(directory.resolve("journal"))) {
            List<Page.Numbered> all = book.archive()
                    .find(Query.ANY, Records.NEWEST, Integer.MAX_VALUE)
                    .entries()
                    .reversed();
            assertThat(all.size()).as("of %s", lines.getLast()).isGreaterThan(surely);
            assertThat(all.stream().map(one -> (int) one.entry().at()).toList())
                    .isEqualTo(IntStream.range(0, all.size()).boxed().toList());
            int found = 0;
            for (int i = 0; i < 7; i++) {
                found += TestBook.found(book, Query.of(Field.SENDER, "a" + i + "@sender.example"))
                        .size();
            }
            assertThat(found).isEqualTo(all.size());
            for (int number : new Random(1).ints(50, 0, all.size()).toArray()) {
                assertThat(TestBook.found(book, Query.of(Field.MESSAGE_ID, number + ".abc@mail.example")))
                        .containsExactly(Scribe.entry(number));
            }
            return all.size();
        }
    }

    /** The last number that was handed over well before the end. */
    private static int surely(List<String> said) {
        long end = said(said.getLast(), 1) - LAST_MOMENTS_MS;
        return said.stream()
                .filter(line -> said(line, 1) < end)
                .mapToInt(line -> (int) said(line, 0))
                .max()
                .orElse(-1);
    }

    private static long said(String line, int which) {
        return Long.parseLong(line.split(" ", 2)[which]);
    }

    @Test
    void chunkThatWasKilledBeforeItsIndexIsFound() throws Exception {
        Path place = directory.resolve("journal");
        int many = Chunk.ENTRIES + 100;
        try (Book book = TestBook.open(place)) {
            TestBook.write(
                    book, IntStream.range(0, many).mapToObj(Scribe::entry).toList());
        }
        try (Store store = Store.open(place)) {
            store.db().deleteRange(store.index(), Store.chunkKey(0), Store.chunkKey(2));
            store.db().deleteRange(store.chunks(), Store.chunkKey(0), Store.chunkKey(2));
        }
        try (JournalFiles files = JournalFiles.open(place).orElseThrow()) {
            assertThat(files.all(Query.of(Field.SENDER, "a0@sender.example"), many))
                    .hasSize(many / 7 + 1);
        }
        try (Book book = TestBook.open(place)) {
            assertThat(TestBook.found(book, Query.of(Field.SENDER, "a0@sender.example")))
                    .hasSize(many / 7 + 1);
            book.forgetBefore(0);
            assertThat(TestBook.found(book, Query.ANY)).hasSize(many);
        }
        try (Store store = Store.open(place)) {
            assertThat(store.summary(0))
                    .contains(new Chunk.Summary(Chunk.ENTRIES, true, new Chunk.Span(0, Chunk.ENTRIES - 1)));
            assertThat(store.summary(1).orElseThrow().count()).isEqualTo(100);
            assertThat(store.summary(1).orElseThrow().isWhole()).isFalse();
        }
    }

    // An index of more than there is would keep new entries from being found.
    @Test
    void indexOfMoreThanThereIsIsNotBelieved() throws Exception {
        Path place = directory.resolve("journal");
        try (Book book = TestBook.open(place)) {
            TestBook.write(book, IntStream.range(0, 50).mapToObj(Scribe::entry).toList());
            TestBook.write(
                    book, IntStream.range(50, 100).mapToObj(Scribe::entry).toList());
        }
        try (Store store = Store.open(place)) {
            store.db().deleteRange(store.entries(), Store.key(50), Store.key(1_000));
        }
        try (Book book = TestBook.open(place)) {
            TestBook.write(
                    book, IntStream.range(200, 300).mapToObj(Scribe::entry).toList());
            assertThat(TestBook.found(book, Query.of(Field.SENDER, "a*"))).hasSize(150);
            assertThat(TestBook.found(book, Query.of(Field.MESSAGE_ID, "70.abc@mail.example")))
                    .isEmpty();
            assertThat(TestBook.found(book, Query.of(Field.MESSAGE_ID, "210.abc@mail.example")))
                    .hasSize(1);
        }
    }
}
