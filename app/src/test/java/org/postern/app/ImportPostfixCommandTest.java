package org.postern.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postern.app.CommandsTest.Said;
import org.postern.postfix.Postconf;
import org.postern.postfix.PostfixImport;

/** Whole configurations of Postfix, as people have them; what becomes of each stands beside it, as {@code postern.toml}. */
class ImportPostfixCommandTest {
    private static final Path SITES = Path.of("src/test/resources/postfix");

    @TempDir
    Path directory;

    private String imported(Path site, Optional<Postconf> postconf) throws IOException {
        Path passwd = Files.writeString(directory.resolve("passwd"), """
            root:x:0:0:root:/root:/bin/bash
            ann:x:1000:1000:Ann,,,:/home/ann:/bin/bash
            bob:x:1001:1001::/home/bob:/bin/sh
            """);
        var machine = new PostfixImport.Machine(postconf, passwd, "mx.example.com");
        // Before that it says from where, and how it was read.
        String toml = PostfixImport.of(site, machine, Path.of("/etc/postern")).toml();
        return toml.substring(toml.indexOf("# A remark stands"))
                .replace(site.toAbsolutePath().normalize().toString(), "/etc/postfix");
    }

    @ParameterizedTest
    @ValueSource(strings = {"internet-site", "smarthost", "backup-mx", "virtual-domains", "postscreen"})
    void siteBecomesWhatStandsBesideIt(String name) throws IOException {
        Path site = SITES.resolve(name);

        assertThat(imported(site, Optional.empty())).isEqualTo(Files.readString(site.resolve("postern.toml")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"internet-site", "smarthost", "backup-mx", "virtual-domains", "postscreen"})
    void mainCfMeansToUsWhatItMeansToPostfix(String name) throws IOException {
        Path site = SITES.resolve(name);

        assertThat(imported(
                        site, Optional.of(new Postconf(Program.named("postconf").file()))))
                .isEqualTo(imported(site, Optional.empty()));
    }

    // Every form of a name that postconf(5) has; smtpd_banner is quoted as it is written, relayhost and domains are
    // used.
    @Test
    void namesMeanToUsWhatTheyMeanToPostfix() throws IOException {
        Files.writeString(directory.resolve("main.cf"), """
            compatibility_level = 3.6
            myhostname = mx.$mydomain
            mydomain = example.com
              # a remark between

            one = ${mydomain}
            two = $(one)
            none =
            mydestination = $myhostname, ${two} ${nobody}
              ${one?a.$two} ${none?b.example} ${none:c.example} ${one:d.example}
              ${one?{e.example}:{f.example}} ${none?{g.example}:{h.example}} ${ none ? {i.example} : {j.example} }
            alias_maps =
            local_recipient_maps =
            mynetworks = 192.0.2.0/24
            relayhost = [first.example]
            relayhost = [$two]:587
            mail_spool_directory = /var/$$mail/
            """);

        String toml = imported(directory, Optional.empty());
        assertThat(toml)
                .contains("via = \"smtp://example.com:587\"")
                .contains("\"a.example.com\"", "\"c.example\"", "\"e.example\"", "\"h.example\"", "\"j.example\"")
                .doesNotContain("\"b.example\"", "\"d.example\"", "\"f.example\"", "\"g.example\"", "\"i.example\"");
        assertThat(imported(
                        directory,
                        Optional.of(new Postconf(Program.named("postconf").file()))))
                .isEqualTo(toml);
    }

    @Test
    void fileIsWrittenOnceAndCanBeUsed() {
        String file = directory.resolve("postern.toml").toString();
        String[] command = {"import-postfix", SITES.resolve("backup-mx").toString(), "--output", file};

        Said said = CommandsTest.postern(command);
        assertThat(said.err()).isEmpty();
        assertThat(said.code()).isZero();
        assertThat(said.out()).startsWith(file + ": written, with ").contains("config check --config " + file);
        assertThat(CommandsTest.postern("config", "check", "--no-dns", "--config", file)
                        .code())
                .isZero();

        assertThat(CommandsTest.postern(command))
                .isEqualTo(new Said(
                        1,
                        "",
                        "postern: " + file + " is there already, and is not overwritten: name another file with"
                                + " --output\n"));
    }

    @Test
    void withoutOutputItIsShown() {
        Said said = CommandsTest.postern(
                "import-postfix", "--no-postconf", SITES.resolve("smarthost").toString());

        assertThat(said.code()).isZero();
        assertThat(said.out())
                .startsWith("# Made by postern import-postfix from ")
                .contains("hostname = \"app.example.com\"");
    }

    @Test
    void whatCantBeReadIsSaid() throws IOException {
        assertThat(CommandsTest.postern(
                        "import-postfix", directory.resolve("none").toString()))
                .isEqualTo(new Said(
                        1,
                        "",
                        "postern: there is no directory " + directory.resolve("none")
                                + ": name the one that has main.cf, as /etc/postfix\n"));
        assertThat(CommandsTest.postern("import-postfix", directory.toString()))
                .isEqualTo(new Said(1, "", "postern: there is no " + directory.resolve("main.cf") + "\n"));
        Files.writeString(directory.resolve("main.cf"), "relayhost = $mydestination\nmydestination = $relayhost\n");
        Said endless = CommandsTest.postern("import-postfix", "--no-postconf", directory.toString());
        assertThat(endless.code()).isEqualTo(1);
        assertThat(endless.err()).contains("main.cf:2: mydestination can't be read: its names lead back to itself");
        assertThat(CommandsTest.postern("import-postfix", "--nonsense").code()).isEqualTo(2);
    }
}
