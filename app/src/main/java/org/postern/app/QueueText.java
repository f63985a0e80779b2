package org.postern.app;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.postern.control.Details;
import org.postern.control.Summary;
import org.postern.queue.Situation;
import picocli.CommandLine.Help.Ansi;

/** Queued messages as people read them. */
final class QueueText {
    private static final String ROW = "%-15s  %4s  %6s  %-7s  %5s  %-8s  %s";
    private static final DateTimeFormatter FULL = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss XXX", Locale.ROOT);

    private final Paint paint;
    private final Instant now;

    QueueText(Ansi ansi, Instant now) {
        this.paint = new Paint(ansi);
        this.now = now;
    }

    String heading() {
        return paint.bold(String.format(Locale.ROOT, ROW, "ID", "AGE", "SIZE", "STATE", "TRIED", "NEXT", "FROM -> TO"));
    }

    /** A line, and an indented second one when an attempt has failed. */
    String row(Summary message) {
        String who = path(message.from()) + " -> " + path(message.to())
                + (message.waiting() + message.held() > 1 ? " +" + (message.waiting() + message.held() - 1) : "");
        String line = String.format(
                Locale.ROOT,
                ROW,
                message.id(),
                brief(Duration.ofSeconds(message.ageSeconds())),
                size(message.octets()),
                message.state(),
                message.attempts() + "x",
                message.next().map(this::until).orElse("-"),
                who);
        String coloured = message.held() > 0 ? paint.coloured(line, "33") : line;
        return message.problem().isEmpty() ? coloured : coloured + "\n    " + Harmless.text(message.problem());
    }

    String details(Details details) {
        Summary message = details.summary();
        var text = new StringBuilder();
        text.append(paint.bold(message.id() + "  " + message.state())).append('\n');
        field(text, "from", path(message.from()));
        field(
                text,
                "received",
                full(message.received()) + ", " + brief(Duration.ofSeconds(message.ageSeconds())) + " ago, in session "
                        + Harmless.text(details.session()));
        field(
                text,
                "size",
                message.octets() + " octets" + (details.body().isEmpty() ? "" : ", " + details.body())
                        + (details.smtputf8() ? ", SMTPUTF8" : "")
                        + (details.quarantined() ? ", in quarantine" : ""));
        for (Details.Delivery one : details.recipients()) {
            field(text, "to", path(one.to()));
            String tried = one.attempts() == 0
                    ? "not tried yet"
                    : "tried " + one.attempts() + (one.attempts() == 1 ? " time" : " times");
            String next = one.next()
                    .map(due -> due.isAfter(now) ? ", next in " + until(due) + " (" + full(due) + ")" : ", due now")
                    .orElse("");
            field(text, "", one.state() + ", " + tried + next);
            if (!one.last().isEmpty()) {
                field(text, "", Harmless.text(one.last()));
            }
        }
        String name = "trace";
        for (String line : details.trace().split("\r\n", -1)) {
            if (!line.isEmpty()) {
                field(text, name, Harmless.text(line.replace("\t", "        ")));
                name = "";
            }
        }
        return text.toString();
    }

    /** What a destination waits for, in words. */
    String situation(Situation one) {
        var text = new StringBuilder();
        text.append(paint.bold(Harmless.text(one.destination()))).append('\n');
        String oldest = one.oldestSeconds()
                .map(seconds -> ", the oldest for " + brief(Duration.ofSeconds(seconds)))
                .orElse("");
        field(
                text,
                "waiting",
                one.waiting() == 0
                        ? "nothing"
                        : one.waiting() + (one.waiting() == 1 ? " message" : " messages") + oldest + "; " + one.due()
                                + " could be tried now");
        if (one.suspended()) {
            field(text, "state", "suspended by the operator: nothing is tried");
            field(text, "", "to let it go on: postern queue resume " + Harmless.text(one.destination()));
        } else if (one.unreached() > 0) {
            field(
                    text,
                    "state",
                    "not reached"
                            + one.downSince()
                                    .map(since -> " since " + full(since))
                                    .orElse("") + ", tried " + one.unreached()
                            + (one.unreached() == 1 ? " time" : " times"));
        } else {
            field(
                    text,
                    "state",
                    one.lastReached()
                            .map(when -> "answers, last at " + full(when))
                            .orElse("not tried since the server started"));
        }
        one.why().ifPresent(why -> field(text, "because", Harmless.text(why)));
        if (one.why().isEmpty() && !one.lastProblem().isEmpty()) {
            field(text, "last", Harmless.text(one.lastProblem()));
        }
        field(
                text,
                "now",
                one.underWay() + " under way over " + one.connections() + " of " + one.allowed() + " connections");
        one.next()
                .ifPresent(next -> field(
                        text,
                        "next",
                        next.isAfter(now)
                                ? "in " + until(next) + " (" + full(next) + ")"
                                : "as soon as there is a connection"));
        if (one.unreached() > 0 && !one.suspended()) {
            field(text, "", "to try it now: postern queue flush");
        }
        return text.toString();
    }

    static void field(StringBuilder text, String name, String value) {
        text.append(String.format(Locale.ROOT, "  %-9s %s%n", name, value));
    }

    static String path(String mailbox) {
        return "<" + Harmless.text(mailbox) + ">";
    }

    private String until(Instant due) {
        return due.isAfter(now) ? brief(Duration.between(now, due)) : "now";
    }

    static String full(Instant time) {
        return FULL.format(time.atZone(ZoneId.systemDefault()));
    }

    static String brief(Duration time) {
        long seconds = time.toSeconds();
        return seconds < 100
                ? seconds + "s"
                : seconds < 6_000
                        ? seconds / 60 + "m"
                        : seconds < 360_000 ? seconds / 3_600 + "h" : time.toDays() + "d";
    }

    static String size(long octets) {
        return octets < 10_000
                ? Long.toString(octets)
                : octets < 10_240_000 ? octets / 1_024 + "K" : octets / (1 << 20) + "M";
    }
}
