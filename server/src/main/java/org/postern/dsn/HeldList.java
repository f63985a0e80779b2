package org.postern.dsn;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.postern.message.MailDate;
import org.postern.smtp.Domain;
import org.postern.spool.Doubt;
import org.postern.spool.MessageId;
import org.postern.spool.Recipient;
import org.postern.spool.Spool;
import org.postern.spool.SpooledMessage;

/**
 * The list of messages, held or quarantined, that will soon be forgotten, for the postmaster: one for all of which that is to be told within a day, so that
 * nobody gets a message for each. Thread-safe.
 */
final class HeldList {
    private static final DateTimeFormatter DATE = MailDate.FORMAT.withZone(ZoneOffset.UTC);
    private static final int PAGE = 1_000;
    private static final int MOST = 1_000;

    private final Domain hostname;
    private final Spool spool;

    /** Of which was told before their time came. */
    private final Set<MessageId> listed = new HashSet<>();

    HeldList(Domain hostname, Spool spool) {
        this.hostname = hostname;
        this.spool = spool;
    }

    /** What is told of, and how. */
    private enum Kind {
        UNDELIVERABLE("held"),
        QUARANTINED("quarantined");

        private final String word;

        Kind(String word) {
            this.word = word;
        }

        private boolean isOf(Recipient recipient) {
            return recipient.state()
                    == switch (this) {
                        case UNDELIVERABLE -> Recipient.State.UNDELIVERABLE;
                        case QUARANTINED -> Recipient.State.QUARANTINED;
                    };
        }

        private boolean isUntold(SpooledMessage message) {
            // What was released is younger than it looks, and told of by itself.
            return !message.isReleased() && message.recipients().stream().anyMatch(one -> isOf(one) && !one.noticed());
        }

        private String explained(Duration left) {
            return switch (this) {
                case UNDELIVERABLE -> """
                    It can't be delivered, and nobody may be told, or a stranger might get a report of
                    what he never sent. In %s it is forgotten.

                    To try one again: postern queue release ID. To keep it: release it, then hold it.
                    """.formatted(words(left));
                case QUARANTINED -> """
                    This was kept back for what was found about who brought it, and nobody has
                    said yet whether it is good. In %s it is forgotten, and nobody is told.

                    To look at one:      postern quarantine show ID
                    To let it go on:     postern quarantine release ID
                    """.formatted(words(left));
            };
        }

        private String why(SpooledMessage message, Recipient recipient) {
            return switch (this) {
                case UNDELIVERABLE -> recipient.last();
                case QUARANTINED ->
                    message.doubt().stream()
                            .flatMap(doubt -> doubt.notes().stream())
                            .filter(Doubt.Note::counts)
                            .map(note -> note.check() + ": " + note.text())
                            .findFirst()
                            .orElse("");
            };
        }
    }

    /** The list that has {@code message}; empty when an earlier one had it. */
    synchronized Optional<byte[]> of(SpooledMessage message, Instant now, Duration told, Duration forgotten, String id)
            throws IOException {
        if (listed.remove(message.id())) {
            return Optional.empty();
        }
        Kind kind = message.isQuarantined() ? Kind.QUARANTINED : Kind.UNDELIVERABLE;
        List<SpooledMessage> soon = new ArrayList<>(List.of(message));
        Instant before = now.minus(told).plus(forgotten.minus(told));
        Optional<MessageId> last = Optional.empty();
        for (List<SpooledMessage> page = spool.page(last, PAGE); !page.isEmpty(); page = spool.page(last, PAGE)) {
            // They come in the order of their age.
            page.stream()
                    .filter(one -> !one.id().equals(message.id())
                            && kind.isUntold(one)
                            && one.received().isBefore(before))
                    .forEach(soon::add);
            last = Optional.of(page.getLast().id());
            if (!page.getLast().received().isBefore(before) || soon.size() > MOST) {
                break;
            }
        }
        List<SpooledMessage> named = soon.subList(0, Math.min(soon.size(), MOST));
        named.stream().skip(1).map(SpooledMessage::id).forEach(listed::add);
        return Optional.of(text(kind, named, now, forgotten.minus(told), id).getBytes(US_ASCII));
    }

    private String text(Kind kind, List<SpooledMessage> messages, Instant now, Duration left, String id) {
        String many =
                messages.size() == 1 ? "A " + kind.word + " message" : messages.size() + " " + kind.word + " messages";
        var text = new StringBuilder();
        text.append("From: Mail system <postmaster@").append(hostname).append(">\r\n");
        text.append("To: postmaster@").append(hostname).append("\r\n");
        text.append("Subject: ").append(many).append(" will soon be forgotten\r\n");
        text.append("Date: ").append(DATE.format(now)).append("\r\n");
        text.append("Message-ID: <").append(id).append('@').append(hostname).append(">\r\n");
        // RFC 3834 §5.
        text.append("Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n");
        text.append("Content-Type: text/plain; charset=us-ascii\r\n\r\n");
        text.append(many)
                .append(" will soon be forgotten.\r\n\r\n")
                .append(kind.explained(left).replace("\n", "\r\n"));
        messages.forEach(message -> append(text, kind, message));
        return text.toString();
    }

    private static String words(Duration left) {
        return left.toHours() > 1 ? left.toHours() + " hours" : left.toSeconds() + " seconds";
    }

    private static void append(StringBuilder text, Kind kind, SpooledMessage message) {
        text.append("\r\n").append(message.id()).append("  came ").append(DATE.format(message.received()));
        text.append("\r\n  from ").append(plain(message.from().path())).append("\r\n");
        message.recipients().stream()
                .filter(kind::isOf)
                .forEach(one -> text.append("  to ")
                        .append(plain(one.path().path()))
                        .append("\r\n    ")
                        .append(plain(kind.why(message, one)))
                        .append("\r\n"));
    }

    /** A line has 998 octets at most, RFC 5322 §2.1.1. */
    private static String plain(String words) {
        String line = words.replaceAll("[^ -~]", "?");
        return line.length() > 900 ? line.substring(0, 900) + "..." : line;
    }
}
