package org.postern.backup;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.postern.message.Printable;
import org.postern.smtp.ForwardPath;
import org.postern.smtp.MailParameters.Body;
import org.postern.smtp.Mailbox;
import org.postern.smtp.ReversePath;
import org.postern.spool.Doubt;
import org.postern.spool.MessageId;
import org.postern.spool.Recipient;
import org.postern.spool.SpooledMessage;
import org.postern.spool.Standing;

/**
 * All about an exported message but its octets: what {@code ID.json} holds, docs/spool-export.schema.json. Whatever can't be, a person may
 * have written: the constructor refuses it with an {@link IllegalArgumentException} that names the member.
 *
 * @param format of this file, {@value #FORMAT}
 * @param received when it came, as its id has it too
 * @param ageMillis how long it has waited, by a clock that nobody sets
 * @param from the reverse-path; empty for {@code <>}
 * @param body {@code 7BIT}, {@code 8BITMIME}, or empty where it was never said
 * @param standing whether its sender is told of failures: {@code ours}, {@code proven}, {@code unproven}
 * @param octets of {@code ID.eml}
 * @param traceOctets how many of these, the first ones, are the header fields that we put before the content
 * @param sha256 of {@code ID.eml}, in hexadecimal digits
 */
public record MessageFile(
        int format,
        String id,
        Instant received,
        long ageMillis,
        String session,
        String from,
        List<Target> recipients,
        String body,
        boolean smtputf8,
        String standing,
        Optional<Suspicion> doubt,
        long octets,
        long traceOctets,
        String sha256) {
    /** The format that this Postern writes and reads. */
    public static final int FORMAT = 1;

    /** Octets of what we put before a content: held in memory. */
    static final int TRACE_OCTETS = 1 << 20;

    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
    private static final Duration OLDEST = Duration.ofDays(36_525);
    private static final Instant LATEST = Instant.parse("2200-01-01T00:00:00Z");

    /**
     * A recipient.
     *
     * @param to as RCPT named it, or where an alias led
     * @param original whom the sender had named, when an alias led from there
     * @param state {@code waiting}, {@code held}, {@code undeliverable}, {@code quarantined}, {@code delivered} or {@code reported}
     * @param attempts that were made
     * @param next when the next is due; of use while waiting
     * @param noticed whether the sender was told that it takes long, or the postmaster that it will be forgotten
     * @param last what the last attempt came to; empty before the first
     */
    public record Target(
            String to,
            Optional<String> original,
            String state,
            int attempts,
            Instant next,
            boolean noticed,
            String last) {
        public Target {
            forwardPath(to);
            original.ifPresent(MessageFile::forwardPath);
            constant(Recipient.State.values(), state, "state");
            require(attempts >= 0 && attempts < 1_000_000, "attempts is a number from 0, not " + attempts);
            require(!next.isBefore(Instant.EPOCH) && next.isBefore(LATEST), "next is a time up to " + LATEST);
        }

        static Target of(Recipient recipient) {
            return new Target(
                    recipient.path().toString(),
                    recipient.original().map(Object::toString),
                    word(recipient.state()),
                    recipient.attempts(),
                    recipient.due(),
                    recipient.noticed(),
                    recipient.last());
        }

        Recipient recipient() {
            return new Recipient(
                    forwardPath(to),
                    original.map(MessageFile::forwardPath),
                    constant(Recipient.State.values(), state, "state"),
                    attempts,
                    next,
                    noticed,
                    Printable.text(last));
        }
    }

    /**
     * Why it is, or was, in quarantine.
     *
     * @param way {@code junk}: its recipients find it among what is doubtful; {@code held}: it is kept here; {@code released}
     * @param told whether a digest has told of it
     * @param check that decided
     * @param proof what of its sender nobody can forge, as {@code spf example.org}
     */
    public record Suspicion(
            String way, boolean told, String client, String greeting, String check, List<Note> notes, String proof) {
        public Suspicion {
            notes = List.copyOf(notes);
            constant(Doubt.Way.values(), way, "way");
        }

        static Suspicion of(Doubt doubt) {
            return new Suspicion(
                    word(doubt.way()),
                    doubt.digested(),
                    doubt.client(),
                    doubt.greeting(),
                    doubt.check(),
                    doubt.notes().stream()
                            .map(note -> new Note(note.check(), note.result(), note.counts(), note.text()))
                            .toList(),
                    doubt.proof());
        }

        Doubt toDoubt() {
            return new Doubt(
                    constant(Doubt.Way.values(), way, "way"),
                    told,
                    Printable.text(client),
                    Printable.text(greeting),
                    Printable.text(check),
                    notes.stream()
                            .map(note -> new Doubt.Note(
                                    Printable.text(note.check),
                                    Printable.text(note.result),
                                    note.counts,
                                    Printable.text(note.text)))
                            .toList(),
                    Printable.text(proof));
        }
    }

    /** What a check came to, and whether that earned the quarantine. */
    public record Note(String check, String result, boolean counts, String text) {}

    public MessageFile {
        recipients = List.copyOf(recipients);
        require(format == FORMAT, "format is " + FORMAT + " here, not " + format);
        MessageId name = MessageId.parse(id)
                .filter(one -> one.toString().equals(id))
                .orElseThrow(() -> new IllegalArgumentException("id is like m-1M89981FP0000"));
        require(received.equals(Instant.ofEpochMilli(name.millis())), "received is not the time that its id has");
        require(ageMillis >= 0 && ageMillis <= OLDEST.toMillis(), "ageMillis is a number from 0, not " + ageMillis);
        reversePath(from);
        body(body);
        constant(Standing.values(), standing, "standing");
        require(!recipients.isEmpty(), "recipients has one at least");
        boolean isQuarantined =
                recipients.stream().anyMatch(one -> one.state.equals(word(Recipient.State.QUARANTINED)));
        require(
                !isQuarantined
                        || doubt.filter(one -> one.way.equals(word(Doubt.Way.HELD)))
                                .isPresent(),
                "a recipient is quarantined, and doubt does not say why");
        require(
                traceOctets >= 0 && traceOctets <= TRACE_OCTETS && traceOctets <= octets,
                "traceOctets is a number up to octets and to " + TRACE_OCTETS + ", not " + traceOctets);
        require(SHA256.matcher(sha256).matches(), "sha256 is 64 hexadecimal digits, in lower case");
    }

    /**
     * Of that message.
     *
     * @param traceOctets of its trace
     * @param sha256 of its trace and content
     */
    public static MessageFile of(SpooledMessage message, int traceOctets, String sha256) {
        return new MessageFile(
                FORMAT,
                message.id().toString(),
                message.received(),
                message.age().toMillis(),
                message.session(),
                message.from().toString(),
                message.recipients().stream().map(Target::of).toList(),
                switch (message.body()) {
                    case UNSAID -> "";
                    case SEVEN_BIT -> "7BIT";
                    case EIGHT_BIT_MIME -> "8BITMIME";
                },
                message.smtputf8(),
                word(message.standing()),
                message.doubt().map(Suspicion::of),
                message.octets() + traceOctets,
                traceOctets,
                sha256);
    }

    /** The message as it is to be put into a spool: its checksum is not known yet. */
    SpooledMessage message(String trace) {
        return new SpooledMessage(
                messageId(),
                Printable.text(session),
                reversePath(from),
                body(body),
                smtputf8,
                doubt.map(Suspicion::toDoubt),
                constant(Standing.values(), standing, "standing"),
                trace,
                octets - traceOctets,
                0,
                Duration.ofMillis(ageMillis),
                1,
                recipients.stream().map(Target::recipient).toList());
    }

    MessageId messageId() {
        return MessageId.parse(id).orElseThrow();
    }

    // --- words
    // -----------------------------------------------------------------------------------------------------------------

    private static ReversePath reversePath(String text) {
        return text.isEmpty() ? new ReversePath.Null() : mailbox(text, "from");
    }

    private static ForwardPath forwardPath(String text) {
        return text.equals("postmaster") ? new ForwardPath.Postmaster() : mailbox(text, "to");
    }

    private static Mailbox mailbox(String text, String member) {
        return Mailbox.parse(text)
                .orElseThrow(() -> new IllegalArgumentException(member + " is like ann@example.org, not " + text));
    }

    private static Body body(String text) {
        return switch (text) {
            case "" -> Body.UNSAID;
            case "7BIT" -> Body.SEVEN_BIT;
            case "8BITMIME" -> Body.EIGHT_BIT_MIME;
            default -> throw new IllegalArgumentException("body is 7BIT, 8BITMIME or empty, not " + text);
        };
    }

    private static <E extends Enum<E>> E constant(E[] all, String text, String member) {
        for (E one : all) {
            if (word(one).equals(text)) {
                return one;
            }
        }
        throw new IllegalArgumentException(member + " is no " + text);
    }

    private static String word(Enum<?> one) {
        return one.name().toLowerCase(Locale.ROOT);
    }

    private static void require(boolean holds, String what) {
        if (!holds) {
            throw new IllegalArgumentException(what);
        }
    }
}
