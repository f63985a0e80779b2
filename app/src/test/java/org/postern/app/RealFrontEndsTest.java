package org.postern.app;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Front ends that we did not write: HAProxy on 127.0.0.1, whose clients are 127.0.0.5; swaks plays the others. docs/receive.md. */
@Tag("relay-3")
class RealFrontEndsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** Each backend's name says what its port of HAProxy leads to; all are checked ten times a second. */
    private static final String HAPROXY = """
        global
          stats socket DIRECTORY/haproxy.sock mode 600
        defaults
          mode tcp
          timeout connect 5s
          timeout client 60s
          timeout server 60s
          timeout check 10s
          default-server check inter 100ms rise 1 fall 1
        listen v1
          bind 127.0.0.1:PORT-0
          server postern 127.0.0.1:POSTERN send-proxy
        listen v2
          bind 127.0.0.1:PORT-1
          server postern 127.0.0.1:POSTERN send-proxy-v2
        listen tls
          bind 127.0.0.1:PORT-2
          server postern 127.0.0.1:IMPLICIT send-proxy-v2
        listen smtpchk-v1
          bind 127.0.0.1:PORT-3
          option smtpchk EHLO check.example.com
          server postern 127.0.0.1:POSTERN send-proxy
        listen smtpchk-v2
          bind 127.0.0.1:PORT-4
          option smtpchk EHLO check.example.com
          server postern 127.0.0.1:POSTERN send-proxy-v2
        backend connects-only
          server postern 127.0.0.1:POSTERN
        backend connects-only-tls
          server postern 127.0.0.1:IMPLICIT
        """;

    @TempDir
    private static Path directory;

    private static PosternProcess postern;
    private static Process haproxy;
    private static final int[] PORTS = new int[5];

    @BeforeAll
    static void start() throws Exception {
        Program program = Program.named("haproxy");
        postern = PosternProcess.with(directory, """
            hostname = "mx.example.com"
            [[listen]]
            address = "127.0.0.1:0"
            role = "mx"
            relay = true
            proxies = ["127.0.0.1"]
            [[listen]]
            address = "127.0.0.1:0"
            role = "mx"
            tls = "implicit"
            proxies = ["127.0.0.1"]
            [relay]
            trusted = ["127.0.0.0/8", "192.0.2.0/24"]
            [domains.localhost]
            deliver = "maildir:maildir/{domain}/{local}"
            mailboxes = "any"
            """);
        Matcher listens =
                Pattern.compile("listens\\s+\\S+:(\\d+) \\(mx, TLS\\)").matcher(postern.output());
        assertThat(listens.find()).as(postern.output()).isTrue();
        for (int i = 0; i < PORTS.length; i++) {
            PORTS[i] = Ports.free();
        }
        String config = HAPROXY.replace("DIRECTORY", directory.toString())
                .replace("POSTERN", Integer.toString(postern.port()))
                .replace("IMPLICIT", listens.group(1));
        for (int i = 0; i < PORTS.length; i++) {
            config = config.replace("PORT-" + i, Integer.toString(PORTS[i]));
        }
        Path file = Files.writeString(directory.resolve("haproxy.cfg"), config);
        haproxy = new ProcessBuilder(program.file().toString(), "-db", "-f", file.toString())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("haproxy.log").toFile())
                .start();
        waitForChecks();
    }

    @AfterAll
    static void stop() {
        if (haproxy != null) {
            haproxy.destroyForcibly();
        }
        if (postern != null) {
            postern.close();
        }
    }

    /** HAProxy's statistics of its servers: a line each, fields by their names in the first line. */
    private static List<String[]> servers() throws IOException {
        try (SocketChannel channel =
                SocketChannel.open(UnixDomainSocketAddress.of(directory.resolve("haproxy.sock")))) {
            channel.write(ByteBuffer.wrap("show stat\n".getBytes(ISO_8859_1)));
            String said = new String(Channels.newInputStream(channel).readAllBytes(), ISO_8859_1);
            return said.lines()
                    .map(line -> line.split(",", -1))
                    .filter(fields -> fields.length > 36 && (fields[1].equals("postern") || fields[0].startsWith("#")))
                    .toList();
        }
    }

    /** Until each of the seven servers was checked, and is up. */
    private static void waitForChecks() throws Exception {
        Instant deadline = Instant.now().plus(PATIENCE);
        String last = "";
        while (Instant.now().isBefore(deadline)) {
            Thread.sleep(50);
            if (!Files.exists(directory.resolve("haproxy.sock"))) {
                assertThat(haproxy.isAlive())
                        .as(Files.readString(directory.resolve("haproxy.log")))
                        .isTrue();
                continue;
            }
            List<String[]> servers = servers();
            int status = List.of(servers.getFirst()).indexOf("status");
            int check = List.of(servers.getFirst()).indexOf("check_status");
            List<String> states = servers.stream()
                    .skip(1)
                    .map(fields -> fields[0] + " " + fields[status] + " " + fields[check])
                    .toList();
            last = states.toString();
            if (states.size() == 7 && states.stream().allMatch(state -> state.matches("\\S+ UP L[467]OK"))) {
                return;
            }
        }
        throw new AssertionError(last + postern.output());
    }

    private static String keptFor(String localPart) throws IOException {
        return Files.readString(postern.mail(localPart, 1).getFirst(), ISO_8859_1);
    }

    @ParameterizedTest
    @CsvSource({"0, v1", "1, v2", "3, smtpchk-v1", "4, smtpchk-v2"})
    void haproxyNamesItsClient(int port, String to) throws Exception {
        Program.named("swaks")
                .run(
                        "--server",
                        "127.0.0.1:" + PORTS[port],
                        "--local-interface",
                        "127.0.0.5",
                        "--to",
                        to + "@localhost",
                        "--helo",
                        "mail.example.org",
                        "--tls-optional")
                .succeeded();

        assertThat(keptFor(to)).contains("from mail.example.org (unknown [127.0.0.5])");
    }

    @Test
    void haproxyNamesItsClientBeforeTlsFromTheFirstOctet() throws Exception {
        Program.named("swaks")
                .run(
                        "--server",
                        "127.0.0.1:" + PORTS[2],
                        "--local-interface",
                        "127.0.0.5",
                        "--to",
                        "tls@localhost",
                        "--helo",
                        "mail.example.org",
                        "--tls-on-connect")
                .succeeded();

        assertThat(keptFor("tls")).contains("from mail.example.org (unknown [127.0.0.5])", " with ESMTPS ");
    }

    @Test
    void healthChecksAreNoNoise() throws Exception {
        // Each server has been checked by now; a message's line in the log comes behind those of all that has been
        // before it.
        haproxyNamesItsClient(0, "noise");
        postern.waitForOutput("to=<noise@localhost>");

        assertThat(postern.output()).doesNotContain("client=127.0.0.1 ", "proxy=127.0.0.1 problem", "turned away");
    }

    @Test
    void nothingIsRelayedWhateverAddressIsNamed() throws Exception {
        for (String source : List.of("127.0.0.7", "192.0.2.9")) {
            Program.Outcome outcome = Program.named("swaks")
                    .run(
                            "--server", "127.0.0.1:" + postern.port(),
                            "--to", "x@elsewhere.example",
                            "--proxy", "TCP4 " + source + " 127.0.0.1 40000 25");

            assertThat(outcome.output()).contains("550 5.7.1 <x@elsewhere.example>: relaying denied");
        }
    }

    @Test
    void swaksSpeaksVersion2() throws Exception {
        Program.named("swaks")
                .run(
                        "--server", "127.0.0.1:" + postern.port(),
                        "--to", "swaks-v2@localhost",
                        "--helo", "mail.example.org",
                        "--proxy-version", "2",
                        "--proxy-family", "AF_INET6",
                        "--proxy-source", "2001:db8::9",
                        "--proxy-source-port", "40000",
                        "--proxy-dest", "2001:db8::1",
                        "--proxy-dest-port", "25")
                .succeeded();

        assertThat(keptFor("swaks-v2")).contains("from mail.example.org (unknown [IPv6:2001:db8::9])");
    }

    @Test
    void swaksSpeaksXclient() throws Exception {
        Program.named("swaks")
                .run(
                        "--server",
                        "127.0.0.1:" + postern.port(),
                        "--to",
                        "xclient@localhost",
                        "--helo",
                        "mail.example.org",
                        "--xclient-name",
                        "trusted.example.com",
                        "--xclient-helo",
                        "other.example.com",
                        "--xclient-delim",
                        "--xclient-addr",
                        "192.0.2.9",
                        "--xclient-port",
                        "40000",
                        "--xclient-proto",
                        "ESMTP")
                .succeeded();

        assertThat(keptFor("xclient")).contains("from mail.example.org (unknown [192.0.2.9])");
        postern.waitForOutput("client=192.0.2.9 proxy=127.0.0.1 ehlo=mail.example.org");
    }

    @Test
    void xclientIsOfferedToNoStranger() throws Exception {
        Program.Outcome outcome = Program.named("swaks")
                .run(
                        "--server",
                        "127.0.0.1:" + postern.port(),
                        "--local-interface",
                        "127.0.0.5",
                        "--to",
                        "stranger@localhost",
                        "--xclient-no-verify",
                        "--xclient-addr",
                        "192.0.2.9");

        assertThat(outcome.output()).contains("did not advertise XCLIENT");
    }
}
