package org.postern.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.postern.Logs;

/** On a disk that is full the journal stands still, and says so once; who writes goes on, and so does the journal when there is space. */
@Tag("disk-1")
@Timeout(120)
class FullJournalTest {
    private static final int DISK_OCTETS = 40 << 20;

    private static final int BALLAST_OCTETS = 30 << 20;

    @RegisterExtension
    private final Logs logs = new Logs(this);

    @TempDir
    private Path directory;

    private final Random random = new Random(1);
    private long written;

    private Path disk() {
        return directory.resolve("disk");
    }

    private Path ballast() {
        return disk().resolve("ballast");
    }

    @BeforeEach
    void mount() throws Exception {
        boolean isRoot = "root".equals(System.getProperty("user.name"));
        if (!"true".equals(System.getenv("CI"))) {
            Assumptions.assumeTrue(isRoot, "a small disk of its own needs root");
        }
        Files.createDirectory(disk());
        int exit = run("mount", "-t", "tmpfs", "-o", "size=" + DISK_OCTETS, "tmpfs", disk().toString());
        if (!"true".equals(System.getenv("CI"))) {
            Assumptions.assumeTrue(exit == 0, "root may not mount here");
        }
        assertThat(exit).isZero();
        // Where RocksDB's library is unpacked: that takes no space here.
        Files.createSymbolicLink(disk().resolve("spool"), Files.createDirectory(directory.resolve("spool")));
    }

    @AfterEach
    void unmount() throws Exception {
        run("umount", disk().toString());
    }

    private static int run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).inheritIO().start();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }

    private Journal journal(long freeBytes) {
        return Journal.open(
                disk().resolve("journal"),
                new JournalSettings(Duration.ofDays(30), 1L << 30, JournalSettings.Masking.NONE, freeBytes),
                Clock.systemUTC(),
                Duration.ofMillis(300));
    }

    private void write(Journal journal) {
        // What could be compressed would make room for itself.
        var octets = new byte[1_500];
        random.nextBytes(octets);
        String text = Base64.getEncoder().encodeToString(octets);
        long before = System.nanoTime();
        journal.write(new Entry.Event(written++, Entry.What.HELD, "m", "", "", List.of(), text));
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(1));
    }

    @Test
    void journalStandsStillWhenTooLittleIsFree() throws Exception {
        Files.write(ballast(), new byte[BALLAST_OCTETS]);
        try (Journal journal = journal(20 << 20)) {
            write(journal);
            write(journal);
            Eventually.await("both are lost", () -> journal.dropped() == 2);
            assertThatThrownBy(() -> journal.find(Query.ANY, Records.NEWEST, 9))
                    .isInstanceOf(IOException.class)
                    .hasMessageContainingAll(
                            "the journal stands still", "too little space", "limits.journal-free-bytes");
            int tries = journal.tries();
            Eventually.await("it is tried again", () -> journal.tries() > tries + 1);
            assertThat(logs.lines()).singleElement().asString().contains("the journal stands still");
            Files.delete(ballast());
            assertGoesOn(journal, 0);
        }
    }

    @Test
    void journalStandsStillWhenItsDiskIsFull() throws Exception {
        Files.write(ballast(), new byte[BALLAST_OCTETS]);
        try (Journal journal = journal(0)) {
            Eventually.await("its disk is full", () -> {
                write(journal);
                // Neither faster than the disk fills, nor too slow for that.
                Eventually.await("more is taken", () -> journal.waiting() < 1_000 || journal.dropped() > 0);
                for (int i = 0; i < 100; i++) {
                    write(journal);
                }
                return !logs.lines("the journal stands still").isEmpty();
            });
            assertThat(logs.lines("the journal stands still"))
                    .singleElement()
                    .asString()
                    .containsIgnoringCase("no space left");
            for (int i = 0; i < 100; i++) {
                write(journal);
            }
            Eventually.await("more is lost", () -> journal.dropped() >= 100);
            int tries = journal.tries();
            Eventually.await("it is tried again", () -> journal.tries() > tries + 1);
            assertThat(logs.lines("the journal stands still")).hasSize(1);
            Files.delete(ballast());
            assertGoesOn(journal, 100);
        }
        try (Journal journal = journal(0)) {
            assertExact(journal.all(Query.ANY, 100_000));
        }
        assertThat(logs.lines("damaged")).isEmpty();
    }

    private void assertGoesOn(Journal journal, int atLeast) throws Exception {
        Eventually.await("it goes on", () -> journal.dropped() == 0);
        write(journal);
        List<Entry> all = journal.all(Query.ANY, 100_000);
        assertThat(all.getLast().at()).isEqualTo(written - 1);
        assertThat(missing(all)).isPositive().isGreaterThanOrEqualTo(atLeast);
        assertExact(all);
        assertThat(logs.lines("the journal stands still")).hasSize(1);
        assertThat(logs.lines("the journal goes on")).hasSize(1);
        assertThat(logs.lines("the journal has a gap")).hasSize(1);
    }

    private void assertExact(List<Entry> all) {
        long kept = all.stream().filter(Entry.Event.class::isInstance).count();
        assertThat(kept + missing(all)).isEqualTo(written);
    }

    private static long missing(List<Entry> all) {
        return all.stream()
                .filter(Entry.Gap.class::isInstance)
                .mapToLong(entry -> ((Entry.Gap) entry).dropped())
                .sum();
    }
}
