package org.postern.tls;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.postern.tls.TestAuthority.issue;
import static org.postern.tls.TestAuthority.pem;
import static org.postern.tls.TestAuthority.write;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.lists;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateEncodingException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.postern.tls.TestAuthority.Issued;
import org.postern.tls.TestAuthority.Kind;
import org.quicktheories.core.Gen;

/** Reading PEM files: what is understood, and what is said of the rest. */
class CertifiedTest {
    private static final Issued EC = issue(Kind.EC, "mx.example");
    private static final Issued RSA = issue(Kind.RSA, "mx.example");
    private static final Issued OTHER = issue(Kind.EC, "other.example");

    @TempDir
    Path directory;

    // RFC 5915 ("EC PRIVATE KEY"), RFC 8017 §A.1.2 ("RSA PRIVATE KEY"), RFC 8410 (only PKCS#8)
    @ParameterizedTest
    @CsvSource({"EC, EC PRIVATE KEY", "RSA, RSA PRIVATE KEY", "ED25519, PRIVATE KEY"})
    void olderFormOfAKeyIsRead(Kind kind, String label) throws IOException {
        Issued issued = issue(kind, "mx.example");
        CertificateFiles files = issued.in(directory, "mx");
        assertThat(issued.keyPem()).startsWith("-----BEGIN " + label + "-----");

        assertThat(Certified.read(files).key()).isEqualTo(issued.keys().getPrivate());
    }

    // RFC 5958
    @ParameterizedTest
    @EnumSource(names = {"EC", "RSA", "ED25519"})
    void keyAsPkcs8IsRead(Kind kind) throws IOException {
        Issued issued = issue(kind, "mx.example");
        CertificateFiles files = issued.in(directory, "mx");
        write(files.key(), Pem.write("PRIVATE KEY", issued.keys().getPrivate().getEncoded()));

        assertThat(Certified.read(files).key()).isEqualTo(issued.keys().getPrivate());
    }

    @Test
    void certificateAndKeyMayStandInOneFile() throws IOException {
        Path both = directory.resolve("both.pem");
        write(both, EC.keyPem() + EC.certPem());

        assertThat(Certified.read(new CertificateFiles(both, both)).chain()).isEqualTo(EC.chain());
    }

    // RFC 7468 §2: text between the blocks means nothing.
    @Test
    void whatStandsBetweenTheBlocksIsSkipped() throws IOException {
        CertificateFiles files = EC.in(directory, "mx");
        write(files.cert(), "subject: M\u00fcller\r\n\r\n" + EC.certPem().replace("\n", " \r\n") + "\r\nend");

        assertThat(Certified.read(files).chain()).isEqualTo(EC.chain());
    }

    @Test
    void missingFileIsNamed() {
        CertificateFiles files = EC.in(directory, "mx");
        var missing = new CertificateFiles(files.cert(), directory.resolve("none.key"));

        refused(
                missing,
                directory.resolve("none.key") + " is not there: put it there, or mend the path in tls.certificates");
    }

    @Test
    void directoryIsNoFile() {
        CertificateFiles files = EC.in(directory, "mx");

        refused(
                new CertificateFiles(directory, files.key()),
                directory + " can't be read (Is a directory): name a PEM file in tls.certificates");
    }

    @Test
    void endlessFileIsNotReadToItsEnd() {
        CertificateFiles files = EC.in(directory, "mx");

        refused(
                new CertificateFiles(Path.of("/dev/zero"), files.key()),
                "/dev/zero is larger than 1 MiB: name a PEM file with one chain, or one key, in tls.certificates");
    }

    @Test
    void fileWithoutACertificateIsRefused() {
        CertificateFiles files = EC.in(directory, "mx");

        refused(
                new CertificateFiles(files.key(), files.key()),
                files.key() + " holds no certificate: it should be PEM, with a line -----BEGIN CERTIFICATE-----");
    }

