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
final class SignatureCheck {
    /** Clocks differ so much. */
    private static final Duration SKEW = Duration.ofMinutes(5);

    private final Field field;
    private final Header header;
    private final Signature signature;
    private final Body body;
    private final @Nullable SignatureResult early;
    private @Nullable BodyHash hash;
    private @Nullable CompletableFuture<KeySearch> key;

    private SignatureCheck(
            Field field, Header header, Signature signature, Body body, @Nullable SignatureResult early) {
        this.field = field;
        this.header = header;
        this.signature = signature;
        this.body = body;
        this.early = early;
    }

    /** Begins before the first octet of {@code body}. @throws Signature.Unreadable when it is no signature */
    static SignatureCheck begin(
            Field field, Signature.Kind kind, Header header, Body body, Resolver resolver, Instant now)
            throws Signature.Unreadable {
        Signature signature = Signature.read(field, kind);
        var check = new SignatureCheck(
                field,
                header,
                signature,
                body,
                early(signature, header, kind, now).orElse(null));
        if (check.early == null) {
            check.start(resolver);
        }
        return check;
    }

    private void start(Resolver resolver) {
        hash = body.wanted(signature.bodyForm(), signature.bodyLimit());
        key = KeySearch.begin(signature.keyName(), signature.algorithm(), resolver);
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

    Signature signature() {
        return signature;
    }

    /** When all of the body has gone by; waits for the key. */
    SignatureResult result() {
        if (early != null) {
            return early;
        }
        if (key == null || hash == null) {
            throw new IllegalStateException("not begun");
        }
        return judged(key.join(), hash);
    }

    private SignatureResult judged(KeySearch keys, BodyHash bodyHash) {
        String who = "the signature of " + signature.domain();
        if (keys.usable().isEmpty()) {
            return found(keys.problem(), who + ": " + keys.text(), keys);
        }
        if (signature.bodyLimit().orElse(0) > bodyHash.octets()) {
            return found(Result.FAIL, who + " does not hold: the body is shorter than what was signed", keys);
        }
        if (!signature.bodyHash().is(bodyHash.digest())) {
            return found(Result.FAIL, who + " does not hold: the body has been changed", keys);
        }
        byte[] signed = signed();
        byte[] value = signature.value().bytes();
        Optional<KeySearch.Usable> right = keys.usable().stream()
                .filter(one -> KeySearch.verifies(one.key(), signature.algorithm(), signed, value))
                .findFirst();
        if (right.isEmpty()) {
            return found(
                    Result.FAIL, who + " does not hold: a signed field has been changed, or another key made it", keys);
        }
        if (right.get().record().isStrict() && isBelow()) {
            return found(Result.PERMERROR, who + ": its key is for the very domain, and i= is below it", keys);
        }
        long unsigned = bodyHash.octets() - signature.bodyLimit().orElse(bodyHash.octets());
        if (unsigned > 0) {
            // RFC 6376 §8.2: anything may have been added there.
            return found(Result.POLICY, who + " leaves the last " + unsigned + " octets of the body unsigned", keys);
        }
        String testing = right.get().record().isTesting() ? ", which tests DKIM" : "";
        return found(
                Result.PASS,
                signature.domain() + testing + " signed it with "
                        + signature.algorithm().tag(),
                keys);
    }

    private boolean isBelow() {
        return signature
                .identity()
                .flatMap(Signature::domainOf)
                .filter(domain -> !domain.equals(signature.domain()))
                .isPresent();
    }

    private SignatureResult found(Result result, String text, KeySearch keys) {
        return new SignatureResult(result, text, Optional.of(signature), keys.evidence());
    }

    /** RFC 6376 §3.7: the fields, and at last the one that the signature stands in. */
    private byte[] signed() {
        var octets = new ByteArrayOutputStream();
        octets.writeBytes(SignedHeader.selected(header.fields(), signature.names(), signature.headerForm()));
        octets.writeBytes(SignedHeader.ofSignature(field.toBytes(), signature.headerForm()));
        return octets.toByteArray();
    }
}
