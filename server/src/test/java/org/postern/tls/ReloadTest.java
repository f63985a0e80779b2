package org.postern.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.postern.tls.TestAuthority.issue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postern.Logs;
import org.postern.tls.TestAuthority.Issued;
import org.postern.tls.TestAuthority.Kind;

/** Certificates that change while the server runs. */
class ReloadTest {
    private static final Issued OLD = issue(Kind.EC, "mx.example");
    private static final Issued NEW = issue(Kind.EC, "mx.example");
    private static final Issued OTHER = issue(Kind.EC, "other.example");
    private static final Duration NEVER = Duration.ofHours(1);
    private static final Duration SOON = Duration.ofMillis(10);

    @RegisterExtension
    final Logs logs = new Logs(this);

    @TempDir
    Path directory;

    private CertificateFiles files;

    @BeforeEach
    void oldCertificateStandsThere() {
        files = OLD.in(directory, "mx");
    }

    @Test
    void newCertificateServesAfterAReload() throws Exception {
        try (var certificates = Certificates.of(List.of(files), NEVER);
                var server = new EchoServer(certificates)) {
            NEW.writeTo(files);
            certificates.reload();

            assertThat(new TestClient(server).certificate()).isEqualTo(NEW.own());
        }
    }

    @Test
    void openSessionGoesOnAcrossAReload() throws Exception {
        try (var certificates = Certificates.of(List.of(files), NEVER);
                var server = new EchoServer(certificates);
                SSLSocket open = new TestClient(server).connect()) {
            TestClient.echo(open, "before");
            NEW.writeTo(files);
            certificates.reload();

            assertThat(TestClient.echo(open, "after")).isEqualTo("after");
        }
    }

    // JSSE gives up a ticket whose certificate is no longer there: a full handshake, and no failure.
    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void clientWithATicketGetsTheNewCertificate(String protocol) throws Exception {
        try (var certificates = Certificates.of(List.of(files), NEVER);
                var server = new EchoServer(certificates)) {
            var client = new TestClient(server).speaks(protocol);
            client.certificate();
            NEW.writeTo(files);
            certificates.reload();

            assertThat(client.certificate()).isEqualTo(NEW.own());
        }
    }

    @Test
    void changedFilesAreSeenUnasked() throws Exception {
        try (var certificates = Certificates.of(List.of(files), SOON);
                var server = new EchoServer(certificates)) {
            NEW.writeTo(files);

            eventually(() -> new TestClient(server).certificate().equals(NEW.own()));
        }
    }

    // As tools that renew certificates do.
    @Test
    void fileThatWasRenamedIntoPlaceIsSeen() throws Exception {
        try (var certificates = Certificates.of(List.of(files), SOON);
                var server = new EchoServer(certificates)) {
            CertificateFiles beside = NEW.in(directory, "new");
            Files.setLastModifiedTime(beside.cert(), Files.getLastModifiedTime(files.cert()));
            Files.setLastModifiedTime(beside.key(), Files.getLastModifiedTime(files.key()));
            Files.move(beside.key(), files.key(), StandardCopyOption.REPLACE_EXISTING);
            Files.move(beside.cert(), files.cert(), StandardCopyOption.REPLACE_EXISTING);

            eventually(() -> new TestClient(server).certificate().equals(NEW.own()));
        }
    }

