package org.postern.app;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.postern.app.RealServer.eventually;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.postern.smtp.transcript.Peer;

/** Mail goes on to mail servers that we did not write. */
@Timeout(180)
class NextHopsTest {
    private static final int OCTETS = 25_000_000;
    private static final int LINE = 998;

    @TempDir
    private Path directory;

    private enum Kind {
        POSTFIX,
        EXIM,
        OPENSMTPD,
        AIOSMTPD,
        SINK,
        DOVECOT,
        DOVECOT_BY_SOCKET;

        RealServer start(Path directory) throws Exception {
            return switch (this) {
                case POSTFIX -> RealServers.postfix(directory, "");
                case EXIM -> RealServers.exim(directory, "", "");
                case OPENSMTPD -> RealServers.openSmtpd(directory);
                case AIOSMTPD -> RealServers.aiosmtpd(directory);
                case SINK -> RealServers.sink(directory);
                case DOVECOT, DOVECOT_BY_SOCKET -> RealServers.dovecot(directory, "secret", "plain");
            };
        }

        String via(Path directory, int port) {
            return switch (this) {
                case POSTFIX, EXIM, OPENSMTPD, AIOSMTPD, SINK -> "smtp://127.0.0.1:" + port;
                case DOVECOT -> "lmtp://127.0.0.1:" + port;
                case DOVECOT_BY_SOCKET -> "lmtp:" + RealServers.dovecotSocket(directory, "lmtp");
            };
        }
    }

    private PosternProcess postern(String via, String more) throws IOException {
        return PosternProcess.with(
                Files.createDirectory(directory.resolve("postern")),
                PosternProcess.RELAYING + """
                    [[routes]]
                    to = "next.test"
                    via = "%s"
                    """.formatted(via) + more);
    }

    private static void send(PosternProcess postern, byte[] message, String... to) throws Exception {
        try (Peer peer = Peer.greetedBy(new InetSocketAddress(InetAddress.getLoopbackAddress(), postern.port()))) {
            peer.ask("EHLO client.example");
            assertThat(peer.ask("MAIL FROM:<ann@localhost> BODY=8BITMIME")).startsWith("250 ");
            for (String one : to) {
                assertThat(peer.ask("RCPT TO:<" + one + "@next.test>")).startsWith("250 ");
            }
            assertThat(peer.ask("DATA")).startsWith("354 ");
            peer.out().write(message);
            assertThat(peer.ask(".")).startsWith("250 ");
        }
    }

    @ParameterizedTest
    @EnumSource(names = "SINK", mode = EnumSource.Mode.EXCLUDE)
    void knownRecipientsGetItAndTheUnknownOneIsReported(Kind kind) throws Exception {
        try (RealServer server = kind.start(directory);
                PosternProcess postern = postern(kind.via(directory, server.port()), "")) {
            send(
                    postern,
                    "From: ann@localhost\r\nSubject: onward\r\n\r\n..dot\r\nK\u00e4se\r\n".getBytes(ISO_8859_1),
                    "bob",
                    "eve",
                    "carol");

            String report = Files.readString(postern.mail("ann", 1).getFirst(), ISO_8859_1);
            assertThat(report)
                    .contains("Final-Recipient: rfc822; eve@next.test", "Action: failed", "Diagnostic-Code: smtp; 550")
                    .doesNotContain("Final-Recipient: rfc822; bob", "Final-Recipient: rfc822; carol");
            for (String known : List.of("bob", "carol")) {
                assertThat(server.onlyMail(known).replace("\r", ""))
                        .contains("Received: from client.example (unknown [127.0.0.1])", "\nSubject: onward\n")
                        .endsWith("\n\n.dot\nK\u00e4se\n");
            }
        }
    }

