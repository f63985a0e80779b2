package org.postern.app;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** 25 MB of whatever octets a message may have comes out of the Maildir as it went in, by clients that we did not write. */
class WholeMessageTest {
    private static final int OCTETS = 25_000_000;
    private static final String MARK = "X-Begins: here";

    @TempDir
    private static Path directory;

    private static byte[] message;
    private static Path file;
    private static PosternProcess postern;

    @BeforeAll
    static void start() throws IOException {
        message = oddMessage();
        file = Files.write(directory.resolve("message"), message);
        postern = PosternProcess.with(directory, PosternProcess.ANY_AT_LOCALHOST);
    }

    @AfterAll
    static void stop() {
        postern.close();
    }

    /** All octets but NUL; CR and LF only together; lines that are dots, begin with dots, are empty, are tens of thousands long. */
    private static byte[] oddMessage() {
        var random = new Random(25);
        var out = new ByteArrayOutputStream(OCTETS + 100_000);
        String header = """
            From: <ann@example.org>
            To: <you@localhost>
            Date: Tue, 24 Nov 2026 12:00:00 +0000
            Message-ID: <1@example.org>
            Subject: odd

            """;
        out.writeBytes((MARK + "\n" + header).replace("\n", "\r\n").getBytes(US_ASCII));
        while (out.size() < OCTETS) {
            int length = random.nextInt(10) == 0 ? random.nextInt(60_000) : random.nextInt(200);
            byte[] line = new byte[length];
            random.nextBytes(line);
            for (int i = 0; i < length; i++) {
                if (line[i] == 0 || line[i] == '\r' || line[i] == '\n') {
                    line[i] = '.';
                }
            }
            out.writeBytes(".".repeat(random.nextInt(4)).getBytes(US_ASCII));
            out.writeBytes(line);
            out.writeBytes(new byte[] {'\r', '\n'});
        }
        return out.toByteArray();
    }

