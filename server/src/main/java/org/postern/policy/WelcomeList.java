package org.postern.policy;

import java.util.Set;
import org.postern.dnsbl.ListZone;
import org.postern.finding.Check;
import org.postern.finding.Finding;
import org.postern.finding.Result;

/**
 * A zone of {@code [[policy.dnswl]]}: for who is listed in it, some checks are only noted.
 *
 * @param checks which; empty for all
 */
public record WelcomeList(ListZone zone, Set<Check> checks) {
    public WelcomeList {
        checks = Set.copyOf(checks);
    }

    /** What the operator's own list says is never outweighed by another's. */
    boolean covers(Check check) {
        return check != Check.OWN_LIST && (checks.isEmpty() || checks.contains(check));
    }

    boolean isListedBy(Finding finding) {
        return finding.is(Check.DNSWL, Result.PASS) && finding.subject().startsWith(zone.zone() + " ");
    }
}
