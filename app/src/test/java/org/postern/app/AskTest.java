package org.postern.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.postern.smtp.transcript.Peer;

/** {@code mailboxes = "ask"}: Postfix, which has the mailboxes, says who exists. */
@Timeout(120)
class AskTest {
    @TempDir
    private Path directory;

    private PosternProcess postern(int port) throws IOException {
        return PosternProcess.with(Files.createDirectory(directory.resolve("postern")), """
            hostname = "mx.example.com"
            [[listen]]
            address = "127.0.0.1:0"
            role = "mx"
            [policy]
            profile = "observe"
            [domains."next.test"]
            deliver = "smtp://127.0.0.1:%d"
            mailboxes = "ask"
            """.formatted(port));
    }

    private static Peer client(PosternProcess postern) throws IOException {
        Peer peer = Peer.greetedBy(new InetSocketAddress(InetAddress.getLoopbackAddress(), postern.port()));
        peer.ask("EHLO client.example");
        assertThat(peer.ask("MAIL FROM:<ann@example.org>")).startsWith("250 ");
        return peer;
    }

    @Test
    void nextHopSaysWhoExistsAndItsSilenceIsForNow() throws Exception {
        int port;
        try (RealServer postfix = RealServers.postfix(directory, "");
                PosternProcess postern = postern(postfix.port())) {
            port = postfix.port();
            try (Peer peer = client(postern)) {
                assertThat(peer.ask("RCPT TO:<bob@next.test>")).startsWith("250 2.1.5 ");
                assertThat(peer.ask("RCPT TO:<nobody@next.test>"))
                        .startsWith("550 5.1.1 <nobody@next.test>: no such mailbox");
                assertThat(peer.ask("DATA")).startsWith("354 ");
                assertThat(peer.ask("Subject: asked\r\n\r\nhello\r\n.")).startsWith("250 ");
            }
            assertThat(postfix.onlyMail("bob")).contains("\nSubject: asked\n");
            // What was learnt stays, and what is asked now is answered by nobody.
            postfix.stop();
            try (Peer peer = client(postern)) {
                assertThat(peer.ask("RCPT TO:<bob@next.test>")).startsWith("250 2.1.5 ");
                assertThat(peer.ask("RCPT TO:<nobody@next.test>")).startsWith("550 5.1.1 ");
                assertThat(peer.ask("RCPT TO:<carol@next.test>"))
                        .startsWith("450 4.2.0 <carol@next.test>: nobody can say now whether it exists");
            }
            postern.waitForOutput("127.0.0.1:" + port);
        }
    }
}
