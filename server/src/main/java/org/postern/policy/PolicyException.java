package org.postern.policy;

import java.util.Set;
import org.postern.finding.Check;

/**
 * For whom some checks are only noted.
 *
 * @param checks which; empty for all
 * @param hardest the hardest action that it turns into a note
 */
public record PolicyException(Condition who, Set<Check> checks, Action hardest) {
    public PolicyException {
        checks = Set.copyOf(checks);
    }

    /** One for whatever they earn. */
    public PolicyException(Condition who, Set<Check> checks) {
        this(who, checks, Action.REJECT);
    }

    boolean covers(Check check, Action action, Case one) {
        return action.compareTo(hardest) <= 0 && (checks.isEmpty() || checks.contains(check)) && who.holds(one);
    }
}
