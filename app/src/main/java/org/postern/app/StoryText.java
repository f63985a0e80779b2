package org.postern.app;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.postern.control.Details;
import org.postern.finding.Evidence;
import org.postern.journal.Entry;
import org.postern.journal.Recorded;
import org.postern.journal.Story;
import picocli.CommandLine.Help.Ansi;

/** A story as people read it: the answer, who came and what was decided, what that rests on, what became of it, what mends it. */
final class StoryText {
    private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss");
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("MM-dd HH:mm:ss");

    private final Paint paint;
    private final FindingRows rows;
    private final ZoneId zone;
    private final Instant now;

    StoryText(Ansi ansi, ZoneId zone, Instant now) {
        this.paint = new Paint(ansi);
        this.rows = new FindingRows(paint);
        this.zone = zone;
        this.now = now;
    }

    /**
     * All of it.
     *
     * @param today what DNS says now to questions of then
     * @param waiting what the queue knows of its messages that still wait
     */
    String of(Story story, Map<String, String> today, List<Details> waiting) {
        var text = new StringBuilder();
        text.append(paint.bold(Harmless.text(story.answer()))).append("\n");
        for (Entry.Transaction one : story.transactions()) {
            transaction(text, one, today);
        }
        story.session()
                .ifPresent(
                        session -> session(text, session, story.transactions().isEmpty()));
        for (Story.Message message : story.messages()) {
            message(text, message, waiting);
        }
        if (!story.cures().isEmpty()) {
            text.append("\nwhat its owner should see to\n");
            story.cures()
                    .forEach(cure ->
                            text.append("  - ").append(Harmless.text(cure)).append('\n'));
        }
        for (Entry.Gap gap : story.gaps()) {
            text.append('\n')
                    .append(paint.coloured(
                            gap.dropped() + " entries of that time are missing in the journal: "
                                    + Harmless.text(gap.why()),
                            "33"))
                    .append('\n');
        }
        return text.toString();
    }

    // --- who came, and what was decided
    // ----------------------------------------------------------------------------------------

    private void transaction(StringBuilder text, Entry.Transaction one, Map<String, String> today) {
        text.append('\n');
        field(text, "when", DAY.format(one.time().atZone(zone)) + ", session " + one.session());
        caller(text, one.caller());
        if (!one.from().isEmpty()) {
            field(
                    text,
                    "brought",
                    "mail from " + one.from()
                            + (one.messageId().isEmpty() ? "" : ", Message-ID <" + one.messageId() + ">")
                            + (one.octets() > 0 ? ", " + size(one.octets()) : ""));
        }
        for (Entry.Recipient recipient : one.to()) {
            field(
                    text,
                    "to",
                    recipient.path()
                            + (recipient.means().isEmpty()
                                    ? ""
                                    : " (that is " + String.join(", ", recipient.means()) + ")")
                            + (recipient.told().verdict().isEmpty() ? "" : ": " + told(recipient.told())));
        }
        if (!one.whole().reply().isEmpty()) {
            field(text, "decided", told(one.whole()));
        }
        one.others()
                .forEach(refused -> field(
                        text, "refused", refused.asked() + ": " + refused.told().reply()));
        if (!one.findings().isEmpty()) {
            text.append("\nwhat was found then\n");
            Recorded.findings(one).forEach(judged -> rows.row(text, judged, today(today)));
        } else if (one.caller().trusted()) {
            text.append("\nit is trusted, so nothing was looked at\n");
        }
    }

    /** What is answered now, where that is another answer. */
    private static Function<Evidence, String> today(Map<String, String> today) {
        return evidence -> {
            String answer = today.get(evidence.question());
            return answer == null ? "" : answer.equals(evidence.answer()) ? "the same today" : "today: " + answer;
        };
    }

    private void caller(StringBuilder text, Entry.Caller caller) {
        field(
                text,
                "client",
                caller.client()
                        + (caller.confirmed().isEmpty() ? "" : " (" + caller.confirmed() + ")")
                        + (caller.proxy().isEmpty() ? "" : " by way of " + caller.proxy())
                        + (caller.name().isEmpty()
                                ? ", which did not greet"
                                : " greeted by " + caller.verb().toUpperCase(Locale.ROOT) + " " + caller.name())
                        + (caller.tls().isEmpty() ? ", in clear" : ", under " + caller.tls())
                        + (caller.early() ? "; it spoke out of turn" : ""));
    }

    private static String told(Entry.Told told) {
        return told.verdict()
                + (told.by().isEmpty() ? "" : " by " + told.by())
                + (told.reply().isEmpty() ? "" : ", " + told.reply());
    }

    private void session(StringBuilder text, Entry.Session session, boolean alone) {
        text.append('\n');
        if (alone) {
            field(text, "when", DAY.format(session.time().atZone(zone)) + ", session " + session.session());
            caller(text, session.caller());
        }
        session.refused()
                .forEach(refused -> field(
                        text, "refused", refused.asked() + ": " + refused.told().reply()));
        field(
                text,
                "session",
                "ended by " + session.end() + " after " + took(session.ms()) + ", "
                        + count(session.commands(), "command") + ", " + count(session.messages(), "message")
                        + " taken, " + count(session.refusals(), "refusal"));
    }