    @Test
    void fileWithoutAKeyIsRefused() {
        CertificateFiles files = EC.in(directory, "mx");

        refused(
                new CertificateFiles(files.cert(), files.cert()),
                files.cert() + " holds no private key: it should be PEM, with a line -----BEGIN PRIVATE KEY-----");
    }

    @Test
    void fileThatIsCutShortIsRefused() {
        CertificateFiles files = EC.in(directory, "mx");
        write(files.cert(), EC.certPem().substring(0, EC.certPem().length() - 30));

        refused(files, files.cert() + " is cut short: a BEGIN CERTIFICATE has no END: copy the whole file there again");
    }

    @Test
    void blockThatBeginsInsideAnotherIsRefused() {
        CertificateFiles files = EC.in(directory, "mx");
        write(files.cert(), EC.certPem().replaceFirst("-----END CERTIFICATE-----", ""));

        refused(files, files.cert() + " is cut short: a BEGIN CERTIFICATE has no END: copy the whole file there again");
    }

    @Test
    void brokenCertificateIsCountedInItsFile() {
        CertificateFiles files = EC.in(directory, "mx");
        write(files.cert(), EC.certPem() + "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n");

        assertThatThrownBy(() -> Certified.read(files))
                .isInstanceOf(CertificateProblem.class)
                .hasMessageStartingWith(files.cert() + " holds a broken certificate, number 3 (");
    }

    @Test
    void keyOfAnotherCertificateIsRefused() {
        CertificateFiles files = EC.in(directory, "mx");
        write(files.key(), OTHER.keyPem());

        refused(
                files,
                files.key() + " does not belong to the certificate in " + files.cert()
                        + ": put the key there with which that certificate was asked for, or renew both");
    }

    @ParameterizedTest
    @EnumSource(names = {"EC", "RSA"})
    void keyOfAnotherKindIsRefused(Kind kind) {
        Issued issued = kind == Kind.EC ? EC : RSA;
        CertificateFiles files = issued.in(directory, "mx");
        write(files.key(), issue(Kind.ED25519, "mx.example").keyPem());

        assertThatThrownBy(() -> Certified.read(files))
                .isInstanceOf(CertificateProblem.class)
                .hasMessageStartingWith(files.key() + " holds no " + kind + " key, which the certificate in "
                        + files.cert() + " needs");
    }

    @Test
    void chainInTheWrongOrderIsRefused() {
        CertificateFiles files = EC.in(directory, "mx");
        write(files.cert(), pem(EC.chain().reversed().toArray()));

        refused(
                files,
                files.cert() + " does not begin with the host's certificate: put it first, its issuers after it");
    }

    @Test
    void certificateOfAKindThatTlsHasDroppedIsRefused() {
        CertificateFiles files = issue(Kind.DSA, "mx.example").in(directory, "mx");

        refused(files, files.cert() + " holds a key of the kind DSA: have one issued for an EC (P-256) or RSA key");
    }

    // RFC 7468 §11
    @Test
    void encryptedKeyIsRefused() {
        CertificateFiles files = RSA.in(directory, "mx");
        write(files.key(), Pem.write("ENCRYPTED PRIVATE KEY", new byte[] {1, 2, 3}));

        refusedAsEncrypted(files);
    }

    // RFC 1421 §4.6.1.1
    @Test
    void keyEncryptedInTheOlderWayIsRefused() {
        CertificateFiles files = RSA.in(directory, "mx");
        String headers = "-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00112233445566778899AABBCCDDEEFF\n\n";
        write(files.key(), RSA.keyPem().replaceFirst("KEY-----\n", "KEY" + headers));

        refusedAsEncrypted(files);
    }

    @Test
    void openSshKeyIsRefused() {
        CertificateFiles files = EC.in(directory, "mx");
        write(files.key(), Pem.write("OPENSSH PRIVATE KEY", new byte[] {1, 2, 3}));

        refused(
                files,
                files.key()
                        + " holds a key in the form OPENSSH PRIVATE KEY: write it as PKCS#8 (openssl pkey -in OLD -out"
                        + " NEW)");
    }

