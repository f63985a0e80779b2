package org.postern.dkim;

import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.postern.dns.Resolver;
import org.postern.finding.Result;
import org.postern.message.Field;
import org.postern.message.Header;

/** Verifies one signature: its key is looked up while the body streams by. For one thread. */
public final class SignatureCheck {
    /** Clocks differ so much. */
    private static final Duration SKEW = Duration.ofMinutes(5);

    private final Field field;
    private final Header header;

    /** Known before body and key are. */
    private final @Nullable SignatureResult early;

    private @Nullable Signature signature;
    private @Nullable BodyHash hash;
    private @Nullable CompletableFuture<KeySearch> key;

    private SignatureCheck(Field field, Header header, @Nullable SignatureResult early) {
        this.field = field;
        this.header = header;
        this.early = early;
    }

    /**
     * Begins, before the first octet of {@code body}.
     *
     * @param field of {@code header}, in which the signature stands
     */
    public static SignatureCheck begin(
            Field field, Signature.Kind kind, Header header, Body body, Resolver resolver, Instant now) {
        Signature signature;
        try {
            signature = Signature.read(field, kind);
        } catch (Signature.Unreadable problem) {
            String text = "a signature can't be verified: " + problem.getMessage();
            return new SignatureCheck(
                    field, header, new SignatureResult(Result.PERMERROR, text, Optional.empty(), List.of()));
        }
        Optional<SignatureResult> early = early(signature, header, kind, now);
        var check = new SignatureCheck(field, header, early.orElse(null));
        if (early.isEmpty()) {
            check.signature = signature;
            check.hash = body.wanted(signature.bodyForm(), signature.bodyLimit());
            check.key = KeySearch.begin(signature.domain(), signature.selector(), signature.algorithm(), resolver);
        }
        return check;
    }

    /** What needs neither key nor body. */
    private static Optional<SignatureResult> early(
            Signature signature, Header header, Signature.Kind kind, Instant now) {
        String who = signature.domain();
        if (signature.algorithm() == Algorithm.RSA_SHA1) {
            // RFC 8301 §3.1.
            return Optional.of(
                    result(Result.POLICY, who + " signed with SHA-1, which is not believed any more", signature));
        }
        if (signature.expires().isPresent()
                && now.minus(SKEW).getEpochSecond() > signature.expires().getAsLong()) {
            return Optional.of(result(
                    Result.FAIL,
                    "the signature of " + who + " expired at "
                            + Instant.ofEpochSecond(
                                    Math.min(signature.expires().getAsLong(), Instant.MAX.getEpochSecond())),
                    signature));
        }
        // RFC 6376 §8.15: a reader may be shown the one that was added.
        long signedFroms = signature.names().stream()
                .filter(name -> name.equalsIgnoreCase("From"))
                .count();
        return kind == Signature.Kind.DKIM && header.count("From") > signedFroms
                ? Optional.of(result(
                        Result.POLICY,
                        "there are " + header.count("From") + " From fields, and " + who + " signed " + signedFroms,
                        signature))
                : Optional.empty();
    }

    private static SignatureResult result(Result result, String text, Signature signature) {
        return new SignatureResult(result, text, Optional.of(signature), List.of());
    }

    /** When all of the body has gone by; waits for the key. */
    public SignatureResult result() {
        if (early != null) {
            return early;
        }
        if (signature == null || key == null || hash == null) {
            throw new IllegalStateException("not begun");
        }
        return judged(signature, key.join(), hash);
    }

    private SignatureResult judged(Signature one, KeySearch keys, BodyHash bodyHash) {
        String who = "the signature of " + one.domain();
        if (keys.problem().isPresent()) {
            return found(one, keys.problem().get(), who + ": " + keys.text(), keys);
        }
        if (one.bodyLimit().orElse(0) > bodyHash.octets()) {
            return found(one, Result.FAIL, who + " does not hold: the body is shorter than what was signed", keys);
        }
        if (!one.bodyHash().is(bodyHash.digest())) {
            return found(one, Result.FAIL, who + " does not hold: the body has been changed", keys);
        }
        Optional<KeyRecord> right = keys.verifying(signed(one), one.value());
        if (right.isEmpty()) {
            String text = who + " does not hold: a signed field has been changed, or another key made it";
            return found(one, Result.FAIL, text, keys);
        }
        if (right.get().isStrict() && isBelow(one)) {
            String text = who + ": its key is for the very domain, and i= is below it";
            return found(one, Result.PERMERROR, text, keys);
        }
        long unsigned = bodyHash.octets() - one.bodyLimit().orElse(bodyHash.octets());
        if (unsigned > 0) {
            // RFC 6376 §8.2: anything may have been added there.
            String text = who + " leaves the last " + unsigned + " octets of the body unsigned";
            return found(one, Result.POLICY, text, keys);
        }
        String testing = right.get().isTesting() ? ", which tests DKIM," : "";
        return found(
                one,
                Result.PASS,
                one.domain() + testing + " signed it with " + one.algorithm().tag(),
                keys);
    }

    private static boolean isBelow(Signature one) {
        return one.identity()
                .flatMap(Signature::domainOf)
                .filter(domain -> !domain.equals(one.domain()))
                .isPresent();
    }

    private static SignatureResult found(Signature one, Result result, String text, KeySearch keys) {
        return new SignatureResult(result, text, Optional.of(one), keys.evidence());
    }

    /** RFC 6376 §3.7: the fields, and at last the one that the signature stands in. */
    private byte[] signed(Signature one) {
        var octets = new ByteArrayOutputStream(SignedHeader.USUAL_OCTETS);
        // Other signatures may be signed; this one comes last, however often h= names its field.
        List<Field> others =
                header.fields().stream().filter(other -> other != field).toList();
        octets.writeBytes(SignedHeader.selected(others, one.names(), one.headerForm()));
        octets.writeBytes(SignedHeader.ofSignature(field.toBytes(), one.headerForm()));
        return octets.toByteArray();
    }
}
