package org.postern.app;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that we did not write hand their mail over, each into a mailbox of its own. */
class RealClientsTest {
    private static final String MESSAGE =
            "From: <ann@example.org>\r\nTo: <you@localhost>\r\nSubject: dots\r\n\r\n.\r\n..\r\n.end\r\n";
    private static final String AS_KEPT = "\n\n.\n..\n.end\n";

    @TempDir
    private static Path directory;

    private static PosternProcess postern;

    @BeforeAll
    static void start() throws IOException {
        postern = PosternProcess.with(directory, PosternProcess.ANY_AT_LOCALHOST);
    }

    @AfterAll
    static void stop() {
        postern.close();
    }

    private static String server() {
        return "127.0.0.1:" + postern.port();
    }

    private static String keptFor(String localPart) throws IOException {
        return Files.readString(postern.mail(localPart, 1).getFirst(), ISO_8859_1);
    }

    private static ByteArrayInputStream message() {
        return new ByteArrayInputStream(MESSAGE.getBytes(US_ASCII));
    }

    @Test
    void swaksInClear() throws Exception {
        Program.named("swaks")
                .run("--server", server(), "--to", "swaks@localhost", "--helo", "mail.example.org")
                .succeeded();

        assertThat(keptFor("swaks")).contains("from mail.example.org (", " with ESMTP\n", "This is a test mailing");
    }

    @Test
    void swaksByTls() throws Exception {
        Program.named("swaks")
                .run("--server", server(), "--to", "swaks-tls@localhost", "--helo", "mail.example.org", "--tls")
                .succeeded();

        assertThat(keptFor("swaks-tls")).contains(" with ESMTPS ");
    }

    @Test
    void swaksByHelo() throws Exception {
        Program.Outcome outcome = Program.named("swaks")
                .run(
                        "--server",
                        server(),
                        "--to",
                        "swaks-helo@localhost",
                        "--helo",
                        "mail.example.org",
                        "--protocol",
                        "SMTP")
                .succeeded();

        assertThat(outcome.output()).doesNotContain("250-", "STARTTLS");
        assertThat(keptFor("swaks-helo")).contains(" with SMTP\n");
    }

    @Test
    void swaksPipelines() throws Exception {
        Program.named("swaks")
                .run("--server", server(), "--to", "a1@localhost,a2@localhost,a3@localhost", "--pipeline")
                .succeeded();

        for (String recipient : new String[] {"a1", "a2", "a3"}) {
            assertThat(keptFor(recipient)).startsWith("Return-Path: <").contains("Delivered-To: " + recipient + "@");
        }
    }

    @Test
    void pythonsSmtplib() throws Exception {
        String script = """
            import smtplib, ssl, sys
            with smtplib.SMTP('127.0.0.1', int(sys.argv[1]), local_hostname='py.example.org') as s:
                s.starttls(context=ssl._create_unverified_context())
                s.ehlo()
                assert s.has_extn('size') and s.has_extn('chunking') and not s.has_extn('starttls')
                s.sendmail('ann@example.org', ['python@localhost'], sys.stdin.buffer.read(), ['BODY=8BITMIME'])
                assert s.vrfy('python@localhost')[0] == 252
            """;
        Program.named("python3")
                .run(message(), Map.of(), "-c", script, Integer.toString(postern.port()))
                .succeeded();

        assertThat(keptFor("python")).endsWith(AS_KEPT);
    }

