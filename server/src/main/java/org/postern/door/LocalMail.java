package org.postern.door;

import java.io.IOException;
import java.io.InputStream;
import java.time.ZonedDateTime;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.postern.journal.Entry;
import org.postern.maildrop.Dropped;
import org.postern.maildrop.Pickup;
import org.postern.message.OpenMessage;
import org.postern.smtp.Envelope;
import org.postern.smtp.ForwardPath;
import org.postern.smtp.MailParameters;
import org.postern.smtp.Mailbox;
import org.postern.spool.MessageId;
import org.postern.spool.Spool;
import org.postern.spool.SpooledMessage;
import org.postern.spool.Standing;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes in what programs on this host have left in the maildrop. They are ours: their mail may go wherever a route leads, and what can't
 * be delivered is reported to them.
 */
record LocalMail(Door door) {
    private static final Logger LOG = LoggerFactory.getLogger(LocalMail.class);

    void take(int uid, Dropped dropped, InputStream content) throws IOException {
        door.spool().requireRoom();
        OpenMessage opened = OpenMessage.of(content, door.limits().headerBytes())
                .orElseThrow(() -> new Pickup.NotFit("its header is larger than the "
                        + door.limits().headerBytes() + " octets that are taken here"));
        var expansion = new Expansion();
        for (ForwardPath recipient : dropped.to()) {
            expansion.add(recipient, meant(recipient));
        }
        Optional<String> loop =
                Loops.find(opened.header(), expansion, door.limits().receivedHeaders());
        if (loop.isPresent()) {
            throw new Pickup.NotFit(loop.get());
        }
        boolean international = dropped.to().stream().anyMatch(LocalMail::isInternational)
                || (dropped.from() instanceof Mailbox sender && !sender.isAscii());
        var parameters = new MailParameters(OptionalLong.empty(), MailParameters.Body.UNSAID, international);
        Envelope envelope = expansion.envelope(new Envelope(dropped.from(), parameters, dropped.to()));
        MessageId id = door.spool().nextId();
        String trace = Received.field(uid, door.hostname(), id.toString(), ZonedDateTime.now(door.clock()));
        OpenMessage message = door.completion(id, dropped.from()).complete(opened);
        SpooledMessage kept = door.spool()
                .accept(
                        new Spool.Arrival(
                                id, "", envelope, trace, Optional.empty(), Standing.OURS, expansion.originals()),
                        message.octets());
        door.queue().add(kept);
        LOG.atInfo()
                .addKeyValue("id", id)
                .addKeyValue("uid", uid)
                .addKeyValue("from", envelope.from().path())
                .addKeyValue("to", envelope.recipients().getFirst().path())
                .addKeyValue("recipients", envelope.recipients().size())
                .addKeyValue("octets", kept.octets())
                .log("message");
        door.journal()
                .write(new Entry.Event(
                        door.clock().millis(),
                        Entry.What.LEFT_HERE,
                        id.toString(),
                        "",
                        envelope.from().path(),
                        envelope.recipients().stream().map(ForwardPath::path).toList(),
                        "by a program of user " + uid));
    }

    /** Who is nobody stays as named: its delivery fails, and the sender is told. */
    private Map<ForwardPath, org.postern.route.Route> meant(ForwardPath recipient) throws IOException {
        return switch (Addressee.of(recipient, door.forwarding(), door.router())) {
            case Addressee.Itself itself -> Map.of(recipient, itself.route());
            case Addressee.Others others -> others.routes();
            case Addressee.Nobody _ -> Map.of(recipient, door.router().route(recipient));
        };
    }

    private static boolean isInternational(ForwardPath path) {
        return path instanceof Mailbox mailbox && !mailbox.isAscii();
    }
}
