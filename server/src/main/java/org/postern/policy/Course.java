package org.postern.policy;

import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.postern.finding.Finding;
import org.postern.smtp.ForwardPath;
import org.postern.smtp.Mailbox;

/**
 * How one transaction is judged, recipient by recipient and then the message: the same for a session and for the record of one. For one thread.
 */
public final class Course {
    private final Policy policy;
    private final Predicate<Case> greylist;

    /** What the first recipient got, and all others must get too. */
    private @Nullable Stance agreed;

    /** What comes of a recipient. */
    public sealed interface Step {
        /** It is refused for what was found. */
        record Refused(Verdict verdict) implements Step {}

        /** There is no such mailbox, which is for the caller to say. */
        record Unknown() implements Step {}

        /**
         * It is taken, so far.
         *
         * @param soFar what would be done if the content told nothing
         */
        record Taken(Verdict soFar) implements Step {}

        /** It would be judged otherwise than those before, after the content: it comes in a transaction of its own. */
        record Apart() implements Step {}
    }

    /**
     * How a recipient stands to what is said for all at once, after the content.
     *
     * @param one its case so far
     * @param whole what it would get if the content told nothing
     * @param isPostmaster who is never refused
     */
    private record Stance(Case one, Verdict whole, boolean isPostmaster) {}

    /** Whether the same will come of both, whatever the content tells. */
    private boolean areAlike(Stance one, Stance other) {
        return one.whole.isAs(other.whole)
                && one.isPostmaster == other.isPostmaster
                && policy.excused(one.one).equals(policy.excused(other.one));
    }

    /**
     * One by that policy.
     *
     * @param greylist whether who is asked to come again has done so
     */
    public Course(Policy policy, Predicate<Case> greylist) {
        this.policy = policy;
        this.greylist = greylist;
    }

    /**
     * The next recipient.
     *
     * @param one all that is known before the content, and the recipient
     * @param isUnknown whether there is no such mailbox: who is refused for what it is does not learn that
     */
    public Step recipient(Case one, boolean isUnknown) {
        // RFC 5321 §4.5.1: postmaster is reachable for whoever speaks SMTP.
        boolean isPostmaster = one.to().filter(Course::isPostmaster).isPresent();
        Verdict now = policy.verdictBeforeContent(one);
        Verdict whole = policy.verdict(one);
        // Where what waits for the content is harder, it is what is said, and then.
        if (!isPostmaster && !now.isTaken() && now.action() == whole.action()) {
            if (now.action() != Action.GREYLIST || !greylist.test(one)) {
                return new Step.Refused(now);
            }
            whole = whole.accepted();
        }
        if (isUnknown) {
            return new Step.Unknown();
        }
        Verdict soFar = isPostmaster && !whole.isTaken() ? whole.accepted() : whole;
        var stance = new Stance(one, soFar, isPostmaster);
        if (agreed == null) {
            agreed = stance;
            return new Step.Taken(soFar);
        }
        return areAlike(agreed, stance) ? new Step.Taken(agreed.whole()) : new Step.Apart();
    }

    private static boolean isPostmaster(ForwardPath to) {
        return switch (to) {
            case ForwardPath.Postmaster _ -> true;
            case Mailbox mailbox -> mailbox.localPart().equalsIgnoreCase("postmaster");
        };
    }

    /**
     * What is to be done with the message, once all of its content is here and a recipient has been taken.
     *
     * @param content what that tells, beside what is known of who brought it
     */
    public Verdict content(Function<Case, List<Finding>> content) {
        Stance stance = agreed;
        if (stance == null) {
            throw new IllegalStateException("nobody is to get it");
        }
        Case whole = stance.one().with(content.apply(stance.one()));
        Verdict verdict = policy.verdict(whole);
        if (verdict.action() == Action.GREYLIST && greylist.test(whole)) {
            verdict = verdict.accepted();
        }
        return stance.isPostmaster() && !verdict.isTaken() ? verdict.accepted() : verdict;
    }
}
