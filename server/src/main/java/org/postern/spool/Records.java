package org.postern.spool;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.postern.smtp.Envelope;
import org.postern.smtp.ForwardPath;
import org.postern.smtp.MailParameters.Body;
import org.postern.smtp.Mailbox;
import org.postern.smtp.ReversePath;

/**
 * The keys and records of the store, format {@value #FORMAT}. Each key is written once and deleted once, so that RocksDB's SingleDelete
 * may be used: a change of a message's states is a record of its own, with the next revision in its key.
 *
 * <pre>
 *   message  id               what came with it, and its recipients
 *   state    id, revision     how far each recipient's delivery has come; none before the first change
 *   content  id, piece        64 KiB of content each; the first begins with the message's label
 *   default  "format", "writer", "batch", "open" + id
 * </pre>
 */
final class Records {
    static final int FORMAT = 2;

    /** The first format is read as well: it ends before what later ones added. */
    private static final int FIRST_FORMAT = 1;

    /** Octets of content in one record, what stands before the content in the first one counted. */
    static final int PIECE = 64 << 10;

    static final byte[] FORMAT_KEY = "format".getBytes(US_ASCII);

    /** Which Postern opened it last, in words: for an older one that must refuse it. */
    static final byte[] WRITER_KEY = "writer".getBytes(US_ASCII);

    static final byte[] BATCH_KEY = "batch".getBytes(US_ASCII);
    static final byte[] OPEN = "open".getBytes(US_ASCII);

    /** How long a label may be: it names a message when all else about it is lost. */
    private static final int LABEL = 400;

    private Records() {}

    // --- keys
    // ------------------------------------------------------------------------------------------------------------------

    static byte[] key(MessageId id) {
        return ByteBuffer.allocate(8).putLong(id.value()).array();
    }

    /**
     * What stands under {@link #BATCH_KEY}: the number of the batch that it is written with (RocksDB's own count may go back when it is
     * opened), and of the last one before it that was synced.
     */
    static byte[] batch(long number, long synced) {
        return ByteBuffer.allocate(16).putLong(number).putLong(synced).array();
    }

    static byte[] key(MessageId id, int number) {
        return ByteBuffer.allocate(12).putLong(id.value()).putInt(number).array();
    }

    /** Marks a message of which only pieces are there yet. */
    static byte[] openKey(MessageId id) {
        return ByteBuffer.allocate(OPEN.length + 8)
                .put(OPEN)
                .putLong(id.value())
                .array();
    }

    static boolean isOpen(byte[] key) {
        return key.length == OPEN.length + 8 && Arrays.equals(key, 0, OPEN.length, OPEN, 0, OPEN.length);
    }

    static MessageId openId(byte[] key) {
        return new MessageId(ByteBuffer.wrap(key).getLong(OPEN.length));
    }

    static int number(byte[] key) {
        return ByteBuffer.wrap(key).getInt(8);
    }

    static MessageId id(byte[] key) {
        return new MessageId(ByteBuffer.wrap(key).getLong());
    }

    // --- message
    // ---------------------------------------------------------------------------------------------------------------

    static byte[] message(SpooledMessage message) {
        RecordWriter record = new RecordWriter()
                .octet(FORMAT)
                .text(message.session())
                .text(message.from().toString())
                .text(message.body().name())
                .octet(message.smtputf8() ? 1 : 0)
                .text(message.trace())
                .number(message.octets())
                .number(message.checksum())
                .number(message.recipients().size());
        message.recipients().forEach(recipient -> record.text(recipient.path().toString()));
        // Messages that came before there was a quarantine end here; those that came before there were routes, behind
        // it.
        record.octet(message.doubt().isPresent() ? 1 : 0);
        record.text(message.standing().name());
        message.recipients()
                .forEach(recipient ->
                        record.text(recipient.original().map(Object::toString).orElse("")));
        // Format 1 ends here.
        message.doubt().ifPresent(doubt -> doubt(record, doubt));
        return record.sealed();
    }

    private static void doubt(RecordWriter record, Doubt doubt) {
        record.text(doubt.way().name())
                .text(doubt.client())
                .text(doubt.greeting())
                .text(doubt.check())
                .text(doubt.proof())
                .number(doubt.notes().size());
        doubt.notes()
                .forEach(note -> record.text(note.check())
                        .text(note.result())
                        .octet(note.counts() ? 1 : 0)
                        .text(note.text()));
    }

    private static Doubt doubt(RecordReader record) {
        Doubt.Way way = Doubt.Way.valueOf(record.text());
        String client = record.text();
        String greeting = record.text();
        String check = record.text();
        String proof = record.text();
        var notes = new ArrayList<Doubt.Note>();
        for (int left = record.number(); left > 0; left--) {
            notes.add(new Doubt.Note(record.text(), record.text(), record.octet() == 1, record.text()));
        }
        return Doubt.fresh(way, client, greeting, check, notes, proof);
    }

