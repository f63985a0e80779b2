package org.postern.spool;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.FlushOptions;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.SstFileReader;
import org.rocksdb.SstFileReaderIterator;
import org.rocksdb.WriteOptions;

/**
 * A reading of a damaged database without its list of files: its tables one by one, then its logs. What a table says was deleted from
 * another can't be seen in this way.
 */
final class Scraps {
    private static final List<String> FAMILIES = List.of("default", "message", "state", "content");

    private Scraps() {}

    /** Gathers what the files of {@code database} give, and opens it. */
    static Store gather(Path directory, Path database) throws IOException {
        Path scraps = Store.work(directory).resolve("scraps");
        Swap.remove(scraps);
        try (Store store = Store.open(directory, scraps, Store.Mode.SERVE);
                var unlogged = new WriteOptions().setDisableWAL(true);
                var flush = new FlushOptions().setWaitForFlush(true)) {
            for (Path table : files(database, ".sst")) {
                copy(table, store, unlogged);
            }
            store.db().flush(flush, store.families());
        } catch (RocksDBException problem) {
            throw Store.problem(directory, problem);
        }
        // RocksDB replays every log whose number is past those that its list of files knows.
        long number = numberOf(files(scraps, "").stream()
                        .max((a, b) -> Long.compare(numberOf(a), numberOf(b)))
                        .orElseThrow())
                + 1;
        for (Path log : files(database, ".log")) {
            Files.copy(log, scraps.resolve("%06d.log".formatted(number++)));
        }
        return Store.open(directory, scraps, Store.Mode.SALVAGE);
    }

    private static void copy(Path table, Store into, WriteOptions options) throws RocksDBException {
        try (var settings = new Options();
                var reader = new SstFileReader(settings)) {
            reader.open(table.toString());
            int family = FAMILIES.indexOf(new String(reader.getTableProperties().getColumnFamilyName(), US_ASCII));
            if (family >= 0) {
                copy(reader, into, into.families().get(family), options);
            }
        } catch (RocksDBException damaged) {
            // Whoever asked has been told by verify().
            return;
        }
    }

    private static void copy(SstFileReader from, Store into, ColumnFamilyHandle family, WriteOptions options)
            throws RocksDBException {
        try (var reading = new ReadOptions();
                SstFileReaderIterator all = from.newIterator(reading)) {
            if (family.equals(into.families().getFirst())) {
                for (all.seekToFirst(); all.isValid(); all.next()) {
                    into.db().put(family, options, all.key(), all.value());
                }
                return;
            }
            var keys = new Skimmer(all, all::key);
            for (boolean more = keys.first(); more; more = keys.next()) {
                into.db().put(family, options, all.key(), all.value());
            }
        }
    }

    /** What is wrong with a table; empty when nothing is. */
    static Optional<String> verify(Path table) {
        try (var settings = new Options();
                var reader = new SstFileReader(settings)) {
            reader.open(table.toString());
            reader.verifyChecksum();
            return Optional.empty();
        } catch (RocksDBException damaged) {
            return Optional.of(table.getFileName() + ": " + damaged.getMessage());
        }
    }

    /** The files of that ending, as they were made. */
    static List<Path> files(Path database, String ending) throws IOException {
        try (Stream<Path> files = Files.list(database)) {
            return files.filter(file -> file.getFileName().toString().endsWith(ending))
                    .sorted((a, b) -> Long.compare(numberOf(a), numberOf(b)))
                    .toList();
        }
    }

    private static long numberOf(Path file) {
        String digits = file.getFileName().toString().replaceAll("[^0-9]", "");
        return digits.isEmpty() || digits.length() > 18 ? 0 : Long.parseLong(digits);
    }
}
