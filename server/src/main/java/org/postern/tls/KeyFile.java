package org.postern.tls;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Set;

/** Reads the private key of a certificate: PKCS#8 (RFC 5958), PKCS#1 for RSA (RFC 8017 §A.1.2), SEC 1 for EC (RFC 5915). */
final class KeyFile {
    private static final Set<String> KINDS = Set.of("EC", "RSA", "EdDSA");

    private KeyFile() {}

    /** The first private key in {@code file}, which is of the same kind as {@code publicKey}, that of the certificate {@code cert}. */
    static PrivateKey read(Path file, PublicKey publicKey, Path cert) throws CertificateProblem {
        String kind = publicKey.getAlgorithm();
        if (!KINDS.contains(kind)) {
            throw new CertificateProblem(
                    cert, "holds a key of the kind " + kind, "have one issued for an EC (P-256) or RSA key");
        }
        Pem block = block(file);
        try {
            byte[] der = block.der();
            byte[] pkcs8 = block.label().equals("PRIVATE KEY") ? der : pkcs8(algorithm(publicKey), der);
            return KeyFactory.getInstance(kind).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
        } catch (GeneralSecurityException | RuntimeException broken) {
            // The JDK's parsers throw both for octets that mean nothing.
            throw new CertificateProblem(
                    file,
                    "holds no " + kind + " key, which the certificate in " + cert + " needs, or a broken one ("
                            + broken.getMessage() + ")",
                    "put the key there with which that certificate was asked for, or renew both",
                    broken);
        }
    }

    private static Pem block(Path file) throws CertificateProblem {
        Pem block = Pem.blocks(file).stream()
                .filter(one -> one.label().endsWith("PRIVATE KEY"))
                .findFirst()
                .orElseThrow(() -> new CertificateProblem(
                        file, "holds no private key", "it should be PEM, with a line -----BEGIN PRIVATE KEY-----"));
        if (block.isEncrypted()) {
            throw new CertificateProblem(
                    file,
                    "is encrypted, and there is nobody to ask for its pass phrase",
                    "write it without one (openssl pkey -in OLD -out NEW), readable by Postern's user only");
        }
        if (!Set.of("PRIVATE KEY", "EC PRIVATE KEY", "RSA PRIVATE KEY").contains(block.label())) {
            throw new CertificateProblem(
                    file,
                    "holds a key in the form " + block.label(),
                    "write it as PKCS#8 (openssl pkey -in OLD -out NEW)");
        }
        return block;
    }

    /** PKCS#8 around a key of the older forms, which leave out what says its algorithm or say it elsewhere. */
    private static byte[] pkcs8(byte[] algorithm, byte[] key) {
        return der(0x30, new byte[] {0x02, 0x01, 0x00}, algorithm, der(0x04, key));
    }

    /** The AlgorithmIdentifier, with which a SubjectPublicKeyInfo begins: RFC 5280 §4.1. */
    private static byte[] algorithm(PublicKey publicKey) {
        ByteBuffer info = ByteBuffer.wrap(publicKey.getEncoded());
        length(info);
        int start = info.position();
        int length = length(info);
        return Arrays.copyOfRange(info.array(), start, info.position() + length);
    }

    /** Steps over a tag, and returns the length that follows it. */
    private static int length(ByteBuffer der) {
        der.get();
        int length = der.get() & 0xff;
        if (length < 0x80) {
            return length;
        }
        int octets = length & 0x7f;
        length = 0;
        for (int i = 0; i < octets; i++) {
            length = (length << 8) | (der.get() & 0xff);
        }
        return length;
    }

    private static byte[] der(int tag, byte[]... parts) {
        int length = Arrays.stream(parts).mapToInt(part -> part.length).sum();
        // Three octets of length hold whatever a file of ours may; BER has no least form, and the JDK wants DER's.
        ByteBuffer out = ByteBuffer.allocate(length + 5).put((byte) tag);
        if (length < 0x80) {
            out.put((byte) length);
        } else if (length < 0x100) {
            out.put((byte) 0x81).put((byte) length);
        } else if (length < 0x10000) {
            out.put((byte) 0x82).putShort((short) length);
        } else {
            out.put((byte) 0x83).put((byte) (length >> 16)).putShort((short) length);
        }
        for (byte[] part : parts) {
            out.put(part);
        }
        return Arrays.copyOf(out.array(), out.position());
    }
}
