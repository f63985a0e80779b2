package org.postern.app;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postern.dns.NameServer;
import org.postern.dns.TestZone;

/** The checklist of attacks, as far as mail that leaves has to do with it, through a whole server. */
@Timeout(180)
class AttacksOnDeliveryTest {
    private static final String ZONE = """
        slow.test. MX 10 hop.slow.test.
        hop.slow.test. A 127.0.0.12
        live.test. MX 10 hop.live.test.
        hop.live.test. A 127.0.0.13
        """;

    @TempDir
    private Path directory;

    private NameServer names;
    private int port;

    @BeforeEach
    void start() throws IOException {
        names = NameServer.with(new TestZone(ZONE));
        port = Ports.free("127.0.0.12", "127.0.0.13");
    }

    @AfterEach
    void stop() throws IOException {
        names.close();
    }

    private String toml(String listen, String via) {
        return """
            hostname = "mx.example.com"
            [[listen]]
            address = "%s"
            role = "trusted"
            [relay]
            trusted = ["127.0.0.0/8"]
            [domains.localhost]
            deliver = "maildir:maildir/{domain}/{local}"
            mailboxes = "any"
            [[routes]]
            to = "*"
            via = "%s"
            [delivery]
            allow-nets = ["127.0.0.0/8"]
            mx-port = %d
            messages-per-connection = 10_000
            [dns]
            servers = ["127.0.0.1:%d"]
            """.formatted(listen, via, port, names.address().getPort());
    }

    private PosternProcess postern(String more) throws IOException {
        return PosternProcess.with(directory, toml("127.0.0.1:0", "mx") + more);
    }

    private static Bounce bounce(PosternProcess postern) throws Exception {
        return Bounce.read(Files.readAllBytes(postern.mail("ann", 1).getFirst()));
    }

    /** A host that takes connections and never says a word, with a thousand messages for it; then a start with all of them due at once. */
    @Test
    @Tag("fair-1")
    void thousandMessagesForASilentHostHoldNobodyUpAndAStartIsNoStampede() throws Exception {
        int many = 1_000;
        String few = """
            [[destinations]]
            to = "slow.test"
            connections = 4
            """;
        try (Hop slow = Hop.at("127.0.0.12", port, Hop.Manner.saying("banner", Hop.STALL));
                Hop live = Hop.at("127.0.0.13", port, Hop.Manner.HONEST)) {
            try (PosternProcess postern = postern(few)) {
                try (Client client = Client.of(postern)) {
                    for (int i = 0; i < many; i++) {
                        client.send("ann@localhost", "b" + i + "@slow.test");
                    }
                    for (int i = 0; i < 20; i++) {
                        client.send("ann@localhost", "b" + i + "@live.test");
                    }
                }
                Operator.await(
                        "those for the other host are there",
                        () -> live.messages().size() == 20);
                Operator.await("the silent one is called", () -> slow.connections() > 0);
                // Who has not answered yet gets a few connections, however much waits for it.
                assertThat(slow.most()).isBetween(1, 2);
                assertThat(slow.messages()).isEmpty();
                postern.kill();
                postern.exitCode();
            }
            slow.behave(Hop.Manner.HONEST);
            try (PosternProcess postern = postern(few)) {
                Client.send(postern, "ann@localhost", "eve@live.test");
                Operator.await("the new one is there", () -> live.messages().size() == 21);
                Operator.await(
                        "all that waited are there", () -> slow.messages().size() == many);
                assertThat(slow.most()).isLessThanOrEqualTo(4);
            }
        }
    }