    /** Whom Dovecot does not know it refuses by name, and no other: what we say of them is what they are called. */
    @Test
    @Tag("addr-1")
    void oddLocalPartsAreOnlyNamesToAnLmtpServer() throws Exception {
        List<String> odd = List.of(
                "\"../../etc/x\"",
                "\".\"",
                "a/b",
                "-bob",
                "\"bob carol\"",
                "\"bob@next.test> SIZE=1\"",
                "\";touch y|$(id)`id`<x>'\"",
                "\"a\\\"b\\\\c\"",
                "x".repeat(64));
        try (RealServer server = Kind.DOVECOT.start(directory);
                PosternProcess postern = postern(Kind.DOVECOT.via(directory, server.port()), "")) {
            var all = new ArrayList<>(odd);
            all.add("bob");
            send(
                    postern,
                    "From: ann@localhost\r\nSubject: odd\r\n\r\nhello\r\n".getBytes(US_ASCII),
                    all.toArray(String[]::new));

            String report = Files.readString(postern.mail("ann", 1).getFirst(), ISO_8859_1)
                    .replaceAll("\n[ \t]", "");
            for (String one : odd) {
                assertThat(report).contains("Final-Recipient: rfc822; " + one + "@next.test\n");
            }
            assertThat(report).doesNotContain("Final-Recipient: rfc822; bob@");
            assertThat(server.onlyMail("bob")).contains("\nSubject: odd");
            assertThat(server.mail("carol")).isEmpty();
        }
    }

    @Test
    void sinkGetsEachRecipientInOneTransaction() throws Exception {
        try (RealServer server = RealServers.sink(directory);
                PosternProcess postern = postern(Kind.SINK.via(directory, server.port()), "")) {
            send(postern, "Subject: onward\r\n\r\nhello\r\n".getBytes(US_ASCII), "bob", "eve", "carol");

            postern.waitForOutput("event=delivered");
            assertThat(server.onlyMail("any"))
                    .contains(
                            "X-Rcpt-Args: <bob@next.test>",
                            "X-Rcpt-Args: <eve@next.test>",
                            "X-Rcpt-Args: <carol@next.test>");
        }
    }

    /** What a transaction began the content with. */
    private enum By {
        DATA,
        BDAT
    }

    @ParameterizedTest
    @CsvSource({
        "SINK,DATA",
        "POSTFIX,DATA",
        "POSTFIX,BDAT",
        "EXIM,DATA",
        "EXIM,BDAT",
        "OPENSMTPD,DATA",
        "DOVECOT,DATA",
        "DOVECOT,BDAT"
    })
    void largeMessageComesOutWhole(Kind kind, By by) throws Exception {
        byte[] body = oddBody();
        try (RealServer server = kind.start(directory);
                var tap = new Wiretap(server.port());
                PosternProcess postern = postern(kind.via(directory, tap.port()), """
                    [[destinations]]
                    to = "127.0.0.1"
                    tls = "none"
                    chunking = %b
                    """.formatted(by == By.BDAT))) {
            var whole = new ByteArrayOutputStream(body.length + 1_000);
            whole.writeBytes(head("text/plain; charset=iso-8859-1"));
            whole.writeBytes(body);
            send(postern, stuffed(whole.toByteArray()), "bob");

            postern.waitForOutput("event=delivered");
            assertThat(tap.said())
                    .contains(by == By.BDAT ? "\r\nBDAT " : "\r\nDATA\r\n")
                    .doesNotContain(by == By.BDAT ? "\r\nDATA\r\n" : "\r\nBDAT ");
            eventually(() -> !server.mail("bob").isEmpty());
            Path kept = server.mail("bob").getFirst();
            // A sink's file is there before its end is, and at that is an empty line of the sink's own.
            String end = kind == Kind.SINK ? "\r\n" : "";
            eventually(() -> bodyOf(kept).length >= body.length + end.length());
            assertThat(sha256(bodyOf(kept))).isEqualTo(sha256(body, end));
        }
    }

    /** RFC 6152 §3: to who takes 7 bits only it goes encoded, and Python's email package decodes it to the same octets. */
    @ParameterizedTest
    @EnumSource(names = {"SINK", "POSTFIX"})
    void largeMessageIsDecodedToTheSameBehindASevenBitHop(Kind kind) throws Exception {
        byte[] body = oddBody();
        byte[] text = ("..dots, grün und schön " + "lang ".repeat(190) + "\r\n.\r\n\tEnde \r\n").getBytes(ISO_8859_1);
        var whole = new ByteArrayOutputStream(body.length + 2_000);
        whole.writeBytes(head("multipart/mixed; boundary=\"=_ b\""));
        whole.writeBytes("--=_ b\r\nContent-Type: text/plain; charset=iso-8859-1\r\n\r\n".getBytes(US_ASCII));
        whole.writeBytes(text);
        whole.writeBytes("\r\n--=_ b\r\nContent-Type: application/x-odd\r\n\r\n".getBytes(US_ASCII));
        whole.writeBytes(body);
        whole.writeBytes("\r\n--=_ b--\r\n".getBytes(US_ASCII));
        try (RealServer server = kind == Kind.SINK
                        ? RealServers.sink(directory, "-8")
                        : RealServers.postfix(directory, "smtpd_discard_ehlo_keywords = 8bitmime, smtputf8");
                PosternProcess postern = postern(kind.via(directory, server.port()), "")) {
            send(postern, stuffed(whole.toByteArray()), "bob");

            postern.waitForOutput("event=delivered");
            eventually(() -> !server.mail("bob").isEmpty());
            Path kept = server.mail("bob").getFirst();
            eventually(() -> Files.readString(kept, ISO_8859_1).contains("\n--=_ b--"));
            byte[] octets = Files.readAllBytes(kept);
            for (byte octet : octets) {
                if (octet < 0) {
                    throw new AssertionError("an octet of 8 bits has come through");
                }
            }
            Program.Outcome decoded =
                    Program.named("python3").run("-c", DECODE, kept.toString()).succeeded();
            assertThat(decoded.output().lines())
                    .containsExactly(
                            "text/plain quoted-printable " + sha256(text), "application/x-odd base64 " + sha256(body));
        }
    }

