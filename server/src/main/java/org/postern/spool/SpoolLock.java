package org.postern.spool;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * One process at a time on a spool's directory. RocksDB's own lock lies in the database, which a repair puts elsewhere, and is not taken
 * to read.
 */
final class SpoolLock implements AutoCloseable {
    private final FileChannel file;

    private SpoolLock(FileChannel file) {
        this.file = file;
    }

    /**
     * Makes the directory when there is none.
     *
     * @throws SpoolProblem when somebody else has it
     */
    static SpoolLock take(Path directory) throws IOException {
        Files.createDirectories(directory);
        FileChannel file = FileChannel.open(directory.resolve("lock"), CREATE, WRITE);
        if (tryLock(file) == null) {
            file.close();
            throw new SpoolProblem(
                    SpoolProblem.Kind.IN_USE,
                    "the spool in " + directory + " is in use: another Postern runs on this data directory");
        }
        return new SpoolLock(file);
    }

    private static @Nullable FileLock tryLock(FileChannel file) throws IOException {
        try {
            return file.tryLock();
        } catch (OverlappingFileLockException here) {
            return null;
        }
    }

    /** @throws IllegalStateException when it was given back */
    void requireHeld() {
        if (!file.isOpen()) {
            throw new IllegalStateException("the lock was given back");
        }
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
