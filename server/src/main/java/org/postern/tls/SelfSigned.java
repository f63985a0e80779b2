package org.postern.tls;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.Locale;
import java.util.Optional;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The certificate of the first run: ECDSA P-256, signed by itself, for the host's name. Other servers deliver over it all the same
 * (RFC 7435: opportunistic security asks for encryption, not for proof).
 *
 * <p>It is good for ten years, because nobody renews what made itself, and those who pin it (a client's exception, a TLSA record of
 * RFC 7672) want it to stay. A start within 14 days of its end makes a new one.
 */
public final class SelfSigned {
    private static final Logger LOG = LoggerFactory.getLogger(SelfSigned.class);
    private static final Duration VALID = Duration.ofDays(3650);
    private static final int LONGEST_COMMON_NAME = 64;

    private SelfSigned() {}

    /**
     * The certificate for {@code hostname} in {@code directory} (made with mode 0700): the one that is there, or a new one, on stable
     * storage, the key readable by its owner only. One that is broken, for another name or about to expire is replaced. Not for two
     * threads at once.
     *
     * @param hostname in ASCII, as DNS has it
     * @throws IOException when it can't be written
     */
    public static CertificateFiles in(Path directory, String hostname) throws IOException {
        var files = new CertificateFiles(directory.resolve("cert.pem"), directory.resolve("key.pem"));
        Optional<String> need = needForNew(files, hostname);
        if (need.isPresent()) {
            make(files, directory, hostname);
            LOG.atInfo()
                    .addKeyValue("file", files.cert())
                    .addKeyValue("name", hostname)
                    .addKeyValue("because", need.get())
                    .log("self-signed certificate made");
        }
        return files;
    }

    private static Optional<String> needForNew(CertificateFiles files, String hostname) {
        try {
            Certified there = Certified.read(files);
            return there.names(hostname.toLowerCase(Locale.ROOT))
                    ? there.dateTrouble(Instant.now())
                    : Optional.of("the one there is for " + String.join(",", there.names()));
        } catch (CertificateProblem noneOrBroken) {
            return Optional.of(noneOrBroken.file() + " " + noneOrBroken.wrong());
        }
    }

    private static void make(CertificateFiles files, Path directory, String hostname) throws IOException {
        Files.createDirectories(
                directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        try {
            var generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            KeyPair pair = generator.generateKeyPair();
            // A crash between the two leaves a pair that doesn't fit: the next start makes both anew.
            write(files.key(), Pem.write("PRIVATE KEY", pair.getPrivate().getEncoded()));
            write(files.cert(), Pem.write("CERTIFICATE", Maker.certificate(pair, hostname)));
        } catch (GeneralSecurityException problem) {
            throw new IOException("can't make a certificate for " + hostname, problem);
        }
    }

    private static void write(Path file, String text) throws IOException {
        Path directory = file.toAbsolutePath().getParent();
        // With mode 0600, which createTempFile gives.
        Path temporary = Files.createTempFile(directory, file.getFileName() + ".", ".new");
        try {
            try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
                ByteBuffer bytes = US_ASCII.encode(text);
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(true);
            }
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(temporary);
        }
        try (FileChannel entries = FileChannel.open(directory, StandardOpenOption.READ)) {
            entries.force(true);
        }
    }

    /** Apart, because the JVM verifies the signatures of BouncyCastle's jars when it first meets them: only a run that needs them pays. */
    private static final class Maker {
        private Maker() {}

        static byte[] certificate(KeyPair pair, String hostname) throws IOException, GeneralSecurityException {
            Instant now = Instant.now();
            // RFC 5280 appendix A.1, ub-common-name; the alternative name is what counts.
            String commonName = hostname.length() > LONGEST_COMMON_NAME ? "postern" : hostname;
            X500Name name = new X500NameBuilder(BCStyle.INSTANCE)
                    .addRDN(BCStyle.CN, commonName)
                    .build();
            var builder = new JcaX509v3CertificateBuilder(
                    name,
                    new BigInteger(127, new SecureRandom()),
                    // An hour back, for clients whose clock is slow.
                    Date.from(now.minus(Duration.ofHours(1))),
                    Date.from(now.plus(VALID)),
                    name,
                    pair.getPublic());
            var names = new GeneralNames(new GeneralName(GeneralName.dNSName, hostname));
            builder.addExtension(Extension.subjectAlternativeName, false, names);
            try {
                return builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate()))
                        .getEncoded();
            } catch (OperatorCreationException problem) {
                throw new GeneralSecurityException(problem);
            }
        }
    }
}
