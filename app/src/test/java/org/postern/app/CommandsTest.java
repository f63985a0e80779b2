package org.postern.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postern.dns.NameServer;
import org.postern.dns.TestZone;
import picocli.CommandLine;

/** What the commands say, and their exit codes. */
class CommandsTest {
    @TempDir
    Path directory;

    record Said(int code, String out, String err) {}

    static Said postern(String... arguments) {
        var out = new StringWriter();
        var err = new StringWriter();
        CommandLine line = Main.commandLine();
        line.setOut(new PrintWriter(out, true));
        line.setErr(new PrintWriter(err, true));
        line.setColorScheme(CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.OFF));
        return new Said(line.execute(arguments), out.toString(), err.toString());
    }

    private String file(String toml) throws IOException {
        return Files.writeString(directory.resolve("postern.toml"), toml).toString();
    }

    @Test
    void fineConfigurationIsSaid() throws IOException {
        String file = file("hostname = \"mx.example.com\"\n");

        assertThat(postern("config", "check", "--config", file)).isEqualTo(new Said(0, file + ": fine\n", ""));
    }

    // The name is one that no DNS is needed for; whatever this machine's addresses are, they come after it.
    @Test
    void ownGreetingIsLookedAtOnRequestOnly() throws IOException {
        try (var server = NameServer.with(new TestZone(""))) {
            String file = file("hostname = \"mx.internal\"\n[dns]\nservers = [\"127.0.0.1:"
                    + server.address().getPort() + "\"]\n");
            Said fine = new Said(0, file + ": fine\n", "");

            assertThat(postern("config", "check", "--config", file)).isEqualTo(fine);
            assertThat(postern("config", "check", "--no-dns", "--config", file)).isEqualTo(fine);
            assertThat(server.asked()).isZero();
            Said looked = postern("config", "check", "--dns", "--config", file);
            assertThat(looked.code()).isZero();
            assertThat(looked.out())
                    .startsWith(file + ": warning: mx.internal is a name of an inner network; greet with a name that"
                            + " the world can find in DNS\n")
                    .endsWith(file + ": fine\n");
        }
    }

    @Test
    void everyMistakeIsSaidWithItsLine() throws IOException {
        String file = file("""
            hostnam = "mx.example.com"
            [[listen]]
            address = "127.0.0.1:99999"
            role = "stranger"
            [limits]
            sessions = "many"
            [domains."example.com"]
            mailboxes = ["ann lee"]
            """);
        Said said = postern("config", "check", "--config", file);

        assertThat(said.code()).isEqualTo(1);
        assertThat(said.out().lines())
                .satisfiesExactly(
                        line -> assertThat(line).startsWith(file + ":1: ").contains("hostname"),
                        line -> assertThat(line).startsWith(file + ":3: "),
                        line -> assertThat(line).startsWith(file + ":4: ").contains("mx"),
                        line -> assertThat(line).startsWith(file + ":6: "),
                        line -> assertThat(line).startsWith(file + ":8: "),
                        line -> assertThat(line)
                                .isEqualTo("5 mistakes; docs/configuration.md tells what each key takes"));
    }

    @Test
    void whatIsShownIsFine() throws IOException {
        Said shown = postern("config", "show", "--config", file("hostname = \"mx.example.com\"\n"));
        assertThat(shown.code()).isZero();

        assertThat(postern("config", "check", "--config", file(shown.out())).code())
                .isZero();
    }

    // what a key file holds is never read into what is shown.
    @Tag("secret-1")
    @Test
    void whatIsShownHoldsNoKey() throws IOException {
        Path key = Files.writeString(directory.resolve("key.pem"), "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n");
        String file = file("""
            hostname = "mx.example.com"
            [tls]
            certificates = [{ cert = "cert.pem", key = "key.pem" }]
            """);
        Said shown = postern("config", "show", "--config", file);

        assertThat(shown.out()).contains(key.toString()).doesNotContain("c2VjcmV0");
    }

    @ParameterizedTest
    @ValueSource(strings = {"config check", "config show", "serve", "spool check", "spool repair"})
    void missingFileIsSaid(String command) {
        String[] words = (command + " --config " + directory.resolve("none.toml")).split(" ", -1);

        assertThat(postern(words))
                .isEqualTo(new Said(
                        1,
                        "",
                        "postern: there is no " + directory.resolve("none.toml")
                                + ": name another file with --config\n"));
    }

    @Test
    void mistakesKeepTheServerFromStarting() throws IOException {
        Said said = postern("serve", "--config", file("sessions = 3\n"));

        assertThat(said.code()).isEqualTo(1);
        assertThat(said.err())
                .startsWith("postern: the configuration can't be used:\n")
                .contains(":1: ");
    }

    @Test
    void addressThatCantBeListenedOnIsNamed() throws IOException {
        Said said = postern(
                "serve",
                "--config",
                file("hostname = \"mx.example.com\"\n[[listen]]\naddress = \"192.0.2.1:2525\"\nrole = \"mx\"\n"));

        assertThat(said.code()).isEqualTo(1);
        assertThat(said.err()).startsWith("postern: can't start: can't listen on /192.0.2.1:2525: ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"nonsense", "config", "config nonsense", "serve --nonsense"})
    void wrongUsageIsTwo(String words) {
        Said said = postern(words.split(" ", -1));

        assertThat(said.code()).isEqualTo(2);
        assertThat(said.err()).contains("postern");
    }

    @Test
    void versionAndHelpAreFine() {
        assertThat(postern("--version").out()).startsWith("Postern ");
        assertThat(postern("--help").out())
                .contains("Usage: postern", "serve", "config", "spool", "Exit codes")
                .doesNotContain("rehearse");
        assertThat(postern("--help").code()).isZero();
    }
}
