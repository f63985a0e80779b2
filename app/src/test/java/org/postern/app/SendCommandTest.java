package org.postern.app;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postern.dns.NameServer;
import org.postern.dns.TestZone;
import org.postern.smtp.Domain;
import org.postern.smtp.transcript.ScriptedServer;

/** {@code postern send}. */
@Timeout(60)
class SendCommandTest {
    private static final String GREETING = """
        S: 220 mail.example.org
        C: EHLO mx.example.com
        """;

    @TempDir
    private Path directory;

    private record Said(int exit, String out, String err) {
        /** Without times. */
        List<String> dialogue() {
            return out.lines()
                    .map(line -> line.replaceFirst("^ *[0-9.]+ ms ", ""))
                    .toList();
        }
    }

    private Said send(String... arguments) throws IOException {
        Path toml = Files.writeString(directory.resolve("postern.toml"), """
            hostname = "mx.example.com"
            [delivery]
            allow-nets = ["127.0.0.0/8"]
            """);
        List<String> all = new ArrayList<>(List.of("send", "--config", toml.toString()));
        all.addAll(List.of(arguments));
        var out = new StringWriter();
        var err = new StringWriter();
        int exit = Main.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(all.toArray(String[]::new));
        return new Said(exit, out.toString(), err.toString());
    }

    private static String place(ScriptedServer server) {
        InetSocketAddress address = server.address();
        return "127.0.0.1:" + address.getPort();
    }

    private String file(String message) throws IOException {
        return Files.write(directory.resolve("message"), message.getBytes(ISO_8859_1))
                .toString();
    }

    @Test
    void messageIsSentAndTheDialogueShown() throws Exception {
        try (var server = new ScriptedServer(GREETING + """
            S: 250 hello
            C: MAIL FROM:<ann@example.com>
            S: 250 ok
            C: RCPT TO:<bob@example.org>
            S: 250 ok
            C: DATA
            S: 354 go
            C: Subject: x
            C:
            C: hello
            C: .
            S: 250 2.0.0 taken
            C: QUIT
            S: 221 bye
            """)) {
            Said said = send(
                    "--to",
                    "bob@example.org",
                    "--from",
                    "ann@example.com",
                    "--server",
                    place(server),
                    "--data",
                    file("Subject: x\n\nhello\n"));
            assertThat(said.exit).isZero();
            assertThat(said.dialogue())
                    .containsExactly(
                            "=== calling 127.0.0.1",
                            "<-  220 mail.example.org",
                            " -> EHLO mx.example.com",
                            "<-  250 hello",
                            " -> MAIL FROM:<ann@example.com>",
                            "<-  250 ok",
                            " -> RCPT TO:<bob@example.org>",
                            "<-  250 ok",
                            " -> DATA",
                            "<-  354 go",
                            " -> (21 octets of content)",
                            " -> .",
                            "<-  250 2.0.0 taken",
                            "",
                            "<bob@example.org> taken: 250 2.0.0 taken",
                            " -> QUIT",
                            "<-  221 bye");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "550 5.1.1 no such user, 67",
        "550 no such user, 67",
        "550 5.7.1 not you, 77",
        "552 5.2.2 mailbox full, 69",
        "451 4.3.0 later, 75"
    })
    void refusedRecipientGivesTheExitCodeOfItsReply(String reply, int exit) throws Exception {
        try (var server = new ScriptedServer(GREETING + """
            S: 250 hello
            C: MAIL FROM:<>
            S: 250 ok
            C: RCPT TO:<bob@example.org>
            S: %s
            C: QUIT
            S: 221 bye
            """.formatted(reply))) {
            Said said =
                    send("--to", "bob@example.org", "--from", "<>", "--server", place(server), "--quit-after", "rcpt");
            assertThat(said.exit).isEqualTo(exit);
            assertThat(said.err).isEqualTo("postern: refused: " + reply + "\n");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"banner", "greeting", "mail"})
    void goesNoFurtherThanIsWanted(String stage) throws Exception {
        String script = "S: 220 mail.example.org\n"
                + (stage.equals("banner") ? "" : "C: EHLO mx.example.com\nS: 250-hello\nS: 250 STARTTLS\n")
                + (stage.equals("mail") ? "C: MAIL FROM:<ann@example.com>\nS: 250 ok\n" : "")
                + "C: QUIT\nS: 221 bye\n";
        try (var server = new ScriptedServer(script)) {
            Said said = send(
                    "--to",
                    "bob@example.org",
                    "--from",
                    "ann@example.com",
                    "--tls",
                    "none",
                    "--server",
                    place(server),
                    "--quit-after",
                    stage);
            assertThat(said.exit).as(said.toString()).isZero();
            server.verify();
        }
    }

