package org.postern.dkim;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.jspecify.annotations.Nullable;

/** SHA-256 of a body in its canonical form, or of so many of its first octets. For one thread. */
final class BodyHash {
    private final MessageDigest sha256 = sha256();
    private final long limit;
    private long octets;
    private byte @Nullable [] digest;

    BodyHash(long limit) {
        this.limit = limit;
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    void add(byte[] canonical, int from, int to) {
        long wanted = Math.min(to - (long) from, limit - octets);
        if (wanted > 0) {
            sha256.update(canonical, from, (int) wanted);
        }
        octets += to - from;
    }

    long limit() {
        return limit;
    }

    /** Of the whole body in its canonical form. */
    long octets() {
        return octets;
    }

    /** When all has gone by. */
    byte[] digest() {
        if (digest == null) {
            digest = sha256.digest();
        }
        return digest.clone();
    }
}
