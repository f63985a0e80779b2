package org.postern.spool;

import java.time.Instant;
import java.util.Optional;
import org.postern.smtp.ForwardPath;

/**
 * A recipient of a message in the spool, and how far its delivery has come.
 *
 * @param original whom the sender had named, when an alias led from there to {@code path}
 * @param attempts that were made
 * @param due when the next attempt is; of use while {@link State#WAITING}
 * @param noticed whether the sender was told that it takes long; of what is forgotten in the end, whether the postmaster was told of that
 * @param last what the last attempt came to, in words fit for a terminal; empty before the first
 */
public record Recipient(
        ForwardPath path,
        Optional<ForwardPath> original,
        State state,
        int attempts,
        Instant due,
        boolean noticed,
        String last) {
    /** Where it stands. */
    public enum State {
        /** To be delivered, now or later. */
        WAITING,
        /** Kept until the operator says what to do. */
        HELD,
        /** Can't be delivered, and nobody can be told: kept for a time, for the operator to see. */
        UNDELIVERABLE,
        /** Kept for a time, for the operator to say whether it is good: nothing was tried yet. */
        QUARANTINED,
        /** Delivered. */
        DELIVERED,
        /** Can't be delivered, and who had to be told was told. */
        REPORTED
    }

    /** One that has just come. */
    static Recipient fresh(ForwardPath path, Optional<ForwardPath> original, Instant now) {
        return fresh(path, original, Optional.empty(), now);
    }

    /** One that has just come with a message that is doubted so. */
    static Recipient fresh(ForwardPath path, Optional<ForwardPath> original, Optional<Doubt> doubt, Instant now) {
        boolean isHeld = doubt.filter(one -> one.way() == Doubt.Way.HELD).isPresent();
        return new Recipient(path, original, isHeld ? State.QUARANTINED : State.WAITING, 0, now, false, "");
    }

    /** Whether nothing is left to do for it. */
    public boolean isDone() {
        return state == State.DELIVERED || state == State.REPORTED;
    }

    /** Whether it is kept, and nothing is tried. */
    public boolean isHeld() {
        return state == State.HELD || state == State.UNDELIVERABLE;
    }

    /** Whether it is kept for a time only, and then forgotten. */
    public boolean isForgottenInTheEnd() {
        return state == State.UNDELIVERABLE || state == State.QUARANTINED;
    }

    /** After an attempt that succeeded. */
    public Recipient delivered(String how) {
        return new Recipient(path, original, State.DELIVERED, attempts + 1, due, noticed, how);
    }

    /** After an attempt that did not, to be made again. */
    public Recipient later(Instant next, String why) {
        return new Recipient(path, original, State.WAITING, attempts + 1, next, noticed, why);
    }

    /** To be tried no more by itself. */
    public Recipient held(String why) {
        return new Recipient(path, original, State.HELD, attempts, due, noticed, why);
    }

    /** Not to be delivered at all, and nobody is told. */
    public Recipient undeliverable(String why) {
        return new Recipient(path, original, State.UNDELIVERABLE, attempts, due, false, why);
    }

    /** Not to be delivered at all, as was reported. */
    public Recipient reported(String why) {
        return new Recipient(path, original, State.REPORTED, attempts, due, noticed, why);
    }

    /** The same once the sender was told that it takes long, or the postmaster that it will be forgotten. */
    public Recipient withNotice() {
        return new Recipient(path, original, state, attempts, due, true, last);
    }

    /** Out of quarantine: as one that has just come. */
    Recipient released(Instant now) {
        return new Recipient(path, original, State.WAITING, attempts, now, false, last);
    }

    /** To be tried at {@code when}, whatever was before. */
    public Recipient due(Instant when) {
        return new Recipient(path, original, State.WAITING, attempts, when, noticed, last);
    }
}
