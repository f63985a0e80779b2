package org.postern.signing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.postern.dkim.SigningKey;
import org.postern.smtp.Domain;

/**
 * A file with a private key to sign with, in PEM: PKCS#8 (RFC 5958) of RSA or Ed25519, or PKCS#1 of RSA (RFC 8017 §A.1.2), as {@code
 * opendkim-genkey} and {@code openssl} write them.
 *
 * @param selector where below {@code _domainkey} the public key stands
 */
public record KeyFile(Domain domain, String selector, Path file) {
    private static final int MAX_OCTETS = 32_768;
    private static final Pattern PEM =
            Pattern.compile("-----BEGIN ((?:RSA |ENCRYPTED )?PRIVATE KEY)-----([A-Za-z0-9+/=\\s]*)-----END \\1-----");

    /** AlgorithmIdentifier of rsaEncryption: RFC 8017 §A.1. */
    private static final byte[] RSA = {
        0x30, 0x0d, 0x06, 0x09, 0x2a, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00
    };

    /**
     * Reads it.
     *
     * @throws IOException when it can't be read, or holds no key to sign with; its message, a clause about the file, says what it should be
     */
    public SigningKey read() throws IOException {
        Matcher pem = PEM.matcher(text());
        if (!pem.find()) {
            throw new IOException("it holds no private key in PEM, with a line -----BEGIN PRIVATE KEY-----");
        }
        String label = pem.group(1);
        if (label.startsWith("ENCRYPTED")) {
            throw new IOException(
                    "it is encrypted, and there is nobody to ask for its pass phrase: write it without one"
                            + " (openssl pkey -in OLD -out NEW)");
        }
        try {
            byte[] der = Base64.getMimeDecoder().decode(pem.group(2));
            PrivateKey key = label.startsWith("RSA") ? rsa(pkcs8(der)) : any(der);
            var signing = new SigningKey(domain, selector, key);
            // Now, and not when somebody's mail waits for it.
            signing.sign(new byte[] {'x'});
            return signing;
        } catch (GeneralSecurityException | IllegalArgumentException odd) {
            throw new IOException(
                    "it holds no key that one can sign with, RSA of 1024 bits or more or Ed25519: " + odd.getMessage(),
                    odd);
        }
    }

    private String text() throws IOException {
        try {
            if (Files.size(file) > MAX_OCTETS) {
                throw new IOException("it is larger than " + MAX_OCTETS + " octets");
            }
            return Files.readString(file, ISO_8859_1);
        } catch (NoSuchFileException missing) {
            throw new IOException("it is not there", missing);
        }
    }

    private static PrivateKey any(byte[] pkcs8) throws GeneralSecurityException {
        try {
            return KeyFactory.getInstance("Ed25519").generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
        } catch (GeneralSecurityException other) {
            return rsa(pkcs8);
        }
    }

    private static PrivateKey rsa(byte[] pkcs8) throws GeneralSecurityException {
        return KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
    }

    /** SEQUENCE { INTEGER 0, AlgorithmIdentifier, OCTET STRING }. */
    private static byte[] pkcs8(byte[] pkcs1) {
        var inner = new ByteArrayOutputStream();
        inner.writeBytes(new byte[] {0x02, 0x01, 0x00});
        inner.writeBytes(RSA);
        inner.writeBytes(der(0x04, pkcs1));
        return der(0x30, inner.toByteArray());
    }

    private static byte[] der(int tag, byte[] content) {
        var der = new ByteArrayOutputStream();
        der.write(tag);
        if (content.length < 0x80) {
            der.write(content.length);
        } else if (content.length < 0x100) {
            der.writeBytes(new byte[] {(byte) 0x81, (byte) content.length});
        } else {
            der.writeBytes(new byte[] {(byte) 0x82, (byte) (content.length >> 8), (byte) content.length});
        }
        der.writeBytes(content);
        return der.toByteArray();
    }
}