    @Test
    void postfixSmtpSource() throws Exception {
        Program.named("smtp-source")
                .run("-s", "10", "-m", "100", "-l", "4096", "-t", "source@localhost", "-f", "a@example.org", server())
                .succeeded();

        assertThat(postern.mail("source", 100)).hasSize(100);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-tls1_2", "-tls1_3"})
    void opensslsClient(String version) throws Exception {
        String to = "openssl" + version;
        try (Conversation client = openssl(version)) {
            client.hears("250 ")
                    .says("EHLO o.example.org")
                    .hears("250 HELP")
                    .says("MAIL FROM:<>")
                    .hears("250 2.1.0")
                    .says("RCPT TO:<" + to + "@localhost>")
                    .hears("250 2.1.5")
                    .says("DATA")
                    .hears("354 ")
                    .says("From: a@example.org\r\n\r\nc\r\n.")
                    .hears("250 2.0.0")
                    .says("QUIT")
                    .hears("221 2.0.0")
                    .ends();
        }

        assertThat(keptFor(to)).endsWith("From: a@example.org\n\nc\n");
    }

    private static Conversation openssl(String... options) throws IOException {
        List<String> arguments =
                new ArrayList<>(List.of("s_client", "-ign_eof", "-starttls", "smtp", "-connect", server()));
        arguments.addAll(List.of(options));
        return Program.named("openssl").converse(arguments.toArray(String[]::new));
    }

    @ParameterizedTest
    @ValueSource(strings = {"-tls1_2", "-tls1_3"})
    void opensslResumesItsSession(String version) throws Exception {
        String session = directory.resolve("session" + version).toString();
        // TLS 1.3's ticket comes after the handshake: a reply of SMTP brings it along.
        try (Conversation first = openssl(version, "-sess_out", session)) {
            first.hears("New, TLS")
                    .says("EHLO o.example.org")
                    .hears("250 HELP")
                    .says("QUIT")
                    .hears("221 2.0.0")
                    .ends();
        }
        try (Conversation again = openssl(version, "-sess_in", session)) {
            again.hears("Reused, TLS").says("QUIT").hears("221 2.0.0").ends();
        }
    }

    @Test
    void curl() throws Exception {
        Program.named("curl")
                .run(
                        message(),
                        Map.of(),
                        "--silent",
                        "--show-error",
                        "--insecure",
                        "--ssl-reqd",
                        "--mail-from",
                        "ann@example.org",
                        "--mail-rcpt",
                        "curl@localhost",
                        "--upload-file",
                        "-",
                        "smtp://" + server() + "/curl.example.org")
                .succeeded();

        assertThat(keptFor("curl")).contains("from curl.example.org (").endsWith(AS_KEPT);
    }

    @Test
    void msmtp() throws Exception {
        Program.named("msmtp")
                .run(
                        new ByteArrayInputStream(MESSAGE.replace("\r", "").getBytes(US_ASCII)),
                        Map.of(),
                        "--file=/dev/null",
                        "--host=127.0.0.1",
                        "--port=" + postern.port(),
                        "--domain=msmtp.example.org",
                        "--tls=on",
                        "--tls-starttls=on",
                        "--tls-certcheck=off",
                        "--from=ann@example.org",
                        "--",
                        "msmtp@localhost")
                .succeeded();

        assertThat(keptFor("msmtp")).endsWith(AS_KEPT);
    }

    @Test
    void nodemailer() throws Exception {
        Path modules = Program.UNPACKED.resolve("usr/share/nodejs");
        if (!Files.isDirectory(modules.resolve("nodemailer"))) {
            throw Program.missing("nodemailer");
        }
        String script = """
            const sender = require('nodemailer').createTransport({host: '127.0.0.1', port: +process.argv[1],
                name: 'node.example.org', requireTLS: true, tls: {rejectUnauthorized: false}});
            sender.sendMail({from: 'ann@example.org', to: 'nodemailer@localhost', subject: 'Grüße', text: 'Käse\\n.\\n'})
                .then(info => { sender.close(); if (!info.response.startsWith('250 2.0.0')) throw new Error(info.response); });
            """;
        Program.named("node")
                .run(message(), Map.of("NODE_PATH", modules.toString()), "-e", script, Integer.toString(postern.port()))
                .succeeded();

        assertThat(keptFor("nodemailer")).contains("Subject: =?UTF-8?", "K=C3=A4se\n.\n");
    }
}
