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
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A Maildir: a message is written under {@code tmp}, synced, renamed into {@code new}, and that directory synced; so a reader never
 * sees half of one, and what was delivered survives a power cut.
 */
final class Maildir {
    private static final FileAttribute<?> READABLE_BY_US =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private final Path root;
    private final String host;
    private final boolean isFolder;

    /**
     * A Maildir that may not be there yet.
     *
     * @param host this machine's name, as a part of file names
     */
    Maildir(Path root, String host) {
        this(root, host, false);
    }

    private Maildir(Path root, String host, boolean isFolder) {
        this.root = root;
        this.isFolder = isFolder;
        this.host = host.replace("/", "\\057").replace(":", "\\072");
    }

    /** A folder of it, as Maildir++ has them. */
    Maildir folder(String name) {
        return new Maildir(root.resolve(name), host, true);
    }

    /** Makes what is missing of it, durably. */
    void make(DurableDirectories directories) throws IOException {
        for (String part : new String[] {"tmp", "new", "cur"}) {
            directories.make(root.resolve(part));
        }
        // By this file readers of Maildir++ know a folder.
        Path mark = root.resolve("maildirfolder");
        if (isFolder && !Files.exists(mark)) {
            Files.write(mark, new byte[0]);
        }
    }

    /** The name of its files for a message that {@code unique} names on this machine, as the Maildir convention has it. */
    String fileName(Instant received, String unique) {
        return received.getEpochSecond() + "." + unique + "." + host;
    }

    /** A new file under {@code tmp}, readable by us only; what an attempt that broke off left under that name is thrown away. */
    Path newFile(String name) throws IOException {
        Path file = root.resolve("tmp").resolve(name);
        Files.deleteIfExists(file);
        return Files.createFile(file, READABLE_BY_US);
    }

    /** The message of that name, where {@link #publish} put it or a reader that has seen it, perhaps read it, did since. */
    Optional<Path> find(String name) {
        return Stream.of("new/" + name, "cur/" + name + ":2,", "cur/" + name + ":2,S")
                .map(root::resolve)
                .filter(Files::exists)
                .findFirst();
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
