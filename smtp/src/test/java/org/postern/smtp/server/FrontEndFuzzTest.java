package org.postern.smtp.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.postern.smtp.Envelope;
import org.postern.smtp.Reply;

/**
 * Anything at all from a listed front end: a PROXY header is read or not, XCLIENT is believed or not, and whoever the client is then, it is
 * never trusted; nothing is a fault of ours. The first octet says in what pieces
 * the rest comes, and whether the front end waits for the banner.
 */
final class FrontEndFuzzTest {
    @FuzzTest(maxDuration = "10m")
    @Tag("relay-3")
    void frontEnd(byte[] octets) throws IOException {
        if (octets.length == 0) {
            return;
        }
        int piece = 1 + (octets[0] & 0x7f);
        var bugs = new ArrayList<Exception>();
        var socket =
                new StubSocket(Arrays.copyOfRange(octets, 1, octets.length), remaining -> Math.min(piece, remaining));
        if (octets[0] < 0) {
            socket.silentAtFirst();
        }
        try (SmtpServer server =
                SmtpServer.named("mx.example.com").events(new Silent()).start()) {
            var listener = SmtpServer.Listener.on(0).trusting(_ -> true).behind(_ -> true);
            new Connection(server, server.take(), listener, socket).run(session -> new Watcher(session, bugs));
        }
        assertThat(bugs).isEmpty();
    }

    private static final class Silent implements Events {
        @Override
        public void proxyFault(InetAddress proxy, String why) {
            assertThat(why.chars()).allMatch(c -> c >= 0x20 && c < 0x7f);
        }
    }

    private record Watcher(Session session, List<Exception> bugs) implements SessionHandler {
        @Override
        public Reply connected(Reply banner) {
            assertThat(session.trusted()).isFalse();
            assertThat(session.proxy()).contains(InetAddress.getLoopbackAddress());
            assertThat(session.client().isUnresolved()).isFalse();
            assertThat(session.greeting()).isEmpty();
            return banner;
        }

        @Override
        public Reply message(Envelope envelope, InputStream content) throws IOException {
            assertThat(session.trusted()).isFalse();
            content.readAllBytes();
            return Reply.of(250, "2.0.0", "kept");
        }

        @Override
        public void failed(String asked, Exception problem) {
            bugs.add(problem);
        }
    }
}
