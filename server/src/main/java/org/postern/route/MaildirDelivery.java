package org.postern.route;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;

/**
 * Delivers messages into Maildirs. Line ends are written as LF, as programs that read Maildirs expect; since the content has no bare CR
 * or LF, nothing is lost by it. Safe for many threads.
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
     * A copy of a message for one mailbox.
     *
     * @param folder of the Maildir, as {@code .Junk}; empty for its inbox
     * @param received when the message came
     * @param unique its name among all copies on this machine, the same at each attempt
     * @param prefix header fields that stand before the content, the same at each attempt; CRLF line ends
     */
    public record Copy(Path maildir, Optional<String> folder, Instant received, String unique, String prefix) {}

    /**
     * Delivers. When it returns, the copy is on stable storage under {@code new}; when it throws, nothing is left of it (but for what a
     * failing disk keeps us from removing). A copy that an earlier attempt delivered, and a crash let nobody know of, is found by its
     * name and not delivered again, unless a reader has moved or removed it.
     *
     * @param content with CRLF line ends; its exceptions pass through
     */
    public void deliver(Copy copy, InputStream content) throws IOException {
        var maildir = new Maildir(copy.maildir(), host);
        maildir.make(directories);
        if (copy.folder().isPresent()) {
            maildir = maildir.folder(copy.folder().get());
            maildir.make(directories);
        }
        byte[] prefix = copy.prefix().replace("\r\n", "\n").getBytes(UTF_8);
        String name = maildir.fileName(copy.received(), copy.unique());
        Optional<Path> there = maildir.find(name);
        if (there.isPresent() && startsWith(there.get(), prefix)) {
            maildir.syncNew();
            return;
        }
        // Another server of this machine's name may have named a message so in the same millisecond.
        Path file = maildir.newFile(there.isEmpty() ? name : name + "." + System.nanoTime());
        try {
            try (FileChannel to = Maildir.open(file)) {
                writeFully(ByteBuffer.wrap(prefix), to);
                write(content, to);
                to.force(true);
            }
            file = maildir.publish(file);
            maildir.syncNew();
        } catch (IOException | RuntimeException problem) {
            remove(file, problem);
            throw problem;
        }
    }

    /** The trace in the prefix names the message, so it is as good as all of it; and what is in {@code new} was written to its end. */
    private static boolean startsWith(Path file, byte[] prefix) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return Arrays.equals(in.readNBytes(prefix.length), prefix);
        }
    }

    /** Copies with LF line ends. */
    private static void write(InputStream content, FileChannel to) throws IOException {
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
        }
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
