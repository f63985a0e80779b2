package org.postern.smtp.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postern.smtp.EnhancedCode;
import org.postern.smtp.Envelope;
import org.postern.smtp.Reply;
import org.postern.smtp.transcript.Peer;

/** Each refusal ends with its session's name, by which the log is searched. */
class RefusalTest {
    private final BlockingQueue<String> ids = new LinkedBlockingQueue<>();
    private final BlockingQueue<Reply> refused = new LinkedBlockingQueue<>();

    /** Refuses at the banner when it has none to give, else as VRFY asks. */
    private final class Refusing implements SessionHandler {
        private final String id;
        private final Optional<Reply> atBanner;

        Refusing(Session session, Optional<Reply> atBanner) {
            this.id = session.id();
            this.atBanner = atBanner;
            ids.add(id);
        }

        @Override
        public Reply connected(Reply banner) {
            return atBanner.orElse(banner);
        }

        @Override
        public Reply verify(String who) {
            return switch (who) {
                case "marked" -> Reply.of(550, "5.1.1", "not " + id + " here");
                case "lines" -> new Reply(550, EnhancedCode.parse("5.1.1"), List.of("one", "two"));
                case "full" -> new Reply(550, Optional.empty(), List.of("x".repeat(490)));
                case "bug" -> throw new IllegalStateException("as the test asked");
                default -> Reply.of(550, "5.1.1", "no");
            };
        }

        @Override
        public Reply message(Envelope envelope, InputStream content) throws IOException {
            throw new IOException("there is none");
        }

        @Override
        public void refused(String asked, Reply reply) {
            refused.add(reply);
        }

        @Override
        public void failed(String asked, Exception problem) {}
    }

    private SmtpServer server(Optional<Reply> atBanner, String limit) throws IOException {
        return SmtpServer.named("mx.example.com")
                .listen(SmtpServer.Listener.on(0), session -> new Refusing(session, atBanner))
                .limits(TestLimits.with(Limits.DEFAULT, limit))
                .start();
    }

    @ParameterizedTest
    @CsvSource({
        "FROB, 500 5.5.2 not a command that is known here [ID]",
        "EHLO bad..name, 501 a label between the dots is empty [ID]",
        "GET / HTTP/1.1, '554 5.5.1 this is SMTP, not HTTP [ID]'",
        "VRFY x, 550 5.1.1 no [ID]",
        "VRFY marked, 550 5.1.1 not ID here",
        "VRFY lines, 550-5.1.1 one|550 5.1.1 two [ID]",
        "VRFY bug, 421 4.3.0 an error of our own; please come again [ID]",
        "NOOP, 250 2.0.0 OK",
    })
    void refusalNamesItsSession(String command, String reply) throws Exception {
        try (SmtpServer server = server(Optional.empty(), "recipients=1");
                Peer peer = Peer.greetedBy(server.addresses().getFirst())) {
            String expected = reply.replace("ID", ids.take()).replace('|', '\n');

            assertThat(peer.ask(command)).isEqualTo(expected);
        }
    }

    @Test
    void nameThatDoesNotFitTheLastLineGetsItsOwn() throws Exception {
        try (SmtpServer server = server(Optional.empty(), "recipients=1");
                Peer peer = Peer.greetedBy(server.addresses().getFirst())) {
            assertThat(peer.ask("VRFY full")).isEqualTo("550-" + "x".repeat(490) + "\n550 [" + ids.take() + "]");
        }
    }

    @Test
    void refusedBannerNamesItsSession() throws Exception {
        try (SmtpServer server = server(Optional.of(Reply.of(554, "5.7.1", "not you")), "recipients=1");
                Peer peer = Peer.to(server.addresses().getFirst())) {
            assertThat(peer.reply()).isEqualTo("554 not you [" + ids.take() + "]");
        }
    }

    @Test
    void farewellNamesItsSession() throws Exception {
        try (SmtpServer server = server(Optional.empty(), "commandTime=300");
                Peer peer = Peer.greetedBy(server.addresses().getFirst())) {
            assertThat(peer.reply()).isEqualTo("421 4.4.2 that took too long; please come again [" + ids.take() + "]");
        }
    }

    @Test
    void handlerIsToldWhatTheClientWas() throws Exception {
        try (SmtpServer server = server(Optional.empty(), "recipients=1");
                Peer peer = Peer.greetedBy(server.addresses().getFirst())) {
            assertThat(peer.ask("FROB")).isEqualTo(refused.take().toString());
        }
    }
}
