package org.postern.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.postern.Logs;

/** Who writes never waits; who asks finds what was written before; who follows is told of each entry once. */
@Timeout(120)
class WritingTest {
    @RegisterExtension
    private final Logs logs = new Logs(this);

    @TempDir
    private Path directory;

    private Journal journal() {
        return Journal.open(
                directory.resolve("journal"),
                new JournalSettings(Duration.ofDays(30), 1L << 30, JournalSettings.Masking.NONE, 0),
                Clock.systemUTC());
    }

    private static Entry numbered(long number) {
        return new Entry.Event(number, Entry.What.HELD, "m-" + number, "", "", List.of(), "");
    }

    @Test
    void whatWasWrittenBeforeTheQuestionIsFoundWhileMoreComes() throws Exception {
        try (Journal journal = journal()) {
            var written = new AtomicInteger();
            var failed = new AtomicReference<Throwable>();
            var enough = new CountDownLatch(1);
            Thread writer = Thread.ofPlatform().start(() -> {
                try {
                    while (enough.getCount() > 0) {
                        Eventually.write(journal, numbered(written.get()));
                        written.incrementAndGet();
                    }
                } catch (Throwable problem) {
                    failed.set(problem);
                }
            });
            int asked = 0;
            // Over the borders of chunks, and at least so often.
            while ((written.get() < 2.5 * Chunk.ENTRIES || asked < 20) && failed.get() == null) {
                int last = written.get() - 1;
                if (last >= 0) {
                    assertThat(journal.all(Query.of(Field.MESSAGE, "m-" + last), 9))
                            .containsExactly(numbered(last));
                    Page page = journal.find(Query.ANY, Records.NEWEST, 5);
                    assertThat(page.entries().getFirst().number()).isGreaterThanOrEqualTo(last);
                }
                asked++;
            }
            enough.countDown();
            writer.join();
            assertThat(failed.get()).isNull();
            assertThat(journal.dropped()).isZero();
            assertThat(journal.find(Query.ANY, Records.NEWEST, 1)
                            .entries()
                            .getFirst()
                            .number())
                    .isEqualTo(written.get() - 1);
        }
    }

