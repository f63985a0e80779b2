package org.postern.arc;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.postern.dkim.Algorithm;
import org.postern.dkim.Body;
import org.postern.dkim.KeySearch;
import org.postern.dkim.Signature;
import org.postern.dkim.SignatureCheck;
import org.postern.dkim.SignatureResult;
import org.postern.dns.Resolver;
import org.postern.finding.AuthenticationResults;
import org.postern.finding.Evidence;
import org.postern.finding.Result;
import org.postern.message.Header;

/**
 * Verifies the chain of a message while it streams in, RFC 8617 §5.2: begun when the header is known, before the body comes by; the keys are
 * looked up meanwhile. For one thread.
 */
public final class ChainCheck {
    private final List<ArcSet> sets;
    private final Optional<String> broken;
    private final List<SignatureCheck> signatures = new ArrayList<>();
    private final List<CompletableFuture<KeySearch>> keys = new ArrayList<>();

    private ChainCheck(List<ArcSet> sets, Optional<String> broken) {
        this.sets = sets;
        this.broken = broken;
    }

    /** Begins, before the first octet of {@code body}. */
    public static ChainCheck begin(Header header, Body body, Resolver resolver, Instant now) {
        List<ArcSet> sets;
        try {
            sets = ArcSet.all(header);
        } catch (ArcSet.Broken problem) {
            return new ChainCheck(List.of(), Optional.of("the chain is broken: " + problem.getMessage()));
        }
        // §5.2, step 2, and §5.1.2: who saw that it failed is the last who says so.
        Optional<ArcSet> failed = sets.stream()
                .filter(set -> set.seal().status() == Seal.Status.FAIL)
                .findFirst();
        Optional<ArcSet> weak = sets.stream()
                .filter(set -> set.seal().algorithm() == Algorithm.RSA_SHA1)
                .findFirst();
        if (failed.isPresent() || weak.isPresent()) {
            String text = failed.isPresent()
                    ? failed.get().seal().domain() + " found the chain broken"
                    : weak.get().seal().domain() + " sealed with SHA-1, which is not believed any more";
            return new ChainCheck(sets, Optional.of(text));
        }
        var check = new ChainCheck(sets, Optional.empty());
        for (ArcSet set : sets) {
            check.signatures.add(
                    SignatureCheck.begin(set.signature(), Signature.Kind.ARC, header, body, resolver, now));
            Seal seal = set.seal();
            check.keys.add(KeySearch.begin(seal.domain(), seal.selector(), seal.algorithm(), resolver));
        }
        return check;
    }

    /** When all of the body has gone by; waits for the keys. */
    public ChainResult result() {
        if (broken.isPresent()) {
            return found(Result.FAIL, broken.get(), 0, List.of());
        }
        if (sets.isEmpty()) {
            return found(Result.NONE, "nobody who sent it on has sealed it", 0, List.of());
        }
        // Step 4: the newest signature must hold. Those before it may not: who sends on may change the message.
        SignatureResult newest = signatures.getLast().result();
        if (newest.result() != Result.PASS) {
            boolean later = newest.result() == Result.TEMPERROR;
            return found(later ? Result.TEMPERROR : Result.FAIL, newest.text(), 0, newest.evidence());
        }
        var evidence = new ArrayList<>(newest.evidence());
        // Step 6: all seals must, the newest first.
        for (int i = sets.size() - 1; i >= 0; i--) {
            KeySearch key = keys.get(i).join();
            evidence.addAll(key.evidence());
            String who = "the seal of " + sets.get(i).seal().domain() + " in set " + (i + 1);
            if (key.problem().isPresent()) {
                boolean later = key.problem().get() == Result.TEMPERROR;
                return found(later ? Result.TEMPERROR : Result.FAIL, who + ": " + key.text(), 0, evidence);
            }
            if (!key.verifies(
                    Sealing.sealed(sets.subList(0, i + 1)), sets.get(i).seal().value())) {
                return found(Result.FAIL, who + " does not hold", 0, evidence);
            }
        }
        String sealers = sets.size() == 1 ? "" : ", the last of " + sets.size();
        return found(
                Result.PASS,
                "the chain holds, sealed by " + sets.getLast().seal().domain() + sealers,
                oldestPass(),
                evidence);
    }

    /** Step 5. */
    private int oldestPass() {
        for (int i = sets.size() - 2; i >= 0; i--) {
            if (signatures.get(i).result().result() != Result.PASS) {
                return i + 2;
            }
        }
        return 0;
    }

    private ChainResult found(Result result, String text, int oldestPass, List<Evidence> evidence) {
        Optional<AuthenticationResults> newest = sets.isEmpty()
                ? Optional.empty()
                : AuthenticationResults.parse(sets.getLast().resultsValue());
        return new ChainResult(
                result,
                text,
                sets.stream().map(set -> set.seal().domain()).toList(),
                oldestPass,
                newest,
                Collections.unmodifiableList(evidence));
    }
}
