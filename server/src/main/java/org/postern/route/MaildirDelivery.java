package org.postern.route;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;

/**
 * Delivers one message into any number of Maildirs: into all of them, or, when that can't be, into none and with an exception. Line
 * ends are written as LF, as programs that read Maildirs expect; since the content has no bare CR or LF, nothing is lost by it.
 */
public final class MaildirDelivery {
    private static final int BUFFER = 65_536;
    private static final int SMALL_BUFFER = 8_192;

    private final String host;
    private final DurableDirectories directories = new DurableDirectories();

    /**
     * A way into Maildirs.
     *
     * @param host this machine's name, as a part of file names
     */
    public MaildirDelivery(String host) {
        this.host = host;
    }

    /**
     * A copy of the message for one mailbox.
     *
     * @param prefix header fields that stand before the content, CRLF line ends
     */
    public record Copy(Path maildir, String prefix) {}

    /** A file that was begun, and where it is now. */
    private static final class Begun {
        private final Maildir maildir;
        private Path file;

        Begun(Maildir maildir, Path file) {
            this.maildir = maildir;
            this.file = file;
        }
    }

    /**
     * Delivers. When it returns, every copy is on stable storage under {@code new}; when it throws, none is left anywhere (but for what
     * a failing disk keeps us from removing).
     *
     * @param copies one at least
     * @param content with CRLF line ends; its exceptions pass through
     */
    public void deliver(List<Copy> copies, InputStream content) throws IOException {
        var begun = new ArrayList<Begun>(copies.size());
        try {
            writeAll(copies, content, begun);
            var maildirs = new LinkedHashSet<Maildir>();
            for (Begun one : begun) {
                one.file = one.maildir.publish(one.file);
                maildirs.add(one.maildir);
            }
            for (Maildir maildir : maildirs) {
                maildir.syncNew();
            }
        } catch (IOException | RuntimeException problem) {
            begun.forEach(one -> remove(one.file, problem));
            throw problem;
        }
    }

    private void writeAll(List<Copy> copies, InputStream content, List<Begun> begun) throws IOException {
        Copy first = copies.getFirst();
        try (FileChannel original = begin(first, begun)) {
            long start = write(first.prefix(), original);
            long length = write(content, original);
            original.force(true);
            for (Copy copy : copies.subList(1, copies.size())) {
                try (FileChannel other = begin(copy, begun)) {
                    write(copy.prefix(), other);
                    append(original, start, length, other);
                    other.force(true);
                }
            }
        }
    }

    private FileChannel begin(Copy copy, List<Begun> begun) throws IOException {
        var maildir = new Maildir(copy.maildir(), host);
        maildir.make(directories);
        Path file = maildir.newFile();
        begun.add(new Begun(maildir, file));
        return Maildir.open(file);
    }

    private static long write(String prefix, FileChannel to) throws IOException {
        byte[] octets = prefix.replace("\r\n", "\n").getBytes(java.nio.charset.StandardCharsets.UTF_8);
        writeFully(ByteBuffer.wrap(octets), to);
        return octets.length;
    }

    /** Copies with LF line ends; returns how much was written. */
    private static long write(InputStream content, FileChannel to) throws IOException {
        byte[] buffer = new byte[SMALL_BUFFER];
        long written = 0;
        boolean endsWithCr = false;
        for (int got = content.read(buffer, 1, buffer.length - 1);
                got >= 0;
                got = content.read(buffer, 1, buffer.length - 1)) {
            int from = 1;
            if (endsWithCr) {
                // Held back from the last piece: it was half a line end, or it is kept.
                buffer[--from] = '\r';
            }
            int end = dropCrs(buffer, from, got + 1);
            endsWithCr = end > from && buffer[end - 1] == '\r';
            int keep = endsWithCr ? end - 1 : end;
            writeFully(ByteBuffer.wrap(buffer, from, keep - from), to);
            written += keep - from;
            if (written > BUFFER && buffer.length == SMALL_BUFFER) {
                buffer = new byte[BUFFER];
            }
        }
        if (endsWithCr) {
            writeFully(ByteBuffer.wrap(new byte[] {'\r'}), to);
            written++;
        }
        return written;
    }

    /** Makes each CR LF an LF, in place; returns the new end. */
    private static int dropCrs(byte[] buffer, int from, int end) {
        int to = from;
        for (int at = from; at < end; at++) {
            if (buffer[at] != '\r' || at + 1 == end || buffer[at + 1] != '\n') {
                buffer[to++] = buffer[at];
            }
        }
        return to;
    }

    private static void append(FileChannel from, long start, long length, FileChannel to) throws IOException {
        long done = 0;
        while (done < length) {
            long moved = from.transferTo(start + done, length - done, to);
            if (moved <= 0) {
                throw new IOException("a copy of the message came out short");
            }
            done += moved;
        }
    }

    private static void writeFully(ByteBuffer octets, FileChannel to) throws IOException {
        while (octets.hasRemaining()) {
            to.write(octets);
        }
    }

    private static void remove(Path file, Exception because) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException stuck) {
            because.addSuppressed(stuck);
        }
    }
}
