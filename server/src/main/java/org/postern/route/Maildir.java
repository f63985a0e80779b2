package org.postern.route;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A Maildir: a message is written under {@code tmp}, synced, renamed into {@code new}, and that directory synced; so a reader never
 * sees half of one, and what was delivered survives a power cut.
 */
final class Maildir {
    private static final FileAttribute<?> READABLE_BY_US =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    private static final AtomicLong COUNTER = new AtomicLong();
    private static final long PID = ProcessHandle.current().pid();

    private final Path root;
    private final String host;

    /**
     * A Maildir that may not be there yet.
     *
     * @param host this machine's name, as a part of file names
     */
    Maildir(Path root, String host) {
        this.root = root;
        this.host = host.replace("/", "\\057").replace(":", "\\072");
    }

    /** Makes what is missing of it, durably. */
    void make(DurableDirectories directories) throws IOException {
        for (String part : new String[] {"tmp", "new", "cur"}) {
            directories.make(root.resolve(part));
        }
    }

    /** A new file under {@code tmp}: unique by time, process and counter, as the Maildir convention names it. Readable by us only. */
    Path newFile() throws IOException {
        Instant now = Instant.now();
        String name = now.getEpochSecond() + ".M" + now.getNano() / 1_000 + "P" + PID + "Q" + COUNTER.incrementAndGet()
                + "." + host;
        return Files.createFile(root.resolve("tmp").resolve(name), READABLE_BY_US);
    }

    static FileChannel open(Path file) throws IOException {
        return FileChannel.open(file, Set.of(StandardOpenOption.WRITE, StandardOpenOption.READ));
    }

    /** From {@code tmp} into {@code new}; durable after {@link #syncNew}. */
    Path publish(Path file) throws IOException {
        return Files.move(file, root.resolve("new").resolve(file.getFileName()), StandardCopyOption.ATOMIC_MOVE);
    }

    void syncNew() throws IOException {
        DurableDirectories.sync(root.resolve("new"));
    }
}
