package org.postern.dkim;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.RSAPublicKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * A public key as DNS has it: RFC 6376 §3.6.1, RFC 8463 §4.
 *
 * @param type {@code k=}: {@code rsa} or {@code ed25519}, or one that nobody knows
 * @param hashes {@code h=}: what may be used with it; empty for all
 * @param services {@code s=}: what it is for; {@code *} for all
 * @param flags {@code t=}
 * @param key {@code p=}; empty when it was revoked
 */
record KeyRecord(String type, List<String> hashes, List<String> services, List<String> flags, Octets key) {
    /** As much as a key of 16,384 bits has; RFC 8301 §3.2 wants verifiers to take 4,096. */
    private static final int MAX_KEY_OCTETS = 4_096;

    /** What DER has before the 32 octets of such a key: RFC 8410 §4. */
    private static final byte[] ED25519_PREFIX = {0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0};

    private static final int ED25519_OCTETS = 32;

    KeyRecord {
        hashes = List.copyOf(hashes);
        services = List.copyOf(services);
        flags = List.copyOf(flags);
    }

    /** Reads a text; empty when it is no key. */
    static Optional<KeyRecord> parse(String text) {
        Optional<TagList> read = TagList.parse(text);
        if (read.isEmpty()) {
            return Optional.empty();
        }
        TagList tags = read.get();
        // §3.6.1: where there is a version, it is first.
        if (tags.value("v").isPresent() && !tags.beginsWith("v", "DKIM1")) {
            return Optional.empty();
        }
        Optional<String> key = tags.compact("p");
        if (key.isEmpty() || key.get().length() > MAX_KEY_OCTETS * 4 / 3) {
            return Optional.empty();
        }
        try {
            return Optional.of(new KeyRecord(
                    tags.compact("k").orElse("rsa"),
                    list(tags, "h"),
                    tags.value("s").isPresent() ? list(tags, "s") : List.of("*"),
                    list(tags, "t"),
                    Octets.of(Base64.getDecoder().decode(key.get().getBytes(ISO_8859_1)))));
        } catch (IllegalArgumentException odd) {
            return Optional.empty();
        }
    }

    private static List<String> list(TagList tags, String tag) {
        return tags.compact(tag).map(text -> List.of(text.split(":"))).orElse(List.of());
    }

    boolean isRevoked() {
        return key.text().isEmpty();
    }

    /** The domain tests DKIM. §3.6.1: a verifier does not treat its mail otherwise. */
    boolean isTesting() {
        return flags.contains("y");
    }

    /** {@code i=} must be of the very domain, none below it. */
    boolean isStrict() {
        return flags.contains("s");
    }

    boolean isForMail() {
        return services.contains("*") || services.contains("email");
    }

    boolean allowsSha256() {
        return hashes.isEmpty() || hashes.contains("sha256");
    }

    /** The key. @throws GeneralSecurityException when {@code p=} holds none of that type */
    PublicKey publicKey() throws GeneralSecurityException {
        byte[] octets = key.bytes();
        if (type.equals("ed25519")) {
            if (octets.length != ED25519_OCTETS) {
                throw new GeneralSecurityException("a key of " + octets.length + " octets");
            }
            byte[] der = Arrays.copyOf(ED25519_PREFIX, ED25519_PREFIX.length + octets.length);
            System.arraycopy(octets, 0, der, ED25519_PREFIX.length, octets.length);
            return KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(der));
        }
        KeyFactory rsa = KeyFactory.getInstance("RSA");
        try {
            return rsa.generatePublic(new X509EncodedKeySpec(octets));
        } catch (GeneralSecurityException bare) {
            // §3.6.1 says RSAPublicKey of RFC 8017, and most publish SubjectPublicKeyInfo around it.
            return rsa.generatePublic(bareRsa());
        }
    }

    /** How many bits; of an RSA key. */
    static int bits(RSAPublicKey key) {
        return key.getModulus().bitLength();
    }

    /** SEQUENCE { INTEGER, INTEGER }. */
    private RSAPublicKeySpec bareRsa() throws GeneralSecurityException {
        var der = new Der(key.bytes());
        der.enter(0x30);
        var modulus = new BigInteger(1, der.take(0x02));
        var exponent = new BigInteger(1, der.take(0x02));
        return new RSAPublicKeySpec(modulus, exponent);
    }

    /** Just enough of DER. */
    private static final class Der {
        private final byte[] octets;
        private int at;

        Der(byte[] octets) {
            this.octets = octets;
        }

        void enter(int tag) throws GeneralSecurityException {
            length(tag);
        }

        byte[] take(int tag) throws GeneralSecurityException {
            int length = length(tag);
            at += length;
            return Arrays.copyOfRange(octets, at - length, at);
        }

        private int length(int tag) throws GeneralSecurityException {
            if (next() != tag) {
                throw new GeneralSecurityException("no RSA key");
            }
            int first = next();
            int length = first < 0x80 ? first : 0;
            for (int more = first < 0x80 ? 0 : first & 0x7f; more > 0; more--) {
                length = length << 8 | next();
                if (length > octets.length) {
                    throw new GeneralSecurityException("no RSA key");
                }
            }
            if (length > octets.length - at) {
                throw new GeneralSecurityException("no RSA key");
            }
            return length;
        }

        private int next() throws GeneralSecurityException {
            if (at == octets.length) {
                throw new GeneralSecurityException("no RSA key");
            }
            return octets[at++] & 0xff;
        }
    }
}
