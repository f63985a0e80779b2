package org.postern.spool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postern.spool.Damaged.Part;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.RocksDBException;

/** What {@code postern spool check} notices, and what {@code postern spool repair} saves of it. */
@Tag("crash-2")
class RepairTest {
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-11-25T12:00:00Z"), ZoneOffset.UTC);
    private static final int MESSAGES = 200;

    @TempDir
    Path directory;

    private TestStore store;

    @BeforeEach
    void fill() throws IOException {
        store = new TestStore(directory).with(MESSAGES, 20);
    }

    private Inspection check() throws IOException {
        return SpoolCheck.check(directory);
    }

    private Repaired repair() throws IOException {
        return SpoolRepair.repair(directory, CLOCK);
    }

    /** Repairs; what is saved and what is lost are all that was kept, and the server starts on it. */
    private Repaired repairWithoutSilence() throws IOException {
        assertThat(check().isFine()).isFalse();
        Repaired repaired = repair();
        List<SpooledMessage> found = store.read();
        var ids = found.stream().map(SpooledMessage::id).collect(Collectors.toCollection(TreeSet::new));
        ids.addAll(lost(repaired));
        assertThat(ids).isEqualTo(store.kept.keySet());
        Set<MessageId> doubtful = repaired.found().damaged().stream()
                .filter(damaged -> damaged.part() == Part.STATE)
                .map(Damaged::id)
                .collect(Collectors.toSet());
        // What the log alone knew of its delivery went with the log.
        assertThat(found)
                .allSatisfy(message -> assertThat(message)
                        .satisfiesAnyOf(
                                same -> assertThat(same).isEqualTo(store.kept.get(same.id())),
                                older -> assertThat(older.revision()).isZero()));
        assertThat(doubtful).isSubsetOf(store.kept.keySet());
        assertThat(repaired.found().damaged())
                .allSatisfy(damaged -> assertThat(damaged.label()).isEqualTo(store.label(damaged.id())));
        assertThat(check()).matches(Inspection::isFine);
        assertThat(repair().kept()).isEmpty();
        return repaired;
    }

    private static Set<MessageId> lost(Repaired repaired) {
        return repaired.found().damaged().stream()
                .filter(Damaged::isLost)
                .map(Damaged::id)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private SpooledMessage message(int number) {
        return List.copyOf(store.kept.values()).get(number);
    }

    /** Another value in the place of one that RocksDB has no reason to doubt; null removes it. */
    private void change(int family, byte[] key, UnaryOperator<byte[]> change) throws IOException {
        try (Store open = Store.open(directory, Store.Mode.SERVE)) {
            ColumnFamilyHandle handle = open.families().get(family);
            byte[] changed = change.apply(open.db().get(handle, key));
            if (changed.length == 0) {
                open.db().singleDelete(handle, key);
            } else {
                open.db().put(handle, key, changed);
            }
        } catch (RocksDBException problem) {
            throw new IOException(problem);
        }
    }

    private static byte[] flipped(byte[] value) {
        value[value.length / 2] ^= 1;
        return value;
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            return all.filter(file -> !file.startsWith(directory.resolve("native")))
                    .sorted()
                    .toList();
        }
    }

    // --- check
    // -----------------------------------------------------------------------------------------------------------------

    @Test
    void wholeStoreIsFineAndIsLeftAsItIs() throws IOException {
        List<Path> before = files();
        Inspection found = check();

        assertThat(found.isFine()).isTrue();
        assertThat(found.messages()).isEqualTo(MESSAGES);
        assertThat(found.held()).isZero();
        assertThat(found.octets())
                .isEqualTo(store.kept.values().stream()
                        .mapToLong(SpooledMessage::octets)
                        .sum());
        assertThat(files()).isEqualTo(before);
        assertThat(store.read()).containsExactlyElementsOf(store.kept.values());
    }

    @Test
    void spoolThatIsNotThereYetIsFine(@TempDir Path other) throws IOException {
        assertThat(SpoolCheck.check(other.resolve("spool")))
                .isEqualTo(new Inspection(0, 0, 0, 0, List.of(), List.of()));
    }

    @Test
    void openSpoolIsNeitherCheckedNorRepaired() throws IOException {
        try (RocksSpool spool = store.open()) {
            spool.requireRoom();
            assertThatThrownBy(this::check)
                    .isInstanceOfSatisfying(
                            SpoolProblem.class,
                            problem -> assertThat(problem.kind()).isEqualTo(SpoolProblem.Kind.IN_USE));
            assertThatThrownBy(this::repair)
                    .isInstanceOfSatisfying(
                            SpoolProblem.class,
                            problem -> assertThat(problem.kind()).isEqualTo(SpoolProblem.Kind.IN_USE));
        }
    }

