package org.postern.policy;

import java.util.Set;
import org.postern.finding.Check;

/**
 * For whom some checks are only noted.
 *
 * @param checks which; empty for all
 */
public record PolicyException(Condition who, Set<Check> checks) {
    public PolicyException {
        checks = Set.copyOf(checks);
    }

    boolean covers(Check check, Case one) {
        return (checks.isEmpty() || checks.contains(check)) && who.holds(one);
    }
}
