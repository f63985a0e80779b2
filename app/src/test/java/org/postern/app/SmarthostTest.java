package org.postern.app;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.postern.app.RealServer.eventually;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postern.smtp.transcript.Peer;
import org.postern.smtp.transcript.ScriptedServer;
import org.postern.smtp.transcript.TestCertificate;
import picocli.CommandLine;

/** Mail goes on to hosts that want to know who we are. */
@Timeout(180)
class SmarthostTest {
    private static final String PASSWORD = "open sesame, 4711";
    private static final String WRONG = "open barley, 4711";

    @TempDir
    private Path directory;

    // --- the parties
    // ------------------------------------------------------------------------------------------------------------

    /** A certificate for 127.0.0.1 and its key, PEM. */
    private record Certificate(Path cert, Path key) {
        static Certificate in(Path directory) throws Exception {
            RealServer.room(directory, "tls");
            var made = new Certificate(directory.resolve("tls/cert.pem"), directory.resolve("tls/key.pem"));
            Program.named("openssl")
                    .run(
                            "req",
                            "-x509",
                            "-newkey",
                            "ec",
                            "-pkeyopt",
                            "ec_paramgen_curve:prime256v1",
                            "-nodes",
                            "-keyout",
                            made.key.toString(),
                            "-out",
                            made.cert.toString(),
                            "-subj",
                            "/CN=smarthost.test",
                            "-addext",
                            "subjectAltName=IP:127.0.0.1")
                    .succeeded();
            // Exim reads it as its own user.
            made.key.toFile().setReadable(true, false);
            return made;
        }

        X509Certificate read() throws Exception {
            try (var in = Files.newInputStream(cert)) {
                return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
            }
        }
    }

    /** A Postfix that takes mail from ann only, as Dovecot knows her. */
    private RealServer postfix(String tls) throws Exception {
        return RealServers.postfix(directory, """
            smtpd_sasl_auth_enable = yes
            smtpd_sasl_type = dovecot
            smtpd_sasl_path = %s
            smtpd_recipient_restrictions = permit_sasl_authenticated, reject
            """.formatted(RealServers.dovecotSocket(directory, "auth-client")) + tls);
    }

    private static String starttls(Certificate certificate) {
        return """
            smtpd_tls_security_level = may
            smtpd_tls_auth_only = yes
            smtpd_tls_chain_files = %s, %s
            """.formatted(certificate.key, certificate.cert);
    }

    /** An Exim that takes mail from ann only; it offers AUTH where {@code advertise} is not empty. */
    private RealServer exim(Certificate certificate, String advertise) throws Exception {
        return RealServers.exim(
                directory, """
                    tls_certificate = %s
                    tls_privatekey = %s
                    auth_advertise_hosts = %s
                    acl_smtp_mail = ${if def:authenticated_id {accept}{deny}}
                    """.formatted(certificate.cert, certificate.key, advertise), """
                        plain:
                          driver = plaintext
                          public_name = PLAIN
                          server_prompts = :
                          server_condition = ${if and{{eq{$auth2}{ann}}{eq{$auth3}{%s}}}}
                          server_set_id = $auth2
                        """.formatted(PASSWORD));
    }

    /** A Postern that goes by {@code port} of 127.0.0.1 with the credentials, and believes {@code issuer} and nobody else. */
    private PosternProcess postern(int port, Optional<X509Certificate> issuer, String more) throws Exception {
        String toml = PosternProcess.RELAYING + """
            [[routes]]
            to = "*"
            via = "smtp://127.0.0.1:%d"
            credentials = "smarthost.credentials"
            [queue]
            retry = ["100ms"]
            """.formatted(port) + more;
        if (issuer.isEmpty()) {
            return PosternProcess.with(home(), toml);
        }
        Path store = home().resolve("trusted.p12");
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("issuer", issuer.get());
        try (var out = Files.newOutputStream(store)) {
            trusted.store(out, "changeit".toCharArray());
        }
        return PosternProcess.with(
                home(), toml, "-Djavax.net.ssl.trustStore=" + store, "-Djavax.net.ssl.trustStorePassword=changeit");
    }

    private Path home() throws IOException {
        return Files.createDirectories(directory.resolve("postern"));
    }

    private void credentials(String password) throws IOException {
        Files.writeString(home().resolve("smarthost.credentials"), "ann\n" + password + "\n");
    }

    private static void send(PosternProcess postern) throws Exception {
        try (Peer peer = Peer.greetedBy(new InetSocketAddress(InetAddress.getLoopbackAddress(), postern.port()))) {
            peer.ask("EHLO client.example");
            assertThat(peer.ask("MAIL FROM:<ann@localhost>")).startsWith("250 ");
            assertThat(peer.ask("RCPT TO:<bob@next.test>")).startsWith("250 ");
            assertThat(peer.ask("DATA")).startsWith("354 ");
            assertThat(peer.ask("Subject: by way of another\r\n\r\nhello\r\n.")).startsWith("250 ");
        }
    }

