package org.postern.smtp.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.postern.smtp.Reply;

/** Any client at all: the session ends, each of its replies is one, and what it kept is a message. */
final class SessionFuzzTest {
    @FuzzTest(maxDuration = "10m")
    void session(byte[] octets) throws IOException {
        if (octets.length == 0) {
            return;
        }
        boolean trusted = (octets[0] & 1) == 1;
        var kept = new ArrayList<byte[]>();
        var socket = StubSocket.lineByLine(Arrays.copyOfRange(octets, 1, octets.length));
        try (SmtpServer server = SmtpServer.named("mx.example.com").start()) {
            var session = new ServerSession(server, SmtpServer.Listener.on(0), trusted, socket);
            session.run(_ -> (envelope, content) -> {
                kept.add(content.readAllBytes());
                return Reply.of(
                        250, "2.0.0", "kept for " + envelope.recipients().size());
            });
        }
        List<String> replies = replies(new String(socket.written(), ISO_8859_1));
        assertThat(replies.getFirst()).startsWith("220 ");
        for (String reply : replies) {
            assertThat(Reply.parse(reply.getBytes(ISO_8859_1))).as(reply).isPresent();
        }
        for (byte[] message : kept) {
            assertThat(NaiveContent.isLegal(new String(message, ISO_8859_1))).isTrue();
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
