package org.postern.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.postern.tls.TestAuthority.issue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.Security;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postern.Logs;
import org.postern.tls.TestAuthority.Kind;

class SelfSignedTest {
    @RegisterExtension
    final Logs logs = new Logs(this);

    @TempDir
    Path data;

    private Path directory;

    @BeforeEach
    void directoryIsNotThere() {
        directory = data.resolve("tls");
    }

    // A client that trusts just this certificate, and asks for the name: RFC 9525 §6.
    @Test
    void clientThatTrustsItFindsTheHost() throws Exception {
        CertificateFiles files = SelfSigned.in(directory, "localhost");
        try (var certificates = Certificates.of(List.of(files), Duration.ofHours(1));
                var server = new EchoServer(certificates);
                var socket =
                        (SSLSocket) trusting(read(files)).getSocketFactory().createSocket("localhost", server.port())) {
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            socket.setSSLParameters(parameters);

            assertThat(TestClient.echo(socket, "hello")).isEqualTo("hello");
        }
    }

    @Test
    void keyIsReadableByItsOwnerOnly() throws IOException {
        assertThat(mode(SelfSigned.in(directory, "mx.example").key())).isEqualTo("rw-------");
    }

    @Test
    void directoryIsOpenToItsOwnerOnly() throws IOException {
        SelfSigned.in(directory, "mx.example");

        assertThat(mode(directory)).isEqualTo("rwx------");
    }

    @Test
    void nothingElseIsLeftThere() throws IOException {
        SelfSigned.in(directory, "mx.example");

        try (Stream<Path> there = Files.list(directory)) {
            assertThat(there.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder("cert.pem", "key.pem");
        }
    }

    @Test
    void keyIsEcdsaP256() throws IOException {
        assertThat(read(SelfSigned.in(directory, "mx.example")).getPublicKey().toString())
                .contains("secp256r1");
    }

    @Test
    void itLastsForTenYears() throws IOException {
        X509Certificate certificate = read(SelfSigned.in(directory, "mx.example"));

        assertThat(certificate.getNotAfter().toInstant())
                .isBetween(
                        Instant.now().plus(Duration.ofDays(3649)), Instant.now().plus(Duration.ofDays(3650)));
    }

    @Test
    void laterStartsReuseIt() throws IOException {
        X509Certificate first = read(SelfSigned.in(directory, "mx.example"));

        assertThat(read(SelfSigned.in(directory, "MX.example"))).isEqualTo(first);
    }

    @Test
    void changedHostNameMakesANewOne() throws IOException {
        SelfSigned.in(directory, "old.example");

        assertThat(Certified.read(SelfSigned.in(directory, "new.example")).names())
                .containsExactly("new.example");
    }

    @Test
    void newOneIsSaidWithItsReason() throws IOException {
        SelfSigned.in(directory, "old.example");
        SelfSigned.in(directory, "new.example");

        assertThat(logs.lines().getLast())
                .isEqualTo("INFO self-signed certificate made file=" + directory.resolve("cert.pem")
                        + " name=new.example because=the one there is for old.example");
    }

    @ParameterizedTest
    @ValueSource(strings = {"cert.pem", "key.pem"})
    void lostOrBrokenFileIsMadeAnew(String name) throws IOException {
        SelfSigned.in(directory, "mx.example");
        Files.writeString(directory.resolve(name), "-----BEGIN");

        assertThat(Certified.read(SelfSigned.in(directory, "mx.example")).names())
                .containsExactly("mx.example");
    }

    // A power cut between the two renames.
    @Test
    void keyOfAnotherCertificateIsMadeAnew() throws IOException {
        CertificateFiles files = SelfSigned.in(directory, "mx.example");
        Files.writeString(files.key(), issue(Kind.EC, "mx.example").keyPem());

        assertThat(Certified.read(SelfSigned.in(directory, "mx.example")).names())
                .containsExactly("mx.example");
    }

    @Test
    void oneAboutToExpireIsMadeAnew() throws IOException {
        Files.createDirectory(directory);
        var files = new CertificateFiles(directory.resolve("cert.pem"), directory.resolve("key.pem"));
        issue(Kind.EC, Instant.now().plus(Duration.ofDays(13)), "mx.example").writeTo(files);

        assertThat(Certified.read(SelfSigned.in(directory, "mx.example")).dateTrouble(Instant.now()))
                .isEmpty();
    }

    // RFC 5280 appendix A.1: a common name has 64 characters at most.
    @Test
    void longHostNameStandsInTheAlternativeName() throws IOException {
        String host = "a".repeat(63) + "." + "b".repeat(63) + ".example";

        assertThat(Certified.read(SelfSigned.in(directory, host)).names()).containsExactly(host);
    }

    @Test
    void bouncyCastleIsNotMadeAProviderForAll() throws IOException {
        SelfSigned.in(directory, "mx.example");

        assertThat(Security.getProviders())
                .noneMatch(provider -> provider.getName().startsWith("BC"));
    }

    private static X509Certificate read(CertificateFiles files) throws CertificateProblem {
        return Certified.read(files).chain().getFirst();
    }

    private static String mode(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }

    private static SSLContext trusting(X509Certificate certificate) throws GeneralSecurityException, IOException {
        var store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        store.setCertificateEntry("it", certificate);
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        var context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }
}