    private String postern(String... words) throws IOException {
        var out = new StringWriter();
        CommandLine line = Main.commandLine();
        line.setOut(new PrintWriter(out, true));
        line.setErr(new PrintWriter(out, true));
        List<String> arguments = new ArrayList<>(List.of(words));
        arguments.addAll(List.of("--config", home().resolve("postern.toml").toString()));
        line.execute(arguments.toArray(String[]::new));
        return out.toString();
    }

    // --- what is to be
    // ------------------------------------------------------------------------------------------------------------

    /** It waits, somebody is called, and ann is not told that her mail failed: it has not. */
    private void assertKept(PosternProcess postern, String problem) throws Exception {
        eventually(() -> alarms(postern).stream().anyMatch(line -> line.contains(problem)));
        assertThat(postern("queue", "list")).contains("bob@next.test");
        assertThat(Files.exists(home().resolve("maildir/localhost/ann"))).isFalse();
    }

    private static List<String> alarms(PosternProcess postern) throws IOException {
        return postern.output()
                .lines()
                .filter(line -> line.contains(" error event=\"delivery put off\""))
                .toList();
    }

    /** Whatever can be seen of it holds no password: attacks.md secret-1. */
    private void assertSecret(PosternProcess postern, String said) throws Exception {
        List<String> seen = new ArrayList<>(List.of(postern.output(), said, postern("config", "show")));
        for (String command : List.of("list", "show", "why")) {
            String what =
                    switch (command) {
                        case "list" -> "";
                        case "show" -> id(postern);
                        default -> "next.test";
                    };
            for (String format : List.of("", "--json")) {
                List<String> words = new ArrayList<>(List.of("queue", command));
                words.addAll(List.of(what, format));
                words.removeIf(String::isEmpty);
                seen.add(postern(words.toArray(String[]::new)));
            }
        }
        for (String password : List.of(PASSWORD, WRONG)) {
            assertThat(seen)
                    .noneMatch(text -> text.contains(password)
                            || text.contains(base64(password))
                            || text.contains(base64("\0ann\0" + password)));
        }
    }