    /** Whether it has the message nobody knows: it gets it again, from us, rather than never. */
    @Test
    @Tag("dup-1")
    void hostThatDiesBeforeIts250GetsTheMessageAgain() throws Exception {
        var deaths = new AtomicInteger(2);
        Hop.Manner dying =
                asked -> asked.equals(".") && deaths.getAndDecrement() > 0 ? Optional.of(Hop.CLOSE) : Optional.empty();
        try (Hop live = Hop.at("127.0.0.13", port, dying);
                PosternProcess postern = postern("""
                    [queue]
                    retry = ["100ms"]
                    """)) {
            Client.send(postern, "ann@localhost", "bob@live.test");

            postern.waitForOutput("event=delivered");
            assertThat(live.messages()).hasSize(3);
            assertThat(live.messages().stream().map(Hop.Message::content).distinct())
                    .hasSize(1);
            assertThat(postern.output().split("event=\"delivery put off\"", -1)).hasSize(3);
            Operator.await(
                    "nothing is left",
                    () -> new Operator(directory).says("queue", "list").startsWith("nothing"));
            assertThat(live.messages()).hasSize(3);
        }
    }

    /** The same when it is we who die: what had no 250 yet is sent after the restart. */
    @Test
    @Tag("dup-1")
    void messageWithoutA250OfTheNextHostSurvivesOurDeath() throws Exception {
        try (Hop live = Hop.at("127.0.0.13", port, Hop.Manner.saying(".", Hop.STALL))) {
            try (PosternProcess postern = postern("")) {
                Client.send(postern, "ann@localhost", "bob@live.test");
                Operator.await("it is on its way", () -> live.messages().size() == 1);
                postern.kill();
                postern.exitCode();
            }
            live.behave(Hop.Manner.HONEST);
            try (PosternProcess postern = postern("")) {
                postern.waitForOutput("event=delivered");
                assertThat(live.messages()).hasSize(2);
            }
        }
    }

    /** RFC 5321 §6.3: a route that leads back to us. It goes round until the count of Received fields ends it, and its sender is told. */
    @Test
    @Tag("loop-1")
    void messageThatIsRoutedBackToUsEndsAndIsReported() throws Exception {
        int own = Ports.free("127.0.0.1");
        try (PosternProcess postern =
                PosternProcess.with(directory, toml("127.0.0.1:" + own, "smtp://127.0.0.1:" + own) + """
                    [limits]
                    received-headers = 20
                    """)) {
            Client.send(postern, "ann@localhost", "bob@circle.test");

            Bounce bounce = bounce(postern);
            assertThat(bounce.about("bob@circle.test"))
                    .containsEntry("Action", "failed")
                    .containsEntry("Status", "5.4.6")
                    .hasEntrySatisfying(
                            "Diagnostic-Code",
                            code -> assertThat(code)
                                    .startsWith("smtp; 554 5.4.6 a mail loop: the message came through 21 hops"));
            assertThat(bounce.prose()).contains("The message went in a circle.");
            new Operator(directory).saysInTheEnd(List.of("queue", "list"), "nothing is queued");
        }
    }

    /** What others say is written into reports and logs: it stays where it belongs. */
    @Test
    @Tag("header-1")
    void wordsOfTheNextHostAddNoFieldAndNoLine() throws Exception {
        String evil = "550-5.1.1 first\r\n550 5.1.1 second\rX-Evil: yes\u001b[31m\u0000\rX-Postern-Evil: yes";
        try (Hop live = Hop.at("127.0.0.13", port, Hop.Manner.saying("RCPT", evil));
                PosternProcess postern = postern("")) {
            Client.send(postern, "ann@localhost", "bob@live.test");

            Bounce bounce = bounce(postern);
            assertThat(bounce.faults()).isEmpty();
            assertThat(bounce.header().keySet()).noneMatch(name -> name.contains("Evil"));
            assertThat(bounce.recipients()).hasSize(1);
            assertThat(bounce.about("bob@live.test"))
                    .containsOnlyKeys(
                            "Final-Recipient", "Action", "Status", "Remote-MTA", "Diagnostic-Code", "Last-Attempt-Date")
                    .hasEntrySatisfying(
                            "Diagnostic-Code", code -> assertThat(code).contains("first", "second?X-Evil: yes?[31m"));
            String mail = Files.readString(postern.mail("ann", 1).getFirst(), ISO_8859_1);
            assertThat(mail.lines()).noneMatch(line -> line.strip().startsWith("X-"));
            assertThat(mail.chars()).allMatch(c -> c == '\n' || c == '\r' || c == '\t' || c >= ' ');
            assertThat(postern.output().lines()).noneMatch(line -> line.startsWith("X-"));
            assertThat(live.messages()).isEmpty();
        }
    }