    @Test
    void gapCountsWhatIsMissingAndNobodyWaited() throws Exception {
        int many = 4 * Journal.QUEUE;
        try (Journal journal = journal()) {
            journal.write(numbered(0));
            assertThat(journal.all(Query.ANY, 9)).hasSize(1);
            var blocked = new CountDownLatch(1);
            var reached = new CountDownLatch(1);
            try (var _ = journal.follow(_ -> {
                reached.countDown();
                await(blocked);
            })) {
                journal.write(numbered(1));
                reached.await();
                long before = System.nanoTime();
                for (int i = 2; i < many; i++) {
                    journal.write(numbered(i));
                }
                assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(5));
                assertThat(journal.dropped()).isPositive();
                blocked.countDown();
            }
            Eventually.await("a gap is noted", () -> journal.dropped() == 0);
            List<Entry> all = journal.all(Query.ANY, 10 * many);
            List<Entry.Gap> gaps = gaps(all);
            assertThat(gaps).hasSize(1);
            assertThat(gaps.getFirst().why()).isEqualTo("more came than could be written");
            assertThat(gaps.getFirst().since())
                    .isPositive()
                    .isLessThanOrEqualTo(gaps.getFirst().at());
            assertThat(gaps.getFirst().dropped()).isEqualTo(many - (all.size() - 1));
            assertThat(logs.lines("the journal has a gap")).hasSize(1);
        }
    }

    @Test
    void gapIsNotedBeforeTheEnd() throws Exception {
        Journal journal = journal();
        journal.write(numbered(0));
        assertThat(journal.all(Query.ANY, 9)).hasSize(1);
        var blocked = new CountDownLatch(1);
        var reached = new CountDownLatch(1);
        journal.follow(_ -> {
            reached.countDown();
            await(blocked);
        });
        journal.write(numbered(1));
        reached.await();
        for (int i = 2; i < Journal.QUEUE + 100; i++) {
            journal.write(numbered(i));
        }
        long dropped = journal.dropped();
        assertThat(dropped).isPositive();
        Thread closer = Thread.ofPlatform().start(journal::close);
        blocked.countDown();
        closer.join();
        try (JournalFiles files =
                JournalFiles.open(directory.resolve("journal")).orElseThrow()) {
            assertThat(gaps(files.all(Query.ANY, 100_000)).stream()
                            .mapToLong(Entry.Gap::dropped)
                            .sum())
                    .isEqualTo(dropped);
        }
    }

    @Test
    void followersAreToldOfEachEntryOnceInOrder() throws Exception {
        var told = new CopyOnWriteArrayList<Long>();
        try (Journal journal = journal()) {
            assertThat(journal.all(Query.ANY, 9)).isEmpty();
            AutoCloseable following = journal.follow(entry -> told.add(entry.at()));
            for (int i = 0; i < 3_000; i++) {
                Eventually.write(journal, numbered(i));
            }
            assertThat(journal.all(Query.of(Field.MESSAGE, "m-2999"), 9)).hasSize(1);
            following.close();
            journal.write(numbered(3_000));
            assertThat(journal.all(Query.of(Field.MESSAGE, "m-3000"), 9)).hasSize(1);
        }
        var expected = new ArrayList<Long>();
        for (long i = 0; i < 3_000; i++) {
            expected.add(i);
        }
        assertThat(told).isEqualTo(expected);
    }

    @Test
    void followerThatFailsStopsNobody() throws Exception {
        var told = new CopyOnWriteArrayList<Long>();
        try (Journal journal = journal()) {
            journal.follow(_ -> {
                throw new IllegalStateException("I can't");
            });
            journal.follow(entry -> told.add(entry.at()));
            for (int i = 0; i < 5; i++) {
                journal.write(numbered(i));
                assertThat(journal.all(Query.of(Field.MESSAGE, "m-" + i), 9)).hasSize(1);
            }
            assertThat(told).containsExactly(0L, 1L, 2L, 3L, 4L);
            assertThat(logs.lines("who follows the journal has failed")).hasSize(1);
        }
    }

    @Test
    void whoAsksAClosedJournalIsToldSoAtOnce() throws Exception {
        Journal journal = journal();
        journal.write(numbered(1));
        journal.close();
        journal.close();
        journal.write(numbered(2));
        long before = System.nanoTime();
        assertThatThrownBy(() -> journal.find(Query.ANY, Records.NEWEST, 1))
                .isInstanceOf(IOException.class)
                .hasMessage("the journal is closed");
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(2));
        try (Journal again = journal()) {
            assertThat(again.all(Query.ANY, 9)).containsExactly(numbered(1));
        }
    }

    @Test
    void questionsMeetTheEndUnharmed() throws Exception {
        for (int round = 0; round < 10; round++) {
            Journal journal = journal();
            journal.write(numbered(round));
            var started = new CountDownLatch(4);
            var wrong = new CopyOnWriteArrayList<Throwable>();
            var threads = new ArrayList<Thread>();
            for (int i = 0; i < 4; i++) {
                threads.add(Thread.ofPlatform().start(() -> {
                    try {
                        while (true) {
                            journal.find(Query.ANY, Records.NEWEST, 100);
                            started.countDown();
                        }
                    } catch (IOException closed) {
                        started.countDown();
                    } catch (Throwable problem) {
                        wrong.add(problem);
                        started.countDown();
                    }
                }));
            }
            started.await();
            journal.close();
            for (Thread thread : threads) {
                thread.join();
            }
            assertThat(wrong).isEmpty();
        }
    }

    private static List<Entry.Gap> gaps(List<Entry> all) {
        return all.stream()
                .filter(Entry.Gap.class::isInstance)
                .map(Entry.Gap.class::cast)
                .toList();
    }

    private static void await(CountDownLatch latch) {
        try {
            if (!latch.await(60, TimeUnit.SECONDS)) {
                throw new AssertionError("nobody let the journal go on");
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }
}
