package org.postern.app;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a sender of ours is told when his mail can't be delivered, as Python's {@code email} reads it and as he does. */
@Timeout(120)
class BouncesTest {
    @TempDir
    private Path directory;

    private int port;

    @BeforeEach
    void findPort() throws IOException {
        port = Ports.free("127.0.0.12");
    }

    private PosternProcess postern(String more) throws IOException {
        return PosternProcess.with(
                directory,
                """
                hostname = "mx.example.com"
                %s
                [[listen]]
                address = "127.0.0.1:0"
                role = "trusted"
                [relay]
                trusted = ["127.0.0.0/8"]
                [domains.localhost]
                deliver = "maildir:maildir/{domain}/{local}"
                mailboxes = "any"
                [[routes]]
                to = "*"
                via = "smtp://127.0.0.12:%d"
                """.formatted(more.startsWith("postmaster") ? more : "", port)
                        + (more.startsWith("postmaster") ? "" : more));
    }

    private Hop hop(Hop.Manner manner) throws IOException {
        return Hop.at("127.0.0.12", port, manner);
    }

    private static Bounce bounce(PosternProcess postern) throws Exception {
        return wellFormed(Bounce.read(Files.readAllBytes(postern.mail("ann", 1).getFirst())));
    }

    /** RFC 3464 §2, RFC 3834 §2 and §3.1.7. */
    private static Bounce wellFormed(Bounce bounce) {
        assertThat(bounce.type()).isEqualTo("multipart/report");
        assertThat(bounce.report()).isEqualTo("delivery-status");
        assertThat(bounce.types()).containsExactly("text/plain", "message/delivery-status", "text/rfc822-headers");
        assertThat(bounce.faults()).isEmpty();
        assertThat(bounce.header())
                .containsEntry("Return-Path", "<>")
                .containsEntry("Auto-Submitted", "auto-replied")
                .containsEntry("MIME-Version", "1.0")
                .containsKeys("Date", "From", "To", "Subject", "Message-ID");
        assertThat(bounce.message())
                .containsEntry("Reporting-MTA", "dns; mx.example.com")
                .containsKey("Arrival-Date");
        assertThat(bounce.text().lines()).allMatch(line -> line.length() <= 78);
        return bounce;
    }

    @Test
    void refusedRecipientsAreReportedInOneAndTheOthersHaveTheirMail() throws Exception {
        Hop.Manner some = asked -> asked.contains("<nobody@")
                ? Optional.of("550 5.1.1 <nobody@hop.test>: we have nobody of that name")
                : asked.contains("<full@") ? Optional.of("552 5.2.2 full@hop.test is over quota") : Optional.empty();
        try (Hop hop = hop(some);
                PosternProcess postern = postern("")) {
            String id = Client.send(postern, "ann@localhost", "bob@hop.test", "nobody@hop.test", "full@hop.test");

            Bounce bounce = bounce(postern);
            assertThat(hop.messages())
                    .singleElement()
                    .satisfies(message -> assertThat(message.to()).containsExactly("bob@hop.test"));
            assertThat(bounce.header())
                    .containsEntry("To", "ann@localhost")
                    .containsEntry("From", "\"Mail delivery at mx.example.com\" <MAILER-DAEMON@mx.example.com>");
            assertThat(bounce.header().get("Subject"))
                    .startsWith("Undelivered: ")
                    .endsWith(" and 1 more");
            assertThat(bounce.recipients()).hasSize(2);
            assertThat(bounce.about("nobody@hop.test"))
                    .containsEntry("Action", "failed")
                    .containsEntry("Status", "5.1.1")
                    .containsEntry("Remote-MTA", "dns; [127.0.0.12]")
                    .containsEntry("Diagnostic-Code", "smtp; 550 5.1.1 <nobody@hop.test>: we have nobody of that name");
            assertThat(bounce.about("full@hop.test"))
                    .containsEntry("Action", "failed")
                    .containsEntry("Status", "5.2.2")
                    .containsEntry("Diagnostic-Code", "smtp; 552 5.2.2 full@hop.test is over quota");
            assertThat(bounce.prose())
                    .startsWith("Your message could not be delivered to these recipients, and nothing more is tried:")
                    .contains("<nobody@hop.test> 127.0.0.12 said to RCPT: 550 5.1.1 <nobody@hop.test>: we have nobody"
                            + " of that name There is no such mailbox. Look for a mistake in the address")
                    .contains("<full@hop.test> 127.0.0.12 said to RCPT: 552 5.2.2 full@hop.test is over quota The"
                            + " mailbox is full. The recipient has to make room; send it again then.")
                    .contains("is known here as " + id + "; postmaster@mx.example.com can look it up")
                    .doesNotContain("bob@hop.test");
            assertThat(bounce.returned())
                    .containsEntry("Subject", "onward")
                    .containsEntry("From", "Ann <ann@example.org>")
                    .containsKey("Received");
            assertThat(Files.readString(postern.mail("ann", 1).getFirst(), ISO_8859_1))
                    .doesNotContain("Hello");
        }
    }

