package org.postern.backup;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Set;
import java.util.stream.Stream;
import org.postern.spool.MessageId;

/**
 * Messages written into a directory, two files each: {@code ID.eml}, the octets as they would be handed on, and {@code ID.json}, all
 * else. A file bears its name only when it is whole and on stable storage, and the second comes last. For one thread.
 */
public final class Export {
    /** How a file is named behind its own name until it is whole. */
    static final String PART = ".part";

    private static final FileAttribute<?> OURS =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    private static final FileAttribute<?> OUR_DIRECTORY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    private final Path directory;
    private final boolean isMade;

    private Export(Path directory, boolean isMade) {
        this.directory = directory;
        this.isMade = isMade;
    }

    /**
     * Into {@code directory}, which is made when it is not there, for nobody else to look into.
     *
     * @throws IOException when it can't be written into, or holds something: an older export in it would be mixed with this one
     */
    public static Export into(Path directory) throws IOException {
        boolean isMade = !Files.exists(directory);
        try {
            if (isMade) {
                Files.createDirectory(directory, OUR_DIRECTORY);
            }
            requireEmpty(directory);
            Path probe = directory.resolve("probe" + PART);
            FileChannel.open(probe, Set.of(CREATE_NEW, WRITE), OURS).close();
            Files.delete(probe);
        } catch (FileSystemException problem) {
            throw unwritten(directory, problem);
        }
        return new Export(directory.toAbsolutePath(), isMade);
    }

    private static void requireEmpty(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            if (files.findAny().isPresent()) {
                throw new IOException(directory + " is not empty, and what is in it would be mixed with this export:"
                        + " name another directory");
            }
        }
    }

    /** Begins one. */
    public Draft begin(MessageId id) throws IOException {
        return new Draft(id);
    }

    /** A message of which not all is written yet; when it is closed before it was kept, nothing of it stays. */
    public final class Draft implements Closeable {
        private final Path eml;
        private final Path json;
        private final Path partEml;
        private final Path partJson;
        private final FileChannel content;
        private final MessageDigest sha256 = Sha256.begin();
        private long octets;

        private Draft(MessageId id) throws IOException {
            this.eml = directory.resolve(id + ".eml");
            this.json = directory.resolve(id + ".json");
            this.partEml = directory.resolve(id + ".eml" + PART);
            this.partJson = directory.resolve(id + ".json" + PART);
            this.content = FileChannel.open(partEml, Set.of(CREATE_NEW, WRITE), OURS);
        }

        /** The next octets of {@code ID.eml}. */
        public void write(byte[] part) throws IOException {
            Export.write(content, part, partEml);
            sha256.update(part);
            octets += part.length;
        }

        /**
         * Keeps it.
         *
         * @throws IOException when that can't be, or {@code file} is of other octets than were written
         */
        public void keep(MessageFile file) throws IOException {
            if (file.octets() != octets || !file.sha256().equals(HexFormat.of().formatHex(sha256.digest()))) {
                throw new IOException(eml.getFileName() + " got other octets than the spool had: export it again");
            }
            force(content, partEml);
            try (FileChannel state = FileChannel.open(partJson, Set.of(CREATE_NEW, WRITE), OURS)) {
                Export.write(state, Json.write(file), partJson);
                force(state, partJson);
            }
            Files.move(partEml, eml, ATOMIC_MOVE);
            Files.move(partJson, json, ATOMIC_MOVE);
        }

        @Override
        public void close() throws IOException {
            content.close();
            Files.deleteIfExists(partEml);
            Files.deleteIfExists(partJson);
        }
    }

    private static void write(FileChannel channel, byte[] octets, Path file) throws IOException {
        try {
            for (ByteBuffer left = ByteBuffer.wrap(octets); left.hasRemaining(); ) {
                channel.write(left);
            }
        } catch (IOException problem) {
            throw unwritten(file, problem);
        }
    }

    private static void force(FileChannel channel, Path file) throws IOException {
        try {
            channel.force(true);
        } catch (IOException problem) {
            throw unwritten(file, problem);
        }
    }

    /** Puts the names of all that was kept on stable storage: only then is it an export. */
    public void finish() throws IOException {
        sync(directory);
        if (isMade) {
            sync(directory.resolveSibling("."));
        }
    }

    private static void sync(Path place) throws IOException {
        try (FileChannel names = FileChannel.open(place, READ)) {
            names.force(true);
        } catch (IOException problem) {
            throw unwritten(place, problem);
        }
    }

    private static IOException unwritten(Path file, IOException problem) {
        String why =
                switch (problem) {
                    case AccessDeniedException _ -> "permission denied";
                    case NoSuchFileException _ -> "there is no such directory";
                    case NotDirectoryException _ -> "it is no directory";
                    case FileSystemException other when other.getReason() != null -> other.getReason();
                    default -> String.valueOf(problem.getMessage());
                };
        return new IOException("can't write " + file + ": " + why, problem);
    }
}