    @Test
    void heldOnesAreCounted() throws IOException {
        try (RocksSpool spool = store.open()) {
            SpooledMessage one = message(3);
            spool.update(one.with(one.age(), recipient -> recipient.held("as asked")));
        }
        assertThat(check().held()).isOne();
    }

    @Test
    void messageThatNeverCameWholeIsNoDamage() throws IOException {
        change(0, Records.openKey(new MessageId(5)), _ -> new byte[] {1});
        change(3, Records.key(new MessageId(5), 0), _ -> Records.opening("from <> to <x@example.com>"));

        assertThat(check()).matches(Inspection::isFine).matches(found -> found.unfinished() == 1);
    }

    // --- what of a message is damaged
    // ------------------------------------------------------------------------------------------

    @Test
    void damagedContentIsLostAndWhatIsLeftIsKept() throws IOException {
        SpooledMessage large = message(19);
        change(3, Records.key(large.id(), 1), RepairTest::flipped);
        Repaired repaired = repairWithoutSilence();

        assertThat(repaired.found().damaged()).singleElement().satisfies(damaged -> {
            assertThat(damaged.part()).isEqualTo(Part.CONTENT);
            assertThat(damaged.how()).contains("another checksum");
        });
        assertThat(repaired.contents()).singleElement().satisfies(file -> {
            assertThat(file).isEqualTo(directory.resolve("lost/" + large.id() + ".eml"));
            assertThat(Files.size(file))
                    .isEqualTo(large.octets() + large.trace().length());
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-------");
        });
        assertThat(repaired.report().orElseThrow())
                .content()
                .contains("lost: " + large.id() + " from <ann@example.org> to <bob19@example.com>");
    }

    @Test
    void missingPieceIsSaidInItsPlace() throws IOException {
        SpooledMessage large = message(39);
        change(3, Records.key(large.id(), 1), _ -> new byte[0]);
        Repaired repaired = repairWithoutSilence();

        assertThat(Files.readString(repaired.contents().getFirst(), java.nio.charset.StandardCharsets.ISO_8859_1))
                .startsWith("Received: from test\r\n")
                .contains("[Postern: piece 2 of 4, up to 65536 octets, could not be read]");
    }

    @Test
    void damagedRecordIsNamedByTheContentAndTheContentIsKept() throws IOException {
        SpooledMessage one = message(4);
        change(1, Records.key(one.id()), RepairTest::flipped);
        Repaired repaired = repairWithoutSilence();

        assertThat(lost(repaired)).containsExactly(one.id());
        assertThat(repaired.found().damaged().getFirst().part()).isEqualTo(Part.RECORD);
        assertThat(Files.size(repaired.contents().getFirst())).isEqualTo(one.octets());
    }

    @Test
    void missingRecordIsNamedByTheContent() throws IOException {
        SpooledMessage large = message(59);
        change(1, Records.key(large.id()), _ -> new byte[0]);
        Repaired repaired = repairWithoutSilence();

        assertThat(lost(repaired)).containsExactly(large.id());
        assertThat(Files.size(repaired.contents().getFirst())).isEqualTo(large.octets());
    }

    @Test
    void messageWhoseStateIsDamagedIsSavedAsItCame() throws IOException {
        SpooledMessage one = message(10);
        change(2, Records.key(one.id(), 1), RepairTest::flipped);
        Repaired repaired = repairWithoutSilence();

        assertThat(lost(repaired)).isEmpty();
        assertThat(repaired.found().damaged()).singleElement().satisfies(damaged -> {
            assertThat(damaged.part()).isEqualTo(Part.STATE);
            assertThat(damaged.how()).contains("a second time");
        });
    }

    // --- which of the files is damaged
    // -----------------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(strings = {"message", "state", "content"})
    void flippedBitInATableLosesOnlyWhatItHolds(String family) throws IOException {
        store.flush();
        Path table = store.tables(family).getFirst();
        TestStore.flip(table, Files.size(table) / 3);
        Repaired repaired = repairWithoutSilence();

        assertThat(repaired.found().faults())
                .anyMatch(fault -> fault.startsWith(table.getFileName().toString()));
        assertThat(lost(repaired)).hasSizeLessThan(family.equals("message") ? MESSAGES * 3 / 4 : 20);
    }

