package org.postern.dmarc;

import org.postern.finding.Result;
import org.postern.smtp.Domain;

/**
 * What SPF or DKIM came to for a domain: RFC 9989 §4.3. It authenticates the domain when the result is {@link Result#PASS}, and might have
 * when it is {@link Result#TEMPERROR}.
 *
 * @param domain for SPF that of MAIL FROM, and for the null reverse-path the name in HELO (§3.2.4, RFC 7208 §2.4), never another HELO
 *     identity (§4.4.2); for DKIM the signature's {@code d=}
 */
public record Identifier(Mechanism mechanism, Domain domain, Result result) {
    /** Who says so. */
    public enum Mechanism {
        SPF,
        DKIM
    }

    @Override
    public String toString() {
        return mechanism + "=" + result.word() + " " + domain.canonical();
    }
}
