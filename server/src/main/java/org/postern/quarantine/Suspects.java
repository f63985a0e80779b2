package org.postern.quarantine;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Optional;
import org.postern.finding.Check;
import org.postern.message.EncodedWords;
import org.postern.message.Header;
import org.postern.message.OpenMessage;
import org.postern.spool.Doubt;
import org.postern.spool.Recipient;
import org.postern.spool.Spool;
import org.postern.spool.SpoolProblem;
import org.postern.spool.SpooledMessage;

/** Reads what is to be told of messages in quarantine. Safe for many threads. */
public final class Suspects {
    /** Of a header: what is larger tells nothing. The door takes no more by default. */
    private static final int HEADER_OCTETS = 262_144;

    /** Of a field, in characters. */
    private static final int FIELD = 1_000;

    private final Spool spool;
    private final Duration keep;

    /**
     * Those of {@code spool}.
     *
     * @param keep how old they become
     */
    public Suspects(Spool spool, Duration keep) {
        this.spool = spool;
        this.keep = keep;
    }

    /** What is to be told of {@code message}, which is in quarantine; without its header where that can't be read. */
    public Suspect of(SpooledMessage message) throws IOException {
        Doubt doubt = message.doubt().orElseThrow();
        Optional<Header> header = header(message);
        return new Suspect(
                message.id(),
                message.received(),
                message.received().plus(keep),
                message.octets(),
                message.from().toString(),
                message.recipients().stream()
                        .filter(one -> one.state() == Recipient.State.QUARANTINED)
                        .map(one -> one.path().toString())
                        .toList(),
                doubt.client(),
                doubt.greeting(),
                doubt.check(),
                Check.of(doubt.check()).map(Meaning::of).orElse(Meaning.UNTOLD),
                doubt.notes(),
                field(header, "From"),
                field(header, "To"),
                field(header, "Subject"),
                field(header, "Date"));
    }

    private Optional<Header> header(SpooledMessage message) throws IOException {
        try (InputStream content = spool.content(message)) {
            return OpenMessage.of(content, HEADER_OCTETS).map(OpenMessage::header);
        } catch (SpoolProblem damaged) {
            // Delivered or dropped meanwhile, or damaged: the rest can be told all the same.
            return Optional.empty();
        }
    }

    private static String field(Optional<Header> header, String name) {
        String value = header.flatMap(fields -> fields.values(name).stream().findFirst())
                .map(EncodedWords::read)
                .orElse("");
        return value.length() > FIELD ? value.substring(0, FIELD) + "..." : value;
    }
}
