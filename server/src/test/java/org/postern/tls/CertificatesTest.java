package org.postern.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.postern.tls.TestAuthority.issue;

import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postern.Logs;
import org.postern.tls.TestAuthority.Issued;
import org.postern.tls.TestAuthority.Kind;

/** Which certificate a client is shown: real handshakes on loopback. */
class CertificatesTest {
    private static final Issued A = issue(Kind.EC, "a.example", "also-a.example");
    private static final Issued B = issue(Kind.EC, "b.example");
    private static final Issued B_RSA = issue(Kind.RSA, "b.example");
    private static final Issued A_RSA = issue(Kind.RSA, "a.example");
    private static final Issued WILD = issue(Kind.EC, "*.w.example");
    private static final Issued ED = issue(Kind.ED25519, "ed.example");

    @RegisterExtension
    final Logs logs = new Logs(this);

    @TempDir
    Path directory;

    @Test
    void nameAskedForPicksTheCertificate() throws IOException {
        assertThat(shown("b.example", A, B)).isEqualTo(B);
    }

    @Test
    void everyNameOfACertificateCounts() throws IOException {
        assertThat(shown("also-a.example", B, A)).isEqualTo(A);
    }

    // RFC 4343
    @Test
    void caseOfTheNameDoesNotMatter() throws IOException {
        assertThat(shown("B.Example", A, B)).isEqualTo(B);
    }

    // RFC 9525 §6.3
    @Test
    void wildcardStandsForALabel() throws IOException {
        assertThat(shown("mx.w.example", A, WILD)).isEqualTo(WILD);
    }

    @ParameterizedTest
    @ValueSource(strings = {"w.example", "deep.mx.w.example", "mxw.example"})
    void wildcardStandsForNothingElse(String name) throws IOException {
        assertThat(shown(name, A, WILD)).isEqualTo(A);
    }

    @Test
    void exactNameWinsOverAnEarlierWildcard() throws IOException {
        Issued exact = issue(Kind.EC, "mx.w.example");

        assertThat(shown("mx.w.example", WILD, exact)).isEqualTo(exact);
    }

    @Test
    void unknownNameGetsTheFirst() throws IOException {
        assertThat(shown("unknown.example", A, B)).isEqualTo(A);
    }

    @Test
    void clientThatAsksForNoNameGetsTheFirst() throws IOException {
        try (Certificates certificates = certificates(A, B);
                EchoServer server = new EchoServer(certificates)) {
            assertThat(new TestClient(server).certificate()).isEqualTo(A.own());
        }
    }

    @Test
    void clientWithoutEcdsaGetsTheRsaCertificateForTheName() throws IOException {
        assertThat(shownWithoutEcdsa("b.example", A, A_RSA, B, B_RSA)).isEqualTo(B_RSA);
    }

    @Test
    void clientWithoutEcdsaGetsTheRsaCertificateLikeTheFirst() throws IOException {
        assertThat(shownWithoutEcdsa("unknown.example", A, B_RSA, A_RSA)).isEqualTo(A_RSA);
    }

    // JSSE asks for ECDSA first: another name's certificate must not answer.
    @Test
    void rsaCertificateForTheNameIsNotPassedOverForAnEcdsaOne() throws IOException {
        assertThat(shown("b.example", A, B_RSA)).isEqualTo(B_RSA);
    }

    @Test
    void rsaCertificateThatIsTheFirstIsNotPassedOverForAnEcdsaOne() throws IOException {
        assertThat(shown("unknown.example", A_RSA, B)).isEqualTo(A_RSA);
    }

    @Test
    void ed25519Serves() throws IOException {
        assertThat(shown("ed.example", ED)).isEqualTo(ED);
    }

    // RFC 5246 §7.4.2: each certificate is followed by that which certifies it.
    @Test
    void chainIsSentAsItStandsInTheFile() throws IOException {
        try (Certificates certificates = certificates(A);
                EchoServer server = new EchoServer(certificates);
                var socket = new TestClient(server).connect()) {
            assertThat(socket.getSession().getPeerCertificates())
                    .containsExactly(A.chain().toArray(Certificate[]::new));
        }
    }

    @Test
    void brokenFileAtTheStartIsRefused() throws IOException {
        CertificateFiles files = A.in(directory, "a");
        B.in(directory, "b");
        var mixed = new CertificateFiles(files.cert(), directory.resolve("b.key"));

        assertThatThrownBy(() -> Certificates.of(List.of(mixed), Duration.ofHours(1)))
                .isInstanceOf(CertificateProblem.class);
    }

    @Test
    void noCertificateAtAllIsRefused() {
        assertThatThrownBy(() -> Certificates.of(List.of(), Duration.ofHours(1)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private Issued shown(String name, Issued... offered) throws IOException {
        return shown(server -> new TestClient(server).asksFor(name), offered);
    }

    private Issued shownWithoutEcdsa(String name, Issued... offered) throws IOException {
        return shown(server -> new TestClient(server).asksFor(name).takesOnly("rsa_pss_rsae_sha256"), offered);
    }

    private Issued shown(Function<EchoServer, TestClient> client, Issued... offered) throws IOException {
        try (Certificates certificates = certificates(offered);
                EchoServer server = new EchoServer(certificates)) {
            var seen = client.apply(server).certificate();
            return Stream.of(offered)
                    .filter(one -> one.own().equals(seen))
                    .findFirst()
                    .orElseThrow();
        }
    }

    @Test
    void eachNameHasItsEnd() throws IOException {
        try (Certificates certificates = certificates(A, B, B_RSA, WILD)) {
            assertThat(certificates.ends())
                    .containsOnlyKeys("a.example", "also-a.example", "b.example", "*.w.example")
                    .allSatisfy((_, end) -> assertThat(end).isAfter(Instant.now()));
            assertThat(certificates.refused()).isZero();
        }
    }

    private Certificates certificates(Issued... offered) throws IOException {
        var files = new ArrayList<CertificateFiles>();
        for (Issued one : offered) {
            files.add(one.in(directory, "n" + files.size()));
        }
        return Certificates.of(files, Duration.ofHours(1));
    }
}
