package org.postern.spf;

import java.util.List;
import org.postern.dns.Answer;
import org.postern.finding.Check;
import org.postern.finding.Finding;
import org.postern.finding.Result;

/**
 * What RFC 7208 says of a client.
 *
 * @param result any but {@link Result#POLICY}
 * @param mechanism the one that matched, as it is written: {@code -all}; empty when none did
 * @param explanation the domain's own words for a fail, in one line of visible ASCII; empty when it has none
 * @param reason a sentence without its full stop, in one line of visible ASCII
 * @param answers all that were seen, in their order: from the same answers comes the same result
 */
public record SpfResult(Result result, String mechanism, String explanation, String reason, List<Answer> answers) {
    public SpfResult {
        answers = List.copyOf(answers);
    }

    /**
     * It as what {@code check} came to.
     *
     * @param check {@link Check#SPF_HELO} or {@link Check#SPF}
     */
    public Finding finding(Check check) {
        if (check != Check.SPF_HELO && check != Check.SPF) {
            throw new IllegalArgumentException(check.id() + " is not of SPF");
        }
        String explained = explanation.isEmpty() ? reason : reason + "; it explains: " + explanation;
        String text = result == Result.FAIL
                ? explained + "; add this address to the domain's SPF record, or send from one that is in it"
                : explained;
        return Finding.of(check, result, text, answers);
    }
}
