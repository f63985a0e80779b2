package org.postern.arc;

import java.util.List;
import java.util.Optional;
import org.postern.finding.AuthenticationResults;
import org.postern.finding.Check;
import org.postern.finding.Evidence;
import org.postern.finding.Finding;
import org.postern.finding.Result;

/**
 * What a chain came to.
 *
 * @param result none, pass, fail or temperror
 * @param text a sentence without its full stop
 * @param sealers the domains that sealed, the oldest first; empty where they can't be read
 * @param oldestPass the oldest set whose signature still holds, with all after it: 0 for all; RFC 8617 §5.2
 * @param newest what the newest sealer had found; empty when it can't be read
 */
public record ChainResult(
        Result result,
        String text,
        List<String> sealers,
        int oldestPass,
        Optional<AuthenticationResults> newest,
        List<Evidence> evidence) {
    public ChainResult {
        sealers = List.copyOf(sealers);
        evidence = List.copyOf(evidence);
    }

    /** The last word of a finding's subject when the chain vouches for the author. */
    public static final String VOUCHED = "vouched";

    /**
     * It as a finding, about the newest sealer, the oldest set that passes, and {@value #VOUCHED} when {@link #vouchesForAuthor}; about nobody
     * where there is none.
     */
    public Finding finding() {
        String about = sealers.isEmpty()
                ? ""
                : sealers.getLast() + " " + oldestPass + (vouchesForAuthor() ? " " + VOUCHED : "");
        return new Finding(Check.ARC, result, about, text, evidence);
    }

    /**
     * Whether the chain holds and its newest sealer says that the author was authenticated when the message reached it: by DMARC, or by a
     * chain that it believed. That is worth as much as the sealer.
     */
    public boolean vouchesForAuthor() {
        return result == Result.PASS
                && newest.map(AuthenticationResults::results).orElse(List.of()).stream()
                        .anyMatch(one ->
                                (one.method().equals("dmarc") || one.method().equals("arc"))
                                        && one.result().equals("pass"));
    }
}
