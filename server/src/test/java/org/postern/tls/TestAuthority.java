package org.postern.tls;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** An authority of the tests' own. What it writes as PEM is written by BouncyCastle: a second opinion for our reader. */
final class TestAuthority {
    private static final X500Name NAME = new X500Name("CN=Test Authority");
    private static final TestAuthority ONE = new TestAuthority();

    private final KeyPair keys = Kind.EC.generate();
    private final X509Certificate certificate = sign(NAME, keys, Instant.now().plus(Duration.ofDays(100)), List.of());

    private TestAuthority() {}

    enum Kind {
        EC,
        RSA,
        ED25519,
        DSA;

        KeyPair generate() {
            try {
                var generator = KeyPairGenerator.getInstance(name());
                switch (this) {
                    case EC -> generator.initialize(new ECGenParameterSpec("secp256r1"));
                    case RSA, DSA -> generator.initialize(2048);
                    case ED25519 -> {}
                }
                return generator.generateKeyPair();
            } catch (GeneralSecurityException problem) {
                throw new IllegalStateException(problem);
            }
        }
    }

    /** A certificate with its key, and that of the authority behind it. */
    record Issued(KeyPair keys, List<X509Certificate> chain) {
        X509Certificate own() {
            return chain.getFirst();
        }

        String certPem() {
            return pem(chain.toArray());
        }

        /** EC and RSA keys in the older form. */
        String keyPem() {
            return pem(keys.getPrivate());
        }

        /** In {@code NAME.pem} and {@code NAME.key} of {@code directory}. */
        CertificateFiles in(Path directory, String name) {
            var files = new CertificateFiles(directory.resolve(name + ".pem"), directory.resolve(name + ".key"));
            writeTo(files);
            return files;
        }

        void writeTo(CertificateFiles files) {
            write(files.key(), keyPem());
            write(files.cert(), certPem());
        }
    }

    static Issued issue(Kind kind, String... names) {
        return issue(kind, Instant.now().plus(Duration.ofDays(90)), names);
    }

    static Issued issue(Kind kind, Instant end, String... names) {
        return issue(kind.generate(), end, names);
    }

    static Issued issue(KeyPair keys, Instant end, String... names) {
        X509Certificate own = ONE.sign(new X500Name("CN=" + names[0]), keys, end, Arrays.asList(names));
        return new Issued(keys, List.of(own, ONE.certificate));
    }

    private X509Certificate sign(X500Name subject, KeyPair subjectKeys, Instant end, List<String> names) {
        try {
            var builder = new JcaX509v3CertificateBuilder(
                    NAME,
                    new BigInteger(64, new SecureRandom()),
                    Date.from(Instant.now().minus(Duration.ofDays(100))),
                    Date.from(end),
                    subject,
                    subjectKeys.getPublic());
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(names.isEmpty()));
            if (!names.isEmpty()) {
                GeneralName[] alternatives = names.stream()
                        .map(name -> new GeneralName(GeneralName.dNSName, name))
                        .toArray(GeneralName[]::new);
                builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(alternatives));
            }
            var signer = new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate());
            return new JcaX509CertificateConverter().getCertificate(builder.build(signer));
        } catch (IOException problem) {
            throw new UncheckedIOException(problem);
        } catch (GeneralSecurityException | OperatorCreationException problem) {
            throw new IllegalStateException(problem);
        }
    }

    static String pem(Object... objects) {
        var text = new StringWriter();
        try (var writer = new JcaPEMWriter(text)) {
            for (Object object : objects) {
                writer.writeObject(object);
            }
        } catch (IOException problem) {
            throw new UncheckedIOException(problem);
        }
        return text.toString();
    }

    static void write(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException problem) {
            throw new UncheckedIOException(problem);
        }
    }
}