    @Test
    void expiredMessageIsReportedWithTheLastWordsOfTheOtherSide() throws Exception {
        try (Hop hop = hop(Hop.Manner.saying(".", "451 4.3.5 our filter is broken"));
                PosternProcess postern = postern("""
                    [queue]
                    retry = ["100ms"]
                    expire = "1s"
                    """)) {
            Client.send(postern, "ann@localhost", "bob@hop.test");

            Bounce bounce = bounce(postern);
            assertThat(bounce.about("bob@hop.test"))
                    .containsEntry("Action", "failed")
                    .containsEntry("Status", "4.4.7")
                    .containsEntry("Remote-MTA", "dns; [127.0.0.12]")
                    .containsEntry("Diagnostic-Code", "smtp; 451 4.3.5 our filter is broken")
                    .doesNotContainKey("Will-Retry-Until");
            assertThat(bounce.prose())
                    .startsWith("Your message could not be delivered to this recipient, and nothing more is tried:")
                    .containsPattern("given up after \\d+ s: 127\\.0\\.0\\.12 said to the content: 451 4\\.3\\.5 our"
                            + " filter is broken It was tried again and again, in vain\\. Send it again later");
            assertThat(hop.messages()).hasSizeGreaterThan(1);
            new Operator(directory).saysInTheEnd(List.of("queue", "list"), "nothing is queued");
        }
    }

    @Test
    void expiredMessageForAHostThatIsNotThereIsReported() throws Exception {
        try (PosternProcess postern = postern("""
            [queue]
            retry = ["100ms"]
            expire = "1s"
            """)) {
            Client.send(postern, "ann@localhost", "bob@hop.test");

            Bounce bounce = bounce(postern);
            assertThat(bounce.about("bob@hop.test"))
                    .containsEntry("Action", "failed")
                    .containsEntry("Status", "4.4.7")
                    .hasEntrySatisfying(
                            "Diagnostic-Code",
                            code -> assertThat(code)
                                    .startsWith("x-postern; given up after")
                                    .endsWith("127.0.0.12: 127.0.0.12: connection refused"));
        }
    }