    private static final String DECODE = """
        import email, hashlib, re, sys
        message = email.message_from_binary_file(open(sys.argv[1], "rb"))
        for part in message.get_payload():
            content = part.get_payload(decode=True)
            if part.get_content_maintype() == "text":
                content = re.sub(b"\\r?\\n", b"\\r\\n", content)
            print(part.get_content_type(), part["Content-Transfer-Encoding"], hashlib.sha256(content).hexdigest())
        """;

    /** Lines of all octets but NUL, CR and LF, up to 998 of them; some are empty, some begin with dots, some are nothing else. */
    private static byte[] oddBody() {
        var random = new Random(26);
        var out = new ByteArrayOutputStream(OCTETS + LINE);
        while (out.size() < OCTETS) {
            byte[] line = new byte[random.nextInt(4) == 0 ? LINE : random.nextInt(120)];
            random.nextBytes(line);
            int dots = random.nextInt(4);
            for (int i = 0; i < line.length; i++) {
                if (i < dots || line[i] == 0 || line[i] == '\r' || line[i] == '\n') {
                    line[i] = '.';
                }
            }
            out.writeBytes(line);
            out.writeBytes(new byte[] {'\r', '\n'});
        }
        return out.toByteArray();
    }

    private static byte[] head(String type) {
        return """
            From: ann@localhost
            Date: Fri, 27 Nov 2026 12:00:00 +0000
            Message-ID: <1@localhost>
            Subject: odd
            MIME-Version: 1.0
            Content-Type: %s
            Content-Transfer-Encoding: 8bit

            """.formatted(type).replace("\n", "\r\n").getBytes(US_ASCII);
    }

    /** As DATA wants it. */
    private static byte[] stuffed(byte[] body) {
        var out = new ByteArrayOutputStream(body.length * 2);
        boolean lineStart = true;
        for (byte octet : body) {
            if (lineStart && octet == '.') {
                out.write('.');
            }
            out.write(octet);
            lineStart = octet == '\n';
        }
        return out.toByteArray();
    }

    /** What stands behind the header, with CRLF for the LF of a file. */
    private static byte[] bodyOf(Path file) throws IOException {
        byte[] octets = Files.readAllBytes(file);
        var out = new ByteArrayOutputStream(octets.length);
        boolean inBody = false;
        boolean lineStart = true;
        for (int i = 0; i < octets.length; i++) {
            boolean isEnd = octets[i] == '\n';
            if (octets[i] == '\r' && i + 1 < octets.length && octets[i + 1] == '\n') {
                continue;
            }
            if (inBody) {
                if (isEnd) {
                    out.write('\r');
                }
                out.write(octets[i]);
            } else if (isEnd && lineStart) {
                inBody = true;
            }
            lineStart = isEnd;
        }
        return out.toByteArray();
    }

    private static String sha256(byte[] octets) throws Exception {
        return sha256(octets, "");
    }

    private static String sha256(byte[] octets, String end) throws Exception {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        digest.update(octets);
        return HexFormat.of().formatHex(digest.digest(end.getBytes(US_ASCII)));
    }

    @Test
    void comparisonSeesOneOctet() throws Exception {
        byte[] body = oddBody();
        List<String> digests = new ArrayList<>(List.of(sha256(body)));
        body[OCTETS / 2] ^= 1;
        digests.add(sha256(body));

        assertThat(digests).doesNotHaveDuplicates();
    }
}
