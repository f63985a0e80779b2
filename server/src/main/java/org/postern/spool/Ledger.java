package org.postern.spool;

import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A second witness beside the store: which messages it has confirmed and which it has let go since its last flush, written after each
 * sync and never synced itself. A power cut may take its end, so it never claims more than the store holds; when it does claim more,
 * the store has lost something, and the ledger knows what.
 *
 * <p>Two files, {@code ledger} and the one before, {@code ledger.old}, which goes when the store has flushed all that it tells of.
 * Used by the committer's thread alone.
 */
final class Ledger implements AutoCloseable {
    private static final int FRAME_LIMIT = 64 << 20;

    private final Path directory;
    private FileChannel file;
    private volatile @Nullable Manifest manifest;

    private Ledger(Path directory, FileChannel file) {
        this.directory = directory;
        this.file = file;
    }

    /** What one sync confirmed. */
    static final class Entries {
        private final List<MessageId> ids = new ArrayList<>();
        private final List<String> labels = new ArrayList<>();
        private final List<MessageId> gone = new ArrayList<>();

        void came(MessageId id, String label) {
            ids.add(id);
            labels.add(label);
        }

        void went(MessageId id) {
            gone.add(id);
        }

        boolean isEmpty() {
            return ids.isEmpty() && gone.isEmpty();
        }

        void clear() {
            ids.clear();
            labels.clear();
            gone.clear();
        }
    }

    /**
     * What the ledger tells.
     *
     * @param batch the number of the store's last batch at the last confirmation
     * @param here messages that came and did not go, with their labels
     * @param gone messages that went
     * @param manifest how much the store's list of its files has held; empty when it was never said
     */
    record Account(long batch, Map<MessageId, String> here, Set<MessageId> gone, Optional<Manifest> manifest) {
        /** Whether the list of files has lost its end: RocksDB would take it for an older one, and remove newer files. */
        boolean isManifestCut(Path database) throws IOException {
            if (manifest.isEmpty()) {
                return false;
            }
            Path file = database.resolve(manifest.get().name());
            return Files.exists(file) && Files.size(file) < manifest.get().octets();
        }
    }

    /** RocksDB's list of its files, at a moment when all of it was on stable storage. */
    record Manifest(String name, long octets) {
        static Manifest of(Path database) throws IOException {
            String name = Files.readString(database.resolve("CURRENT")).strip();
            return new Manifest(name, Files.size(database.resolve(name)));
        }
    }

    /** Goes on writing behind the last whole frame: behind a torn one nothing would be read any more. */
    static Ledger open(Path directory) throws IOException {
        Path path = directory.resolve("ledger");
        FileChannel file = append(path);
        file.truncate(read(path, new Told()));
        return new Ledger(directory, file);
    }

    /** Reads both files, as far as they make sense. */
    static Account read(Path directory) throws IOException {
        var told = new Told();
        read(directory.resolve("ledger.old"), told);
        read(directory.resolve("ledger"), told);
        return new Account(told.batch, told.here, told.gone, Optional.ofNullable(told.manifest));
    }

    /** What has been read so far. */
    private static final class Told {
        private final Map<MessageId, String> here = new LinkedHashMap<>();
        private final Set<MessageId> gone = new HashSet<>();
        private long batch;
        private @Nullable Manifest manifest;
    }

    /** Says how much the list of files holds from now on. On any thread. */
    void vouchFor(Manifest list) {
        manifest = list;
    }

    void confirm(long batch, Entries entries) throws IOException {
        RecordWriter frame = new RecordWriter().number(batch).number(entries.ids.size());
        for (int i = 0; i < entries.ids.size(); i++) {
            frame.number(entries.ids.get(i).value()).text(entries.labels.get(i));
        }
        frame.number(entries.gone.size());
        entries.gone.forEach(id -> frame.number(id.value()));
        Manifest list = manifest;
        frame.octet(list == null ? 0 : 1);
        if (list != null) {
            frame.text(list.name()).number(list.octets());
        }
        byte[] sealed = frame.sealed();
        ByteBuffer octets = ByteBuffer.allocate(4 + sealed.length)
                .putInt(sealed.length)
                .put(sealed)
                .flip();
        while (octets.hasRemaining()) {
            file.write(octets);
        }
    }

    long size() throws IOException {
        return file.size();
    }

    /** Begins a new file; the old one is kept until {@link #forgetOld}. Whether it did: not while there is an old one still. */
    boolean turn() throws IOException {
        Path old = directory.resolve("ledger.old");
        if (Files.exists(old)) {
            return false;
        }
        file.close();
        Files.move(directory.resolve("ledger"), old, StandardCopyOption.ATOMIC_MOVE);
        file = append(directory.resolve("ledger"));
        return true;
    }

    /** Once all that the old file tells of is in the store's own files. On any thread. */
    static void forgetOld(Path directory) throws IOException {
        Files.deleteIfExists(directory.resolve("ledger.old"));
    }

    @Override
    public void close() throws IOException {
        file.close();
    }

    private static FileChannel append(Path path) throws IOException {
        return FileChannel.open(path, CREATE, WRITE, APPEND);
    }

    /** Reads a file's frames into {@code told}; a frame that makes no sense ends it. Returns the octets of the whole ones. */
    private static long read(Path path, Told told) throws IOException {
        long octets = 0;
        try (var in = new DataInputStream(new java.io.BufferedInputStream(Files.newInputStream(path)))) {
            while (true) {
                int length = in.readInt();
                if (length < 0 || length > FRAME_LIMIT) {
                    return octets;
                }
                byte[] frame = in.readNBytes(length);
                read(new RecordReader(frame, "the ledger"), told);
                octets += 4 + length;
            }
        } catch (EOFException | NoSuchFileException | SpoolProblem end) {
            // Torn by a crash, or not there yet. What a flipped bit takes from it the store still has.
            return octets;
        }
    }

    private static void read(RecordReader frame, Told told) {
        told.batch = Math.max(told.batch, frame.longNumber());
        for (int left = frame.number(); left > 0; left--) {
            var id = new MessageId(frame.longNumber());
            told.here.put(id, frame.text());
        }
        for (int left = frame.number(); left > 0; left--) {
            var id = new MessageId(frame.longNumber());
            told.here.remove(id);
            told.gone.add(id);
        }
        if (frame.octet() == 1) {
            told.manifest = new Manifest(frame.text(), frame.longNumber());
        }
    }
}
