package org.postern.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.postern.dns.NameServer;
import org.postern.dns.TestZone;

/** What befalls mail at the MX hosts of a domain, and what is told of it. */
@Timeout(120)
class MxStoriesTest {
    /** Nobody listens at 127.0.0.11. */
    private static final String ZONE = """
        story.test. MX 10 dead.story.test.
        story.test. MX 20 busy.story.test.
        story.test. MX 30 good.story.test.
        dead.story.test. A 127.0.0.11
        busy.story.test. A 127.0.0.12
        good.story.test. A 127.0.0.13
        null.test. MX 0 .
        named.test. MX 10 mx.example.com.
        named.test. MX 20 good.story.test.
        mx.example.com. A 127.0.0.1
        second.test. MX 10 busy.story.test.
        second.test. MX 20 mx.example.com.
        second.test. MX 30 good.story.test.
        """;

    private static final Hop.Manner BUSY = Hop.Manner.saying("banner", "421 4.3.2 busy.story.test: too much to do");

    @TempDir
    private Path directory;

    private NameServer names;
    private int port;

    @BeforeEach
    void start() throws IOException {
        names = NameServer.with(new TestZone(ZONE));
        port = Ports.free("127.0.0.11", "127.0.0.12", "127.0.0.13");
    }

    @AfterEach
    void stop() throws IOException {
        names.close();
    }

    private PosternProcess postern() throws IOException {
        return PosternProcess.with(
                directory,
                PosternProcess.RELAYING + """
                    [[routes]]
                    to = "*"
                    via = "mx"
                    [delivery]
                    allow-nets = ["127.0.0.0/8"]
                    mx-port = %d
                    [queue]
                    retry = ["1h"]
                    [dns]
                    servers = ["127.0.0.1:%d"]
                    """.formatted(port, names.address().getPort()));
    }

    private Bounce bounce(PosternProcess postern) throws Exception {
        return Bounce.read(Files.readAllBytes(postern.mail("ann", 1).getFirst()));
    }

    @Test
    void thirdHostHasItWhenTheFirstIsDeadAndTheSecondBusyAndTheLogSaysSo() throws Exception {
        try (Hop busy = Hop.at("127.0.0.12", port, BUSY);
                Hop good = Hop.at("127.0.0.13", port, Hop.Manner.HONEST);
                PosternProcess postern = postern()) {
            Client.send(postern, "ann@localhost", "bob@story.test");
            postern.waitForOutput("event=delivered");

            assertThat(good.messages())
                    .singleElement()
                    .satisfies(message -> assertThat(message.to()).containsExactly("bob@story.test"));
            assertThat(busy.messages()).isEmpty();
            assertThat(postern.output())
                    .contains("good.story.test (30): 250 2.0.0 taken; before: dead.story.test (10): 127.0.0.11:"
                            + " connection refused; busy.story.test (20): its banner: 421 4.3.2 busy.story.test: too"
                            + " much to do");
        }
    }

    @Test
    void whyTellsOfEachHostAndOfTheNextAttemptUntilOneIsBack() throws Exception {
        try (Hop busy = Hop.at("127.0.0.12", port, BUSY);
                PosternProcess postern = postern()) {
            var operator = new Operator(directory);
            Client.send(postern, "ann@localhost", "bob@story.test");
            postern.waitForOutput("event=\"delivery put off\"");

            String[] story = {
                "dead.story.test (10): 127.0.0.11: connection refused",
                "busy.story.test (20): its banner: 421 4.3.2 busy.story.test: too much to do",
                "good.story.test (30): 127.0.0.13: connection refused"
            };
            assertThat(postern.output()).contains(story);
            assertThat(operator.saysInTheEnd(
                            List.of("queue", "why", "story.test"), "not reached since", "tried 1 time"))
                    .contains(story)
                    .contains("1 message", "postern queue flush")
                    .containsPattern("next +in (59m|1h|65m|\\d\\dm).* \\(20\\d\\d-");
            assertThat(operator.says("queue", "list")).contains(story);

            try (Hop good = Hop.at("127.0.0.13", port, Hop.Manner.HONEST)) {
                operator.says("queue", "flush");
                postern.waitForOutput("event=delivered");
                assertThat(good.messages()).hasSize(1);
            }
            assertThat(busy.messages()).isEmpty();
            assertThat(operator.says("queue", "list")).startsWith("nothing is queued");
        }
    }

    /** A connection that was kept for the next message, and breaks in the midst of it: there are other hosts still. */
    @Test
    void whatBreaksOnAKeptConnectionGoesToTheNextHost() throws Exception {
        try (Hop first = Hop.at("127.0.0.12", port, Hop.Manner.HONEST);
                Hop good = Hop.at("127.0.0.13", port, Hop.Manner.HONEST);
                PosternProcess postern = postern()) {
            Client.send(postern, "ann@localhost", "bob@story.test");
            postern.waitForOutput("event=delivered");
            assertThat(first.messages()).hasSize(1);

            first.behave(Hop.Manner.saying("RCPT", Hop.CLOSE));
            Client.send(postern, "ann@localhost", "eve@story.test");
            postern.waitForOutput("to=<eve@story.test> where=\"good.story.test (30)");
            assertThat(good.messages()).hasSize(1);
        }
    }