    /** Once, however often it is tried after that; and it is delivered all the same. */
    @Test
    void delayIsToldOnceAndThatNothingNeedsToBeDone() throws Exception {
        try (Hop hop = hop(Hop.Manner.saying("RCPT", "450 4.2.1 bob@hop.test gets mail too fast"));
                PosternProcess postern = postern("""
                    [queue]
                    retry = ["100ms"]
                    delay-notice = "1s"
                    """)) {
            Client.send(postern, "ann@localhost", "bob@hop.test");

            Bounce bounce = bounce(postern);
            assertThat(bounce.header().get("Subject")).isEqualTo("Delayed: your message to bob@hop.test");
            assertThat(bounce.about("bob@hop.test"))
                    .containsEntry("Action", "delayed")
                    .containsEntry("Status", "4.2.1")
                    .containsEntry("Diagnostic-Code", "smtp; 450 4.2.1 bob@hop.test gets mail too fast")
                    .containsKey("Will-Retry-Until");
            assertThat(bounce.prose())
                    .startsWith("Your message could not be delivered yet. You need not do anything: it is tried on"
                            + " until ")
                    .contains("If it fails then, you are told. <bob@hop.test> 127.0.0.12 said to RCPT: 450 4.2.1"
                            + " bob@hop.test gets mail too fast The message came to mx.example.com");

            int tried = hop.commands().size();
            Operator.await("it is tried on", () -> hop.commands().size() > tried + 10);
            hop.behave(Hop.Manner.HONEST);
            Operator.await("it is delivered", () -> hop.messages().size() == 1);
            bounce(postern);
        }
    }

    /** RFC 5321 §4.5.5, §6.1. */
    @Test
    @Tag("bounce-1")
    void bounceOfABounceGoesToThePostmasterAndNeverOut() throws Exception {
        try (Hop hop = hop(Hop.Manner.saying("RCPT", "550 5.1.1 nobody here"));
                PosternProcess postern = postern("")) {
            // His report goes where he can't be reached either.
            Client.send(postern, "eve@outside.test", "bob@hop.test");

            Path inbox = directory.resolve("data/maildir/postmaster/new");
            Operator.await(
                    "the postmaster has it",
                    () -> Files.isDirectory(inbox) && !files(inbox).isEmpty());
            Bounce bounce =
                    wellFormed(Bounce.read(Files.readAllBytes(files(inbox).getFirst())));
            assertThat(bounce.about("eve@outside.test"))
                    .containsEntry("Action", "failed")
                    .containsEntry("Status", "5.1.1");
            assertThat(bounce.header().get("Subject"))
                    .isEqualTo("Undelivered: mail without a sender to eve@outside.test");
            assertThat(bounce.prose())
                    .startsWith(
                            "A report or other mail that has no sender could not be delivered to this recipient, and"
                                    + " nobody else is told:");
            assertThat(bounce.returned().get("Subject")).isEqualTo("Undelivered: your message to bob@hop.test");
            assertThat(hop.commands())
                    .filteredOn(command -> command.startsWith("RCPT"))
                    .containsExactly("RCPT TO:<bob@hop.test>", "RCPT TO:<eve@outside.test>");
            assertThat(hop.messages()).isEmpty();
            assertThat(files(inbox)).hasSize(1);
            new Operator(directory).saysInTheEnd(List.of("queue", "list"), "nothing is queued");
        }
    }

    @Test
    @Tag("bounce-1")
    void whatNotEvenThePostmasterGetsIsHeldAndListed() throws Exception {
        try (Hop hop = hop(Hop.Manner.saying("RCPT", "550 5.1.1 nobody here"));
                PosternProcess postern = postern("postmaster = \"pat@outside.test\"\n")) {
            Client.send(postern, "eve@outside.test", "bob@hop.test");

            new Operator(directory)
                    .saysInTheEnd(
                            List.of("queue", "list", "--held"),
                            "held",
                            "it is a report itself, and not even the postmaster can be reached");
            assertThat(hop.commands())
                    .filteredOn(command -> command.startsWith("RCPT"))
                    .containsExactly(
                            "RCPT TO:<bob@hop.test>", "RCPT TO:<eve@outside.test>", "RCPT TO:<pat@outside.test>");
            assertThat(postern.isAlive()).isTrue();
        }
    }

    private static List<Path> files(Path inbox) throws IOException {
        try (Stream<Path> files = Files.list(inbox)) {
            return files.toList();
        }
    }
}
