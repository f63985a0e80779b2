package org.postern.spool;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.postern.spool.Damaged.Part;
import org.rocksdb.RocksDBException;

/**
 * All that is known of a store that may be damaged. The store is left as it is; what is needed meanwhile is kept in {@code work}. For
 * whoever holds the {@link SpoolLock}.
 */
final class Salvage implements AutoCloseable {
    private final Path directory;
    private final Path database;
    private final Ledger.Account account;
    private final List<String> faults = new ArrayList<>();
    private final List<Store> opened = new ArrayList<>();
    private final Remains remains = new Remains();
    private final Examination examination = new Examination(remains);
    private boolean isListWhole = true;
    private boolean areTablesWhole = true;
    private boolean isLedgerLast;

    private Salvage(Path directory) throws IOException {
        this.directory = directory;
        this.database = Store.database(directory);
        this.account = Ledger.read(directory);
    }

    /** @throws SpoolProblem when a newer Postern wrote it */
    static Salvage open(Path directory) throws IOException {
        Swap.remove(Store.work(directory));
        Files.createDirectories(Store.work(directory));
        var salvage = new Salvage(directory);
        try {
            salvage.look();
            return salvage;
        } catch (IOException | RuntimeException problem) {
            salvage.close();
            throw problem;
        }
    }

    private void look() throws IOException {
        StoreLibrary.load(directory);
        if (!Files.exists(database)) {
            if (account.batch() > 0) {
                faults.add("the store is not there any more: " + database);
            }
            return;
        }
        if (account.isManifestCut(database)) {
            isListWhole = false;
            faults.add("the store's list of its files has lost its end");
        }
        Store store = openBest();
        if (store != null) {
            remains.add(store, true);
            compareWithLedger(store);
        } else {
            isListWhole = false;
        }
        verify(store);
        requireKnownFormat();
        if (!faults.isEmpty()) {
            gather();
        }
    }

    /** As the server would open it; when it would not, with all that is damaged skipped; null when that can't be either. */
    private @Nullable Store openBest() throws IOException {
        try {
            return open(Store.Mode.INSPECT);
        } catch (SpoolProblem problem) {
            if (isListWhole && LogTear.isHarmless(directory, account)) {
                return open(Store.Mode.INSPECT_BEFORE_TEAR);
            }
            faults.add(openingSaid(problem));
        }
        try {
            return open(Store.Mode.SALVAGE);
        } catch (SpoolProblem problem) {
            if (!faults.contains(openingSaid(problem))) {
                faults.add(openingSaid(problem));
            }
            return null;
        }
    }

    private Store open(Store.Mode mode) throws IOException {
        Store store = Store.open(directory, mode);
        opened.add(store);
        return store;
    }

    private static String openingSaid(SpoolProblem problem) {
        Throwable cause = problem.getCause();
        return "opening it: " + (cause == null ? problem.getMessage() : cause.getMessage());
    }

    private void compareWithLedger(Store store) {
        try {
            long last = store.lastBatch();
            isLedgerLast = account.batch() >= last;
            if (account.batch() > last) {
                faults.add("the store ends with batch " + last + " of " + account.batch() + " that were confirmed");
            }
        } catch (RocksDBException damaged) {
            faults.add(String.valueOf(damaged.getMessage()));
        }
    }

    /** The checksums of all tables that count; of all that are there when nothing tells which do. */
    private void verify(@Nullable Store store) throws IOException {
        Set<String> counted = new HashSet<>();
        if (store != null && isListWhole) {
            store.db()
                    .getLiveFilesMetaData()
                    .forEach(file -> counted.add(
                            file.fileName().substring(file.fileName().lastIndexOf('/') + 1)));
        }
        for (Path table : Scraps.files(database, ".sst")) {
            if (!isListWhole || counted.contains(table.getFileName().toString())) {
                Optional<String> fault = Scraps.verify(table);
                fault.ifPresent(faults::add);
                areTablesWhole &= fault.isEmpty();
            }
            counted.remove(table.getFileName().toString());
        }
        counted.forEach(missing -> faults.add(missing + ": it is missing"));
    }

    private void requireKnownFormat() throws SpoolProblem {
        Format.requireKnown(
                directory, remains.format().found(), remains.writer().found().map(name -> new String(name, UTF_8)));
    }

    /** A second reading, file by file: for what the first can't tell. */
    private void gather() throws IOException {
        try {
            Store scraps = Scraps.gather(directory, database);
            opened.add(scraps);
            remains.add(scraps, areTablesWhole);
        } catch (SpoolProblem problem) {
            faults.add("the files can't be read one by one either: " + problem.getMessage());
        }
    }

    /** What is wrong with its files, in words; empty when nothing is. */
    List<String> faults() {
        return List.copyOf(faults);
    }

    /** The names of all messages that are, or should be, in it. */
    Set<MessageId> names() {
        var names = new TreeSet<MessageId>();
        remains.names(names, !isListWhole);
        names.addAll(account.here().keySet());
        names.removeAll(account.gone());
        return names;
    }

    Found examine(MessageId id) throws SpoolProblem {
        Found found = examination.examine(id);
        String label = account.here().get(id);
        return switch (found) {
            case Found.Whole _ -> found;
            case Found.Broken(Damaged damaged) ->
                damaged.label().isEmpty() && label != null
                        ? new Found.Broken(new Damaged(id, label, damaged.part(), damaged.how()))
                        : found;
            case Found.Unfinished _ ->
                missed(found, id, label, "its end is missing, and its envelope's parameters and trace");
            case Found.Absent _ -> missed(found, id, label, "all of it is missing");
        };
    }

    private Found missed(Found found, MessageId id, @Nullable String label, String how) {
        return label != null && isMissed() ? new Found.Broken(new Damaged(id, label, Part.WHOLE, how)) : found;
    }

    /** Whether what the ledger names and the store does not have is lost. After a power cut it may not have heard who went last. */
    private boolean isMissed() {
        return !faults.isEmpty() || remains.isEmpty() || isLedgerLast;
    }

    Remains remains() {
        return remains;
    }

    @Override
    public void close() throws IOException {
        opened.forEach(Store::close);
        Swap.remove(Store.work(directory));
    }
}
