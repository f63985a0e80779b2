package org.postern.spool;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import org.rocksdb.FlushOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * {@code postern spool repair}: copies every message that is whole into a new store, says which are lost, and puts the new store in the
 * place of the damaged one, which is kept. A crash at any moment leaves the one or the other.
 */
public final class SpoolRepair implements AutoCloseable {
    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss").withZone(ZoneOffset.UTC);

    /** Of a batch, in octets: a message's pieces may take several, for nothing counts before the last. */
    private static final int BATCH_OCTETS = 4 << 20;

    private final Store made;
    private final Remains from;
    private final WriteOptions unlogged = new WriteOptions().setDisableWAL(true);
    private final WriteBatch batch = new WriteBatch();

    private SpoolRepair(Store made, Remains from) {
        this.made = made;
        this.from = from;
    }

    /**
     * Repairs the spool in {@code directory}; one that is whole is left as it is.
     *
     * @throws SpoolProblem {@link SpoolProblem.Kind#IN_USE} when a server has it open
     */
    public static Repaired repair(Path directory, Clock clock) throws IOException {
        try (SpoolLock lock = SpoolLock.take(directory)) {
            lock.requireHeld();
            Swap.finish(directory);
            Swap.beginAnew(directory);
            Inspection found;
            try (Salvage salvage = Salvage.open(directory)) {
                found = SpoolCheck.inspect(salvage, _ -> {}, _ -> {});
                if (found.isFine()) {
                    return new Repaired(found, Optional.empty(), Optional.empty(), java.util.List.of());
                }
                return repair(directory, salvage, clock.instant());
            }
        }
    }

    private static Repaired repair(Path directory, Salvage salvage, Instant now) throws IOException {
        Path kept = kept(directory, STAMP.format(now));
        var lost = new LostMail(directory, salvage.remains());
        Inspection found;
        try (Store made = Store.open(directory, Swap.making(directory), Store.Mode.SERVE);
                var repair = new SpoolRepair(made, salvage.remains())) {
            found = SpoolCheck.inspect(salvage, repair::copy, lost::keep);
            repair.finish();
        } catch (RocksDBException problem) {
            throw Store.problem(directory, problem);
        }
        // Before the swap: what is lost must be known even if this is the last that we do.
        Path report = lost.report(STAMP.format(now), found, kept);
        Swap.in(directory, kept);
        return new Repaired(found, Optional.of(kept), Optional.of(report), lost.contents());
    }

    private static Path kept(Path directory, String stamp) {
        Path kept = directory.resolve("db.damaged-" + stamp);
        for (int again = 2; Files.exists(kept); again++) {
            kept = directory.resolve("db.damaged-" + stamp + "-" + again);
        }
        return kept;
    }

    private void copy(SpooledMessage message) throws IOException {
        try {
            int pieces = Records.pieces(message);
            for (int number = 0; number < pieces; number++) {
                int piece = number;
                byte[] octets = from.piece(message.id(), number)
                        .found()
                        .orElseThrow(() -> new IOException("piece " + piece + " of message " + message.id()
                                + " could be read once, and not again"));
                batch.put(made.contents(), Records.key(message.id(), number), octets);
                writePast(BATCH_OCTETS);
            }
            if (message.revision() > 0) {
                batch.put(made.states(), Records.key(message.id(), message.revision()), Records.state(message));
            }
            batch.put(made.messages(), Records.key(message.id()), Records.message(message));
            writePast(BATCH_OCTETS);
        } catch (RocksDBException problem) {
            throw Store.problem(made.directory(), problem);
        }
    }

    private void writePast(int octets) throws RocksDBException {
        if (batch.getDataSize() > octets) {
            made.db().write(unlogged, batch);
            batch.clear();
        }
    }

    /** All of it onto stable storage. */
    private void finish() throws RocksDBException {
        batch.put(Records.FORMAT_KEY, new byte[] {Records.FORMAT});
        made.db().write(unlogged, batch);
        try (var wait = new FlushOptions().setWaitForFlush(true)) {
            made.db().flush(wait, made.families());
        }
    }

    @Override
    public void close() {
        batch.close();
        unlogged.close();
    }
}
