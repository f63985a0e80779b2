package org.postern.policy;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.postern.finding.Check;
import org.postern.finding.Finding;
import org.postern.finding.Result;
import org.postern.smtp.ForwardPath;
import org.postern.smtp.Greeting;
import org.postern.smtp.ReversePath;

/**
 * What is to be judged: who is at the door, and what was found.
 *
 * @param to empty before a recipient is named
 * @param findings of all checks, in any order
 */
public record Case(
        InetAddress client, Greeting.Name name, ReversePath from, Optional<ForwardPath> to, List<Finding> findings) {
    public Case {
        findings = List.copyOf(findings);
    }

    /** The same, with one more finding. */
    public Case with(Finding finding) {
        return with(List.of(finding));
    }

    /** The same, with more findings. */
    public Case with(List<Finding> others) {
        var more = new ArrayList<>(findings);
        more.addAll(others);
        return new Case(client, name, from, to, more);
    }

    /** Whether a finding of that check came to that. */
    boolean has(Check check, Result result) {
        for (Finding finding : findings) {
            if (finding.is(check, result)) {
                return true;
            }
        }
        return false;
    }

    /** Whether what the message itself tells is among the findings. */
    boolean knowsAuthor() {
        return findings.stream().anyMatch(finding -> finding.check() == Check.DMARC);
    }

    /** The same for that recipient. */
    public Case to(ForwardPath recipient) {
        return new Case(client, name, from, Optional.of(recipient), findings);
    }
}
