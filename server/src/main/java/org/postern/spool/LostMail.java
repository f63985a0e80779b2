package org.postern.spool;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Keeps for the operator what can be read of messages that can't be delivered, in {@code lost}, mode 0600. */
final class LostMail {
    private final Path place;
    private final Remains remains;
    private final List<Path> contents = new ArrayList<>();

    LostMail(Path directory, Remains remains) {
        this.place = directory.resolve("lost");
        this.remains = remains;
    }

    /** Writes its content, as far as there is any. What is missing in it is said in its place. */
    void keep(Damaged damaged) throws IOException {
        MessageId id = damaged.id();
        Optional<SpooledMessage> message = remains.record(id).found().flatMap(record -> message(id, record));
        int pieces = message.map(Records::pieces).orElse(remains.lastPiece(id) + 1);
        boolean isAnyThere = false;
        for (int number = 0; number < pieces && !isAnyThere; number++) {
            isAnyThere = remains.piece(id, number).found().isPresent();
        }
        if (isAnyThere) {
            Path file = place.resolve(id + ".eml");
            try (FileChannel channel = create(file);
                    OutputStream out = Channels.newOutputStream(channel)) {
                if (message.isPresent()) {
                    out.write(message.get().trace().getBytes(UTF_8));
                }
                for (int number = 0; number < pieces; number++) {
                    write(id, number, pieces, out);
                }
                channel.force(true);
            }
            contents.add(file);
        }
    }

    private static Optional<SpooledMessage> message(MessageId id, byte[] record) {
        try {
            return Optional.of(Records.message(id, record));
        } catch (SpoolProblem damaged) {
            return Optional.empty();
        }
    }

    private void write(MessageId id, int number, int pieces, OutputStream out) throws IOException {
        Optional<byte[]> piece = remains.piece(id, number).found();
        if (piece.isEmpty()) {
            out.write(("\r\n[Postern: piece " + (number + 1) + " of " + pieces + ", up to " + Records.PIECE
                            + " octets, could not be read]\r\n")
                    .getBytes(US_ASCII));
        } else {
            byte[] octets = piece.get();
            int from = number == 0 ? Math.clamp(Records.openingLength(octets), 0, octets.length) : 0;
            out.write(octets, from, octets.length - from);
        }
    }

    /** Writes down what a repair came to. */
    Path report(String stamp, Inspection found, Path kept) throws IOException {
        var text = new StringBuilder();
        text.append("Repair of ")
                .append(stamp)
                .append(": ")
                .append(found.messages())
                .append(" messages saved\n");
        text.append("The damaged store: ").append(kept).append('\n');
        found.faults().forEach(fault -> text.append("fault: ").append(fault).append('\n'));
        for (Damaged damaged : found.damaged()) {
            text.append(damaged.isLost() ? "lost: " : "saved: ")
                    .append(damaged.id())
                    .append(' ')
                    .append(damaged.label())
                    .append(": ")
                    .append(damaged.how())
                    .append('\n');
        }
        Path file = place.resolve("repair-" + stamp + ".txt");
        try (FileChannel channel = create(file)) {
            ByteBuffer octets = ByteBuffer.wrap(text.toString().getBytes(UTF_8));
            while (octets.hasRemaining()) {
                channel.write(octets);
            }
            channel.force(true);
        }
        Swap.sync(place);
        return file;
    }

    List<Path> contents() {
        return List.copyOf(contents);
    }

    private FileChannel create(Path file) throws IOException {
        Files.createDirectories(place);
        return FileChannel.open(
                file,
                Set.of(CREATE, WRITE, TRUNCATE_EXISTING),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    }
}
