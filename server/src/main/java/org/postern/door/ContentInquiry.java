package org.postern.door;

import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.postern.arc.ChainCheck;
import org.postern.dkim.Body;
import org.postern.dkim.SignatureResult;
import org.postern.dkim.Verification;
import org.postern.dmarc.Dmarc;
import org.postern.dmarc.Identifier;
import org.postern.dns.Resolver;
import org.postern.finding.Check;
import org.postern.finding.Finding;
import org.postern.finding.Result;
import org.postern.message.Header;
import org.postern.policy.AuthorRule;
import org.postern.policy.Case;
import org.postern.smtp.Domain;
import org.postern.smtp.ReversePath;

/**
 * Whose message it is: signatures and chain are verified while the content streams by, and DMARC is asked when they are known. Begun when the
 * header is known. For one thread.
 */
final class ContentInquiry {
    private final Header header;
    private final Resolver dns;
    private final Body body = new Body();
    private final Verification signatures;
    private final ChainCheck chain;

    ContentInquiry(Header header, Resolver dns, Instant now) {
        this.header = header;
        this.dns = dns;
        this.signatures = Verification.begin(header, body, dns, now);
        this.chain = ChainCheck.begin(header, body, dns, now);
    }

    /** {@code rest} of the message behind its header, as it came: to be read to its end before the findings are asked for. */
    InputStream through(InputStream rest) {
        return body.through(rest);
    }

    /** What the content tells, beside what is known of who brought it. */
    List<Finding> findings(Case brought) {
        List<SignatureResult> results = signatures.results();
        var findings = new ArrayList<>(signatures.findings(results));
        findings.add(chain.result().finding());
        findings.add(dmarc(brought, results));
        return findings;
    }

    private Finding dmarc(Case brought, List<SignatureResult> results) {
        var identifiers = new ArrayList<Identifier>();
        // RFC 9989 §3.2.4: the greeting's name stands for the sender where there is none.
        Check check = brought.from() instanceof ReversePath.Null ? Check.SPF_HELO : Check.SPF;
        brought.findings().stream()
                .filter(finding -> finding.check() == check)
                .forEach(finding -> Domain.parse(finding.subject())
                        .ifPresent(domain ->
                                identifiers.add(new Identifier(Identifier.Mechanism.SPF, domain, finding.result()))));
        for (SignatureResult result : results) {
            result.signature()
                    .flatMap(signature -> Domain.parse(signature.domain()))
                    .ifPresent(domain ->
                            identifiers.add(new Identifier(Identifier.Mechanism.DKIM, domain, result.result())));
        }
        Finding finding = Dmarc.check(header, identifiers, dns).finding();
        return isOfList() && !finding.subject(1).isEmpty()
                ? finding.about(finding.subject() + " " + AuthorRule.INDIRECT)
                : finding;
    }

    /** RFC 2919. */
    private boolean isOfList() {
        return header.count("List-Id") > 0;
    }

    /**
     * Whether the author who is authenticated and the reverse-path are of one domain, or one is below the other: then a report goes to him. Who
     * only signs may name anybody as the sender.
     */
    static boolean isAuthorsOwn(ReversePath from, List<Finding> findings) {
        Optional<Domain> sender = SpfChecks.domain(from);
        return sender.isPresent()
                && findings.stream()
                        .filter(finding -> finding.is(Check.DMARC, Result.PASS))
                        .flatMap(finding -> Domain.parse(finding.subject(0)).stream())
                        .anyMatch(author -> isWithin(author, sender.get()) || isWithin(sender.get(), author));
    }

    private static boolean isWithin(Domain one, Domain other) {
        return one.equals(other) || one.canonical().endsWith("." + other.canonical());
    }
}
