package org.postern.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postern.smtp.transcript.Peer;

/** Loads that take longer than a test may: {@code mvn verify -Psoak}, and in CI {@code -Dsoak=short}. */
@Tag("soak")
class SoakTest {
    private static final boolean SHORT = "short".equals(System.getProperty("soak"));

    @TempDir
    Path directory;

    @Test
    @Tag("slow-1")
    void thousandsThatSendAnOctetAtATimeKeepNobodyWaiting() throws Exception {
        int count = SHORT ? 2_000 : 5_000;
        String toml = PosternProcess.ANY_AT_LOCALHOST.replace(
                "[[listen]]",
                "[limits]\ncommand-time = \"" + (SHORT ? "8s" : "25s") + "\"\nsessions-per-client = 100\n[[listen]]");
        try (var postern = PosternProcess.with(directory, toml)) {
            var server = new InetSocketAddress(InetAddress.getLoopbackAddress(), postern.port());
            List<Peer> slow = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                Peer peer = Peer.from("127.0.2." + (1 + i % 200), server);
                slow.add(peer);
                peer.reply();
                peer.send("E");
            }
            int greeted = 0;
            int dismissed = 0;
            for (Peer peer : slow) {
                // An octet more, and a newcomer now and then, until the deadline ends each in turn.
                try {
                    peer.send("H");
                } catch (IOException alreadyClosed) {
                    // It is counted below.
                }
                if (++greeted % 100 == 0) {
                    try (Peer newcomer = Peer.greetedBy(server)) {
                        assertThat(newcomer.ask("EHLO c.example")).startsWith("250-mx.example.com");
                    }
                }
            }
            for (Peer peer : slow) {
                peer.socket().setSoTimeout(60_000);
                dismissed += isDismissed(peer) ? 1 : 0;
                peer.close();
            }
            assertThat(dismissed).isEqualTo(count);
            try (Peer newcomer = Peer.greetedBy(server)) {
                assertThat(newcomer.ask("EHLO c.example")).startsWith("250-mx.example.com");
            }
        }
    }

    private static boolean isDismissed(Peer peer) {
        try {
            return peer.reply().startsWith("421 4.4.2 ");
        } catch (IOException reset) {
            // Its last octet met the closed connection: our words were lost to a reset, but it is gone.
            return true;
        }
    }

    @Test
    @Tag("mem-1")
    void hundredsOfTheLargestMessagesAtOnceFitASmallHeap() throws Exception {
        int sessions = SHORT ? 40 : 200;
        String toml = PosternProcess.ANY_AT_LOCALHOST.replace(
                "[[listen]]", "[limits]\nsessions-per-client = 1_000\n[[listen]]");
        try (var postern = PosternProcess.with(directory, toml, "-Xmx64m");
                var senders = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<String>> replies = new ArrayList<>();
            for (int i = 0; i < sessions; i++) {
                replies.add(senders.submit(() -> ServeTest.sendMegabytes(postern, 25)));
            }
            for (Future<String> reply : replies) {
                assertThat(reply.get()).startsWith("250 2.0.0 ");
            }
            for (Path file : postern.mail("bob", sessions)) {
                assertThat(Files.size(file)).isGreaterThan(25_000_000 / 100 * 98);
            }
        }
    }
}
