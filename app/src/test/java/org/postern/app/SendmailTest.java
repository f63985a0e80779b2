package org.postern.app;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What scripts call as {@code sendmail}: with a server, and without one. */
@Timeout(120)
class SendmailTest {
    private static final String TOML = """
        hostname = "mx.example.com"
        [[listen]]
        address = "127.0.0.1:0"
        role = "trusted"
        [domains.localhost]
        deliver = "maildir:maildir/{domain}/{local}"
        mailboxes = "any"
        [domains."mx.example.com"]
        deliver = "maildir:maildir/localhost/{local}"
        mailboxes = ["root", "ann"]
        """;

    @TempDir
    private Path directory;

    private record Said(int exit, String out, String err) {}

    private Said sendmail(String message, String... arguments) throws IOException {
        List<String> all =
                new ArrayList<>(List.of("-C", directory.resolve("postern.toml").toString()));
        all.addAll(List.of(arguments));
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        int exit = new Sendmail(
                        new ByteArrayInputStream(message.getBytes(UTF_8)),
                        new PrintStream(out, true, UTF_8),
                        new PrintStream(err, true, UTF_8))
                .run("sendmail", all.toArray(String[]::new));
        return new Said(exit, out.toString(UTF_8), err.toString(UTF_8));
    }

    private Path maildrop() {
        return directory.resolve("data/maildrop");
    }

    private List<Path> dropped() throws IOException {
        try (Stream<Path> files = Files.list(maildrop())) {
            return files.filter(Files::isRegularFile).toList();
        }
    }

    private static String text(Path file) throws IOException {
        return Files.readString(file, ISO_8859_1);
    }

    @Test
    void messageGoesToTheServerAndIsMadeWhole() throws Exception {
        try (PosternProcess postern = PosternProcess.with(directory, TOML)) {
            Said said = sendmail("hello\n.\nnot this\n", "-f", "ann", "root", "ann@localhost");
            assertThat(said).isEqualTo(new Said(0, "", ""));
            String mail = text(postern.mail("root", 1).getFirst());
            assertThat(mail)
                    .startsWith("Return-Path: <ann@mx.example.com>\nDelivered-To: root@mx.example.com\n")
                    .contains("\nFrom: ann@mx.example.com\n", "\nDate: ", "\nMessage-ID: <m-")
                    .endsWith("\n\nhello\n");
            postern.mail("ann", 1);
        }
    }

    /** {@code -t}: the header's recipients, and no trace of Bcc. */
    @Test
    void headerNamesTheRecipientsAndBccIsTakenOut() throws Exception {
        try (PosternProcess postern = PosternProcess.with(directory, TOML)) {
            Said said = sendmail(
                    "To: ann\nBcc: Eve <eve@localhost>,\n bob@localhost\nSubject: x\n\nhello\n.\nmore\n",
                    "-t",
                    "-oi",
                    "-F",
                    "Ann \"x\" Lee",
                    "-odi",
                    "-oem",
                    "-B8BITMIME");
            assertThat(said).isEqualTo(new Said(0, "", ""));
            for (String one : List.of("ann", "eve", "bob")) {
                assertThat(text(postern.mail(one, 1).getFirst()))
                        .contains("\nTo: ann@mx.example.com\n", "From: \"Ann \\\"x\\\" Lee\" <")
                        .endsWith("\nhello\n.\nmore\n")
                        .doesNotContain("Bcc", "Eve");
            }
        }
    }

    @Test
    void whoIsNotThereIsRefusedAtOnceAndOthersGetIt() throws Exception {
        try (PosternProcess postern = PosternProcess.with(directory, TOML)) {
            Said said = sendmail("x\n", "nobody", "ann");
            assertThat(said.exit).isEqualTo(Sysexits.NO_USER);
            assertThat(said.err)
                    .startsWith("sendmail: <nobody@mx.example.com> refused: 550 5.1.1 <nobody@mx.example.com>:");
            postern.mail("ann", 1);
        }
    }

    /** The server is down: nothing is lost, and it goes on as soon as one is there. */
    @Test
    void withoutAServerTheMaildropKeepsItForTheNext() throws Exception {
        try (PosternProcess postern = PosternProcess.with(directory, TOML)) {
            assertThat(postern.isAlive()).isTrue();
        }
        assertThat(sendmail("x\n", "-f", "root", "ann", "bob@outside.example")).isEqualTo(new Said(0, "", ""));
        assertThat(dropped()).hasSize(1).allSatisfy(file -> {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-r-----");
            assertThat(text(file)).isEqualTo("""
                postern-maildrop 1
                from root@mx.example.com
                to ann@mx.example.com
                to bob@outside.example

                x\r
                """);
        });
        try (PosternProcess postern = PosternProcess.with(directory, TOML)) {
            assertThat(text(postern.mail("ann", 1).getFirst()))
                    .contains(
                            "\nReceived: by mx.example.com (Postern, from userid "
                                    + Files.getAttribute(directory, "unix:uid") + ")\n",
                            "\nFrom: root@mx.example.com\n");
            postern.waitForOutput("uid=");
            assertThat(dropped()).isEmpty();
        }
    }

