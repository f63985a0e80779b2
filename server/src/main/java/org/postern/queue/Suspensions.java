package org.postern.queue;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.TreeSet;

/** The destinations that the operator wants nothing to be tried at, in a file with a line for each: a restart doesn't change it. Thread-safe. */
public final class Suspensions {
    private final Path file;
    private final Set<String> names = new TreeSet<>();

    private Suspensions(Path file) {
        this.file = file;
    }

    /** Those of {@code file}, which need not be there. */
    public static Suspensions open(Path file) throws IOException {
        var suspensions = new Suspensions(file);
        try {
            Files.readAllLines(file).stream().filter(line -> !line.isBlank()).forEach(suspensions.names::add);
        } catch (NoSuchFileException none) {
            return suspensions;
        }
        return suspensions;
    }

    /** All of them. */
    synchronized Set<String> names() {
        return Set.copyOf(names);
    }

    /** Adds one; whether it is new. It is on stable storage when this returns. */
    synchronized boolean add(Destination destination) throws IOException {
        boolean isNew = names.add(destination.name());
        if (isNew) {
            write();
        }
        return isNew;
    }

    /** Takes one away; whether it was there. */
    synchronized boolean remove(Destination destination) throws IOException {
        boolean was = names.remove(destination.name());
        if (was) {
            write();
        }
        return was;
    }

    private void write() throws IOException {
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        try (FileChannel to = FileChannel.open(
                fresh, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            var octets = ByteBuffer.wrap((String.join("\n", names) + "\n").getBytes(UTF_8));
            while (octets.hasRemaining()) {
                to.write(octets);
            }
            to.force(true);
        }
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        try (FileChannel directory =
                FileChannel.open(file.toAbsolutePath().resolveSibling("."), StandardOpenOption.READ)) {
            directory.force(true);
        }
    }
}
