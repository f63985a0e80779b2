package org.postern.policy;

import java.util.List;
import java.util.Optional;
import org.postern.finding.Finding;
import org.postern.smtp.Reply;

/**
 * What is to be done, and why.
 *
 * @param action of all findings the hardest
 * @param decidedBy the finding that earned it; empty when the verdict is to accept
 * @param reply what the client is told; empty when the message is taken
 * @param unlessDmarc whether a message that passes DMARC would lift it
 * @param findings all of them, in the order of the checks
 */
public record Verdict(
        Action action, Optional<Finding> decidedBy, Optional<Reply> reply, boolean unlessDmarc, List<Judged> findings) {
    public Verdict {
        findings = List.copyOf(findings);
    }

    /** {@code accept} where nothing is done but noted; else the action's word. */
    public String word() {
        return action == Action.NOTE ? "accept" : action.word();
    }

    /** Whether the message is taken, be it into quarantine. */
    public boolean isTaken() {
        return action == Action.NOTE || action == Action.QUARANTINE;
    }

    /** The same findings, and the message taken all the same. */
    public Verdict accepted() {
        return new Verdict(Action.NOTE, Optional.empty(), Optional.empty(), false, findings);
    }

    /** Whether it does the same for the same reason. */
    public boolean isAs(Verdict other) {
        return action == other.action && decidedBy.map(Finding::check).equals(other.decidedBy.map(Finding::check));
    }
}
