package org.postern.dkim;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
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

    private final List<Supplier<SignatureResult>> signatures = new ArrayList<>();
    private final int unseen;

    private Verification(int unseen) {
        this.unseen = unseen;
    }

    /** Begins, before the first octet of {@code body}. */
    public static Verification begin(Header header, Body body, Resolver resolver, Instant now) {
        List<Field> fields = header.fields().stream()
                .filter(field -> field.is(Signature.FIELD))
                .toList();
        var verification = new Verification(Math.max(0, fields.size() - MAX_SIGNATURES));
        fields.stream().limit(MAX_SIGNATURES).forEach(field -> verification.add(field, header, body, resolver, now));
        return verification;
    }

    private void add(Field field, Header header, Body body, Resolver resolver, Instant now) {
        try {
            signatures.add(SignatureCheck.begin(field, Signature.Kind.DKIM, header, body, resolver, now)::result);
        } catch (Signature.Unreadable problem) {
            var result = new SignatureResult(
                    Result.PERMERROR,
                    "a signature can't be verified: " + problem.getMessage(),
                    Optional.empty(),
                    List.of());
            signatures.add(() -> result);
        }
    }

    /** Of each signature, in their order, when all of the body has gone by; waits for the keys. */
    public List<SignatureResult> results() {
        return signatures.stream().map(Supplier::get).toList();
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
