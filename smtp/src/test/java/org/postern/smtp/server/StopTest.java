package org.postern.smtp.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.postern.smtp.Envelope;
import org.postern.smtp.MailParameters;
import org.postern.smtp.Reply;
import org.postern.smtp.ReversePath;
import org.postern.smtp.transcript.Peer;

/** A server that stops while its sessions do this and that. RFC 5321 §3.8. */
class StopTest {
    /** Answers MAIL when it is told to. */
    private static final class Slow implements SessionHandler {
        final CountDownLatch asked = new CountDownLatch(1);
        final CountDownLatch mayAnswer = new CountDownLatch(1);

        @Override
        public Reply mail(ReversePath from, MailParameters parameters) {
            asked.countDown();
            try {
                mayAnswer.await();
            } catch (InterruptedException stop) {
                throw new IllegalStateException(stop);
            }
            return Reply.of(250, "2.1.0", "at last");
        }

        @Override
        public Reply message(Envelope envelope, InputStream content) throws IOException {
            throw new IOException("there is none");
        }
    }

    @Test
    @Tag("stop-1")
    void sessionThatIsAtWorkIsToldOnceItWaits() throws Exception {
        var handler = new Slow();
        try (SmtpServer server = SmtpServer.named("mx.example.com")
                        .listen(SmtpServer.Listener.on(0), _ -> handler)
                        .start();
                Peer peer = Peer.greetedBy(server.addresses().getFirst())) {
            peer.ask("EHLO c.example");
            peer.send("MAIL FROM:<a@example.org>\r\n");
            handler.asked.await();
            var closing = Thread.ofPlatform().start(server::close);
            // Everybody was told by then who could be; now it waits for the rest.
            waitUntilWaits(closing);
            handler.mayAnswer.countDown();

            assertThat(peer.reply()).isEqualTo("250 2.1.0 at last");
            assertThat(peer.reply()).startsWith("421 4.3.2 shutting down");
            assertThat(peer.read()).isNegative();
            closing.join();
            assertThat(server.sessions()).isZero();
        }
    }

    private static void waitUntilWaits(Thread thread) throws InterruptedException {
        Instant deadline = Instant.now().plus(Duration.ofSeconds(20));
        while (thread.getState() != Thread.State.TIMED_WAITING) {
            assertThat(Instant.now()).as("deadline").isBefore(deadline);
            Thread.sleep(1);
        }
    }
}
