package org.postern.spool;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;

/** A spool in RocksDB, for one process. {@link Records} has its layout. */
public final class RocksSpool implements Spool {
    private final SpoolLock lock;
    private final Store store;
    private final Ledger ledger;
    private final Committer committer;
    private final Space space;
    private final Clock clock;
    private final AtomicLong lastId;

    /** What was said of messages and waits to be written: who asks meanwhile must hear it. */
    private final Map<MessageId, SpooledMessage> changing = new ConcurrentHashMap<>();

    private final Set<MessageId> going = ConcurrentHashMap.newKeySet();

    /**
     * How much space it leaves.
     *
     * @param lowOctets that must be free for a message to be taken
     * @param reserveOctets kept in a file, for the last moments of a disk that others fill
     */
    public record Room(long lowOctets, long reserveOctets) {
        /** The defaults. */
        public static final Room DEFAULT = new Room(512L << 20, 64L << 20);
    }

    private RocksSpool(
            SpoolLock lock, Store store, Ledger ledger, Committer committer, Space space, Clock clock, long lastId) {
        this.lock = lock;
        this.store = store;
        this.ledger = ledger;
        this.committer = committer;
        this.space = space;
        this.clock = clock;
        this.lastId = new AtomicLong(lastId);
    }

    /**
     * Opens the spool in {@code directory}, or makes one.
     *
     * @throws SpoolProblem when it is damaged, in use, or of a newer version; its message names the command that helps
     */
    public static RocksSpool open(Path directory, Room room, Clock clock) throws IOException {
        SpoolLock lock = SpoolLock.take(directory);
        try {
            Swap.finish(directory);
            return open(lock, directory, room, clock);
        } catch (IOException | RuntimeException problem) {
            lock.close();
            throw problem;
        }
    }

    private static RocksSpool open(SpoolLock lock, Path directory, Room room, Clock clock) throws IOException {
        Ledger.Account account = Ledger.read(directory);
        Path database = Store.database(directory);
        // Before it is opened: RocksDB removes what a list that was cut does not name.
        if (account.isManifestCut(database)) {
            throw lostWhatWasConfirmed(directory, "its list of files was cut");
        }
        if (account.batch() > 0 && !Files.exists(database)) {
            throw lostWhatWasConfirmed(directory, database + " is not there");
        }
        Store store = openStore(directory, account);
        try {
            Ledger.Entries unseen = requireWhole(store, account);
            long last = Opening.prepare(store);
            var space = new Space(directory, room.lowOctets(), room.reserveOctets());
            Ledger ledger = Ledger.open(directory);
            ledger.vouchFor(Ledger.Manifest.of(database));
            ledger.confirm(store.lastBatch(), unseen);
            var committer = new Committer(store, ledger, store.lastBatch());
            store.onBackgroundError(committer::breakDown);
            return new RocksSpool(lock, store, ledger, committer, space, clock, last);
        } catch (RocksDBException problem) {
            store.close();
            throw Store.problem(directory, problem);
        } catch (IOException | RuntimeException problem) {
            store.close();
            throw problem;
        }
    }

    private static Store openStore(Path directory, Ledger.Account account) throws IOException {
        try {
            return Store.open(directory, Store.Mode.SERVE);
        } catch (SpoolProblem problem) {
            if (problem.kind() != SpoolProblem.Kind.DAMAGED || !LogTear.isHarmless(directory, account)) {
                throw problem;
            }
            Swap.remove(Store.work(directory));
            return Store.open(directory, Store.Mode.SERVE_BEFORE_TEAR);
        }
    }

    /**
     * A log cut short looks to RocksDB like a crash: but what the ledger saw confirmed must be there. When it tells all that the store
     * has seen, each message that it names must be; else a crash kept from it who went since.
     *
     * @return who went unseen by the ledger
     */
    private static Ledger.Entries requireWhole(Store store, Ledger.Account account)
            throws RocksDBException, SpoolProblem {
        long batch = store.lastBatch();
        if (account.batch() > batch) {
            throw lostWhatWasConfirmed(store.directory(), "it ends with batch " + batch + " of " + account.batch());
        }
        var unseen = new Ledger.Entries();
        for (MessageId id : account.here().keySet()) {
            if (store.db().get(store.messages(), Records.key(id), new byte[0]) == RocksDB.NOT_FOUND) {
                if (account.batch() == batch) {
                    throw lostWhatWasConfirmed(store.directory(), "message " + id + " is not there");
                }
                unseen.went(id);
            }
        }
        return unseen;
    }

    private static SpoolProblem lostWhatWasConfirmed(Path directory, String how) {
        return new SpoolProblem(
                SpoolProblem.Kind.DAMAGED,
                "the spool in " + directory + " has lost what it had confirmed (" + how
                        + "); run: postern spool repair");
    }

