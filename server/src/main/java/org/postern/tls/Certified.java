package org.postern.tls;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.sec.ECPrivateKey;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.openssl.PEMEncryptedKeyPair;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.pkcs.PKCS8EncryptedPrivateKeyInfo;

/** A chain with the key of its first certificate, which have been tried together. */
record Certified(CertificateFiles files, PrivateKey key, List<X509Certificate> chain) {
    private static final int DNS_NAME = 2;
    private static final Duration NEAR = Duration.ofDays(14);

    Certified {
        chain = List.copyOf(chain);
    }

    static Certified read(CertificateFiles files) throws CertificateProblem {
        var chain = new ArrayList<X509Certificate>();
        for (Object object : objects(files.cert())) {
            if (object instanceof X509CertificateHolder holder) {
                chain.add(certificate(files.cert(), holder));
            }
        }
        if (chain.isEmpty()) {
            throw new CertificateProblem(
                    files.cert() + " holds no certificate: it should have a line BEGIN CERTIFICATE");
        }
        PrivateKey key = key(files.key());
        requirePair(files, key, chain.getFirst());
        return new Certified(files, key, chain);
    }

    private static List<Object> objects(Path file) throws CertificateProblem {
        var objects = new ArrayList<>();
        try (Reader reader = Files.newBufferedReader(file);
                var parser = new PEMParser(reader)) {
            for (Object object = parser.readObject(); object != null; object = parser.readObject()) {
                objects.add(object);
            }
            return objects;
        } catch (NoSuchFileException missing) {
            throw new CertificateProblem(file + " is not there: mend the path under tls.certificates", missing);
        } catch (MalformedInputException binary) {
            throw new CertificateProblem(file + " is not PEM: it should be text with BEGIN and END lines", binary);
        } catch (IOException | RuntimeException broken) {
            // BouncyCastle throws both for broken PEM.
            throw new CertificateProblem(file + " can't be read: " + broken.getMessage(), broken);
        }
    }

    private static X509Certificate certificate(Path file, X509CertificateHolder holder) throws CertificateProblem {
        try {
            return new JcaX509CertificateConverter().getCertificate(holder);
        } catch (java.security.cert.CertificateException broken) {
            throw new CertificateProblem(file + " holds a broken certificate: " + broken.getMessage(), broken);
        }
    }

    private static PrivateKey key(Path file) throws CertificateProblem {
        for (Object object : objects(file)) {
            if (object instanceof PEMEncryptedKeyPair || object instanceof PKCS8EncryptedPrivateKeyInfo) {
                throw new CertificateProblem(
                        file + " holds an encrypted key: write it without a pass phrase (openssl pkey), "
                                + "readable by Postern's user only");
            }
            Optional<PrivateKeyInfo> info = Optional.empty();
            if (object instanceof PrivateKeyInfo pkcs8) {
                info = Optional.of(pkcs8);
            } else if (object instanceof PEMKeyPair pair) {
                info = Optional.of(withCurve(file, pair.getPrivateKeyInfo()));
            }
            if (info.isPresent()) {
                try {
                    return new JcaPEMKeyConverter().getPrivateKey(info.get());
                } catch (IOException broken) {
                    throw new CertificateProblem(
                            file + " holds a key that can't be used: " + broken.getMessage(), broken);
                }
            }
        }
        throw new CertificateProblem(file + " holds no private key: it should have a line BEGIN PRIVATE KEY");
    }

    /** SEC 1's form keeps the curve inside the key; PKCS#8, and so the JDK, wants it beside. */
    private static PrivateKeyInfo withCurve(Path file, PrivateKeyInfo info) throws CertificateProblem {
        if (!X9ObjectIdentifiers.id_ecPublicKey.equals(
                        info.getPrivateKeyAlgorithm().getAlgorithm())
                || info.getPrivateKeyAlgorithm().getParameters() != null) {
            return info;
        }
        try {
            ECPrivateKey key = ECPrivateKey.getInstance(info.parsePrivateKey());
            var algorithm = new AlgorithmIdentifier(X9ObjectIdentifiers.id_ecPublicKey, key.getParametersObject());
            return new PrivateKeyInfo(algorithm, key);
        } catch (IOException | RuntimeException broken) {
            throw new CertificateProblem(file + " holds a key that can't be used: " + broken.getMessage(), broken);
        }
    }

    /** Signs something with the key and checks it by the certificate. */
    private static void requirePair(CertificateFiles files, PrivateKey key, X509Certificate certificate)
            throws CertificateProblem {
        String algorithm =
                switch (key.getAlgorithm()) {
                    case "RSA" -> "SHA256withRSA";
                    case "EC" -> "SHA256withECDSA";
                    default -> key.getAlgorithm();
                };
        byte[] probe = {'p', 'o', 's', 't', 'e', 'r', 'n'};
        boolean pair;
        try {
            var signer = Signature.getInstance(algorithm);
            signer.initSign(key);
            signer.update(probe);
            byte[] signature = signer.sign();
            var verifier = Signature.getInstance(algorithm);
            verifier.initVerify(certificate.getPublicKey());
            verifier.update(probe);
            pair = verifier.verify(signature);
        } catch (GeneralSecurityException differentKinds) {
            pair = false;
        }
        if (!pair) {
            throw new CertificateProblem("the key in " + files.key() + " does not belong to the certificate in "
                    + files.cert() + ": renew both together");
        }
    }

    /** The names it is good for, in lower case: RFC 9525 §6.3, with the subject's common name where there are no others. */
    Set<String> names() {
        var names = new HashSet<String>();
        try {
            Collection<List<?>> alternatives = chain.getFirst().getSubjectAlternativeNames();
            if (alternatives != null) {
                for (List<?> alternative : alternatives) {
                    if (Integer.valueOf(DNS_NAME).equals(alternative.get(0))) {
                        names.add(String.valueOf(alternative.get(1)).toLowerCase(Locale.ROOT));
                    }
                }
            }
            if (names.isEmpty()) {
                new LdapName(chain.getFirst().getSubjectX500Principal().getName())
                        .getRdns().stream()
                                .filter(part -> part.getType().equalsIgnoreCase("CN"))
                                .forEach(part -> names.add(
                                        String.valueOf(part.getValue()).toLowerCase(Locale.ROOT)));
            }
        } catch (CertificateParsingException | InvalidNameException unreadable) {
            // A certificate without a name that we can read is still good as the default one.
            return Set.of();
        }
        return names;
    }

    /** Whether it is good for {@code name}: RFC 9525 §6.3, a wildcard stands for one whole label on the left. */
    boolean covers(String name) {
        String host = name.toLowerCase(Locale.ROOT);
        int dot = host.indexOf('.');
        return names().contains(host) || (dot > 0 && names().contains("*" + host.substring(dot)));
    }

    /** What its owner should know about its dates. */
    Optional<String> dateTrouble(Instant now) {
        Instant end = chain.getFirst().getNotAfter().toInstant();
        if (now.isAfter(end)) {
            return Optional.of("it expired on " + end + ": renew it");
        }
        if (now.isBefore(chain.getFirst().getNotBefore().toInstant())) {
            return Optional.of(
                    "it is not valid before " + chain.getFirst().getNotBefore().toInstant());
        }
        return now.plus(NEAR).isAfter(end) ? Optional.of("it expires on " + end + ": renew it") : Optional.empty();
    }
}