    @Test
    void noOctetOfACertificateMakesMoreThanAProblem() {
        CertificateFiles files = EC.in(directory, "mx");
        neverMoreThanAProblem(files, files.cert(), "CERTIFICATE", encoded());
    }

    @ParameterizedTest
    @EnumSource(names = {"EC", "RSA"})
    void noOctetOfAKeyMakesMoreThanAProblem(Kind kind) {
        Issued issued = kind == Kind.EC ? EC : RSA;
        CertificateFiles files = issued.in(directory, "mx");
        neverMoreThanAProblem(
                files, files.key(), "PRIVATE KEY", issued.keys().getPrivate().getEncoded());
    }

    @ParameterizedTest
    @EnumSource(names = {"EC", "RSA"})
    void noOctetOfAnOlderKeyMakesMoreThanAProblem(Kind kind) throws IOException {
        Issued issued = kind == Kind.EC ? EC : RSA;
        CertificateFiles files = issued.in(directory, "mx");
        Pem older = Pem.blocks(files.key()).getFirst();
        neverMoreThanAProblem(files, files.key(), older.label(), older.der());
    }

    @Test
    void noTextMakesMoreThanAProblem() {
        CertificateFiles files = EC.in(directory, "mx");
        byte[] text = (EC.keyPem() + EC.certPem()).getBytes(US_ASCII);
        qt().withExamples(300).forAll(damage(text.length)).checkAssert(damage -> {
            byte[] damaged = damaged(text, damage);
            onlyProblems(new CertificateFiles(bytes(files.cert(), damaged), files.key()));
            onlyProblems(new CertificateFiles(files.cert(), bytes(files.key(), damaged)));
        });
    }

    /** Places and what is written there; a place past the end cuts the octets there. */
    private static Gen<List<Integer>> damage(int length) {
        return lists().of(integers().between(0, (length << 8) + 0xff)).ofSizeBetween(1, 4);
    }

    private static byte[] damaged(byte[] octets, List<Integer> damage) {
        byte[] damaged = octets.clone();
        damage.forEach(one -> damaged[Math.min(one >> 8, octets.length - 1)] = (byte) (int) one);
        boolean cut = damage.size() == 4;
        return cut ? Arrays.copyOf(damaged, damage.getFirst() >> 8) : damaged;
    }

    private static void neverMoreThanAProblem(CertificateFiles files, Path file, String label, byte[] der) {
        qt().withExamples(500).forAll(damage(der.length)).checkAssert(damage -> {
            write(file, Pem.write(label, damaged(der, damage)));
            onlyProblems(files);
        });
    }

    private static void onlyProblems(CertificateFiles files) {
        try {
            // What a handshake and the log ask of it.
            Certified read = Certified.read(files);
            read.dateTrouble(Instant.now());
            assertThat(read.chain()).isNotEmpty();
        } catch (CertificateProblem problem) {
            assertThat(problem.getMessage()).startsWith(problem.file());
        }
    }

    private static byte[] encoded() {
        try {
            return EC.own().getEncoded();
        } catch (CertificateEncodingException problem) {
            throw new IllegalStateException(problem);
        }
    }

    private static Path bytes(Path file, byte[] bytes) {
        try {
            return Files.write(file, bytes);
        } catch (IOException problem) {
            throw new UncheckedIOException(problem);
        }
    }

    private static void refused(CertificateFiles files, String message) {
        assertThatThrownBy(() -> Certified.read(files))
                .isInstanceOf(CertificateProblem.class)
                .hasMessage(message);
    }

    private static void refusedAsEncrypted(CertificateFiles files) {
        refused(
                files,
                files.key() + " is encrypted, and there is nobody to ask for its pass phrase: "
                        + "write it without one (openssl pkey -in OLD -out NEW), readable by Postern's user only");
    }
}
