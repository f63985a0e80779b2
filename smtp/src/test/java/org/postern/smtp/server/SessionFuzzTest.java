package org.postern.smtp.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.postern.smtp.Envelope;
import org.postern.smtp.Reply;

/** Any client at all: the session ends without a fault of its own, each of its replies is one, and what it kept is a message. */
final class SessionFuzzTest {
    @FuzzTest(maxDuration = "10m")
    void session(byte[] octets) throws IOException {
        if (octets.length == 0) {
            return;
        }
        boolean trusted = (octets[0] & 1) == 1;
        var kept = new ArrayList<byte[]>();
        var bugs = new ArrayList<Exception>();
        var socket = StubSocket.lineByLine(Arrays.copyOfRange(octets, 1, octets.length));
        try (SmtpServer server = SmtpServer.named("mx.example.com").start()) {
            var listener = SmtpServer.Listener.on(0).trusting(_ -> trusted);
            new Connection(server, server.take(), listener, socket).run(_ -> new Keeper(kept, bugs));
        }
        assertThat(bugs).isEmpty();
        List<String> replies = replies(new String(socket.written(), ISO_8859_1));
        assertThat(replies.getFirst()).startsWith("220 ");
        for (String reply : replies) {
            assertThat(Reply.parse(reply.getBytes(ISO_8859_1))).as(reply).isPresent();
        }
        for (byte[] message : kept) {
            assertThat(NaiveContent.isLegal(new String(message, ISO_8859_1))).isTrue();
        }
    }

    /** Keeps all; an exception of the session's own would only cost the session, and be told here. */
    private record Keeper(List<byte[]> kept, List<Exception> bugs) implements SessionHandler {
        @Override
        public Reply message(Envelope envelope, InputStream content) throws IOException {
            kept.add(content.readAllBytes());
            return Reply.of(250, "2.0.0", "kept for " + envelope.recipients().size());
        }

        @Override
        public void failed(String asked, Exception problem) {
            bugs.add(problem);
        }
    }

    private static List<String> replies(String written) {
        var replies = new ArrayList<String>();
        var reply = new StringBuilder();
        for (String line : written.split("(?<=\r\n)", 0)) {
            assertThat(line).as("a line of a reply").endsWith("\r\n").hasSizeLessThanOrEqualTo(Reply.MAX_LINE_OCTETS);
            reply.append(line);
            if (line.charAt(3) == ' ') {
                replies.add(reply.toString());
                reply.setLength(0);
            }
        }
        assertThat(reply).as("an unfinished reply").isEmpty();
        return replies;
    }
}
