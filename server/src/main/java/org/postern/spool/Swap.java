package org.postern.spool;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardOpenOption.READ;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Puts a repaired database in the place of the damaged one, in steps of which each is whole at any instant:
 *
 * <pre>
 *   db, db.making        the new one is being made: the next repair begins anew
 *   db, db.new           the new one is whole: so does the next repair, should it come to that
 *   db.damaged-*, db.new whoever comes next finishes
 *   db.damaged-*, db     done
 * </pre>
 *
 * The ledger goes with the database that it tells of.
 */
final class Swap {
    private Swap() {}

    /** Where a new one is made. */
    static Path making(Path directory) {
        return directory.resolve("db.making");
    }

    private static Path made(Path directory) {
        return directory.resolve("db.new");
    }

    /** Forgets a repair that did not come to its end. */
    static void beginAnew(Path directory) throws IOException {
        remove(making(directory));
        remove(made(directory));
    }

    /** Puts {@link #making} in place, which is on stable storage; what was there is kept as {@code kept}. */
    static void in(Path directory, Path kept) throws IOException {
        sync(making(directory));
        Files.move(making(directory), made(directory), ATOMIC_MOVE);
        sync(directory);
        if (Files.exists(Store.database(directory))) {
            Files.move(Store.database(directory), kept, ATOMIC_MOVE);
        } else {
            Files.createDirectory(kept);
        }
        sync(directory);
        finish(directory);
    }

    /** Ends a swap that a crash broke off; nothing when there is none. */
    static void finish(Path directory) throws IOException {
        if (Files.exists(Store.database(directory)) || !Files.exists(made(directory))) {
            return;
        }
        Path kept = Files.createDirectories(lastKept(directory));
        for (String name : List.of("ledger", "ledger.old")) {
            if (Files.exists(directory.resolve(name))) {
                Files.move(directory.resolve(name), kept.resolve(name), ATOMIC_MOVE);
            }
        }
        sync(kept);
        sync(directory);
        Files.move(made(directory), Store.database(directory), ATOMIC_MOVE);
        sync(directory);
    }

    private static Path lastKept(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.getFileName().toString().startsWith("db.damaged-"))
                    .max(Comparator.naturalOrder())
                    .orElseGet(() -> directory.resolve("db.damaged-unknown"));
        }
    }

    /** Makes the names in {@code directory} durable. */
    static void sync(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, READ)) {
            channel.force(true);
        }
    }

    /** Removes a directory of ours with all in it; nothing when there is none. */
    static void remove(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path one : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(one);
            }
        }
    }
}
