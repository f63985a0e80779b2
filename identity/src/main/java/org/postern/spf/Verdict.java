package org.postern.spf;

import java.util.Optional;
import org.postern.finding.Result;

/**
 * What {@code check_host()} returns, and what is needed to explain it.
 *
 * @param mechanism the one that matched; empty for none
 * @param domain whose record decided
 * @param explanation where that domain explains a fail
 */
record Verdict(Result result, String mechanism, String why, String domain, Optional<MacroString> explanation) {
    static Verdict without(Result result, String why, String domain) {
        return new Verdict(result, "", why, domain, Optional.empty());
    }
}