    private static String tls(boolean tls) {
        return tls ? "-tls" : "";
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void pythonByData(boolean tls) throws Exception {
        String script = """
            import smtplib, ssl, sys
            with smtplib.SMTP('127.0.0.1', int(sys.argv[1]), local_hostname='py.example.org') as s:
                if sys.argv[3] == 'true':
                    s.starttls(context=ssl._create_unverified_context())
                s.sendmail('ann@example.org', [sys.argv[2]], sys.stdin.buffer.read(), ['BODY=8BITMIME'])
            """;
        String to = "python" + tls(tls);
        Program.named("python3")
                .run(in(), Map.of(), "-c", script, port(), to + "@localhost", "" + tls)
                .succeeded();

        assertWhole(to, tls);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void curlByData(boolean tls) throws Exception {
        String to = "curl" + tls(tls);
        Program.named("curl")
                .run(
                        in(),
                        Map.of(),
                        "--silent",
                        "--show-error",
                        "--insecure",
                        tls ? "--ssl-reqd" : "--http1.1",
                        "--mail-from",
                        "ann@example.org",
                        "--mail-rcpt",
                        to + "@localhost",
                        "--upload-file",
                        file.toString(),
                        "smtp://127.0.0.1:" + port() + "/curl.example.org")
                .succeeded();

        assertWhole(to, tls);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void msmtpByData(boolean tls) throws Exception {
        String to = "msmtp" + tls(tls);
        Program.named("msmtp")
                .run(
                        unix(),
                        Map.of(),
                        "--file=/dev/null",
                        "--host=127.0.0.1",
                        "--port=" + port(),
                        "--domain=msmtp.example.org",
                        tls ? "--tls=on" : "--tls=off",
                        "--tls-certcheck=off",
                        "--from=ann@example.org",
                        "--",
                        to + "@localhost")
                .succeeded();

        assertWhole(to, tls);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void eximByBdat(boolean tls) throws Exception {
        Program exim = Program.named("exim4");
        Program.requireRoot("exim4");
        Path work = Files.createDirectory(directory.resolve("exim" + tls));
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.setPosixFilePermissions(work, PosixFilePermissions.fromString("rwxrwxrwx"));
        Path config = Files.writeString(work.resolve("exim.conf"), """
            exim_path = %4$s
            primary_hostname = exim.example.org
            spool_directory = %1$s/spool
            log_file_path = %1$s/%%slog
            qualify_domain = example.org
            accept_8bitmime = true
            message_size_limit = 0
            keep_environment =
            begin acl
            begin routers
            all:
              driver = manualroute
              route_list = * 127.0.0.1
              self = send
              transport = postern
            begin transports
            postern:
              driver = smtp
              port = %2$s
              allow_localhost
              hosts_try_chunking = *
              message_linelength_limit = 100000
              %3$s = 127.0.0.1
            begin retry
            * * F,1h,1m
            """.formatted(
                        work, port(), tls ? "hosts_require_tls" : "hosts_avoid_tls", exim.file()));
        String to = "exim" + tls(tls);
        Program.Outcome outcome = exim.run(
                unix(),
                Map.of(),
                "-C",
                config.toString(),
                "-odf",
                "-oi",
                "-v",
                "-f",
                "ann@example.org",
                to + "@localhost");

        assertThat(outcome.output()).contains("BDAT ");
        assertWhole(to, tls);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void scriptByBdat(boolean tls) throws Exception {
        // Chunks of many sizes, that end within lines, within CR LF and within runs of dots; pipelined as RFC 3030 §4.2
        // allows.
        String script = """
            import random, socket, ssl, sys
            def reply():
                line = f.readline()
                while line[3:4] == b'-':
                    line = f.readline()
                assert line[:1] == b'2', line
            s = socket.create_connection(('127.0.0.1', int(sys.argv[1])))
            f = s.makefile('rb'); reply()
            if sys.argv[3] == 'true':
                s.sendall(b'EHLO s.example.org\\r\\n'); reply()
                s.sendall(b'STARTTLS\\r\\n'); reply()
                s = ssl._create_unverified_context().wrap_socket(s); f = s.makefile('rb')
            s.sendall(b'EHLO s.example.org\\r\\n'); reply()
            s.sendall(b'MAIL FROM:<ann@example.org> BODY=8BITMIME\\r\\nRCPT TO:<' + sys.argv[2].encode() + b'>\\r\\n')
            reply(); reply()
            message = sys.stdin.buffer.read(); at = 0; random.seed(3)
            while at < len(message):
                size = random.choice([1, 2, 3, 100, 4096, 65536, 1000000])
                chunk = message[at:at + size]; at += size
                s.sendall(b'BDAT %d\\r\\n' % len(chunk) + chunk); reply()
            s.sendall(b'BDAT 0 LAST\\r\\n'); reply()
            s.sendall(b'QUIT\\r\\n'); reply()
            """;
        String to = "script" + tls(tls);
        Program.named("python3")
                .run(in(), Map.of(), "-c", script, port(), to + "@localhost", "" + tls)
                .succeeded();

        assertWhole(to, tls);
    }

    @Test
    void theComparisonSeesOneOctet() throws Exception {
        byte[] other = message.clone();
        other[OCTETS / 2] ^= 1;

        assertThat(sha256(new ByteArrayInputStream(other))).isNotEqualTo(sha256(in()));
    }

    private static InputStream in() {
        return new ByteArrayInputStream(message);
    }

    /** With LF line ends, as programs on Unix take it. */
    private static InputStream unix() {
        return new ByteArrayInputStream(
                new String(message, ISO_8859_1).replace("\r\n", "\n").getBytes(ISO_8859_1));
    }

    private static String port() {
        return Integer.toString(postern.port());
    }

    /** Behind the trace, which ends where our mark begins; with CR LF for the LF of a file. */
    private static void assertWhole(String localPart, boolean tls) throws Exception {
        Path kept = postern.mail(localPart, 1).getFirst();
        var crlf = new ByteArrayOutputStream(OCTETS + 100_000);
        StringBuilder trace = new StringBuilder();
        try (var in = new BufferedInputStream(Files.newInputStream(kept), 65_536)) {
            var line = new ByteArrayOutputStream();
            for (int octet = in.read(); octet >= 0; octet = in.read()) {
                if (octet != '\n') {
                    line.write(octet);
                    continue;
                }
                line.write('\r');
                line.write('\n');
                if (crlf.size() > 0 || line.toString(ISO_8859_1).startsWith(MARK)) {
                    line.writeTo(crlf);
                } else {
                    trace.append(line.toString(ISO_8859_1));
                }
                line.reset();
            }
            assertThat(line.size()).as("octets behind the last line end").isZero();
        }
        assertThat(trace).contains(tls ? " with ESMTPS " : " with ESMTP\r\n");
        assertThat(sha256(new ByteArrayInputStream(crlf.toByteArray()))).isEqualTo(sha256(in()));
        Files.delete(kept);
    }

    private static String sha256(InputStream in) throws Exception {
        var digest = MessageDigest.getInstance("SHA-256");
        byte[] buffer = new byte[65_536];
        for (int got = in.read(buffer); got >= 0; got = in.read(buffer)) {
            digest.update(buffer, 0, got);
        }
        return HexFormat.of().formatHex(digest.digest());
    }
}