    private static String id(PosternProcess postern) throws IOException {
        return postern.output().replaceAll("(?s).*?(m-[0-9A-Z]{13}).*", "$1");
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(UTF_8));
    }

    // --- those who are believed
    // ---------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({"plain,PLAIN", "login,LOGIN", "plain login scram-sha-256,SCRAM-SHA-256"})
    @Tag("secret-1")
    void postfixBelievesTheRightPassword(String mechanisms, String used) throws Exception {
        credentials(PASSWORD);
        Certificate certificate = Certificate.in(directory);
        try (RealServer dovecot = RealServers.dovecot(directory, PASSWORD, mechanisms);
                RealServer postfix = postfix(starttls(certificate));
                var tap = new Wiretap(postfix.port());
                PosternProcess postern = postern(tap.port(), Optional.of(certificate.read()), "")) {
            send(postern);

            assertThat(postfix.onlyMail("bob")).contains("Subject: by way of another");
            assertThat(postfix.log()).as(dovecot.log()).contains("sasl_method=" + used + ", sasl_username=ann");
            postern.waitForOutput("event=delivered");
            assertSecret(postern, tap.said());
        }
    }

    @Test
    @Tag("secret-1")
    void eximBelievesTheRightPassword() throws Exception {
        credentials(PASSWORD);
        Certificate certificate = Certificate.in(directory);
        try (RealServer exim = exim(certificate, "${if eq{$tls_in_cipher}{}{}{*}}");
                var tap = new Wiretap(exim.port());
                PosternProcess postern = postern(tap.port(), Optional.of(certificate.read()), "")) {
            send(postern);

            assertThat(exim.onlyMail("bob")).contains("Subject: by way of another");
            assertThat(exim.log()).contains(" A=plain:ann");
            postern.waitForOutput("event=delivered");
            assertSecret(postern, tap.said());
        }
    }

    // --- and those who are not
    // ----------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(strings = {"plain", "scram-sha-256"})
    @Tag("secret-1")
    void mailWaitsForTheRightPassword(String mechanism) throws Exception {
        credentials(WRONG);
        Certificate certificate = Certificate.in(directory);
        try (RealServer dovecot = RealServers.dovecot(directory, PASSWORD, mechanism);
                RealServer postfix = postfix(starttls(certificate));
                var tap = new Wiretap(postfix.port());
                PosternProcess postern = postern(tap.port(), Optional.of(certificate.read()), "")) {
            send(postern);

            assertKept(postern, "127.0.0.1 does not believe the user ann");
            assertThat(postern.output()).as(dovecot.log()).contains("535 5.7.8");
            assertSecret(postern, tap.said());

            credentials(PASSWORD);
            assertThat(postfix.onlyMail("bob")).contains("Subject: by way of another");
        }
    }

    /** "Temporary authentication failure: Connection lost to authentication server", says Postfix. */
    @Test
    void mailWaitsForAPostfixThatCanAskNobody() throws Exception {
        credentials(PASSWORD);
        Certificate certificate = Certificate.in(directory);
        try (RealServer dovecot = RealServers.dovecot(directory, PASSWORD, "plain");
                RealServer postfix = postfix(starttls(certificate));
                PosternProcess postern = postern(postfix.port(), Optional.of(certificate.read()), """
                    [delivery]
                    messages-per-connection = 1
                    """)) {
            // It learns from Dovecot once what there is to offer.
            send(postern);
            assertThat(postfix.onlyMail("bob")).contains("Subject: by way of another");
            dovecot.stop();
            send(postern);

            assertKept(postern, "454 4.7.0 Temporary authentication failure");
        }
    }

    /** However a server puts it that a password has expired: it is ours to mend, so it is held in the end, and never comes back. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "535 5.7.3 your password has expired",
                "534 5.7.9 log in with your web browser first",
                "454 4.7.0 temporary authentication failure",
                "432 4.7.12 a password transition is needed"
            })
    void mailWaitsForAPasswordThatHasNotExpired(String reply) throws Exception {
        credentials(PASSWORD);
        String refusing = """
            S: 220 mx.example.com
            C: EHLO mx.example.com
            S: 250-mx.example.com
            S: 250 STARTTLS
            C: STARTTLS
            S: 220 go
            tls
            C: EHLO mx.example.com
            S: 250-mx.example.com
            S: 250 AUTH PLAIN
            C: AUTH PLAIN %s
            S: %s
            """.formatted(base64("\0ann\0" + PASSWORD), reply);
        try (var server = new ScriptedServer(String.join("----\n", Collections.nCopies(1_000, refusing)));
                PosternProcess postern = postern(
                        server.address().getPort(), Optional.of(TestCertificate.certificate()), "expire = \"1s\"\n")) {
            send(postern);

            assertKept(postern, reply);
            eventually(() -> postern("queue", "list", "--held").contains("bob@next.test"));
            assertThat(postern("queue", "show", id(postern))).contains("given up after");
            assertThat(Files.exists(home().resolve("maildir/localhost/ann"))).isFalse();
            assertSecret(postern, "");
        }
    }

    // --- those who are told nothing
    // -----------------------------------------------------------------------------------------------

    @Test
    @Tag("secret-1")
    void postfixThatOffersAuthInClearIsToldNothing() throws Exception {
        credentials(PASSWORD);
        try (RealServer dovecot = RealServers.dovecot(directory, PASSWORD, "plain login scram-sha-256");
                RealServer postfix = postfix("");
                var tap = new Wiretap(postfix.port());
                PosternProcess postern = postern(tap.port(), Optional.empty(), "")) {
            try (Peer client = Peer.greetedBy(new InetSocketAddress(InetAddress.getLoopbackAddress(), tap.port()))) {
                assertThat(client.ask("EHLO client.example")).as(dovecot.log()).contains("AUTH PLAIN");
            }
            send(postern);

            assertKept(postern, "it offers no TLS, and TLS has to be");
            assertThat(tap.said()).doesNotContain("AUTH ");
            assertSecret(postern, tap.said());
        }
    }

    @Test
    @Tag("secret-1")
    void eximThatOffersAuthInClearOnlyIsToldNothing() throws Exception {
        credentials(PASSWORD);
        Certificate certificate = Certificate.in(directory);
        try (RealServer exim = exim(certificate, "${if eq{$tls_in_cipher}{}{*}{}}");
                var tap = new Wiretap(exim.port());
                PosternProcess postern = postern(tap.port(), Optional.of(certificate.read()), "")) {
            try (Peer client = Peer.greetedBy(new InetSocketAddress(InetAddress.getLoopbackAddress(), tap.port()))) {
                assertThat(client.ask("EHLO client.example")).contains("AUTH PLAIN");
            }
            send(postern);

            assertKept(postern, "it offers no AUTH");
            assertThat(tap.said()).doesNotContain("AUTH ");
            assertSecret(postern, tap.said());
        }
    }

    @Test
    @Tag("secret-1")
    void hostWhoseCertificateNobodyWhomWeKnowHasSignedIsToldNothing() throws Exception {
        credentials(PASSWORD);
        Certificate certificate = Certificate.in(directory);
        try (RealServer exim = exim(certificate, "${if eq{$tls_in_cipher}{}{}{*}}");
                var tap = new Wiretap(exim.port());
                PosternProcess postern = postern(tap.port(), Optional.empty(), "")) {
            send(postern);

            assertKept(postern, "nobody whom we know has signed it");
            assertThat(exim.log()).doesNotContain(" A=plain");
            assertSecret(postern, new String(tap.said().getBytes(ISO_8859_1), ISO_8859_1));
        }
    }
}
