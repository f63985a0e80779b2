package org.postern.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is too old or too much goes, the oldest first; a clock that jumps empties no journal. */
@Timeout(120)
class RetentionTest {
    private static final Instant START = Instant.parse("2026-11-28T10:00:00Z");
    private static final Duration KEEP = Duration.ofDays(30);

    @TempDir
    private Path directory;

    private final Time time = new Time();
    private Retention retention;
    private Book book;

    /** A clock that can be set, beside one that can't. */
    private static final class Time extends Clock {
        private long nanos = 17;
        private Instant now = START;

        void pass(Duration by) {
            nanos += by.toNanos();
            now = now.plus(by);
        }

        void jump(Duration by) {
            now = now.plus(by);
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now;
        }
    }

    @SuppressWarnings("NullAway.Init") // JUnit calls open first
    RetentionTest() {}

    @BeforeEach
    void open() throws IOException {
        book = TestBook.open(directory.resolve("journal"));
        retention = retention(1L << 40);
    }

    @AfterEach
    void close() {
        book.close();
    }

    private Retention retention(long maxBytes) {
        return new Retention(
                new JournalSettings(KEEP, maxBytes, JournalSettings.Masking.NONE, 0), time, () -> time.nanos);
    }

    /** Time goes by, a look a minute. */
    private void live(Duration howLong) throws IOException {
        for (Duration left = howLong; left.isPositive(); left = left.minusMinutes(1)) {
            time.pass(Duration.ofMinutes(1));
            retention.look(book);
        }
    }

    private void write(String name) throws IOException {
        long at = time.millis();
        TestBook.write(book, List.of(new Entry.Event(at, Entry.What.HELD, name, "", "", List.of(), "")));
    }

    private List<String> names() throws Exception {
        return TestBook.found(book, Query.ANY).stream()
                .map(entry -> ((Entry.Event) entry).message())
                .toList();
    }

    @Test
    @Tag("clock-1")
    void clockThatJumpsAYearAndBackForgetsNothing() throws Exception {
        write("before");
        live(Duration.ofHours(2));
        time.jump(Duration.ofDays(365));
        write("within");
        live(Duration.ofMinutes(59));
        time.jump(Duration.ofDays(-365));
        live(Duration.ofHours(3));
        assertThat(names()).containsExactly("before", "within");
    }

    @Test
    @Tag("clock-1")
    void clockThatJumpsEachHalfHourForgetsNothing() throws Exception {
        write("before");
        for (int i = 0; i < 10; i++) {
            time.jump(i % 2 == 0 ? Duration.ofDays(3650) : Duration.ofDays(-3650));
            live(Duration.ofMinutes(30));
        }
        assertThat(names()).containsExactly("before");
    }

    @Test
    @Tag("clock-1")
    void entriesOfAClockSetBackAreFoundByTheirTime() throws Exception {
        write("now");
        time.jump(Duration.ofDays(-400));
        write("long ago");
        Instant then = time.instant();
        time.jump(Duration.ofDays(400));
        write("now again");
        for (int i = 0; i < 2; i++) {
            Query around = Query.ANY.within(Optional.of(then), Optional.of(then.plusSeconds(1)));
            assertThat(TestBook.found(book, around)).hasSize(1);
            assertThat(TestBook.found(book, around.with(Field.MESSAGE, Words.of("long*"))))
                    .hasSize(1);
            assertThat(TestBook.found(book, Query.ANY.within(Optional.of(START), Optional.empty())))
                    .hasSize(2);
            book.turnBefore(Long.MAX_VALUE);
        }
    }

    @Test
    void whatIsOlderThanIsKeptGoesThoughLittleComes() throws Exception {
        write("old");
        live(Duration.ofDays(20));
        write("newer");
        assertThat(names()).containsExactly("old", "newer");
        live(KEEP.dividedBy(10).plusDays(10).plusHours(1));
        assertThat(names()).containsExactly("newer");
        live(Duration.ofDays(30));
        assertThat(names()).isEmpty();
        write("after");
        assertThat(names()).containsExactly("after");
        book.close();
        book = TestBook.open(directory.resolve("journal"));
        write("at last");
        assertThat(names()).containsExactly("after", "at last");
    }

    @Test
    void nothingIsForgottenBeforeItsTime() throws Exception {
        write("old");
        live(KEEP.minusHours(1));
        assertThat(names()).containsExactly("old");
    }

    @Test
    void onlyWholeChunksGo() throws Exception {
        write("oldest");
        TestBook.write(
                book,
                IntStream.range(1, Chunk.ENTRIES - 1)
                        .mapToObj(i -> Scribe.entry(0))
                        .toList());
        long end = START.plusSeconds(10).toEpochMilli();
        TestBook.write(book, List.of(new Entry.Gap(end, 0, 1, ""), new Entry.Gap(end, 0, 1, "")));
        book.forgetBefore(end);
        assertThat(TestBook.found(book, Query.ANY)).hasSize(Chunk.ENTRIES + 1);
        book.forgetBefore(end + 1);
        assertThat(TestBook.found(book, Query.ANY)).hasSize(1);
    }

    @Test
    void theOldestGoWhenItIsTooMuchAndFilesGetSmaller() throws Exception {
        var random = new Random(1);
        int many = 4 * Chunk.ENTRIES;
        for (int i = 0; i < many; i += 1_000) {
            TestBook.write(
                    book,
                    IntStream.range(i, i + 1_000)
                            .<Entry>mapToObj(at -> new Entry.Gap(
                                    at,
                                    0,
                                    1,
                                    Long.toHexString(random.nextLong())
                                            + Long.toHexString(random.nextLong())
                                            + Long.toHexString(random.nextLong())))
                            .toList());
        }
        book.close();
        try (Store store = Store.open(directory.resolve("journal"))) {
            store.flush();
        }
        long before = octets();
        book = TestBook.open(directory.resolve("journal"));
        retention = retention(before / 2);
        for (int look = 0; look < 5; look++) {
            live(Duration.ofMinutes(1));
        }
        List<Entry> left = TestBook.found(book, Query.ANY);
        // Not more than must be, and the newest stay.
        assertThat(left.size()).isBetween(many / 4, many * 3 / 4);
        assertThat(left.getLast().at()).isGreaterThanOrEqualTo(many - 1);
        assertThat(left.getLast().at() - left.getFirst().at()).isEqualTo(left.size() - 1);
        book.close();
        assertThat(octets()).isLessThanOrEqualTo(before / 2 + before / 10);
        book = TestBook.open(directory.resolve("journal"));
        assertThat(TestBook.found(book, Query.ANY)).hasSameSizeAs(left);
    }

    private long octets() throws IOException {
        try (var files = Files.list(Store.database(directory.resolve("journal")))) {
            return files.filter(file -> file.toString().endsWith(".sst"))
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        }
    }
}
