package org.postern.spool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postern.smtp.Envelope;
import org.postern.smtp.MailParameters;
import org.postern.smtp.Mailbox;
import org.postern.smtp.ReversePath;

/** What is damaged in the store is noticed: nothing that was confirmed is lost in silence. */
@Tag("crash-2")
class DamageTest {
    private static final RocksSpool.Room ROOM = new RocksSpool.Room(1 << 20, 0);
    private static final int MESSAGES = 200;

    @TempDir
    Path directory;

    private List<SpooledMessage> kept = List.of();

    @BeforeEach
    void fill() throws IOException {
        kept = new ArrayList<>();
        try (RocksSpool spool = open()) {
            for (int i = 0; i < MESSAGES; i++) {
                var envelope = new Envelope(
                        new ReversePath.Null(),
                        MailParameters.NONE,
                        List.of(Mailbox.parse("bob" + i + "@example.com").orElseThrow()));
                byte[] content = new byte[2_000];
                new Random(i).nextBytes(content);
                var arrival = new Spool.Arrival(spool.nextId(), "s-1", envelope, "");
                kept.add(spool.accept(arrival, new ByteArrayInputStream(content)));
            }
        }
    }

    private RocksSpool open() throws IOException {
        return RocksSpool.open(directory, ROOM, Clock.systemUTC());
    }

    /** The log with the messages: closing does not move them into RocksDB's tables. */
    private Path log() throws IOException {
        Path log = lastLog();
        assertThat(Files.size(log)).isGreaterThan(MESSAGES * 2_000L);
        return log;
    }

    private Path lastLog() throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve("db"))) {
            return files.filter(file -> file.toString().endsWith(".log"))
                    .max(Comparator.comparing(Path::getFileName))
                    .orElseThrow();
        }
    }

    @Test
    void whatIsWholeIsOpened() throws IOException {
        try (RocksSpool spool = open()) {
            assertThat(spool.page(Optional.empty(), MESSAGES + 1)).isEqualTo(kept);
        }
    }

    // RocksDB's own count goes back when the last thing written was a deletion that took effect: that was taken for
    // damage.
    @Test
    void wholeStoreIsOpenedAgainAndAgain() throws IOException {
        try (RocksSpool spool = open()) {
            var arrival =
                    new Spool.Arrival(spool.nextId(), "s-1", kept.getFirst().envelope(), "");
            kept.add(spool.accept(arrival, new ByteArrayInputStream(new byte[200_000])));
        }
        for (int start = 0; start < 3; start++) {
            try (RocksSpool spool = open()) {
                assertThat(spool.page(Optional.empty(), MESSAGES + 2)).isEqualTo(kept);
            }
        }
    }

    // RocksDB takes a log that was cut for one that a crash tore. The ledger knows better.
    @ParameterizedTest
    @ValueSource(ints = {1, 10, 50, 90, 99})
    void logThatWasCutIsNoticed(int percent) throws IOException {
        Path log = log();
        try (var file = new RandomAccessFile(log.toFile(), "rw")) {
            file.setLength(file.length() * percent / 100);
        }
        assertThatThrownBy(this::open)
                .isInstanceOfSatisfying(
                        SpoolProblem.class,
                        problem -> assertThat(problem.kind()).isEqualTo(SpoolProblem.Kind.DAMAGED))
                .hasMessageContaining("postern spool repair");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 10, 50, 90, 99})
    void flippedBitInTheLogIsNoticed(int percent) throws IOException {
        Path log = log();
        try (var file = new RandomAccessFile(log.toFile(), "rw")) {
            long place = file.length() * percent / 100;
            file.seek(place);
            int octet = file.read();
            file.seek(place);
            file.write(octet ^ 0x10);
        }
        assertThatThrownBy(this::open)
                .isInstanceOfSatisfying(
                        SpoolProblem.class,
                        problem -> assertThat(problem.kind()).isEqualTo(SpoolProblem.Kind.DAMAGED));
    }

    // The power went while a batch was being written: the file's length and a part of its pages are there. Neither
    // RocksDB's
    // header nor its checksum holds then, and nobody was told that the message is safe.
    @ParameterizedTest
    @ValueSource(ints = {100, 900, 1_990, 8_000, 30_000})
    void batchThatAPowerCutToreIsNoDamage(int torn) throws IOException {
        byte[] before = Files.readAllBytes(directory.resolve("ledger"));
        long whole;
        try (RocksSpool spool = open()) {
            whole = Files.size(lastLog());
            var arrival =
                    new Spool.Arrival(spool.nextId(), "s-1", kept.getFirst().envelope(), "");
            byte[] content = new byte[60_000];
            new Random(torn).nextBytes(content);
            spool.accept(arrival, new ByteArrayInputStream(content));
        }
        Files.write(directory.resolve("ledger"), before);
        try (var file = new RandomAccessFile(lastLog().toFile(), "rw")) {
            file.seek(whole + 40);
            file.write(new byte[torn]);
        }
        assertThat(SpoolCheck.check(directory).faults()).isEmpty();
        for (int start = 0; start < 2; start++) {
            try (RocksSpool spool = open()) {
                assertThat(spool.page(Optional.empty(), MESSAGES + 2)).isEqualTo(kept);
            }
        }
    }

    // What stands behind it says that it was synced.
    @ParameterizedTest
    @ValueSource(ints = {1, 50, 80})
    void flippedBitInTheLogIsNoticedWithoutTheLedger(int percent) throws IOException {
        Files.delete(directory.resolve("ledger"));
        flippedBitInTheLogIsNoticed(percent);
    }

    @Test
    void ledgerTellsWhatIsThereAndWhatWent() throws IOException {
        try (RocksSpool spool = open()) {
            spool.done(kept.getFirst());
        }
        Ledger.Account account = Ledger.read(directory);
        assertThat(account.here())
                .hasSize(MESSAGES - 1)
                .containsEntry(kept.get(1).id(), "from <> to <bob1@example.com>");
    }

    // The power went before the ledger's last words reached the disk: it claims less, and that is no damage.
    @Test
    void ledgerThatWasCutIsNoDamage() throws IOException {
        Path ledger = directory.resolve("ledger");
        try (var file = new RandomAccessFile(ledger.toFile(), "rw")) {
            file.setLength(file.length() / 2 + 1);
        }
        try (RocksSpool spool = open()) {
            assertThat(spool.page(Optional.empty(), MESSAGES + 1)).isEqualTo(kept);
        }
        // What is confirmed from then on stands behind what could be read.
        SpooledMessage later;
        try (RocksSpool spool = open()) {
            var arrival =
                    new Spool.Arrival(spool.nextId(), "s-1", kept.getFirst().envelope(), "");
            later = spool.accept(arrival, new ByteArrayInputStream(new byte[] {'x'}));
        }
        assertThat(Ledger.read(directory).here()).containsKey(later.id());
    }
}
