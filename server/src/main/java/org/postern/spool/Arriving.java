package org.postern.spool;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.postern.smtp.Envelope;
import org.postern.smtp.MailParameters.Body;

/** A message while it comes in: pieces are handed over as they fill, the last one with all else, durably. One use, one thread. */
final class Arriving {
    private static final int FIRST_BUFFER = 8 << 10;

    private final Committer committer;
    private final Space space;
    private final Spool.Arrival begun;
    private final String label;
    private final CRC32C crc = new CRC32C();
    private byte[] buffer;
    private int length;
    private int pieces;
    private long octets;
    private boolean eightBit;

    Arriving(Committer committer, Space space, Spool.Arrival arrival) {
        this.committer = committer;
        this.space = space;
        this.begun = arrival;
        this.label = Records.label(arrival.envelope());
        byte[] opening = Records.opening(label);
        this.buffer = Arrays.copyOf(opening, FIRST_BUFFER);
        this.length = opening.length;
    }

    /** Reads it to its end and keeps it; when that can't be, or is not wanted, nothing of it. */
    Optional<SpooledMessage> receive(InputStream content, Spool.Ending ending) throws IOException {
        try {
            while (true) {
                makeRoom();
                int got = content.read(buffer, length, buffer.length - length);
                if (got < 0) {
                    Optional<Spool.Arrival> arrival = ending.of(begun);
                    if (arrival.isEmpty()) {
                        takeBack();
                        return Optional.empty();
                    }
                    return Optional.of(finish(arrival.get()));
                }
                crc.update(buffer, length, got);
                eightBit |= hasEightBit(buffer, length, length + got);
                length += got;
                octets += got;
            }
        } catch (IOException | RuntimeException problem) {
            abandon(problem);
            throw problem;
        }
    }

    private static boolean hasEightBit(byte[] octets, int from, int to) {
        int all = 0;
        for (int at = from; at < to; at++) {
            all |= octets[at];
        }
        return all < 0;
    }

    private void makeRoom() throws IOException {
        if (length == Records.PIECE) {
            space.require(length);
            committer.commit(new Write.Piece(begun.id(), pieces, take()));
            pieces++;
        } else if (length == buffer.length) {
            buffer = Arrays.copyOf(buffer, Math.min(Records.PIECE, length * 2));
        }
    }

    private SpooledMessage finish(Spool.Arrival arrival) throws IOException {
        space.require(length);
        Envelope envelope = arrival.envelope();
        var received = Instant.ofEpochMilli(arrival.id().millis());
        var message = new SpooledMessage(
                arrival.id(),
                arrival.session(),
                envelope.from(),
                eightBit ? Body.EIGHT_BIT_MIME : Body.SEVEN_BIT,
                envelope.parameters().smtputf8(),
                arrival.doubt(),
                arrival.standing(),
                arrival.trace(),
                octets,
                (int) crc.getValue(),
                Duration.ZERO,
                0,
                envelope.recipients().stream()
                        .map(path -> Recipient.fresh(
                                path, Optional.ofNullable(arrival.originals().get(path)), arrival.doubt(), received))
                        .toList());
        committer.commit(new Write.Whole(arrival.id(), label, Records.message(message), pieces, take()));
        return message;
    }

    /** What was handed over of it is taken back. */
    private void abandon(Exception because) {
        try {
            takeBack();
        } catch (IOException stopped) {
            // The next start sweeps it.
            because.addSuppressed(stopped);
        }
    }

    private void takeBack() throws IOException {
        if (pieces > 0) {
            committer.commit(new Write.Abandoned(begun.id(), pieces));
        }
    }

    private byte[] take() {
        byte[] piece = Arrays.copyOf(buffer, length);
        length = 0;
        return piece;
    }
}
