package org.postern.route;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Makes directories that a power cut doesn't take away. That a directory is there doesn't say that it will stay: another session may
 * have made it a moment ago, or failed to sync it. So each is synced once by this process, and remembered. Safe for many threads.
 */
final class DurableDirectories {
    /** Some 20 MB of paths; what is forgotten past it is only synced again. */
    private static final int MOST = 100_000;

    private static final FileAttribute<?> OURS_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    /** Puts a directory's entries on stable storage. */
    interface Sync {
        void sync(Path directory) throws IOException;
    }

    private final int most;
    private final Sync sync;
    private final Set<Path> durable = ConcurrentHashMap.newKeySet();

    DurableDirectories() {
        this(MOST, DurableDirectories::sync);
    }

    DurableDirectories(int most, Sync sync) {
        this.most = most;
        this.sync = sync;
    }

    /** Makes what is missing of {@code directory}, readable by us only. When it returns, all of it is on stable storage. */
    void make(Path directory) throws IOException {
        // Looks before it remembers: whoever makes what was removed forgets it first.
        if (Files.isDirectory(directory) && durable.contains(directory)) {
            return;
        }
        Path parent = directory.toAbsolutePath().getParent();
        if (parent != null) {
            make(parent);
            durable.remove(directory);
            create(directory);
            // What stands in a directory that we can't write is none of our making.
            if (Files.isWritable(parent)) {
                sync.sync(parent);
            }
        }
        if (durable.size() >= most) {
            durable.clear();
        }
        durable.add(directory);
    }

    private static void create(Path directory) throws IOException {
        if (Files.isDirectory(directory)) {
            return;
        }
        try {
            Files.createDirectory(directory, OURS_ONLY);
        } catch (FileAlreadyExistsException otherSessionMadeIt) {
            if (!Files.isDirectory(directory)) {
                throw otherSessionMadeIt;
            }
        }
    }

    static void sync(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