    /** RFC 7505. */
    @Test
    void domainThatTakesNoMailIsReportedAtOnce() throws Exception {
        try (PosternProcess postern = postern()) {
            Client.send(postern, "ann@localhost", "bob@null.test");

            Bounce bounce = bounce(postern);
            assertThat(bounce.about("bob@null.test"))
                    .containsEntry("Action", "failed")
                    .containsEntry("Status", "5.1.10");
            assertThat(bounce.prose()).contains("null.test takes no mail (null MX)");
            assertThat(postern.output()).contains("status=5.1.10");
        }
    }

    /** RFC 5321 §5.1, §6.3. */
    @Test
    @Tag("relay-4")
    void domainWhoseBestHostHasOurNameIsALoop() throws Exception {
        try (Hop good = Hop.at("127.0.0.13", port, Hop.Manner.HONEST);
                PosternProcess postern = postern()) {
            Client.send(postern, "ann@localhost", "bob@named.test");

            Bounce bounce = bounce(postern);
            assertThat(bounce.about("bob@named.test"))
                    .containsEntry("Action", "failed")
                    .containsEntry("Status", "5.4.6");
            assertThat(bounce.prose()).contains("mail for named.test loops back to myself");
            assertThat(good.connections()).isZero();
        }
    }

    @Test
    @Tag("relay-4")
    void domainWhoseHostHasOurAddressIsALoop() throws Exception {
        Optional<InetAddress> ours = NetworkInterface.networkInterfaces()
                .flatMap(NetworkInterface::inetAddresses)
                .filter(address -> address instanceof Inet4Address && !address.isLoopbackAddress())
                .findFirst();
        Assumptions.assumeTrue(ours.isPresent(), "this machine has no address but loopback");
        names.serve(new TestZone("""
            addressed.test. MX 10 other.test.
            other.test. A %s
            """.formatted(ours.orElseThrow().getHostAddress())));
        try (PosternProcess postern = postern()) {
            Client.send(postern, "ann@localhost", "bob@addressed.test");

            assertThat(bounce(postern).about("bob@addressed.test"))
                    .containsEntry("Action", "failed")
                    .containsEntry("Status", "5.4.6");
        }
    }

    /** RFC 5321 §5.1: we are its second host, so what is no better than we are is never tried. */
    @Test
    @Tag("relay-4")
    void hostsThatAreNoBetterThanWeAreAreLeftOut() throws Exception {
        try (Hop better = Hop.at("127.0.0.12", port, BUSY);
                Hop worse = Hop.at("127.0.0.13", port, Hop.Manner.HONEST);
                PosternProcess postern = postern()) {
            var operator = new Operator(directory);
            Client.send(postern, "ann@localhost", "bob@second.test");
            postern.waitForOutput("event=\"delivery put off\"");
            assertThat(operator.saysInTheEnd(List.of("queue", "why", "second.test"), "not reached since"))
                    .contains("busy.story.test (10): its banner: 421", "mx.example.com (20) is this server")
                    .contains("good.story.test (30) is no better than this server");

            better.behave(Hop.Manner.HONEST);
            operator.says("queue", "flush");
            postern.waitForOutput("event=delivered");
            assertThat(better.messages()).hasSize(1);
            assertThat(worse.connections()).isZero();
        }
    }

    /** Loopback and inner nets may be reached from here, and from nowhere else: an MX must not lead there. */
    @Test
    @Tag("relay-4")
    void domainWhoseHostsAreInnerOnesIsReportedAndNobodyIsConnectedTo() throws Exception {
        names.serve(new TestZone("""
            inner.test. MX 10 loop.inner.test.
            inner.test. MX 20 any.inner.test.
            inner.test. MX 30 private.inner.test.
            inner.test. MX 40 six.inner.test.
            loop.inner.test. A 127.0.0.13
            any.inner.test. A 0.0.0.0
            private.inner.test. A 10.0.0.5
            six.inner.test. AAAA ::1
            six.inner.test. AAAA ::ffff:127.0.0.13
            """));
        try (Hop inner = Hop.at("127.0.0.13", port, Hop.Manner.HONEST);
                PosternProcess postern = PosternProcess.with(
                        directory,
                        PosternProcess.RELAYING
                                + """
                                [[routes]]
                                to = "*"
                                via = "mx"
                                [delivery]
                                mx-port = %d
                                [dns]
                                servers = ["127.0.0.1:%d"]
                                """.formatted(port, names.address().getPort()))) {
            Client.send(postern, "ann@localhost", "bob@inner.test", "eve@[127.0.0.13]");

            for (Path mail : postern.mail("ann", 2)) {
                assertThat(Bounce.read(Files.readAllBytes(mail)).recipients())
                        .singleElement()
                        .satisfies(fields -> assertThat(fields).containsEntry("Status", "5.4.4"));
            }
            assertThat(postern.output())
                    .contains("127.0.0.13, which is loopback", "0.0.0.0, which is unspecified")
                    .contains("10.0.0.5, which is private", "::1, which is loopback");
            assertThat(inner.connections()).isZero();
        }
    }
}