    @ParameterizedTest
    @ValueSource(strings = {"message", "state", "content"})
    void tableThatWasCutIsNamed(String family) throws IOException {
        store.flush();
        Path table = store.tables(family).getFirst();
        TestStore.cut(table, Files.size(table) / 2);
        Repaired repaired = repairWithoutSilence();

        assertThat(lost(repaired)).hasSize(family.equals("state") ? 0 : MESSAGES);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 30, 70, 99})
    void flippedBitInTheLogLosesOnlyWhatIsNearIt(int percent) throws IOException {
        TestStore.flip(store.log(), Files.size(store.log()) * percent / 100);

        assertThat(lost(repairWithoutSilence())).hasSizeBetween(percent == 0 ? 0 : 1, 30);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 30, 70, 99})
    void logThatWasCutKeepsWhatWasBefore(int percent) throws IOException {
        TestStore.cut(store.log(), Files.size(store.log()) * percent / 100);

        assertThat(lost(repairWithoutSilence()).size()).isBetween(1, MESSAGES * (100 - percent) / 100 + MESSAGES / 10);
    }

    @ParameterizedTest
    @ValueSource(strings = {"flip", "cut", "empty", "remove"})
    void withoutItsListOfFilesAllIsSaved(String how) throws IOException {
        half();
        Path list = directory
                .resolve("db")
                .resolve(Files.readString(directory.resolve("db/CURRENT")).strip());
        spoil(list, how);

        assertThat(lost(repairWithoutSilence())).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"flip", "cut", "empty", "remove"})
    void withoutItsFirstFileAllIsSaved(String how) throws IOException {
        half();
        spoil(directory.resolve("db/CURRENT"), how);

        assertThat(lost(repairWithoutSilence())).isEmpty();
    }

    @Test
    void storeThatIsGoneIsNamedByTheLedger() throws IOException {
        Swap.remove(directory.resolve("db"));

        assertThatThrownBy(store::open).hasMessageContaining("postern spool repair");
        assertThat(lost(repairWithoutSilence())).hasSize(MESSAGES);
    }

    @Test
    void deletedMessagesStayDeleted() throws IOException {
        half();
        SpooledMessage early = message(2);
        SpooledMessage late = message(MESSAGES + 20);
        try (RocksSpool spool = store.open()) {
            spool.done(early);
            spool.done(late);
        }
        store.kept.remove(early.id());
        store.kept.remove(late.id());
        spoil(directory.resolve("db/CURRENT"), "cut");

        assertThat(lost(repairWithoutSilence())).isEmpty();
    }

    /** Some in tables, some in the log. */
    private void half() throws IOException {
        store.flush();
        store.with(MESSAGES / 2, 20);
    }

    private static void spoil(Path file, String how) throws IOException {
        switch (how) {
            case "flip" -> TestStore.flip(file, Files.size(file) / 2);
            case "cut" -> TestStore.cut(file, Files.size(file) / 2);
            case "empty" -> TestStore.cut(file, 0);
            default -> Files.delete(file);
        }
    }

    // --- the swap
    // --------------------------------------------------------------------------------------------------------------

    @Test
    void damagedStoreIsKeptAsItWas() throws IOException {
        TestStore.flip(store.log(), Files.size(store.log()) / 2);
        byte[] log = Files.readAllBytes(store.log());
        Path name = store.log().getFileName();
        Path kept = repairWithoutSilence().kept().orElseThrow();

        assertThat(kept).isEqualTo(directory.resolve("db.damaged-20261125T120000"));
        assertThat(kept.resolve(name)).hasBinaryContent(log);
        assertThat(kept.resolve("ledger")).exists();
    }

    @Test
    void swapThatACrashBrokeOffIsFinishedByTheServer() throws IOException {
        TestStore.flip(store.log(), Files.size(store.log()) / 2);
        Repaired repaired = repair();
        // As it was between its two last steps.
        Files.move(directory.resolve("db"), directory.resolve("db.new"));
        Files.move(repaired.kept().orElseThrow().resolve("ledger"), directory.resolve("ledger"));

        assertThat(store.read()).hasSize(repaired.found().messages());
    }

    @Test
    void repairThatACrashBrokeOffBeginsAnew() throws IOException {
        TestStore.flip(store.log(), Files.size(store.log()) / 2);
        Files.createDirectories(directory.resolve("db.making/half"));
        Files.createDirectories(directory.resolve("db.new/half"));
        repairWithoutSilence();
    }
}
