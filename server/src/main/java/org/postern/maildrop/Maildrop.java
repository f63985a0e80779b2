package org.postern.maildrop;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The directory, mode 3733: whoever has an account may leave a file, take away his own only, and see nobody's names. By its set-group-ID
 * bit what is left there is of the server's group: the server, which need not be root, may read it, and no other user. A file is written
 * under a name that nobody looks at, and renamed when it is whole.
 */
public final class Maildrop {
    /** Of files that are whole. */
    static final String WHOLE = "mail-";

    private static final String UNFINISHED = "tmp-";

    /** What was taken out of everybody's reach, and is not in the spool yet. */
    static final String TAKEN = "taken";

    private static final FileAttribute<?> OURS_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    private static final FileAttribute<?> THEIRS_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    private static final Set<PosixFilePermission> THEIRS_AND_THE_SERVERS = PosixFilePermissions.fromString("rw-r-----");

    private static final int MODE = 03733;
    private static final int SET_GROUP_ID = 02000;

    private Maildrop() {}

    /** Makes the directory, or mends its mode: for who picks up. */
    static void make(Path directory) throws IOException {
        Files.createDirectories(directory);
        if (mode(directory) != MODE) {
            setMode(directory);
        }
        Path taken = directory.resolve(TAKEN);
        if (!Files.isDirectory(taken, LinkOption.NOFOLLOW_LINKS)) {
            Files.createDirectory(taken, OURS_ONLY);
        }
    }

    private static int mode(Path directory) throws IOException {
        return (int) Files.getAttribute(directory, "unix:mode") & 07777;
    }

    /** With bits that Java's own permissions don't know. */
    private static void setMode(Path directory) throws IOException {
        Files.setAttribute(directory, "unix:mode", MODE);
    }

    /**
     * Leaves a message. It is on stable storage when this returns.
     *
     * @param message its octets
     * @throws IOException when it can't be left: nothing of it is there then
     */
    public static void leave(Path directory, Dropped envelope, byte[] message) throws IOException {
        String name = Long.toHexString(System.currentTimeMillis())
                + "-"
                + ProcessHandle.current().pid()
                + "-"
                + Integer.toHexString(ThreadLocalRandom.current().nextInt());
        Path file = directory.resolve(UNFINISHED + name);
        try (FileChannel channel =
                FileChannel.open(file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), THEIRS_ONLY)) {
            try {
                write(channel, envelope.toBytes());
                write(channel, message);
                if ((mode(directory) & SET_GROUP_ID) != 0) {
                    // Whatever the umask is. Without that bit it would be the sender's own group that may read.
                    Files.setPosixFilePermissions(file, THEIRS_AND_THE_SERVERS);
                }
                channel.force(true);
                Path whole = directory.resolve(WHOLE + name);
                Files.move(file, whole, StandardCopyOption.ATOMIC_MOVE);
                // The directory can't be opened by who may not read it, so not synced: with the file its new name is
                // (ext4, XFS and Btrfs
                // put both into one transaction of their journals).
                channel.force(true);
            } catch (IOException | RuntimeException problem) {
                Files.deleteIfExists(file);
                throw problem;
            }
        }
    }

    private static void write(FileChannel channel, byte[] octets) throws IOException {
        var buffer = ByteBuffer.wrap(octets);
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }
}
