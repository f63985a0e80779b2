package org.postern.dkim;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.postern.dns.Resolver;
import org.postern.finding.Check;
import org.postern.finding.Finding;
import org.postern.finding.Result;
import org.postern.message.Field;
import org.postern.message.Header;

/**
 * Verifies the signatures of a message while it streams in, RFC 6376 §6: begun when the header is known, before the body comes by; the keys
 * are looked up meanwhile. For one thread.
 */
public final class Verification {
    /** So many signatures are looked at, from the top. Each may cost a question to DNS and some milliseconds. */
    public static final int MAX_SIGNATURES = 8;

    private final List<SignatureCheck> checks;
    private final int unseen;

    private Verification(List<SignatureCheck> checks, int unseen) {
        this.checks = List.copyOf(checks);
        this.unseen = unseen;
    }

    /** Begins, before the first octet of {@code body}. */
    public static Verification begin(Header header, Body body, Resolver resolver, Instant now) {
        List<Field> fields = header.fields().stream()
                .filter(field -> field.is(Signature.FIELD))
                .toList();
        List<SignatureCheck> checks = fields.stream()
                .limit(MAX_SIGNATURES)
                .map(field -> SignatureCheck.begin(field, Signature.Kind.DKIM, header, body, resolver, now))
                .toList();
        return new Verification(checks, fields.size() - checks.size());
    }

    /** Of each signature, in their order, when all of the body has gone by; waits for the keys. */
    public List<SignatureResult> results() {
        return checks.stream().map(SignatureCheck::result).toList();
    }

    /** The results as findings; one of {@code none} where there are no signatures. */
    public List<Finding> findings(List<SignatureResult> results) {
        if (results.isEmpty()) {
            return List.of(Finding.of(Check.DKIM, Result.NONE, "it is not signed"));
        }
        var findings =
                new ArrayList<>(results.stream().map(SignatureResult::finding).toList());
        if (unseen > 0) {
            findings.add(Finding.of(Check.DKIM, Result.POLICY, unseen + " more signatures were not looked at"));
        }
        return findings;
    }
}
