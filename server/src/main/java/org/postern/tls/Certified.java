package org.postern.tls;

import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * A chain with the key of its first certificate, which have been tried together.
 *
 * @param names the DNS names that the certificate is good for, in lower case; a wildcard as {@code *.example.com}
 * @param thumbprint SHA-256 of the certificate, in hexadecimal: what is the same has the same key
 */
record Certified(
        CertificateFiles files, PrivateKey key, List<X509Certificate> chain, Set<String> names, String thumbprint) {
    private static final int DNS_NAME = 2;
    private static final Duration NEAR = Duration.ofDays(14);

    Certified {
        chain = List.copyOf(chain);
        names = Set.copyOf(names);
    }

    static Certified read(CertificateFiles files) throws CertificateProblem {
        List<X509Certificate> chain = chain(files.cert());
        PrivateKey key = KeyFile.read(files.key(), chain.getFirst().getPublicKey(), files.cert());
        requirePair(files, key, chain);
        return new Certified(files, key, chain, names(chain.getFirst()), thumbprint(chain.getFirst()));
    }

    private static List<X509Certificate> chain(Path file) throws CertificateProblem {
        var chain = new ArrayList<X509Certificate>();
        for (Pem block : Pem.blocks(file)) {
            if (block.label().equals("CERTIFICATE")) {
                chain.add(certificate(file, block, chain.size() + 1));
            }
        }
        if (chain.isEmpty()) {
            throw new CertificateProblem(
                    file, "holds no certificate", "it should be PEM, with a line -----BEGIN CERTIFICATE-----");
        }
        return chain;
    }

    private static X509Certificate certificate(Path file, Pem block, int place) throws CertificateProblem {
        try {
            var parser = CertificateFactory.getInstance("X.509");
            return (X509Certificate) parser.generateCertificate(new ByteArrayInputStream(block.der()));
        } catch (GeneralSecurityException | RuntimeException broken) {
            // The JDK's parsers throw both for octets that mean nothing.
            throw new CertificateProblem(
                    file,
                    "holds a broken certificate, number " + place + " (" + broken.getMessage() + ")",
                    "fetch it again from who issued it",
                    broken);
        }
    }

    /** Signs something with the key and checks it by the certificate. */
    private static void requirePair(CertificateFiles files, PrivateKey key, List<X509Certificate> chain)
            throws CertificateProblem {
        if (isPair(key, chain.getFirst().getPublicKey())) {
            return;
        }
        boolean later = chain.stream().skip(1).anyMatch(other -> isPair(key, other.getPublicKey()));
        throw later
                ? new CertificateProblem(
                        files.cert(),
                        "does not begin with the host's certificate",
                        "put it first, its issuers after it")
                : new CertificateProblem(
                        files.key(),
                        "does not belong to the certificate in " + files.cert(),
                        "put the key there with which that certificate was asked for, or renew both");
    }

    private static boolean isPair(PrivateKey key, PublicKey publicKey) {
        byte[] probe = {'p', 'o', 's', 't', 'e', 'r', 'n'};
        try {
            var signature = Signature.getInstance(
                    switch (key.getAlgorithm()) {
                        case "RSA" -> "SHA256withRSA";
                        case "EC" -> "SHA256withECDSA";
                        default -> key.getAlgorithm();
                    });
            signature.initSign(key);
            signature.update(probe);
            byte[] signed = signature.sign();
            signature.initVerify(publicKey);
            signature.update(probe);
            return signature.verify(signed);
        } catch (GeneralSecurityException | RuntimeException unfit) {
            // A key that is not of the public key's kind or curve, or that makes no sense in it.
            return false;
        }
    }

    /** RFC 9525 §6.3: only subjectAltName counts. A certificate without one that we can read is still good as the default. */
    private static Set<String> names(X509Certificate certificate) {
        var names = new HashSet<String>();
        try {
            Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
            if (alternatives != null) {
                for (List<?> alternative : alternatives) {
                    if (Integer.valueOf(DNS_NAME).equals(alternative.get(0))) {
                        names.add(String.valueOf(alternative.get(1)).toLowerCase(Locale.ROOT));
                    }
                }
            }
        } catch (CertificateParsingException unreadable) {
            return Set.of();
        }
        return names;
    }

    private static String thumbprint(X509Certificate certificate) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded());
            return HexFormat.of().formatHex(digest);
        } catch (CertificateEncodingException | NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** Whether it holds {@code host}, in lower case, itself. */
    boolean names(String host) {
        return names.contains(host);
    }

    /** Whether a wildcard of it covers {@code host}, in lower case: RFC 9525 §6.3, it stands for one whole label on the left. */
    boolean covers(String host) {
        int dot = host.indexOf('.');
        return dot > 0 && names.contains("*" + host.substring(dot));
    }

    /** {@code EC}, {@code RSA} or {@code EdDSA}, as JSSE calls them. */
    String keyType() {
        return key.getAlgorithm();
    }

    Instant end() {
        return chain.getFirst().getNotAfter().toInstant();
    }

    /** What its owner should know about its dates: over, not begun, or over within 14 days. */
    Optional<String> dateTrouble(Instant now) {
        Instant start = chain.getFirst().getNotBefore().toInstant();
        if (now.isBefore(start)) {
            return Optional.of("it is not valid before " + start);
        }
        if (now.isAfter(end())) {
            return Optional.of("it expired on " + end());
        }
        return now.plus(NEAR).isAfter(end()) ? Optional.of("it expires on " + end()) : Optional.empty();
    }
}