    /** A running server looks into it within seconds. */
    @Test
    void whatOthersLeaveIsPickedUpAndWhatIsBrokenStaysAndIsNamed() throws Exception {
        try (PosternProcess postern = PosternProcess.with(directory, TOML)) {
            Path drop = maildrop();
            assertThat((int) Files.getAttribute(drop, "unix:mode") & 07777).isEqualTo(03733);
            Path whole = Files.writeString(
                    directory.resolve("whole"), "postern-maildrop 1\nfrom \nto ann@localhost\n\nSubject: x\n\nhello\n");
            Files.createSymbolicLink(drop.resolve("mail-symlink"), whole);
            Files.createLink(drop.resolve("mail-link"), whole);
            Files.writeString(drop.resolve("mail-odd"), "something else\n");
            Files.writeString(drop.resolve("mail-short"), "postern-maildrop 1\nfrom ann@localhost\nto ");
            Files.createDirectory(drop.resolve("mail-directory"));
            Files.copy(whole, drop.resolve("tmp-1"));
            Files.move(drop.resolve("tmp-1"), drop.resolve("mail-whole"));

            assertThat(text(postern.mail("ann", 1).getFirst())).contains("Return-Path: <>", "hello");
            for (String broken : List.of("mail-symlink", "mail-link", "mail-odd", "mail-short", "mail-directory")) {
                if (broken.equals("mail-odd") || broken.equals("mail-short")) {
                    continue;
                }
                postern.waitForOutput(broken);
                assertThat(Files.exists(drop.resolve(broken))).as(broken).isTrue();
            }
            postern.waitForOutput("it does not begin with");
            postern.waitForOutput("it ends before the message");
            try (Stream<Path> kept = Files.list(drop.resolve("taken"))) {
                assertThat(kept).hasSize(2);
            }
            // They are named once, and in nobody's way.
            assertThat(sendmail("x\n", "ann@localhost").exit).isZero();
            postern.mail("ann", 2);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"-bd", "-bx", "-f", ""})
    void whatMakesNoSenseIsUsage(String argument) throws IOException {
        Files.writeString(directory.resolve("postern.toml"), TOML);
        Files.createDirectories(directory.resolve("data"));
        Files.writeString(directory.resolve("data/sendmail"), "hostname mx.example.com\n");
        Said said = argument.isEmpty() ? sendmail("x\n") : sendmail("x\n", argument);
        assertThat(said.exit).isEqualTo(Sysexits.USAGE);
        assertThat(said.err).startsWith("sendmail: ");
    }

    @Test
    void whereNoServerEverRanItIsSaid() throws IOException {
        Files.writeString(directory.resolve("postern.toml"), TOML);
        Said said = sendmail("x\n", "ann");
        assertThat(said.exit).isEqualTo(Sysexits.TEMP_FAIL);
        assertThat(said.err).contains("no server has run with its data in " + directory.resolve("data"));
    }

    /** {@code -bs}: as some mail programs talk to it. */
    @Test
    void smtpOnStandardInputIsTheServers() throws Exception {
        try (PosternProcess postern = PosternProcess.with(directory, TOML)) {
            Said said = sendmail("HELO me.example.com\r\nNOOP\r\nQUIT\r\n", "-bs");
            assertThat(said.exit).isZero();
            assertThat(said.out).contains("220 mx.example.com ", "250 mx.example.com", "221 2.0.0 ");
            assertThat(postern.isAlive()).isTrue();
        }
    }

    /** PHP's {@code mail()} calls {@code sendmail -t -i}. */
    @Test
    void phpSendsMail() throws Exception {
        Path php = Program.named("php").file();
        try (PosternProcess postern = PosternProcess.with(directory, TOML)) {
            Process process = new ProcessBuilder(
                            php.toString(),
                            "-d",
                            "sendmail_path=" + command() + " -t -i",
                            "-r",
                            "var_dump(mail('ann@localhost', 'Gruß', \"hello\\n.\\nyou\", 'Cc: bob@localhost'));")
                    .redirectErrorStream(true)
                    .start();
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(new String(process.getInputStream().readAllBytes(), UTF_8))
                    .isEqualTo("bool(true)\n");
            assertThat(text(postern.mail("ann", 1).getFirst())).contains("\nhello\n.\nyou\n");
            postern.mail("bob", 1);
        }
    }

    /** As a program that others start: a script, for PHP and cron give it to a shell. */
    private Path command() throws IOException {
        Path script = Files.writeString(
                directory.resolve("sendmail"),
                "#!/bin/sh\nPOSTERN_CONFIG='" + directory.resolve("postern.toml") + "' exec '"
                        + Path.of(System.getProperty("java.home"), "bin", "java") + "' -XX:TieredStopAtLevel=1 -cp '"
                        + System.getProperty("java.class.path") + "' org.postern.app.Sendmail sendmail \"$@\"\n");
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
        return script;
    }

    /** cron mails what a job says by {@code sendmail -i -FCronDaemon -B8BITMIME -oem root}, as Debian's does. */
    @Test
    void mailOfCronArrives() throws Exception {
        try (PosternProcess postern = PosternProcess.with(directory, TOML)) {
            Process process = new ProcessBuilder(
                            command().toString(), "-FCronDaemon", "-i", "-B8BITMIME", "-oem", "root")
                    .redirectErrorStream(true)
                    .start();
            try (var out = process.getOutputStream()) {
                out.write("From: root (Cron Daemon)\nTo: root\nSubject: Cron <root@mx> run\n\nschön\n".getBytes(UTF_8));
            }
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isZero();
            assertThat(text(postern.mail("root", 1).getFirst()))
                    .contains("\nFrom: root@mx.example.com (Cron Daemon)\nTo: root@mx.example.com\n");
        }
    }
}
