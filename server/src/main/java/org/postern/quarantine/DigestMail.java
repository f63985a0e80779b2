package org.postern.quarantine;

import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.postern.message.MailDate;
import org.postern.message.Printable;
import org.postern.message.QuotedPrintable;
import org.postern.smtp.Domain;
import org.postern.smtp.ForwardPath;
import org.postern.smtp.Mailbox;

/**
 * A digest of what was put into quarantine, as a message: text for a terminal of 80 columns, and the same as HTML that fetches nothing. All
 * that senders wrote is made harmless in both.
 *
 * @param suspects one at least, {@value #MOST} at most
 * @param more how many there are beside these
 * @param older how many still lie there of which was told before
 * @param id of the digest; letters, digits and hyphens
 */
record DigestMail(
        Domain hostname,
        Digests.Readers readers,
        ForwardPath reader,
        List<Suspect> suspects,
        long more,
        long older,
        ZonedDateTime now,
        String id) {
    /** Messages in one digest. */
    static final int MOST = 100;

    private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("EEEE, d MMMM yyyy", Locale.ENGLISH);
    private static final DateTimeFormatter MINUTE =
            DateTimeFormatter.ofPattern("EEE, d MMM yyyy HH:mm", Locale.ENGLISH);

    /** Code points of what a sender wrote. */
    private static final int WRITTEN = 200;

    private static final int COLUMNS = 76;
    private static final String INDENT = "             ";

    /** The message, with its header. */
    String text() {
        String boundary = "digest-" + id;
        String to = reader instanceof Mailbox mailbox ? mailbox.toString() : "postmaster@" + hostname;
        return "From: Mail system <postmaster@" + hostname + ">\r\n"
                + "To: " + to + "\r\n"
                + "Subject: " + count() + " kept back on " + hostname + "\r\n"
                + "Date: " + MailDate.FORMAT.format(now) + "\r\n"
                + "Message-ID: <" + id + "@" + hostname + ">\r\n"
                // RFC 3834 §5: nobody on holiday answers it.
                + "Auto-Submitted: auto-generated\r\n"
                + "MIME-Version: 1.0\r\n"
                + "Content-Type: multipart/alternative; boundary=\"" + boundary + "\"\r\n\r\n"
                // RFC 2046 §5.1.4: the richest last.
                + part(boundary, "text/plain", plain())
                + part(boundary, "text/html", html())
                + "--" + boundary + "--\r\n";
    }

    private static String part(String boundary, String type, String text) {
        return "--" + boundary + "\r\nContent-Type: " + type
                + "; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
                + QuotedPrintable.of(text);
    }

    // --- what is said
    // ----------------------------------------------------------------------------------------------------------

    private boolean isForPostmaster() {
        return readers == Digests.Readers.POSTMASTER;
    }

    private String count() {
        long all = suspects.size() + more;
        return all == 1 ? "1 message" : all + " messages";
    }

    private String opening() {
        long all = suspects.size() + more;
        return (all == 1 ? "This message" : "These " + all + " messages")
                + (isForPostmaster() ? "" : " for you")
                + (all == 1 ? " was" : " were")
                + " taken and not delivered, for something about who brought "
                + (all == 1 ? "it" : "them")
                + " is odd. "
                + (isForPostmaster()
                        ? "Unless you release one, it is forgotten at the time that is given with it."
                        : "If you have waited for one, ask the postmaster to let it through; else do nothing: it is"
                                + " forgotten at the time that is given with it.");
    }

    private String asking() {
        return "The postmaster is postmaster@" + hostname + ". Say which message you mean by its name, m-...";
    }

    /** What the postmaster can do, and how. */
    private static Map<String, String> commands() {
        Map<String, String> commands = new LinkedHashMap<>();
        commands.put("To look at one", "postern quarantine show ID");
        commands.put("To let it through", "postern quarantine release ID");
        commands.put("and its sender's next ones", "postern quarantine release --trust ID");
        commands.put("To be rid of it now", "postern quarantine drop ID");
        return commands;
    }

    private String rest() {
        String others = more == 0 ? "" : "There are " + more + " more: postern quarantine list. ";
        return others
                + (older == 0
                        ? ""
                        : older + (older == 1 ? " message of which" : " messages of which") + " was told before "
                                + (older == 1 ? "lies" : "lie") + " there still.");
    }

    private static String written(String text, String otherwise) {
        return text.isBlank() ? otherwise : Printable.text(text, WRITTEN);
    }

    private static String subject(Suspect one) {
        return written(one.subject(), "(without a subject)");
    }

    private static String author(Suspect one) {
        return written(one.headerFrom(), "(it does not say)");
    }

    private static String sender(Suspect one) {
        return one.from().isEmpty() ? "nobody (<>)" : written(one.from(), "");
    }

    private static String to(Suspect one) {
        return one.to().stream().limit(5).map(path -> written(path, "")).collect(Collectors.joining(", "))
                + (one.to().size() > 5 ? " and " + (one.to().size() - 5) + " more" : "");
    }

    private String minute(Instant time) {
        return MINUTE.format(time.atZone(now.getZone()));
    }

    private static List<String> found(Suspect one) {
        return one.notes().stream()
                .filter(note -> note.counts())
                .map(note -> note.check() + ": " + Printable.text(note.text(), WRITTEN * 2))
                .toList();
    }

    private static String release(Suspect one) {
        return "postern quarantine release " + one.id();
    }

    // --- text
    // ------------------------------------------------------------------------------------------------------------------

    private String plain() {
        var text = new StringBuilder();
        text.append("Kept back on ")
                .append(hostname)
                .append(", ")
                .append(DAY.format(now))
                .append("\n\n");
        paragraph(text, "", opening());
        int number = 0;
        for (Suspect one : suspects) {
            number++;
            text.append('\n');
            row(text, number + ".", subject(one));
            row(text, "from", author(one));
            row(text, "sent by", sender(one));
            if (isForPostmaster()) {
                row(text, "to", to(one));
            }
            row(text, "came", minute(one.received()));
            row(text, "because", one.meaning());
            found(one).forEach(note -> row(text, "", note));
            row(text, "kept until", minute(one.expires()));
            row(
                    text,
                    isForPostmaster() ? "release" : "name",
                    isForPostmaster() ? release(one) : one.id().toString());
        }
        text.append('\n');
        if (!rest().isEmpty()) {
            paragraph(text, "", rest());
            text.append('\n');
        }
        if (isForPostmaster()) {
            commands()
                    .forEach((what, command) -> text.append(String.format(Locale.ROOT, "%-27s  %s%n", what, command)));
        } else {
            paragraph(text, "", asking());
        }
        return text.toString();
    }

    private static void row(StringBuilder text, String name, String value) {
        paragraph(text, String.format(Locale.ROOT, "%-" + INDENT.length() + "s", "  " + name), value);
    }

    /** Breaks lines at spaces, and words that are longer than a line. */
    private static void paragraph(StringBuilder text, String head, String words) {
        var line = new StringBuilder(head);
        int column = head.length();
        boolean isFirst = true;
        for (String word : words.strip().split(" +", -1)) {
            for (String piece : pieces(word, COLUMNS - head.length())) {
                int width = width(piece);
                if (!isFirst && column + 1 + width > COLUMNS) {
                    text.append(line.toString().stripTrailing()).append('\n');
                    line.setLength(0);
                    line.append(head.isEmpty() ? "" : INDENT);
                    column = line.length();
                    isFirst = true;
                }
                if (!isFirst) {
                    line.append(' ');
                    column++;
                }
                line.append(piece);
                column += width;
                isFirst = false;
            }
        }
        text.append(line.toString().stripTrailing()).append('\n');
    }

    private static List<String> pieces(String word, int most) {
        if (width(word) <= most) {
            return List.of(word);
        }
        var pieces = new java.util.ArrayList<String>();
        var piece = new StringBuilder();
        int width = 0;
        for (int c : word.codePoints().toArray()) {
            if (width + width(c) > most) {
                pieces.add(piece.toString());
                piece.setLength(0);
                width = 0;
            }
            piece.appendCodePoint(c);
            width += width(c);
        }
        pieces.add(piece.toString());
        return pieces;
    }

    private static int width(String text) {
        return text.codePoints().map(DigestMail::width).sum();
    }

    /** Columns of a terminal: two from where the scripts begin that are written wide, which some of those there are not. */
    private static int width(int c) {
        return c < 0x1100 ? 1 : 2;
    }

    // --- HTML
    // ------------------------------------------------------------------------------------------------------------------

    private String html() {
        var html = new StringBuilder("""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>%s kept back</title>
            <style>
            body { font: 15px/1.45 sans-serif; color: #222; background: #fff; max-width: 46em; margin: 1.5em auto; padding: 0 1em }
            h1 { font-size: 1.3em; margin-bottom: .2em }
            h2 { font-size: 1.05em; margin: 0 0 .4em; overflow-wrap: anywhere }
            section { border: 1px solid #ccc; border-radius: 6px; padding: .8em 1em; margin: 1em 0 }
            table { border-collapse: collapse }
            th { text-align: left; vertical-align: top; font-weight: normal; color: #666; padding: .1em 1em .1em 0; white-space: nowrap }
            td { padding: .1em 0; overflow-wrap: anywhere }
            code { font-family: monospace; background: #f1f1f1; padding: .1em .3em }
            .found { color: #666; font-size: .9em }
            </style>
            </head>
            <body>
            """.formatted(escaped(count())));
        html.append("<h1>Kept back on ").append(escaped(hostname.toString())).append("</h1>\n");
        html.append("<p>").append(DAY.format(now)).append("</p>\n");
        html.append("<p>").append(escaped(opening())).append("</p>\n");
        suspects.forEach(one -> section(html, one));
        if (!rest().isEmpty()) {
            html.append("<p>").append(escaped(rest())).append("</p>\n");
        }
        if (isForPostmaster()) {
            html.append("<table>\n");
            commands().forEach((what, command) -> cell(html, escaped(what), "<code>" + escaped(command) + "</code>"));
            html.append("</table>\n");
        } else {
            html.append("<p>").append(escaped(asking())).append("</p>\n");
        }
        return html.append("</body>\n</html>\n").toString();
    }

    private void section(StringBuilder html, Suspect one) {
        html.append("<section>\n<h2>").append(escaped(subject(one))).append("</h2>\n<table>\n");
        cell(html, "From", escaped(author(one)));
        cell(html, "Sent by", escaped(sender(one)));
        if (isForPostmaster()) {
            cell(html, "To", escaped(to(one)));
        }
        cell(html, "Came", escaped(minute(one.received())));
        String found = found(one).stream()
                .map(note -> "<br><span class=\"found\">" + escaped(note) + "</span>")
                .collect(Collectors.joining());
        cell(html, "Because", escaped(one.meaning()) + found);
        cell(html, "Kept until", escaped(minute(one.expires())));
        cell(
                html,
                isForPostmaster() ? "Release" : "Name",
                "<code>" + escaped(isForPostmaster() ? release(one) : one.id().toString()) + "</code>");
        html.append("</table>\n</section>\n");
    }

    private static void cell(StringBuilder html, String name, String markup) {
        html.append("<tr><th>").append(name).append("</th><td>").append(markup).append("</td></tr>\n");
    }

    /** Nothing in {@code text} begins a tag, an entity or an attribute. */
    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }
}
