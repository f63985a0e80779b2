package org.postern.smtp.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.postern.smtp.Domain;
import org.postern.smtp.Envelope;
import org.postern.smtp.MailParameters;
import org.postern.smtp.Mailbox;

/** A server that says whatever it likes: a message is taken when it said so, or it is a problem that has a name. */
class ClientSessionFuzzTest {
    private static final Mailbox ANN = new Mailbox("ann", new Domain("example.com"));
    private static final Envelope ENVELOPE = new Envelope(ANN, MailParameters.NONE, List.of(ANN));

    @FuzzTest(maxDuration = "10m")
    void session(byte[] said) throws IOException {
        List<Socket> servers = new ArrayList<>();
        try (var listener = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            SmtpClient client = SmtpClient.named(new Domain("mx.example.com"))
                    .withSecurity(Security.NONE)
                    .withDeadlines(Deadlines.DEFAULT.withConnect(Duration.ofSeconds(5)));
            try (ClientSession session = client.connect(() -> {
                var socket = new Socket();
                socket.connect(new InetSocketAddress(listener.getInetAddress(), listener.getLocalPort()));
                Socket server = listener.accept();
                servers.add(server);
                // It says all of it, then nothing more: nobody waits for long.
                server.getOutputStream().write(said);
                server.shutdownOutput();
                return socket;
            })) {
                Sent sent = session.send(ENVELOPE, Payload.of("Subject: x\r\n\r\n.\r\n".getBytes(UTF_8)));
                assertThat(sent.fates()).containsOnlyKeys(ANN);
                if (sent.isTakenWhole()) {
                    assertThat(new String(said, UTF_8)).contains("2");
                }
            } catch (ClientProblem problem) {
                assertThat(problem.getMessage()).isNotEmpty();
                assertThat(problem.kind()).isNotNull();
            }
        } finally {
            for (Socket server : servers) {
                server.close();
            }
        }
    }
}