    /** The message as it was when it came. */
    static SpooledMessage message(MessageId id, byte[] octets) throws SpoolProblem {
        var record = new RecordReader(octets, "message " + id);
        try {
            int format = knownFormat(record.octet(), id);
            String session = record.text();
            ReversePath from = reversePath(record.text());
            Body body = Body.valueOf(record.text());
            boolean smtputf8 = record.octet() == 1;
            String trace = record.text();
            long length = record.longNumber();
            int checksum = record.number();
            var paths = new ArrayList<ForwardPath>();
            for (int left = record.number(); left > 0; left--) {
                paths.add(forwardPath(record.text()));
            }
            boolean isDoubted = record.hasMore() && record.octet() == 1;
            Standing standing = record.hasMore() ? Standing.valueOf(record.text()) : Standing.UNPROVEN;
            Instant received = Instant.ofEpochMilli(id.millis());
            var originals = new ArrayList<Optional<ForwardPath>>();
            for (int left = paths.size(); left > 0; left--) {
                originals.add(original(record));
            }
            Optional<Doubt> doubt =
                    !isDoubted ? Optional.empty() : Optional.of(format == FIRST_FORMAT ? Doubt.UNTOLD : doubt(record));
            var recipients = new ArrayList<Recipient>();
            for (int i = 0; i < paths.size(); i++) {
                recipients.add(Recipient.fresh(paths.get(i), originals.get(i), doubt, received));
            }
            return new SpooledMessage(
                    id,
                    session,
                    from,
                    body,
                    smtputf8,
                    doubt,
                    standing,
                    trace,
                    length,
                    checksum,
                    Duration.ZERO,
                    0,
                    recipients);
        } catch (BufferUnderflowException | IllegalArgumentException odd) {
            throw unreadable(id, odd);
        }
    }

    private static Optional<ForwardPath> original(RecordReader record) {
        return Optional.of(record.hasMore() ? record.text() : "")
                .filter(text -> !text.isEmpty())
                .map(Records::forwardPath);
    }

    private static ReversePath reversePath(String text) {
        return text.isEmpty() ? new ReversePath.Null() : Mailbox.parse(text).orElseThrow(BufferUnderflowException::new);
    }

    private static ForwardPath forwardPath(String text) {
        return text.equals("postmaster")
                ? new ForwardPath.Postmaster()
                : Mailbox.parse(text).orElseThrow(BufferUnderflowException::new);
    }

    // --- state
    // -----------------------------------------------------------------------------------------------------------------

    static byte[] state(SpooledMessage message) {
        RecordWriter record = new RecordWriter()
                .octet(FORMAT)
                .number(message.age().toMillis())
                .number(message.recipients().size());
        for (Recipient recipient : message.recipients()) {
            record.text(recipient.state().name())
                    .number(recipient.attempts())
                    .number(recipient.due().toEpochMilli())
                    .text(recipient.last());
        }
        // States that were noted before there were notices end here.
        message.recipients().forEach(recipient -> record.octet(recipient.noticed() ? 1 : 0));
        // Format 1 ends here, and so do all others of what nobody doubted.
        message.doubt().ifPresent(doubt -> record.octet(doubt.digested() ? 1 : 0));
        if (message.isReleased()) {
            record.text(message.trace());
        }
        return record.sealed();
    }

    /** {@code message} with the states of the record. */
    static SpooledMessage withState(SpooledMessage message, int revision, byte[] octets) throws SpoolProblem {
        var record = new RecordReader(octets, "the state of message " + message.id());
        try {
            int format = knownFormat(record.octet(), message.id());
            Duration age = Duration.ofMillis(record.longNumber());
            List<Recipient> recipients = new ArrayList<>();
            if (record.number() != message.recipients().size()) {
                throw new BufferUnderflowException();
            }
            for (Recipient fresh : message.recipients()) {
                Recipient.State state = Recipient.State.valueOf(record.text());
                int attempts = record.number();
                Instant due = Instant.ofEpochMilli(record.longNumber());
                recipients.add(
                        new Recipient(fresh.path(), fresh.original(), state, attempts, due, false, record.text()));
            }
            recipients.replaceAll(
                    recipient -> record.hasMore() && record.octet() == 1 ? recipient.withNotice() : recipient);
            boolean isDoubted = format > FIRST_FORMAT && record.hasMore();
            SpooledMessage digested = isDoubted && record.octet() == 1 ? message.withDigest() : message;
            SpooledMessage released = isDoubted && record.hasMore() ? digested.withRelease(record.text()) : digested;
            return released.with(age, revision, recipients);
        } catch (BufferUnderflowException | IllegalArgumentException odd) {
            throw unreadable(message.id(), odd);
        }
    }

    // --- content
    // ---------------------------------------------------------------------------------------------------------------

    /** Whose message it is, for whoever has to be told that it is lost. */
    static String label(Envelope envelope) {
        var text = new StringBuilder("from ").append(envelope.from().path()).append(" to");
        for (ForwardPath recipient : envelope.recipients()) {
            text.append(' ').append(recipient.path());
            if (text.length() > LABEL) {
                return text.substring(0, LABEL) + "...";
            }
        }
        return text.toString();
    }

    /** What stands before the content in its first piece. */
    static byte[] opening(String label) {
        byte[] utf8 = label.getBytes(UTF_8);
        return ByteBuffer.allocate(4 + utf8.length)
                .putInt(utf8.length)
                .put(utf8)
                .array();
    }

    /** How long the {@link #opening} in {@code piece} is. */
    static int openingLength(byte[] piece) {
        return 4 + ByteBuffer.wrap(piece).getInt();
    }

    static String labelIn(byte[] piece) {
        return new String(piece, 4, openingLength(piece) - 4, UTF_8);
    }

    /** How many pieces a message's content is in. The last one may be empty, and is there all the same. */
    static int pieces(SpooledMessage message) {
        int opening = opening(label(message.envelope())).length;
        return Math.toIntExact((message.octets() + opening) / PIECE) + 1;
    }

    private static int knownFormat(int format, MessageId id) throws SpoolProblem {
        if (format < FIRST_FORMAT || format > FORMAT) {
            throw new SpoolProblem(
                    SpoolProblem.Kind.TOO_NEW,
                    "message " + id + " has format " + format + ", which a newer Postern wrote: run that one");
        }
        return format;
    }

    private static SpoolProblem unreadable(MessageId id, RuntimeException odd) {
        return new SpoolProblem(
                SpoolProblem.Kind.DAMAGED, "message " + id + " makes no sense; run: postern spool repair", odd);
    }
}