    /** What the operator writes goes into EHLO, Received, From and RCPT. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "hostname | mx.example.com\\r\\nX-Evil: yes",
                "hostname | mx.example.com\\nRCPT TO:<eve@live.test>",
                "hostname | mx.example.com yes",
                "postmaster | ann@localhost\\r\\nRCPT TO:<eve@live.test>",
                "postmaster | ann@localhost>\\r\\nDATA"
            })
    @Tag("header-1")
    void lineEndInAValueOfTheConfigurationIsAMistake(String key, String value) throws IOException {
        Files.writeString(directory.resolve("postern.toml"), key + " = \"" + value + "\"\n");
        var operator = new Operator(directory);

        assertThat(operator.exitCode("config", "check")).isEqualTo(1);
        assertThat(operator.says("config", "check")).contains(key).contains(":1");
    }

    /** Where TLS is taken as it comes, a certificate that shows nothing is no reason to send in clear; it is noted. */
    @Test
    @Tag("tls-7")
    void certificateOfSomebodyElseIsTakenAndNotedWhereItNeedNotBeVerified() throws Exception {
        try (Hop live = Hop.at("127.0.0.13", port, Hop.Manner.HONEST, certificate("other.test", false));
                PosternProcess postern = postern("")) {
            Client.send(postern, "ann@localhost", "bob@live.test");

            postern.waitForOutput("event=delivered");
            assertThat(live.messages())
                    .singleElement()
                    .satisfies(message -> assertThat(message.secured()).isTrue());
            assertThat(postern.output())
                    .contains("where=\"hop.live.test (10) (TLSv1.3, not verified: its certificate is not to be trusted:"
                            + " nobody whom we know has signed it): 250 2.0.0 taken\"");
        }
    }

    @ParameterizedTest
    @CsvSource({"other.test, false", "hop.live.test, false", "hop.live.test, true"})
    @Tag("tls-7")
    void whoHasToShowACertificateAndCanNotGetsNothingAndTheMailWaits(String name, boolean expired) throws Exception {
        try (Hop live = Hop.at("127.0.0.13", port, Hop.Manner.HONEST, certificate(name, expired));
                PosternProcess postern = postern("""
                    [[destinations]]
                    to = "live.test"
                    tls = "verify"
                    """)) {
            Client.send(postern, "ann@localhost", "bob@live.test");

            postern.waitForOutput("event=\"delivery put off\"");
            assertThat(postern.output()).contains("hop.live.test (10): its certificate is not to be trusted");
            assertThat(new Operator(directory)
                            .saysInTheEnd(List.of("queue", "why", "live.test"), "not reached since", "next"))
                    .contains("its certificate is not to be trusted");
            assertThat(live.messages()).isEmpty();
            assertThat(live.commands()).noneMatch(command -> command.startsWith("MAIL"));
        }
    }

    /** One that it has signed itself. */
    private SSLContext certificate(String name, boolean expired)
            throws IOException, GeneralSecurityException, InterruptedException {
        Path store = directory.resolve("hop.p12");
        Program.Outcome made = new Program(Path.of(System.getProperty("java.home"), "bin", "keytool"))
                .run(
                        "-genkeypair",
                        "-keyalg",
                        "EC",
                        "-groupname",
                        "secp256r1",
                        "-alias",
                        "hop",
                        "-dname",
                        "CN=" + name,
                        "-ext",
                        "san=dns:" + name,
                        "-startdate",
                        "-20d",
                        "-validity",
                        expired ? "10" : "3650",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        store.toString(),
                        "-storepass",
                        "changeit");
        made.succeeded();
        var keys = KeyStore.getInstance(store.toFile(), "changeit".toCharArray());
        var managers = KeyManagerFactory.getInstance("SunX509");
        managers.init(keys, "changeit".toCharArray());
        var context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        return context;
    }
}
