package org.postern.queue;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.postern.smtp.ForwardPath;
import org.postern.spool.Recipient;
import org.postern.spool.SpooledMessage;

/** Makes an attempt to deliver. Called on the queue's threads, several at a time. */
public interface Courier {
    /** What became of one recipient. */
    sealed interface Outcome {
        /** It is delivered. */
        record Delivered(String how) implements Outcome {}

        /** It may be delivered later. */
        record Later(String why) implements Outcome {}

        /** No attempt will help: somebody has to look at it. */
        record Stuck(String why) implements Outcome {}
    }

    /**
     * Tries to deliver {@code message} to these of its recipients; an outcome for each.
     *
     * @throws IOException when the message itself can't be read
     */
    Map<ForwardPath, Outcome> deliver(SpooledMessage message, List<Recipient> due) throws IOException;
}
