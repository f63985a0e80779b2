package org.postern.dsn;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.postern.journal.Entry;
import org.postern.journal.Journal;
import org.postern.queue.Diagnosis;
import org.postern.queue.Reporter;
import org.postern.smtp.Domain;
import org.postern.smtp.ForwardPath;
import org.postern.smtp.Mailbox;
import org.postern.spool.MessageId;
import org.postern.spool.Recipient;
import org.postern.spool.Spool;
import org.postern.spool.SpooledMessage;
import org.postern.spool.Standing;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reports to senders, by mail of our own: to whom we believe, and to nobody else, or it would be backscatter. What fails on its way back is
 * not reported back: it goes to the postmaster (RFC 5321 §6.1).
 */
public final class Reports implements Reporter {
    private static final Logger LOG = LoggerFactory.getLogger(Reports.class);

    /** As much of a header is returned: RFC 3464 leaves it to us, and a report must not be a way to send others a message. */
    private static final int HEADER_OCTETS = 16_384;

    private final Domain hostname;
    private final Spool spool;
    private final Mailbox postmaster;
    private final Duration expire;
    private final Predicate<Mailbox> mayTell;
    private final Clock clock;
    private final HeldList heldList;
    private final Journal journal;
    private volatile Consumer<SpooledMessage> queue = _ -> {};

    /**
     * Reports kept in {@code spool}.
     *
     * @param expire how long messages are tried
     * @param mayTell whether one more report may go to a stranger whom we believe: it is asked once for each
     * @param journal is told of each
     */
    public Reports(
            Domain hostname, Spool spool, Duration expire, Predicate<Mailbox> mayTell, Journal journal, Clock clock) {
        this.journal = journal;
        this.hostname = hostname;
        this.spool = spool;
        this.postmaster = new Mailbox("postmaster", hostname);
        this.expire = expire;
        this.mayTell = mayTell;
        this.clock = clock;
        this.heldList = new HeldList(hostname, spool);
    }

    /** From now on reports are queued there; those of before wait in the spool. */
    public void deliverBy(Consumer<SpooledMessage> next) {
        queue = next;
    }

    @Override
    public Optional<String> failed(SpooledMessage message, Map<Recipient, Diagnosis> failures) throws IOException {
        if (message.from() instanceof Mailbox sender) {
            Optional<String> nobody = whyNot(message, sender);
            if (nobody.isEmpty()) {
                send(Report.Kind.FAILED, message, sender, failures);
            }
            return nobody;
        }
        // RFC 5321 §4.5.5: never a report of a report to where it came from.
        if (message.recipients().stream().anyMatch(recipient -> recipient.path() instanceof ForwardPath.Postmaster)) {
            return Optional.of("it is a report itself, and not even the postmaster can be reached");
        }
        if (message.standing() == Standing.UNPROVEN) {
            return Optional.of("it has no sender");
        }
        send(Report.Kind.FAILED_REPORT, message, postmaster, failures);
        return Optional.empty();
    }

    @Override
    public void delayed(SpooledMessage message, Map<Recipient, Diagnosis> delays) throws IOException {
        if (message.from() instanceof Mailbox sender && whyNot(message, sender).isEmpty()) {
            send(Report.Kind.DELAYED, message, sender, delays);
        }
    }

    @Override
    public void forgetting(SpooledMessage message, Duration told, Duration forgotten) throws IOException {
        MessageId id = spool.nextId();
        Optional<byte[]> list = heldList.of(message, clock.instant(), told, forgotten, id.toString());
        if (list.isEmpty()) {
            return;
        }
        SpooledMessage kept = OwnMail.keep(spool, id, new ForwardPath.Postmaster(), false, list.get());
        LOG.atInfo().addKeyValue("id", kept.id()).addKeyValue("kind", "held").log("report");
        record(kept, "", "a list of mail that will be forgotten");
        queue.accept(kept);
    }

    private Optional<String> whyNot(SpooledMessage message, Mailbox sender) {
        return switch (message.standing()) {
            case OURS -> Optional.empty();
            case UNPROVEN ->
                Optional.of(
                        "its sender may be forged, for neither SPF nor DMARC passed, and a report would go to somebody"
                                + " else");
            case PROVEN ->
                mayTell.test(sender)
                        ? Optional.empty()
                        : Optional.of("too many reports went to its sender within an hour");
        };
    }

    private void send(Report.Kind kind, SpooledMessage message, Mailbox to, Map<Recipient, Diagnosis> whom)
            throws IOException {
        Instant now = clock.instant();
        Optional<Instant> until =
                kind == Report.Kind.DELAYED ? Optional.of(now.plus(expire).minus(message.age())) : Optional.empty();
        List<Report.Fate> fates = new ArrayList<>();
        whom.forEach((recipient, why) -> fates.add(new Report.Fate(
                recipient.path(), recipient.original(), why.status(), why.host(), why.reply(), why.text(), until)));
        MessageId id = spool.nextId();
        var report = new Report(
                kind,
                hostname,
                to,
                id.toString(),
                message.id().toString(),
                message.received(),
                now,
                fates,
                header(message));
        ForwardPath recipient = to.equals(postmaster) ? new ForwardPath.Postmaster() : to;
        SpooledMessage kept = OwnMail.keep(spool, id, recipient, report.isInternational(), report.octets());
        LOG.atInfo()
                .addKeyValue("id", kept.id())
                .addKeyValue("about", message.id())
                .addKeyValue("kind", kind == Report.Kind.DELAYED ? "delayed" : "failed")
                .addKeyValue("to", recipient.path())
                .log("report");
        record(
                kept,
                message.id().toString(),
                kind == Report.Kind.DELAYED ? "that it takes long" : "that it could not be delivered");
        queue.accept(kept);
    }

    private void record(SpooledMessage report, String about, String text) {
        journal.write(new Entry.Event(
                clock.millis(),
                Entry.What.REPORT,
                report.id().toString(),
                about,
                report.from().path(),
                report.recipients().stream().map(to -> to.path().path()).toList(),
                text));
    }

    /** Of the message, with our own fields; what is no UTF-8 comes as question marks. */
    private String header(SpooledMessage message) throws IOException {
        var octets = new ByteArrayOutputStream();
        octets.writeBytes(message.trace().getBytes(UTF_8));
        try (InputStream content = spool.content(message)) {
            octets.writeBytes(content.readNBytes(HEADER_OCTETS));
        }
        String latin = octets.toString(ISO_8859_1);
        int end = latin.indexOf("\r\n\r\n");
        int most = Math.min(latin.length(), HEADER_OCTETS);
        int lastLine = latin.lastIndexOf("\r\n", most);
        String header = latin.substring(0, end >= 0 && end <= most ? end + 2 : lastLine < 0 ? 0 : lastLine + 2);
        return message.smtputf8()
                ? new String(header.getBytes(ISO_8859_1), UTF_8)
                : header.replaceAll("[^\\t\\r\\n -~]", "?");
    }
}
