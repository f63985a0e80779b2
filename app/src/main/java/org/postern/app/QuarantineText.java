package org.postern.app;

import static org.postern.app.QueueText.brief;
import static org.postern.app.QueueText.field;
import static org.postern.app.QueueText.full;
import static org.postern.app.QueueText.path;
import static org.postern.app.QueueText.size;

import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import org.postern.control.TrustedSender;
import org.postern.message.Printable;
import org.postern.quarantine.Suspect;
import org.postern.spool.Doubt;
import picocli.CommandLine.Help.Ansi;

/** Messages in quarantine as the operator reads them. */
final class QuarantineText {
    private static final String ROW = "%-15s  %4s  %6s  %4s  %-14s  %s";

    /** Code points of what a sender wrote. */
    private static final int WRITTEN = 200;

    private final Paint paint;
    private final Instant now;

    QuarantineText(Ansi ansi, Instant now) {
        this.paint = new Paint(ansi);
        this.now = now;
    }

    String heading() {
        return paint.bold(String.format(Locale.ROOT, ROW, "ID", "AGE", "SIZE", "LEFT", "BY", "FROM -> TO"));
    }

    /** A line, and an indented second one: what it says it is about. */
    String row(Suspect one) {
        String to = one.to().isEmpty() ? "" : one.to().getFirst();
        String line = String.format(
                Locale.ROOT,
                ROW,
                one.id(),
                since(one.received()),
                size(one.octets()),
                until(one.expires()),
                one.check(),
                path(one.from()) + " -> " + path(to)
                        + (one.to().size() > 1 ? " +" + (one.to().size() - 1) : ""));
        return line + "\n    " + written(one.subject());
    }

    String details(Suspect one) {
        var text = new StringBuilder();
        text.append(paint.bold(one.id() + "  in quarantine")).append('\n');
        field(text, "because", one.meaning());
        one.notes().stream().filter(Doubt.Note::counts).forEach(note -> field(text, "found", found(note)));
        one.notes().stream().filter(note -> !note.counts()).forEach(note -> field(text, "beside", found(note)));
        field(text, "from", path(one.from()));
        one.to().forEach(to -> field(text, "to", path(to)));
        field(
                text,
                "brought",
                "by " + Harmless.text(one.client()) + ", which greeted as " + Printable.text(one.greeting(), WRITTEN));
        field(text, "received", full(one.received()) + ", " + since(one.received()) + " ago");
        field(text, "expires", full(one.expires()) + ", in " + until(one.expires()));
        field(text, "size", one.octets() + " octets");
        field(text, "From", written(one.headerFrom()));
        field(text, "To", written(one.headerTo()));
        field(text, "Subject", written(one.subject()));
        field(text, "Date", written(one.date()));
        return text.toString();
    }

    private static String found(Doubt.Note note) {
        return note.check() + "=" + note.result() + ": " + Harmless.text(note.text());
    }

    /** Whom it trusts, and only when. */
    static String trust(TrustedSender trusted) {
        return Harmless.text(trusted.sender()) + ", when proven by " + Harmless.text(trusted.proof()) + "; "
                + String.join(", ", trusted.checks()) + " will only be noted";
    }

    private String since(Instant time) {
        return brief(time.isBefore(now) ? Duration.between(time, now) : Duration.ZERO);
    }

    private String until(Instant time) {
        return time.isAfter(now) ? brief(Duration.between(now, time)) : "now";
    }

    private static String written(String text) {
        return text.isBlank() ? "-" : Printable.text(text, WRITTEN);
    }
}