    // --- what became of it
    // -------------------------------------------------------------------------------------------------------

    private void message(StringBuilder text, Story.Message message, List<Details> waiting) {
        if (!message.history().isEmpty()) {
            text.append("\nwhat became of ").append(message.id()).append('\n');
            message.history()
                    .forEach(entry -> text.append("  ").append(line(entry)).append('\n'));
        }
        for (Details details : waiting) {
            if (details.summary().id().toString().equals(message.id())) {
                text.append("\nin the queue now\n");
                details.recipients()
                        .forEach(one -> text.append("  ").append(delivery(one)).append('\n'));
            }
        }
        message.reports().forEach(report -> message(text, report, waiting));
    }

    private String delivery(Details.Delivery one) {
        return Harmless.text(one.to() + ": " + one.state()
                + one.next()
                        .map(next -> ", tried "
                                + (next.isAfter(now)
                                        ? "again in " + QueueText.brief(Duration.between(now, next))
                                        : "now"))
                        .orElse("")
                + (one.last().isEmpty() ? "" : "; " + one.last()));
    }

    /** An entry on one line. */
    String line(Entry entry) {
        String when = TIME.format(entry.time().atZone(zone)) + "  ";
        return when
                + switch (entry) {
                    case Entry.Transaction one -> transaction(one);
                    case Entry.Session one ->
                        row(
                                "",
                                one.session() + "  " + who(one.caller()) + "  ended by " + one.end() + ", "
                                        + count(one.messages(), "message") + ", " + count(one.refusals(), "refusal"));
                    case Entry.Attempt one ->
                        one.tried().stream()
                                .map(tried -> row(
                                        tried.outcome(),
                                        one.message() + "  " + tried.to() + ": " + attempt(one, tried)))
                                .reduce((first, more) -> first + "\n                    " + more)
                                .orElse("");
                    case Entry.Event one -> row("", event(one));
                    case Entry.Gap one -> row("gap", one.dropped() + " entries are missing: " + one.why());
                };
    }

    private String transaction(Entry.Transaction one) {
        Entry.Told told = one.decided();
        String to = one.to().isEmpty()
                ? ""
                : " -> " + one.to().getFirst().path()
                        + (one.to().size() > 1 ? " +" + (one.to().size() - 1) : "");
        return row(
                told.verdict(),
                (one.message().isEmpty() ? one.session() : one.session() + "  " + one.message()) + "  "
                        + who(one.caller()) + "  " + (one.from().isEmpty() ? "" : one.from() + to + "  ")
                        + (told.by().isEmpty() ? "" : "by " + told.by() + ": ") + told.reply());
    }

    private static String who(Entry.Caller caller) {
        return caller.client() + (caller.name().isEmpty() ? "" : " " + caller.name());
    }

    private static String attempt(Entry.Attempt one, Entry.Tried tried) {
        return tried.text() + (tried.tls().isEmpty() ? "" : " [" + tried.tls() + "]") + " (after " + took(one.age())
                + ", it took " + took(one.ms()) + ")";
    }

    private static String event(Entry.Event one) {
        String to = one.to().isEmpty() ? "" : " to " + String.join(", ", one.to());
        return one.message() + "  "
                + switch (one.what()) {
                    case LEFT_HERE -> "left here " + one.text() + ", from " + one.from() + to;
                    case REPORT -> "is our report" + to + " about " + one.about() + ": " + one.text();
                    case GIVEN_UP -> "given up" + to + ": " + one.text();
                    case HELD -> "held by the operator";
                    case RELEASED -> "released by the operator";
                    case RELEASED_FROM_QUARANTINE -> "released from quarantine by the operator";
                    case RETRIED -> "made due by the operator";
                    case DROPPED -> "dropped by the operator";
                    case FORGOTTEN -> "forgotten, undelivered: " + one.text();
                };
    }

    private String row(String word, String rest) {
        return paint.coloured(String.format(Locale.ROOT, "%-11s", Harmless.text(word)), colour(word)) + " "
                + Harmless.text(rest);
    }

    private static String colour(String word) {
        return switch (word) {
            case "accept", "trusted", "delivered" -> "32";
            case "reject", "failed", "gap", "stuck" -> "31";
            case "quarantine", "greylist", "defer", "limited", "later", "unreachable", "ours" -> "33";
            default -> "0";
        };
    }

    private static String count(int number, String thing) {
        return number + " " + thing + (number == 1 ? "" : "s");
    }

    private static String size(long octets) {
        String size = QueueText.size(octets);
        return Character.isDigit(size.charAt(size.length() - 1)) ? size + " octets" : size;
    }

    private static String took(long ms) {
        return ms < 1_000 ? ms + " ms" : QueueText.brief(Duration.ofMillis(ms));
    }

    private static void field(StringBuilder text, String name, String value) {
        text.append(String.format(Locale.ROOT, "%-9s %s%n", name, Harmless.text(value)));
    }
}
