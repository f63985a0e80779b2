package org.postern.dsn;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Optional;
import org.postern.message.MailDate;
import org.postern.smtp.AddressLiteral;
import org.postern.smtp.Domain;
import org.postern.smtp.EnhancedCode;
import org.postern.smtp.ForwardPath;
import org.postern.smtp.Mailbox;
import org.postern.smtp.Reply;

/**
 * A report of delivery: a person reads its first part, programs its second, and the third says which message it is about. RFC 3464, and
 * RFC 6533 where something is not ASCII.
 *
 * @param by who reports
 * @param id of the report, and its boundary's; letters, digits and hyphens
 * @param message how we call the message that it is about
 * @param arrived when that came
 * @param now when the report is written
 * @param fates one at least
 * @param header of that message, as much of it as is returned; CRLF line ends
 */
public record Report(
        Kind kind,
        Domain by,
        Mailbox to,
        String id,
        String message,
        Instant arrived,
        Instant now,
        List<Fate> fates,
        String header) {
    /** RFC 2822's form of a date; always UTC, for our clock's zone is nobody's business. */
    private static final DateTimeFormatter DATE = MailDate.FORMAT.withZone(ZoneOffset.UTC);

    private static final int TEXT_LINE = 76;
    private static final int FIELD_LINE = 900;

    /** What is reported. */
    public enum Kind {
        /** Nothing more is tried. */
        FAILED("failed"),
        /** The same of what has no sender who could be told, so that the postmaster is. */
        FAILED_REPORT("failed"),
        /** It is still being tried. */
        DELAYED("delayed");

        private final String action;

        Kind(String action) {
            this.action = action;
        }
    }

    /**
     * What became of one recipient.
     *
     * @param original whom the sender had named, when an alias led to {@code recipient}
     * @param host who said so; empty when we did
     * @param reply that host's words
     * @param why in a sentence
     * @param until when it is given up, for what is delayed
     */
    public record Fate(
            ForwardPath recipient,
            Optional<ForwardPath> original,
            EnhancedCode status,
            Optional<String> host,
            Optional<Reply> reply,
            String why,
            Optional<Instant> until) {}

    public Report {
        fates = List.copyOf(fates);
        if (fates.isEmpty()) {
            throw new IllegalArgumentException("a report is about somebody");
        }
    }

    /** Whether it can only go where SMTPUTF8 is: RFC 6533 §3. */
    public boolean isInternational() {
        return !isAscii(to.toString())
                || !isAscii(header)
                || fates.stream()
                        .anyMatch(fate -> !isAscii(fate.recipient().toString())
                                || fate.original()
                                        .filter(path -> !isAscii(path.toString()))
                                        .isPresent());
    }

    private static boolean isAscii(String text) {
        return text.chars().allMatch(c -> c < 0x80);
    }

    /** The whole message, CRLF line ends. */
    public byte[] octets() {
        boolean utf8 = isInternational();
        String boundary = "=_" + id;
        var text = new StringBuilder();
        text.append("Date: ").append(DATE.format(now)).append("\r\n");
        text.append("From: \"Mail delivery at ")
                .append(by)
                .append("\" <MAILER-DAEMON@")
                .append(by)
                .append(">\r\n");
        text.append("To: ").append(to.path()).append("\r\n");
        text.append("Subject: ").append(subject()).append("\r\n");
        text.append("Message-ID: <").append(id).append('@').append(by).append(">\r\n");
        // RFC 3834 §5: so that nobody answers it by a machine.
        text.append("Auto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n");
        text.append("Content-Type: multipart/report; report-type=")
                .append(utf8 ? "global-delivery-status" : "delivery-status")
                .append(";\r\n\tboundary=\"")
                .append(boundary)
                .append("\"\r\n\r\nThis is a report of delivery in MIME's format.\r\n");
        part(text, boundary, "text/plain; charset=utf-8", utf8, explanation());
        part(text, boundary, utf8 ? "message/global-delivery-status" : "message/delivery-status", utf8, status(utf8));
        part(text, boundary, utf8 ? "message/global-headers" : "text/rfc822-headers", utf8, header);
        text.append("--").append(boundary).append("--\r\n");
        return text.toString().getBytes(UTF_8);
    }

    private String subject() {
        String who =
                fates.getFirst().original().orElse(fates.getFirst().recipient()).toString();
        String whom = isAscii(who) ? who : "a recipient";
        String others = fates.size() > 1 ? " and " + (fates.size() - 1) + " more" : "";
        return switch (kind) {
                    case FAILED -> "Undelivered: your message to ";
                    case FAILED_REPORT -> "Undelivered: mail without a sender to ";
                    case DELAYED -> "Delayed: your message to ";
                }
                + whom
                + others;
    }

    private static void part(StringBuilder text, String boundary, String type, boolean utf8, String content) {
        text.append("--")
                .append(boundary)
                .append("\r\nContent-Type: ")
                .append(type)
                .append("\r\n");
        if (utf8) {
            text.append("Content-Transfer-Encoding: 8bit\r\n");
        }
        text.append("\r\n").append(content);
        if (!content.endsWith("\r\n")) {
            text.append("\r\n");
        }
    }

    // --- for people
    // ------------------------------------------------------------------------------------------------------------

    private String explanation() {
        var text = new StringBuilder();
        wrap(
                text,
                "",
                switch (kind) {
                    case FAILED ->
                        "Your message could not be delivered to "
                                + (fates.size() == 1 ? "this recipient" : "these recipients")
                                + ", and nothing more is tried:";
                    case FAILED_REPORT ->
                        "A report or other mail that has no sender could not be delivered to "
                                + (fates.size() == 1 ? "this recipient" : "these recipients")
                                + ", and nobody else is told:";
                    case DELAYED ->
                        "Your message could not be delivered yet. You need not do anything: it is tried on until "
                                + fates.getFirst().until().map(DATE::format).orElse("it is given up")
                                + ". If it fails then, you are told.";
                });
        for (Fate fate : fates) {
            text.append("\r\n");
            wrap(text, "  ", name(fate));
            wrap(text, "    ", fate.why());
            if (kind != Kind.DELAYED) {
                wrap(text, "    ", Advice.of(fate.status()));
            }
        }
        text.append("\r\n");
        wrap(
                text,
                "",
                "The message came to " + by + " on " + DATE.format(arrived) + " and is known here as " + message
                        + "; postmaster@" + by + " can look it up by that name.");
        return text.toString();
    }

    private static String name(Fate fate) {
        return fate.original()
                .filter(path -> !path.equals(fate.recipient()))
                .map(path ->
                        path.path() + ", which leads to " + fate.recipient().path())
                .orElseGet(() -> fate.recipient().path());
    }

    private static void wrap(StringBuilder text, String indent, String sentence) {
        var line = new StringBuilder(indent);
        boolean empty = true;
        for (String word : oneLine(sentence).split(" ", -1)) {
            if (!empty && line.length() + 1 + word.length() > TEXT_LINE) {
                text.append(line).append("\r\n");
                line.setLength(0);
                line.append(indent);
                empty = true;
            }
            if (!empty) {
                line.append(' ');
            }
            line.append(word);
            empty = false;
        }
        text.append(line).append("\r\n");
    }

    // --- for programs
    // ----------------------------------------------------------------------------------------------------------

    /** RFC 3464 §2: fields of the message, then of each recipient. */
    private String status(boolean utf8) {
        var text = new StringBuilder();
        field(text, "Reporting-MTA", "dns; " + by);
        field(text, "Arrival-Date", DATE.format(arrived));
        String type = utf8 ? "utf-8; " : "rfc822; ";
        for (Fate fate : fates) {
            text.append("\r\n");
            fate.original().ifPresent(path -> field(text, "Original-Recipient", type + path));
            field(text, "Final-Recipient", type + fate.recipient());
            field(text, "Action", kind.action);
            field(text, "Status", fate.status().toString());
            fate.host().flatMap(Report::hostName).ifPresent(host -> field(text, "Remote-MTA", "dns; " + host));
            field(
                    text,
                    "Diagnostic-Code",
                    fate.reply().map(reply -> "smtp; " + reply).orElse("x-postern; " + fate.why()));
            field(text, "Last-Attempt-Date", DATE.format(now));
            fate.until().ifPresent(until -> field(text, "Will-Retry-Until", DATE.format(until)));
        }
        return text.toString();
    }

    /** RFC 3464 §2.1.2: a name, or an address in brackets. Without the preference behind it; a socket of this host has none. */
    private static Optional<String> hostName(String label) {
        int space = label.indexOf(' ');
        String name = space < 0 ? label : label.substring(0, space);
        return name.startsWith("/")
                ? Optional.empty()
                : Optional.of(AddressLiteral.parseAddress(name)
                        .map(address -> AddressLiteral.of(address).toString())
                        .orElse(name));
    }

    private static void field(StringBuilder text, String name, String value) {
        String line = oneLine(value);
        text.append(name).append(": ");
        // RFC 5322 §2.1.1: folded before it is too long.
        while (line.length() > FIELD_LINE) {
            int space = line.lastIndexOf(' ', FIELD_LINE);
            int end = space > 0 ? space : FIELD_LINE;
            text.append(line, 0, end).append("\r\n ");
            line = line.substring(end).stripLeading();
        }
        text.append(line).append("\r\n");
    }

    /** What others said must not end a line, or steer a terminal. */
    private static String oneLine(String text) {
        var safe = new StringBuilder(text.length());
        text.codePoints().forEach(c -> safe.appendCodePoint(isUnsafe(c) ? '?' : c));
        return safe.toString();
    }

    private static boolean isUnsafe(int c) {
        return Character.isISOControl(c)
                || c == 0x2028
                || c == 0x2029
                || Character.getType(c) == Character.FORMAT
                || Character.getType(c) == Character.SURROGATE;
    }
}