    // --- taking
    // ----------------------------------------------------------------------------------------------------------------

    @Override
    public MessageId nextId() {
        long millis = clock.millis();
        return new MessageId(
                lastId.updateAndGet(last -> MessageId.after(last, millis).value()));
    }

    @Override
    public void requireRoom() throws SpoolProblem {
        committer.requireRunning();
        space.require(0);
    }

    @Override
    public boolean isRunning() {
        return committer.isRunning();
    }

    @Override
    public Optional<SpooledMessage> accept(Arrival arrival, InputStream content, Ending ending) throws IOException {
        committer.requireRunning();
        return new Arriving(committer, space, arrival.id(), arrival.envelope()).receive(arrival, content, ending);
    }

    /**
     * Keeps a message that was in a spool before, with its name and all that had become of it; as durably, and as wholly, as
     * {@link #accept}. For whoever has asked {@link #find} whether it is here already.
     *
     * @param message its octets, checksum and revision are found anew
     * @param content to be read to its end; its exceptions pass through, and then nothing of the message will be found
     */
    public SpooledMessage restore(SpooledMessage message, InputStream content) throws IOException {
        committer.requireRunning();
        lastId.accumulateAndGet(message.id().value(), Math::max);
        return new Arriving(committer, space, message.id(), message.envelope()).receiveAgain(message, content);
    }

    @Override
    public void update(SpooledMessage message) throws IOException {
        changing.put(message.id(), message);
        committer.commit(new Write.Change(
                message.id(),
                message.revision(),
                Records.state(message),
                () -> changing.remove(message.id(), message)));
    }

    @Override
    public void done(SpooledMessage message) throws IOException {
        going.add(message.id());
        committer.commit(new Write.Gone(
                message.id(), Records.pieces(message), message.revision(), () -> going.remove(message.id())));
    }

    // --- reading
    // ---------------------------------------------------------------------------------------------------------------

    @Override
    public InputStream content(SpooledMessage message) {
        return new SpooledContent(store, message);
    }

    @Override
    public Optional<SpooledMessage> find(MessageId id) throws IOException {
        if (going.contains(id)) {
            return Optional.empty();
        }
        SpooledMessage changed = changing.get(id);
        if (changed != null) {
            return Optional.of(changed);
        }
        try {
            byte[] record = store.db().get(store.messages(), Records.key(id));
            if (record == null) {
                return Optional.empty();
            }
            try (RocksIterator states = store.db().newIterator(store.states())) {
                return Optional.of(withState(Records.message(id, record), states));
            }
        } catch (RocksDBException problem) {
            throw Store.problem(store.directory(), problem);
        }
    }

    @Override
    public List<SpooledMessage> page(Optional<MessageId> after, int most) throws IOException {
        // Before the iterators, which see what is written by then: what is written afterwards is still in these.
        Set<MessageId> gone = Set.copyOf(going);
        Map<MessageId, SpooledMessage> changed = Map.copyOf(changing);
        var page = new ArrayList<SpooledMessage>();
        // The states first: a message that goes in between must not be found as it came.
        try (RocksIterator states = store.db().newIterator(store.states());
                RocksIterator messages = store.db().newIterator(store.messages())) {
            messages.seek(
                    Records.key(new MessageId(after.map(id -> id.value() + 1).orElse(0L))));
            for (; messages.isValid() && page.size() < most; messages.next()) {
                MessageId id = Records.id(messages.key());
                if (!gone.contains(id)) {
                    SpooledMessage written = withState(Records.message(id, messages.value()), states);
                    SpooledMessage said = changed.getOrDefault(id, written);
                    page.add(said.revision() > written.revision() ? said : written);
                }
            }
            messages.status();
            return page;
        } catch (RocksDBException problem) {
            throw Store.problem(store.directory(), problem);
        }
    }

    /** With its last state. Two may be there for a moment, or after a crash: the larger revision is the later one. */
    private static SpooledMessage withState(SpooledMessage fresh, RocksIterator states)
            throws RocksDBException, SpoolProblem {
        states.seekForPrev(Records.key(fresh.id(), Integer.MAX_VALUE));
        if (!states.isValid()) {
            states.status();
            return fresh;
        }
        byte[] key = states.key();
        return Records.id(key).equals(fresh.id())
                ? Records.withState(fresh, Records.number(key), states.value())
                : fresh;
    }

    @Override
    public void close() throws IOException {
        space.close();
        committer.close();
        store.close();
        // Nothing writes any more: the list of files is on stable storage as it is.
        try (lock;
                ledger) {
            if (committer.isRunning()) {
                ledger.vouchFor(Ledger.Manifest.of(Store.database(store.directory())));
                ledger.confirm(committer.lastBatch(), new Ledger.Entries());
            }
            // After a failed write the ledger was not told of all that the last batches held: it must not vouch for
            // them.
        }
    }
}
