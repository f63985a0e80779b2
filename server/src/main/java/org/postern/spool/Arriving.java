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
    private final MessageId id;
    private final String label;
    private final CRC32C crc = new CRC32C();
    private byte[] buffer;
    private int length;
    private int pieces;
    private long octets;
    private boolean eightBit;

    /** What becomes of it behind its last octet; empty when it is not to be kept. */
    private interface Closing {
        Optional<SpooledMessage> message() throws IOException;
    }

    Arriving(Committer committer, Space space, MessageId id, Envelope envelope) {
        this.committer = committer;
        this.space = space;
        this.id = id;
        this.label = Records.label(envelope);
        byte[] opening = Records.opening(label);
        this.buffer = Arrays.copyOf(opening, FIRST_BUFFER);
        this.length = opening.length;
    }

    /** Reads it to its end and keeps it; when that can't be, or is not wanted, nothing of it. */
    Optional<SpooledMessage> receive(Spool.Arrival begun, InputStream content, Spool.Ending ending) throws IOException {
        return take(content, () -> ending.of(begun).map(this::fresh));
    }

    /** Reads one that was in a spool before, and keeps it as it was then. */
    SpooledMessage receiveAgain(SpooledMessage before, InputStream content) throws IOException {
        return take(content, () -> Optional.of(again(before))).orElseThrow();
    }

    private Optional<SpooledMessage> take(InputStream content, Closing closing) throws IOException {
        try {
            while (true) {
                makeRoom();
                int got = content.read(buffer, length, buffer.length - length);
                if (got < 0) {
                    Optional<SpooledMessage> message = closing.message();
                    if (message.isPresent()) {
                        keep(message.get());
                    } else {
                        takeBack();
                    }
                    return message;
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
            committer.commit(new Write.Piece(id, pieces, filled()));
            pieces++;
        } else if (length == buffer.length) {
            buffer = Arrays.copyOf(buffer, Math.min(Records.PIECE, length * 2));
        }
    }

    private SpooledMessage fresh(Spool.Arrival arrival) {
        Envelope envelope = arrival.envelope();
        var received = Instant.ofEpochMilli(id.millis());
        return new SpooledMessage(
                id,
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
    }

    private SpooledMessage again(SpooledMessage before) {
        return new SpooledMessage(
                id,
                before.session(),
                before.from(),
                // What goes on as 7-bit must be that, whatever somebody says.
                eightBit && before.body() == Body.SEVEN_BIT ? Body.EIGHT_BIT_MIME : before.body(),
                before.smtputf8(),
                before.doubt(),
                before.standing(),
                before.trace(),
                octets,
                (int) crc.getValue(),
                before.age(),
                1,
                before.recipients());
    }

    private void keep(SpooledMessage message) throws IOException {
        space.require(length);
        Optional<byte[]> state = message.revision() == 0 ? Optional.empty() : Optional.of(Records.state(message));
        committer.commit(new Write.Whole(id, label, Records.message(message), state, pieces, filled()));
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
            committer.commit(new Write.Abandoned(id, pieces));
        }
    }

    private byte[] filled() {
        byte[] piece = Arrays.copyOf(buffer, length);
        length = 0;
        return piece;
    }
}