    @Test
    void oldCertificateStaysInForceWhenTheNewIsBroken() throws Exception {
        try (var certificates = Certificates.of(List.of(files), NEVER);
                var server = new EchoServer(certificates)) {
            Files.writeString(files.cert(), "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
            certificates.reload();

            assertThat(new TestClient(server).certificate()).isEqualTo(OLD.own());
        }
    }

    @Test
    void oldCertificateStaysInForceWhenTheNewKeyIsAnothers() throws Exception {
        try (var certificates = Certificates.of(List.of(files), NEVER);
                var server = new EchoServer(certificates)) {
            Files.writeString(files.key(), OTHER.keyPem());
            certificates.reload();

            assertThat(new TestClient(server).certificate()).isEqualTo(OLD.own());
        }
    }

    @Test
    void reloadSaysWhetherAllCouldBeUsed() throws Exception {
        try (var certificates = Certificates.of(List.of(files), NEVER)) {
            Files.delete(files.key());

            assertThat(certificates.reload()).isFalse();
        }
    }

    @Test
    void othersAreReadThoughOneIsBroken() throws Exception {
        CertificateFiles broken = OTHER.in(directory, "other");
        try (var certificates = Certificates.of(List.of(broken, files), NEVER);
                var server = new EchoServer(certificates)) {
            Files.delete(broken.cert());
            NEW.writeTo(files);
            certificates.reload();

            assertThat(new TestClient(server).asksFor("mx.example").certificate())
                    .isEqualTo(NEW.own());
        }
    }

    @Test
    void brokenFileIsOneLineOfTheLogThatSaysWhatToDo() throws Exception {
        try (var certificates = Certificates.of(List.of(files), NEVER)) {
            Files.delete(files.key());
            certificates.reload();

            assertThat(logs.lines())
                    .containsExactly(
                            "ERROR new certificate can't be used, the old one stays in force file=" + files.key()
                                    + " problem=is not there advice=put it there, or mend the path in"
                                    + " tls.certificates");
        }
    }

    @Test
    void brokenFileIsNotSaidAgainUntilItChanges() throws Exception {
        try (var _ = Certificates.of(List.of(files), SOON)) {
            Path broken = Files.writeString(directory.resolve("broken"), "broken");
            Files.move(broken, files.cert(), StandardCopyOption.REPLACE_EXISTING);
            eventually(() -> !logs.ofLevel("ERROR").isEmpty());
            Files.delete(files.cert());
            eventually(() -> logs.ofLevel("ERROR").size() > 1);

            assertThat(logs.ofLevel("ERROR"))
                    .extracting(line -> line.contains("is not there"))
                    .containsExactly(false, true);
        }
    }

    @Test
    void mendedFileIsSaid() throws Exception {
        try (var certificates = Certificates.of(List.of(files), NEVER)) {
            Files.delete(files.key());
            certificates.reload();
            NEW.writeTo(files);
            certificates.reload();

            assertThat(logs.ofLevel("INFO"))
                    .containsExactly("INFO certificate mended and in force file=" + files.cert()
                            + " names=mx.example expires="
                            + NEW.own().getNotAfter().toInstant());
        }
    }

    @Test
    void closedOnesLookNoMore() throws Exception {
        var certificates = Certificates.of(List.of(files), SOON);
        Thread watcher = Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("certificates"))
                .findFirst()
                .orElseThrow();
        certificates.close();

        eventually(() -> !watcher.isAlive());
    }

    @Test
    void expiredCertificateServesWithAWarning() throws Exception {
        Instant end = Instant.parse("2026-01-02T03:04:05Z");
        CertificateFiles expired = issue(Kind.EC, end, "mx.example").in(directory, "expired");
        Certificates.of(List.of(expired), NEVER).close();

        assertThat(logs.lines())
                .containsExactly("WARN certificate's dates file=" + expired.cert()
                        + " problem=it expired on 2026-01-02T03:04:05Z"
                        + " advice=renew it; the new one is read when it stands there");
    }

    @Test
    void certificateNearItsEndIsWarnedOfOnceADay() throws Exception {
        Instant now = Instant.now();
        CertificateFiles near =
                issue(Kind.EC, now.plus(Duration.ofDays(20)), "mx.example").in(directory, "near");
        try (var certificates = Certificates.of(List.of(near), NEVER)) {
            for (int hours = 0; hours < 24 * 8; hours++) {
                certificates.warnOfDates(now.plus(Duration.ofHours(hours)));
            }
        }

        // Fourteen days before its end is day 6: it is said on that day and on the next.
        assertThat(logs.ofLevel("WARN")).hasSize(2);
    }

    // JSSE asks first for an alias, then for its key, then for its chain.
    @Test
    void aliasKeepsItsKeyAndChainWhenCertificatesAreExchanged() throws Exception {
        var keys = new KeyChoice(List.of(Certified.read(files)));
        String alias = Objects.requireNonNull(keys.chooseServerAlias("EC", null, null));
        NEW.writeTo(files);
        keys.exchange(List.of(Certified.read(files)));
        PrivateKey key = Objects.requireNonNull(keys.getPrivateKey(alias));
        X509Certificate[] chain = Objects.requireNonNull(keys.getCertificateChain(alias));

        assertThat(List.of(key, chain[0])).isEqualTo(List.of(OLD.keys().getPrivate(), OLD.own()));
    }

    private static void eventually(Callable<Boolean> condition) throws Exception {
        Instant deadline = Instant.now().plus(Duration.ofSeconds(20));
        while (!condition.call()) {
            assertThat(Instant.now()).as("deadline").isBefore(deadline);
            Thread.sleep(5);
        }
    }
}
