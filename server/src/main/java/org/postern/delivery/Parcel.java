package org.postern.delivery;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.postern.message.NotConvertible;
import org.postern.message.SevenBit;
import org.postern.queue.Courier.Outcome;
import org.postern.queue.Diagnosis;
import org.postern.signing.Signer;
import org.postern.smtp.Envelope;
import org.postern.smtp.Extension;
import org.postern.smtp.ForwardPath;
import org.postern.smtp.MailParameters;
import org.postern.smtp.MailParameters.Body;
import org.postern.smtp.Mailbox;
import org.postern.smtp.ReversePath;
import org.postern.smtp.client.ClientSession;
import org.postern.smtp.client.Payload;
import org.postern.spool.Spool;
import org.postern.spool.SpooledMessage;
import org.postern.spool.Standing;

/** A message as it goes to one host: made to fit what that host can do, or refused where it can't be; signed when that is done. */
final class Parcel {
    /** What signatures add, about. */
    private static final int SIGNATURE_OCTETS = 2_048;

    /** Up to so much it is read once, to be signed and sent; what is larger is read for each. */
    private static final int SMALL_OCTETS = 262_144;

    private final Spool spool;
    private final Signer signer;
    private final SpooledMessage message;
    private final Signer.Leaving leaving;
    private final ReversePath from;
    private final byte[] trace;
    private final List<ForwardPath> recipients = new ArrayList<>();
    private final Map<ForwardPath, Outcome> refusals = new LinkedHashMap<>();
    private boolean smtputf8;

    /** What is done to it for a host that takes 7 bits only. */
    private Optional<SevenBit> sevenBit = Optional.empty();

    Parcel(Remotes remotes, SpooledMessage message, Leg leg, ClientSession session) throws IOException {
        this.spool = remotes.spool();
        this.signer = remotes.signer();
        this.message = message;
        this.leaving = leaving(message, leg);
        this.from = leg.from();
        this.trace = (leg.mark() + message.trace()).getBytes(UTF_8);
        recipients.addAll(leg.to());
        fitAddresses(session);
        fitContent(session);
        fitSize(session);
    }

    private static Signer.Leaving leaving(SpooledMessage message, Leg leg) {
        if (message.standing() == Standing.OURS) {
            return new Signer.Leaving.Ours();
        }
        return leg.sentOnBy().<Signer.Leaving>map(Signer.Leaving.SentOn::new).orElse(new Signer.Leaving.Passing());
    }

    private void refuse(List<ForwardPath> whom, Diagnosis why) {
        List.copyOf(whom).forEach(path -> {
            refusals.put(path, new Outcome.Failed(why));
            recipients.remove(path);
        });
    }

    /** RFC 6531 §3.5: what needs SMTPUTF8 goes to who has it, and nowhere else. */
    private void fitAddresses(ClientSession session) throws IOException {
        boolean has = session.capabilities().has(Extension.SMTPUTF8);
        List<ForwardPath> international = recipients.stream()
                .filter(path -> path instanceof Mailbox mailbox && !mailbox.isAscii())
                .toList();
        boolean sender = from instanceof Mailbox mailbox && !mailbox.isAscii();
        boolean header = message.smtputf8() && message.body() == Body.EIGHT_BIT_MIME && hasEightBitHeader();
        smtputf8 = sender || header || !international.isEmpty();
        if (has || !smtputf8) {
            return;
        }
        if (sender) {
            refuse(
                    recipients,
                    Diagnosis.of("5.6.7", "the next host takes no address that isn't ASCII, as its sender has"));
        } else if (header) {
            refuse(
                    recipients,
                    Diagnosis.of("5.6.9", "the next host takes no header that isn't ASCII, as the message has"));
        } else {
            refuse(international, Diagnosis.of("5.6.7", "the next host takes no address that isn't ASCII"));
            smtputf8 = false;
        }
    }

    /** RFC 6152 §3: to who takes 7 bits only, it goes encoded. */
    private void fitContent(ClientSession session) throws IOException {
        if (recipients.isEmpty()
                || message.body() != Body.EIGHT_BIT_MIME
                || session.capabilities().has(Extension.EIGHT_BIT_MIME)) {
            return;
        }
        try {
            sevenBit = Optional.of(SevenBit.plan(this::whole));
        } catch (NotConvertible problem) {
            refuse(
                    recipients,
                    Diagnosis.of(
                            "5.6.3",
                            "the next host takes no 8-bit content, and the message can't be converted: "
                                    + problem.why()));
        }
    }

    private void fitSize(ClientSession session) {
        if (session.isTooLarge(octets())) {
            refuse(
                    recipients,
                    Diagnosis.of(
                            "5.3.4",
                            "the message has " + octets() + " octets, and the next host takes "
                                    + session.capabilities().maxMessageBytes().orElse(0)));
        }
    }

    private boolean hasEightBitHeader() throws IOException {
        try (var content = new BufferedInputStream(spool.content(message))) {
            int before = '\n';
            for (int octet = content.read(); octet >= 0; octet = content.read()) {
                if (octet >= 0x80) {
                    return true;
                }
                if (octet == '\n' && before == '\n') {
                    return false;
                }
                before = octet == '\r' ? before : octet;
            }
            return false;
        }
    }

    private long octets() {
        return sevenBit.map(SevenBit::octets).orElse(trace.length + message.octets())
                + (isSigned() ? SIGNATURE_OCTETS : 0);
    }

    private boolean isSigned() {
        return !signer.isIdle() && !(leaving instanceof Signer.Leaving.Passing);
    }

    /** With our trace, as it lies here. */
    private InputStream whole() throws IOException {
        return new SequenceInputStream(new ByteArrayInputStream(trace), spool.content(message));
    }

    /** As it is sent, but for what is signed. */
    private InputStream converted() throws IOException {
        return sevenBit.isPresent() ? sevenBit.get().convert(whole()) : whole();
    }

    private InputStream signed() throws IOException {
        if (!isSigned()) {
            return converted();
        }
        boolean isSmall = octets() <= SMALL_OCTETS;
        byte[] small = isSmall ? readOnce() : new byte[0];
        String fields;
        try (InputStream content = isSmall ? new ByteArrayInputStream(small) : converted()) {
            fields = signer.fields(leaving, content);
        }
        return new SequenceInputStream(
                new ByteArrayInputStream(fields.getBytes(UTF_8)),
                isSmall ? new ByteArrayInputStream(small) : converted());
    }

    private byte[] readOnce() throws IOException {
        try (InputStream content = converted()) {
            return content.readAllBytes();
        }
    }

    /** Whom it goes to. */
    List<ForwardPath> recipients() {
        return recipients;
    }

    /** Whom it can't go to this way. */
    Map<ForwardPath, Outcome> refusals() {
        return refusals;
    }

    Envelope envelope() {
        Body body = sevenBit.isPresent() ? Body.SEVEN_BIT : message.body();
        return new Envelope(from, new MailParameters(OptionalLong.empty(), body, smtputf8), recipients);
    }

    Payload payload() {
        return new Payload() {
            @Override
            public InputStream open() throws IOException {
                return signed();
            }

            @Override
            public long octets() {
                return Parcel.this.octets();
            }
        };
    }
}
