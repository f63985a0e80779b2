package org.postern.dkim;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.postern.dns.Answer;
import org.postern.dns.DnsName;
import org.postern.dns.Question;
import org.postern.dns.RecordType;
import org.postern.dns.Resolver;
import org.postern.finding.Evidence;
import org.postern.finding.Result;

/** What came of looking for a signer's key: RFC 6376 §6.1.2. Immutable. */
public final class KeySearch {
    /** RFC 8301 §3.2: shorter ones are not believed. */
    static final int MIN_RSA_BITS = 1_024;

    /** RFC 8301 §3.2 asks for that much; longer ones cost too much time. */
    static final int MAX_RSA_BITS = 4_096;

    /** Time grows with the exponent too; everybody's has 17 bits, or 2. */
    private static final int MAX_EXPONENT_BITS = 64;

    /** §3.6.2.2 leaves open what several records mean: so many are tried. */
    private static final int MAX_RECORDS = 4;

    private static final Executor BESIDE =
            task -> Thread.ofVirtual().name("key").start(task);

    private final Algorithm algorithm;
    private final List<Usable> usable;
    private final Result problem;
    private final String text;
    private final Answer answer;

    private KeySearch(Algorithm algorithm, List<Usable> usable, Result problem, String text, Answer answer) {
        this.algorithm = algorithm;
        this.usable = List.copyOf(usable);
        this.problem = problem;
        this.text = text;
        this.answer = answer;
    }

    /** A key, and what stands with it. */
    record Usable(KeyRecord record, PublicKey key) {}

    /** Where a key stands, §3.6.2.1; empty when the two make no name. */
    public static Optional<DnsName> name(String domain, String selector) {
        return DnsName.ofLabels(selector + "._domainkey." + domain);
    }

    /**
     * Looks, on a thread of its own unless the answer is known already.
     *
     * @param domain {@code d=}
     * @param selector {@code s=}; with the domain it must make a name
     * @param algorithm not SHA-1
     */
    public static CompletableFuture<KeySearch> begin(
            String domain, String selector, Algorithm algorithm, Resolver resolver) {
        var question = new Question(name(domain, selector).orElseThrow(), RecordType.TXT);
        return resolver.known(question)
                .map(answer -> CompletableFuture.completedFuture(of(answer, algorithm)))
                .orElseGet(() -> CompletableFuture.supplyAsync(() -> of(resolver.ask(question), algorithm), BESIDE));
    }

    /** What it comes to that no key is usable; empty when one is. */
    public Optional<Result> problem() {
        return usable.isEmpty() ? Optional.of(problem) : Optional.empty();
    }

    /** Why no key is usable, a clause; empty when one is. */
    public String text() {
        return text;
    }

    /** What was asked and answered. */
    public List<Evidence> evidence() {
        return List.of(Evidence.of(answer));
    }

    /** Whether a key that was found made {@code value} over {@code signed}. */
    public boolean verifies(byte[] signed, Octets value) {
        return verifying(signed, value).isPresent();
    }

    /** What stands with the key that made {@code value} over {@code signed}. */
    Optional<KeyRecord> verifying(byte[] signed, Octets value) {
        byte[] octets = value.bytes();
        return usable.stream()
                .filter(one -> verifies(one.key(), algorithm, signed, octets))
                .map(Usable::record)
                .findFirst();
    }

    private static KeySearch of(Answer answer, Algorithm algorithm) {
        if (answer.isFailed()) {
            return none(algorithm, Result.TEMPERROR, "its key can't be had now: " + answer.said(), answer);
        }
        String where = "at " + answer.question().name();
        if (answer.texts().isEmpty()) {
            return none(algorithm, Result.PERMERROR, "there is no key " + where, answer);
        }
        var usable = new ArrayList<Usable>();
        KeySearch none = none(algorithm, Result.PERMERROR, "what stands " + where + " is no key", answer);
        for (String text : answer.texts().stream().limit(MAX_RECORDS).toList()) {
            Optional<KeyRecord> record = KeyRecord.parse(text);
            if (record.isEmpty()) {
                continue;
            }
            Optional<KeySearch> unfit = unfit(record.get(), algorithm, where, answer);
            if (unfit.isPresent()) {
                none = unfit.get();
                continue;
            }
            try {
                PublicKey key = record.get().publicKey();
                Optional<String> odd = oddLength(key);
                if (odd.isPresent()) {
                    none = none(algorithm, Result.POLICY, odd.get(), answer);
                } else {
                    usable.add(new Usable(record.get(), key));
                }
            } catch (GeneralSecurityException odd) {
                none = none(algorithm, Result.PERMERROR, "the key " + where + " can't be read", answer);
            }
        }
        return usable.isEmpty() ? none : new KeySearch(algorithm, usable, Result.PASS, "", answer);
    }

    private static Optional<KeySearch> unfit(KeyRecord record, Algorithm algorithm, String where, Answer answer) {
        String why = "";
        if (record.isRevoked()) {
            why = "the key " + where + " was revoked";
        } else if (!record.type().equals(algorithm.keyType())) {
            why = "the key " + where + " is not of type " + algorithm.keyType();
        } else if (!record.isForMail()) {
            why = "the key " + where + " is not for mail";
        } else if (!record.allowsSha256()) {
            why = "the key " + where + " does not allow SHA-256";
        }
        return why.isEmpty() ? Optional.empty() : Optional.of(none(algorithm, Result.PERMERROR, why, answer));
    }

    private static Optional<String> oddLength(PublicKey key) {
        if (!(key instanceof RSAPublicKey rsa)) {
            return Optional.empty();
        }
        int bits = KeyRecord.bits(rsa);
        if (bits < MIN_RSA_BITS) {
            return Optional.of("its key has " + bits + " bits, and fewer than " + MIN_RSA_BITS + " are not believed");
        }
        if (bits > MAX_RSA_BITS) {
            return Optional.of("its key has " + bits + " bits, and more than " + MAX_RSA_BITS + " are not tried");
        }
        int exponent = rsa.getPublicExponent().bitLength();
        return exponent > MAX_EXPONENT_BITS
                ? Optional.of("its key has an exponent of " + exponent + " bits, and more than " + MAX_EXPONENT_BITS
                        + " are not tried")
                : Optional.empty();
    }

    private static KeySearch none(Algorithm algorithm, Result problem, String text, Answer answer) {
        return new KeySearch(algorithm, List.of(), problem, text, answer);
    }

    /** Whether {@code value} is {@code key}'s over {@code header}. */
    private static boolean verifies(PublicKey key, Algorithm algorithm, byte[] header, byte[] value) {
        try {
            Signature signature =
                    switch (algorithm) {
                        case RSA_SHA256 -> Signature.getInstance("SHA256withRSA");
                        case ED25519_SHA256 -> Signature.getInstance("Ed25519");
                        case RSA_SHA1 -> throw new IllegalArgumentException("not believed any more");
                    };
            signature.initVerify(key);
            if (algorithm == Algorithm.ED25519_SHA256) {
                // RFC 8463 §3: what is signed is the hash.
                MessageDigest sha256 = BodyHash.sha256();
                signature.update(sha256.digest(header));
            } else {
                signature.update(header);
            }
            return signature.verify(value);
        } catch (GeneralSecurityException odd) {
            // A value of the wrong length, or no number of that key's.
            return false;
        }
    }
}
