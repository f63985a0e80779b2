package org.postern.smtp.client;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.postern.smtp.ForwardPath;
import org.postern.smtp.Reply;

/**
 * What became of a message, for each recipient in the order of its envelope.
 *
 * @param fates one for each
 */
public record Sent(Map<ForwardPath, Fate> fates) {
    /** What became of one recipient. */
    public sealed interface Fate {
        /** The other side has it: its reply took the responsibility, RFC 5321 §4.2.5. */
        record Taken(Reply reply) implements Fate {}

        /** The other side did not take it, for now or for good. */
        record Refused(Stage stage, Reply reply) implements Fate {}

        /** It was not asked about: the other side takes fewer at once (RFC 9422 §4.2), or said that it has enough. */
        record LeftOver() implements Fate {}
    }

    public Sent {
        fates = Collections.unmodifiableMap(new LinkedHashMap<>(fates));
    }

    /** Whether everybody has it. */
    public boolean isTakenWhole() {
        return fates.values().stream().allMatch(Fate.Taken.class::isInstance);
    }
}
