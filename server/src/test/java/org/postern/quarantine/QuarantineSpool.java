package org.postern.quarantine;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.postern.smtp.Envelope;
import org.postern.smtp.ForwardPath;
import org.postern.smtp.MailParameters;
import org.postern.smtp.Mailbox;
import org.postern.smtp.ReversePath;
import org.postern.spool.Doubt;
import org.postern.spool.RocksSpool;
import org.postern.spool.Spool;
import org.postern.spool.SpooledMessage;
import org.postern.spool.Standing;

/** A spool with a clock that a test sets, and messages that are held in it. */
final class QuarantineSpool extends Clock implements AutoCloseable {
    private final ZoneId zone = ZoneId.of("Europe/Berlin");
    private final RocksSpool spool;
    private Instant now;

    QuarantineSpool(Path directory, String now) throws IOException {
        this.now = Instant.parse(now);
        this.spool = RocksSpool.open(directory, new RocksSpool.Room(1 << 20, 0), this);
    }

    Spool spool() {
        return spool;
    }

    void set(String time) {
        now = Instant.parse(time);
    }

    @Override
    public ZoneId getZone() {
        return zone;
    }

    @Override
    public Clock withZone(ZoneId other) {
        return Clock.fixed(now, other);
    }

    @Override
    public Instant instant() {
        return now;
    }

    /** One that was held for iprev and helo-resolves. */
    SpooledMessage held(String from, String proof, String header, String... to) throws IOException {
        List<ForwardPath> recipients = List.of(to).stream()
                .<ForwardPath>map(one -> Mailbox.parse(one).orElseThrow())
                .toList();
        ReversePath sender =
                from.isEmpty() ? new ReversePath.Null() : Mailbox.parse(from).orElseThrow();
        Doubt doubt = Doubt.fresh(
                Doubt.Way.HELD,
                "192.0.2.1",
                "mail.example.org",
                "helo-resolves",
                List.of(
                        new Doubt.Note("helo-resolves", "fail", true, "mail.example.org does not exist"),
                        new Doubt.Note("iprev", "fail", true, "192.0.2.1 has no name"),
                        new Doubt.Note("helo-rdns", "fail", false, "it has another name")),
                proof);
        return spool.accept(
                new Spool.Arrival(
                        spool.nextId(),
                        "s-1",
                        new Envelope(sender, MailParameters.NONE, recipients),
                        "",
                        Optional.of(doubt),
                        Standing.UNPROVEN,
                        Map.of()),
                new ByteArrayInputStream((header + "\r\n\r\nHello\r\n").getBytes(UTF_8)));
    }

    @Override
    public void close() throws IOException {
        spool.close();
    }
}
