package org.postern.dkim;

import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.PrivateKey;
import java.security.interfaces.RSAPrivateKey;
import org.postern.smtp.Domain;

/**
 * What a domain signs with.
 *
 * @param selector where below {@code _domainkey} its public key stands
 */
public record SigningKey(Domain domain, String selector, PrivateKey key) {
    /** @throws IllegalArgumentException when no signature can be made with {@code key} that others believe */
    public SigningKey {
        if (KeySearch.name(domain.canonical(), selector).isEmpty()) {
            throw new IllegalArgumentException("no selector: " + selector);
        }
        String type = key.getAlgorithm();
        if (!(key instanceof RSAPrivateKey) && !type.equals("EdDSA") && !type.equals("Ed25519")) {
            throw new IllegalArgumentException("a key of " + type + "; RSA or Ed25519 is needed");
        }
        // RFC 8301 §3.2.
        if (key instanceof RSAPrivateKey rsa && rsa.getModulus().bitLength() < KeySearch.MIN_RSA_BITS) {
            throw new IllegalArgumentException("an RSA key of "
                    + rsa.getModulus().bitLength() + " bits; at least " + KeySearch.MIN_RSA_BITS + " are needed");
        }
    }

    /** What signatures it makes. */
    public Algorithm algorithm() {
        return key instanceof RSAPrivateKey ? Algorithm.RSA_SHA256 : Algorithm.ED25519_SHA256;
    }

    /** Signs octets: RFC 6376 §3.3.3, RFC 8463 §3. */
    public byte[] sign(byte[] octets) throws InvalidKeyException {
        try {
            boolean rsa = algorithm() == Algorithm.RSA_SHA256;
            var signature = java.security.Signature.getInstance(rsa ? "SHA256withRSA" : "Ed25519");
            signature.initSign(key);
            signature.update(rsa ? octets : BodyHash.sha256().digest(octets));
            return signature.sign();
        } catch (InvalidKeyException odd) {
            throw odd;
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
