package org.postern.spool;

import java.time.Instant;
import org.postern.smtp.ForwardPath;

/**
 * A recipient of a message in the spool, and how far its delivery has come.
 *
 * @param attempts that were made
 * @param due when the next attempt is; of use while {@link State#WAITING}
 * @param last what the last attempt came to, in words fit for a terminal; empty before the first
 */
public record Recipient(ForwardPath path, State state, int attempts, Instant due, String last) {
    /** Where it stands. */
    public enum State {
        /** To be delivered, now or later. */
        WAITING,
        /** Kept until the operator says what to do. */
        HELD,
        /** Delivered. */
        DELIVERED
    }

    /** One that has just come. */
    static Recipient fresh(ForwardPath path, Instant now) {
        return new Recipient(path, State.WAITING, 0, now, "");
    }

    /** After an attempt that succeeded. */
    public Recipient delivered(String how) {
        return new Recipient(path, State.DELIVERED, attempts + 1, due, how);
    }

    /** After an attempt that did not, to be made again. */
    public Recipient later(Instant next, String why) {
        return new Recipient(path, State.WAITING, attempts + 1, next, why);
    }

    /** To be tried no more by itself. */
    public Recipient held(String why) {
        return new Recipient(path, State.HELD, attempts, due, why);
    }

    /** To be tried at {@code when}, whatever was before. */
    public Recipient due(Instant when) {
        return new Recipient(path, State.WAITING, attempts, when, last);
    }
}
