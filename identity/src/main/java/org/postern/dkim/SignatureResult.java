package org.postern.dkim;

import java.util.List;
import java.util.Optional;
import org.postern.finding.Check;
import org.postern.finding.Evidence;
import org.postern.finding.Finding;
import org.postern.finding.Result;

/**
 * What a signature came to: RFC 6376 §6.1, in the words of RFC 8601 §2.7.1.
 *
 * @param text a sentence without its full stop
 * @param signature empty when it can't be read
 */
public record SignatureResult(Result result, String text, Optional<Signature> signature, List<Evidence> evidence) {
    public SignatureResult {
        evidence = List.copyOf(evidence);
    }

    /** It as a finding, about the domain and the selector with a space between; about nothing where these can't be read. */
    public Finding finding() {
        return new Finding(
                Check.DKIM,
                result,
                signature.map(one -> one.domain() + " " + one.selector()).orElse(""),
                text,
                evidence);
    }
}
