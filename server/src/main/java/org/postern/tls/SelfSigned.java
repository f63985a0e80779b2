package org.postern.tls;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigInteger;
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
import java.util.HexFormat;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * The certificate of the first run: ECDSA P-256, signed by itself, for the host's name, good for ten years. Other servers deliver
 * over it all the same (RFC 7435: opportunistic security asks for encryption, not for proof).
 */
public final class SelfSigned {
    private static final Duration VALID = Duration.ofDays(3650);

    private SelfSigned() {}

    /**
     * The certificate for {@code hostname} in {@code directory} (made with mode 0700): the one that is there, or a new one, on stable
     * storage, the key readable by its owner only.
     */
    public static CertificateFiles in(Path directory, String hostname) throws IOException {
        var files = new CertificateFiles(directory.resolve("cert.pem"), directory.resolve("key.pem"));
        if (isFor(files, hostname)) {
            return files;
        }
        Files.createDirectories(
                directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        try {
            var generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            KeyPair pair = generator.generateKeyPair();
            write(files.key(), pem(new JcaPKCS8Generator(pair.getPrivate(), null)), "rw-------");
            write(files.cert(), pem(certificate(pair, hostname)), "rw-r--r--");
        } catch (GeneralSecurityException | OperatorCreationException problem) {
            throw new IOException("can't make a certificate for " + hostname, problem);
        }
        return files;
    }

    private static boolean isFor(CertificateFiles files, String hostname) {
        try {
            Certified there = Certified.read(files);
            return there.covers(hostname) && there.dateTrouble(Instant.now()).isEmpty();
        } catch (CertificateProblem noneOrBroken) {
            return false;
        }
    }

    private static X509CertificateHolder certificate(KeyPair pair, String hostname)
            throws IOException, OperatorCreationException {
        Instant now = Instant.now();
        // RFC 5280 §4.1.2.4: the common name has 64 characters at most; the alternative name is what counts.
        var name = new X500Name("CN=" + (hostname.length() > 64 ? "postern" : hostname));
        var builder = new JcaX509v3CertificateBuilder(
                name,
                new BigInteger(127, new SecureRandom()),
                Date.from(now.minus(Duration.ofHours(1))),
                Date.from(now.plus(VALID)),
                name,
                pair.getPublic());
        builder.addExtension(
                Extension.subjectAlternativeName,
                false,
                new GeneralNames(new GeneralName(GeneralName.dNSName, hostname)));
        return builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate()));
    }

    private static String pem(Object object) {
        var text = new StringWriter();
        try (var writer = new JcaPEMWriter(text)) {
            writer.writeObject(object);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return text.toString();
    }

    private static void write(Path file, String text, String mode) throws IOException {
        String suffix = HexFormat.of().toHexDigits(new SecureRandom().nextInt());
        Path temporary = file.resolveSibling(file.getFileName() + "." + suffix);
        Files.createFile(temporary, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode)));
        Files.writeString(temporary, text);
        try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    }
}
