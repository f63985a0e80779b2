package org.postern.dkim;

import java.util.Optional;

/** How a signature is made: RFC 6376 §3.3, RFC 8301 §3, RFC 8463 §3. */
public enum Algorithm {
    /** Of every verifier. */
    RSA_SHA256("rsa-sha256", "rsa"),
    /** Short keys and signatures. */
    ED25519_SHA256("ed25519-sha256", "ed25519"),
    /** RFC 8301 §3.1: neither made nor believed any more. */
    RSA_SHA1("rsa-sha1", "rsa");

    private final String tag;
    private final String keyType;

    Algorithm(String tag, String keyType) {
        this.tag = tag;
        this.keyType = keyType;
    }

    /** As it stands in {@code a=}. */
    public String tag() {
        return tag;
    }

    /** As it stands in a key's {@code k=}. */
    String keyType() {
        return keyType;
    }

    /** The algorithm of that tag. */
    public static Optional<Algorithm> of(String tag) {
        for (Algorithm algorithm : values()) {
            if (algorithm.tag.equals(tag)) {
                return Optional.of(algorithm);
            }
        }
        return Optional.empty();
    }
}