    /** As a delivery goes: the hosts of the domain, the worse when the better is dead. */
    @Test
    void withoutAServerTheHostsOfTheDomainAreCalled() throws Exception {
        try (NameServer names = NameServer.with(new TestZone("""
            example.org. MX 10 dead.example.org.
            dead.example.org. A 127.0.0.9
            none.example. MX 0 .
            """))) {
            String dns = "127.0.0.1:" + names.address().getPort();
            Said dead = send("--to", "bob@example.org", "--dns", dns);
            assertThat(dead.exit).isEqualTo(Sysexits.TEMP_FAIL);
            assertThat(dead.dialogue()).contains("=== calling dead.example.org (10)");
            Said nobody = send("--to", "bob@none.example", "--dns", dns);
            assertThat(nobody.exit).isEqualTo(Sysexits.NO_HOST);
            assertThat(nobody.err).isEqualTo("postern: none.example takes no mail (null MX)\n");
        }
    }

    @Test
    void eightBitContentIsConvertedForWhoTakesSevenBitsOnly() throws Exception {
        try (var server = new ScriptedServer(GREETING + """
            S: 250 hello
            C: MAIL FROM:<>
            S: 250 ok
            C: RCPT TO:<bob@example.org>
            S: 250 ok
            C: DATA
            S: 354 go
            C: MIME-Version: 1.0
            C: Content-Type: text/plain; charset=unknown-8bit
            C: Content-Transfer-Encoding: quoted-printable
            C:
            C: ganz sch=F6n warm heute
            C: .
            S: 250 2.0.0 taken
            C: QUIT
            S: 221 bye
            """)) {
            assertThat(send(
                                    "--to",
                                    "bob@example.org",
                                    "--from",
                                    "<>",
                                    "--server",
                                    place(server),
                                    "--data",
                                    file("\nganz schön warm heute\n"))
                            .exit)
                    .isZero();
            server.verify();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "--to=ann,--to should be a mailbox as ann@example.com; not ann",
        "--server=http://a/,--server should be a host as mx.example.com:25; smtps://mx.example.com or lmtp:/run/socket;"
                + " not http://a/",
        "--ehlo=a b,--ehlo should be a name as mx.example.com or [192.0.2.1]; not a b",
        "--header=x,--header: a header field is written \"Name: value\"; not \"x\""
    })
    void whatCannotBeMeantIsSaid(String argument, String problem) throws Exception {
        Said said = argument.startsWith("--server")
                ? send("--to", "ann@example.com", argument)
                : send("--to", "ann@example.com", "--server", "127.0.0.1:9", argument);
        assertThat(said.exit).isEqualTo(Sysexits.USAGE);
        assertThat(said.err.lines().findFirst()).contains(problem.replace(";", ","));
    }

    @Test
    @Tag("header-1")
    void headerFieldStaysOneField() throws Exception {
        for (String odd :
                List.of("Subject: x\r\nBcc: eve@example.org", "Subject: x\nBcc: eve@example.org", "X\r\nY: z")) {
            Said said = send("--to", "ann@example.com", "--server", "127.0.0.1:9", "--header", odd);
            assertThat(said.exit).isEqualTo(Sysexits.USAGE);
        }
    }

    /** What we write is read by who knows: Python's email package. */
    @Test
    void whatIsWrittenIsAMessage() throws Exception {
        Path attached = Files.write(directory.resolve("grün.txt"), "für\n".getBytes(UTF_8));
        var letter = new Letter(
                "ann@example.com",
                "bob@example.org",
                new Domain("mx.example.com"),
                ZonedDateTime.of(2026, 11, 27, 12, 0, 0, 0, ZoneOffset.UTC));
        letter.header("subject: " + "Grüße aus dem Süden, ".repeat(6));
        letter.body("schön\n.\n");
        letter.attach(attached);
        Path message = Files.write(directory.resolve("letter"), letter.octets());
        Process python = new ProcessBuilder(Program.named("python3").file().toString(), "-c", """
            import email, email.policy, sys
            m = email.message_from_binary_file(open(sys.argv[1], "rb"), policy=email.policy.default)
            assert not m.defects, m.defects
            print(m["subject"], m["date"], sep="|")
            text, attachment = m.iter_parts()
            print(repr(text.get_content()), attachment.get_filename(), attachment.get_content(), sep="|")
            """, message.toString())
                .redirectErrorStream(true)
                .start();
        assertThat(python.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(new String(python.getInputStream().readAllBytes(), UTF_8))
                .isEqualTo("Grüße aus dem Süden, ".repeat(6).strip() + "|Fri, 27 Nov 2026 12:00:00 +0000\n"
                        + "'schön\\n.'|grün.txt|für\n\n");
    }
}
