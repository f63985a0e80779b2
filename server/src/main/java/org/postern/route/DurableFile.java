package org.postern.route;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Set;

/** Small files of ours, readable by us only unless it is said otherwise, that a power cut doesn't take away. */
public final class DurableFile {
    private static final FileAttribute<?> OURS_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    private static final DurableDirectories DIRECTORIES = new DurableDirectories();

    private DurableFile() {}

    /** The octets of {@code file}; where there is none, it is made of so many random ones. */
    static byte[] readOrMake(Path file, int octets) throws IOException {
        try {
            byte[] known = Files.readAllBytes(file);
            if (known.length >= octets) {
                return known;
            }
        } catch (NoSuchFileException first) {
            // It is made.
        }
        byte[] fresh = new byte[octets];
        new SecureRandom().nextBytes(fresh);
        replace(file, fresh);
        return fresh;
    }

    /** Makes {@code text} all that {@code file} holds: after a crash it holds that, or what it held before. */
    public static void replace(Path file, String text) throws IOException {
        replace(file, text.getBytes(UTF_8));
    }

    private static void replace(Path file, byte[] octets) throws IOException {
        moveInto(file, writeBeside(file, octets));
    }

    private static Path writeBeside(Path file, byte[] octets) throws IOException {
        Path beside = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(beside);
        write(beside, octets, StandardOpenOption.CREATE_NEW);
        return beside;
    }

    private static void moveInto(Path file, Path beside) throws IOException {
        Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE);
        DurableDirectories.sync(parent(file));
    }

    /**
     * The same, for more to read.
     *
     * @param mode as {@code rw-r-----}, whatever the umask says
     */
    public static void replace(Path file, String text, String mode) throws IOException {
        Path beside = writeBeside(file, text.getBytes(UTF_8));
        Files.setPosixFilePermissions(beside, PosixFilePermissions.fromString(mode));
        moveInto(file, beside);
    }

    /** Adds {@code text} to {@code file}, which is made when it is not there. */
    static void append(Path file, String text) throws IOException {
        boolean isNew = !Files.exists(file);
        write(file, text.getBytes(UTF_8), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        if (isNew) {
            DurableDirectories.sync(parent(file));
        }
    }

    private static void write(Path file, byte[] octets, OpenOption... how) throws IOException {
        DIRECTORIES.make(parent(file));
        var options = new java.util.HashSet<>(Set.of(how));
        options.add(StandardOpenOption.WRITE);
        try (FileChannel channel = FileChannel.open(file, options, OURS_ONLY)) {
            var buffer = ByteBuffer.wrap(octets);
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
            channel.force(true);
        }
    }

    private static Path parent(Path file) {
        Path parent = file.toAbsolutePath().getParent();
        if (parent == null) {
            throw new IllegalArgumentException(file + " is no file");
        }
        return parent;
    }
}
