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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

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
     * @param sequence the store's sequence number at the last confirmation
     * @param here messages that came and did not go, with their labels
     */
    record Account(long sequence, Map<MessageId, String> here) {}

    /** Goes on writing behind the last whole frame: behind a torn one nothing would be read any more. */
    static Ledger open(Path directory) throws IOException {
        Path path = directory.resolve("ledger");
        FileChannel file = append(path);
        file.truncate(read(path, new LinkedHashMap<>()).octets());
        return new Ledger(directory, file);
    }

    /** Reads both files, as far as they make sense. */
    static Account read(Path directory) throws IOException {
        var here = new LinkedHashMap<MessageId, String>();
        long before = read(directory.resolve("ledger.old"), here).sequence();
        return new Account(
                Math.max(before, read(directory.resolve("ledger"), here).sequence()), here);
    }

    void confirm(long sequence, Entries entries) throws IOException {
        RecordWriter frame = new RecordWriter().number(sequence).number(entries.ids.size());
        for (int i = 0; i < entries.ids.size(); i++) {
            frame.number(entries.ids.get(i).value()).text(entries.labels.get(i));
        }
        frame.number(entries.gone.size());
        entries.gone.forEach(id -> frame.number(id.value()));
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

    /** How far a file could be read: its last sequence number, and the octets of its whole frames. */
    private record Extent(long sequence, long octets) {}

    /** Reads a file's frames into {@code here}; a frame that makes no sense ends it. */
    private static Extent read(Path path, Map<MessageId, String> here) throws IOException {
        long sequence = 0;
        long octets = 0;
        try (var in = new DataInputStream(new java.io.BufferedInputStream(Files.newInputStream(path)))) {
            while (true) {
                int length = in.readInt();
                if (length < 0 || length > FRAME_LIMIT) {
                    return new Extent(sequence, octets);
                }
                byte[] frame = in.readNBytes(length);
                sequence = Math.max(sequence, read(new RecordReader(frame, "the ledger"), here));
                octets += 4 + length;
            }
        } catch (EOFException | NoSuchFileException | SpoolProblem end) {
            // Torn by a crash, or not there yet. What a flipped bit takes from it the store still has.
            return new Extent(sequence, octets);
        }
    }

    private static long read(RecordReader frame, Map<MessageId, String> here) {
        long sequence = frame.longNumber();
        for (int left = frame.number(); left > 0; left--) {
            var id = new MessageId(frame.longNumber());
            here.put(id, frame.text());
        }
        for (int left = frame.number(); left > 0; left--) {
            here.remove(new MessageId(frame.longNumber()));
        }
        return sequence;
    }
}
