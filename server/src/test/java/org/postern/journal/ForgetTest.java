package org.postern.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Who is forgotten stands in no file any more; everybody else does. */
@Timeout(180)
class ForgetTest {
    @TempDir
    private Path directory;

    private Path place() {
        return directory.resolve("journal");
    }

    private Journal journal(JournalSettings.Masking mask) {
        return Journal.open(place(), new JournalSettings(Duration.ofDays(30), 1L << 30, mask, 0), Clock.systemUTC());
    }

    /** Every tenth is of him, in changing case. */
    private static Entry entry(int number) {
        String him = number % 20 == 0 ? "Annabella@Example.org" : "annabella@example.org";
        return switch (number % 10) {
            case 0 -> Sample.transaction(number, number, him, "bob" + number + "@example.com");
            case 5 -> Sample.attempt(number, number, number % 50 == 5 ? him : "bob" + number + "@example.com");
            default -> Sample.transaction(number, number, "joannabella@example.org", "x" + number + "@example.com");
        };
    }

    private static boolean isOfHim(int number) {
        return number % 10 == 0 || number % 50 == 5;
    }

    @ParameterizedTest
    @EnumSource(JournalSettings.Masking.class)
    void whoIsForgottenStandsInNoFile(JournalSettings.Masking masking) throws Exception {
        int many = Chunk.ENTRIES + 500;
        long of = IntStream.range(0, many).filter(ForgetTest::isOfHim).count();
        try (Journal journal = journal(masking)) {
            for (int i = 0; i < many; i++) {
                Eventually.write(journal, entry(i));
            }
            List<Entry> before = journal.all(Query.ANY, many);
            assertThat(journal.forget("anNabella@example.org")).isEqualTo(of);
            List<Entry> after = journal.all(Query.ANY, many);
            for (int i = 0; i < many; i++) {
                if (!isOfHim(i)) {
                    assertThat(after.get(i)).isEqualTo(before.get(i));
                }
            }
            assertThat(journal.all(Query.of(Field.SENDER, "annabella@example.org"), many))
                    .isEmpty();
            assertThat(journal.all(Query.of(Field.RECIPIENT, "annabella@example.org"), many))
                    .isEmpty();
            assertThat(journal.all(Query.of(Field.SENDER, "joannabella@example.org"), many))
                    .hasSize((int) IntStream.range(0, many)
                            .filter(i -> i % 10 != 0 && i % 10 != 5)
                            .count());
            assertThat(journal.all(Query.of(Field.RECIPIENT, "bob10@example.com"), many))
                    .hasSize(1);
            assertThat(journal.all(Query.of(Field.SENDER, "forgotten@example.org"), many))
                    .hasSizeGreaterThan(100);
            assertThat(journal.forget("annabella@example.org")).isZero();
        }
        String him = masking == JournalSettings.Masking.NONE
                ? "annabella@example.org"
                : Mask.of(Mask.key(place())).masked("annabella@example.org");
        assertThat(holdingAlone(him)).isEmpty();
        try (Journal journal = journal(masking)) {
            assertThat(journal.all(Query.of(Field.SENDER, "annabella@example.org"), many))
                    .isEmpty();
        }
        assertThat(holdingAlone(him)).isEmpty();
    }

    /** The mask of a name holds no other; {@code joannabella} holds {@code annabella}, but is another. */
    private List<String> holdingAlone(String him) throws Exception {
        return Octets.holding(place(), him, "joannabella@example.org");
    }

    @Test
    void whoComesWhileSomebodyIsForgottenIsFound() throws Exception {
        try (Journal journal = journal(JournalSettings.Masking.NONE)) {
            var enough = new CountDownLatch(1);
            var written = new AtomicInteger();
            Thread writer = Thread.ofPlatform().start(() -> {
                try {
                    while (enough.getCount() > 0 && written.get() < 1.3 * Chunk.ENTRIES) {
                        int number = written.getAndIncrement();
                        Eventually.write(
                                journal,
                                Sample.transaction(number, number, "eve@x.example", "b" + number % 3 + "@y.example"));
                        // Slowly enough that it goes on all the while.
                        LockSupport.parkNanos(100_000);
                    }
                } catch (Exception stop) {
                    throw new IllegalStateException(stop);
                }
            });
            long forgotten = 0;
            for (int round = 0; round < 3; round++) {
                int least = (round + 1) * Chunk.ENTRIES / 4;
                Eventually.await("more is written", () -> written.get() > least);
                forgotten += journal.forget("b1@y.example");
            }
            enough.countDown();
            writer.join();
            forgotten += journal.forget("b1@y.example");
            int many = written.get();
            assertThat(journal.dropped()).isZero();
            assertThat(forgotten).isEqualTo((many + 1) / 3);
            assertThat(journal.all(Query.of(Field.RECIPIENT, "b1@y.example"), many))
                    .isEmpty();
            assertThat(journal.all(Query.of(Field.RECIPIENT, "b0@y.example"), many))
                    .hasSize((many + 2) / 3);
            assertThat(journal.all(Query.of(Field.RECIPIENT, "b2@y.example"), many))
                    .hasSize(many / 3);
            assertThat(journal.all(Query.of(Field.SENDER, "eve@x.example"), many))
                    .hasSize(many);
        }
        assertThat(Octets.holding(place(), "b1@y.example")).isEmpty();
    }

    @Test
    void oddAddressIsForgottenWhereverItStands() throws Exception {
        String odd = "\"Mary \\\"J\\\"\"@bücher.example";
        try (Journal journal = journal(JournalSettings.Masking.NONE)) {
            journal.write(Sample.transaction(1, 1, odd, "b@y.example"));
            journal.write(new Entry.Event(
                    2, Entry.What.HELD, "m", "", "", List.of(), "to='ann@x.example' or to=ann@x.example"));
            journal.write(new Entry.Event(3, Entry.What.HELD, "m", "", "", List.of(), "big+ann@x.example"));
            assertThat(journal.forget("\"mary \\\"j\\\"\"@BÜCHER.example")).isEqualTo(1);
            assertThat(journal.forget("ann@x.example")).isEqualTo(1);
            assertThat(journal.all(Query.ANY, 9).getLast())
                    .isEqualTo(new Entry.Event(3, Entry.What.HELD, "m", "", "", List.of(), "big+ann@x.example"));
        }
        assertThat(Octets.holding(place(), "mary")).isEmpty();
        assertThat(Octets.holding(place(), "=ann")).isEmpty();
        assertThat(Octets.holding(place(), "'ann")).isEmpty();
    }

    @Test
    void whatWasPutAsideGoesToo() throws Exception {
        Path aside = Files.createDirectories(place().resolve("damaged-17"));
        Files.writeString(aside.resolve("000001.log"), "ann@example.org");
        try (Journal journal = journal(JournalSettings.Masking.NONE)) {
            assertThat(journal.forget("ann@example.org")).isZero();
        }
        assertThat(aside).doesNotExist();
    }
}
