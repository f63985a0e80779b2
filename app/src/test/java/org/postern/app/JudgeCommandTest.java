package org.postern.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postern.dns.NameServer;
import org.postern.dns.TestZone;

class JudgeCommandTest {
    @TempDir
    Path directory;

    private NameServer names;

    @BeforeEach
    void start() throws IOException {
        names = NameServer.with(new TestZone("""
            mail.good.example. A 192.0.2.10
            mail.good.example. TXT "v=spf1 a -all"
            10.2.0.192.in-addr.arpa. PTR mail.good.example.
            13.2.0.192.in-addr.arpa. PTR liar.example.
            liar.example. A 192.0.2.77
            xn--bcher-kva.example. A 192.0.2.10
            14.2.0.192.in-addr.arpa. PTR x\\\\027[31m\\\\010250\\\\032ok.example.
            """));
    }

    @AfterEach
    void stop() throws IOException {
        names.close();
    }

    private record Said(int exit, String out, String err) {}

    private Said judge(String... arguments) throws IOException {
        Path toml = Files.writeString(directory.resolve("postern.toml"), "hostname = \"mx.example.com\"\n");
        List<String> all = new ArrayList<>(List.of("judge", "--config", toml.toString(), "--dns"));
        all.add("127.0.0.1:" + names.address().getPort());
        all.addAll(List.of(arguments));
        var out = new StringWriter();
        var err = new StringWriter();
        int exit = Main.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(all.toArray(new String[0]));
        return new Said(exit, out.toString(), err.toString());
    }

    @Test
    void goodHostIsAcceptedWithEachCheckAndItsEvidence() throws IOException {
        Said said = judge("192.0.2.10", "mail.good.example");
        assertThat(said.exit()).isZero();
        assertThat(said.out())
                .contains("iprev          pass")
                .contains("    PTR 10.2.0.192.in-addr.arpa: mail.good.example  [ttl ")
                .contains("spf-helo       pass")
                .contains("verdict  accept")
                .doesNotContain("see to");
    }

    @Test
    void liarIsToldWhatToSeeTo() throws IOException {
        Said said = judge("192.0.2.13", "mail.good.example");
        assertThat(said.exit()).isEqualTo(1);
        assertThat(said.out())
                .contains("verdict  reject, for spf-helo=fail, unless DMARC passes")
                .contains("reply    550 5.7.23 ")
                .contains("what its owner should see to:")
                .contains("192.0.2.13 has the name liar.example, which resolves to 192.0.2.77; make both agree");
    }

    @Test
    void nameIsShownInBothItsForms() throws IOException {
        assertThat(judge("192.0.2.10", "b\u00fccher.example").out())
                .contains("EHLO xn--bcher-kva.example (b\u00fccher.example)");
        assertThat(judge("192.0.2.10", "xn--bcher-kva.example").out()).contains("(b\u00fccher.example)");
    }

    // Neither a zone nor an argument acts on the terminal, or begins a line.
    @Test
    @Tag("xss-1")
    void nothingOfAZoneActsOnATerminal() throws IOException {
        Said said = judge("192.0.2.14", "x\u001b[31m\n250 ok");
        assertThat(said.out().chars().filter(c -> c != '\n')).allMatch(c -> c >= ' ' && c <= '~');
        assertThat(said.out().lines()).noneMatch(line -> line.startsWith("250 ok"));
    }

    @ParameterizedTest
    @CsvSource({
        "192.0.2.10, mail.good.example",
        "192.0.2.13, liar.example",
        "192.0.2.12, mail.good.example",
        "192.0.2.10, localhost",
        "192.0.2.10, 192.0.2.10",
        "2001:db8::1, [IPv6:2001:db8::1]"
    })
    void jsonKeepsToItsSchema(String ip, String name) throws IOException, InterruptedException {
        Said said = judge("--json", "--mail-from", "ann@sender.example", ip, name);
        Schema.permits("judge", said.out());
    }

    @ParameterizedTest
    @CsvSource({
        "not-an-address, mail.example.com, IP should be",
        "192.0.2.1 --mail-from nobody, mail.example.com, --mail-from should be"
    })
    void mistakeOfUsageSaysWhatIsWanted(String ip, String name, String says) throws IOException {
        List<String> arguments = new ArrayList<>(List.of(ip.split(" ", -1)));
        arguments.add(name);
        Said said = judge(arguments.toArray(new String[0]));
        assertThat(said.exit()).isEqualTo(2);
        assertThat(said.err()).contains(says);
    }
}
