package org.postern.smtp.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postern.smtp.Envelope;
import org.postern.smtp.Greeting;
import org.postern.smtp.Reply;
import org.postern.smtp.transcript.Peer;

/** A server that goes on otherwise while its sessions go on as they began. */
@Timeout(60)
class ChangeTest {
    private static final CountDownLatch NEVER = new CountDownLatch(1);

    /** Says in its welcome who answers. */
    private record Named(String name) implements SessionHandler {
        @Override
        public Reply greeted(Greeting greeting, Reply welcome) {
            return Reply.of(250, name);
        }

        @Override
        public Reply message(Envelope envelope, InputStream content) {
            return Reply.of(250, "2.0.0", "kept");
        }
    }

    private static SmtpServer.Builder named(String hostname, String handler, InetSocketAddress... places) {
        var builder = SmtpServer.named(hostname);
        for (InetSocketAddress place : places) {
            builder.listen(SmtpServer.Listener.at(place), _ -> new Named(handler));
        }
        return builder;
    }

    private static InetSocketAddress at(String address, int port) {
        return new InetSocketAddress(InetAddress.ofLiteral(address), port);
    }

    private static final InetSocketAddress ANY = at("127.0.0.1", 0);

    private static String helo(Peer peer) throws IOException {
        return peer.ask("HELO c.example");
    }

    @Test
    void sessionsGoOnAsTheyBeganAndNewOnesAsItIsNow() throws Exception {
        var over = new CountDownLatch(1);
        try (SmtpServer server = named("old.example", "old", ANY).start()) {
            InetSocketAddress place = server.addresses().getFirst();
            try (Peer before = Peer.to(place)) {
                assertThat(before.reply()).startsWith("220 old.example ");

                server.change(named("new.example", "new", ANY), over::countDown);

                assertThat(server.addresses()).containsExactly(place);
                try (Peer after = Peer.to(place)) {
                    assertThat(after.reply()).startsWith("220 new.example ");
                    assertThat(helo(after)).isEqualTo("250 new");
                }
                assertThat(helo(before)).isEqualTo("250 old");
                assertThat(over.getCount()).isEqualTo(1);
                assertThat(before.ask("QUIT")).startsWith("221 2.0.0 old.example ");
            }
            assertThat(over.await(20, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void placesComeAndGo() throws Exception {
        try (SmtpServer server = named("mx.example", "first", ANY).start()) {
            InetSocketAddress first = server.addresses().getFirst();
            InetSocketAddress second = at("127.0.0.2", first.getPort());

            server.change(named("mx.example", "both", second, ANY), NEVER::countDown);
            assertThat(server.addresses()).containsExactly(second, first);
            for (InetSocketAddress place : server.addresses()) {
                try (Peer peer = Peer.greetedBy(place)) {
                    assertThat(helo(peer)).isEqualTo("250 both");
                }
            }

            server.change(named("mx.example", "second", second), NEVER::countDown);
            assertThat(server.addresses()).containsExactly(second);
            assertThatThrownBy(() -> Peer.to(first)).isInstanceOf(ConnectException.class);
            try (Peer peer = Peer.greetedBy(second)) {
                assertThat(helo(peer)).isEqualTo("250 second");
            }
        }
    }

    @Test
    void placeThatSomebodyElseHasChangesNothing() throws Exception {
        try (var other = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.3"));
                SmtpServer server = named("mx.example", "old", ANY).start()) {
            InetSocketAddress place = server.addresses().getFirst();
            InetSocketAddress taken = (InetSocketAddress) other.getLocalSocketAddress();

            assertThatThrownBy(() ->
                            server.change(named("mx.example", "new", at("127.0.0.4", 0), taken), NEVER::countDown))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("can't listen on ")
                    .hasMessageContaining("127.0.0.3");

            assertThat(server.addresses()).containsExactly(place);
            try (Peer peer = Peer.greetedBy(place)) {
                assertThat(helo(peer)).isEqualTo("250 old");
            }
        }
    }

    // Linux lets nobody listen on 127.0.0.1:25 beside 0.0.0.0:25.
    @Test
    void wholeGivesWayToItsPartAndComesBackWhenThatFails() throws Exception {
        try (SmtpServer server = named("mx.example", "part", ANY).start()) {
            int port = server.addresses().getFirst().getPort();
            InetSocketAddress all = at("0.0.0.0", port);
            InetSocketAddress part = at("127.0.0.1", port);

            server.change(named("mx.example", "all", all), NEVER::countDown);
            assertThat(server.addresses()).containsExactly(all);
            try (Peer peer = Peer.greetedBy(at("127.0.0.9", port))) {
                assertThat(helo(peer)).isEqualTo("250 all");
            }

            assertThatThrownBy(() ->
                            server.change(named("mx.example", "none", part, at("192.0.2.1", port)), NEVER::countDown))
                    .hasMessageContaining("192.0.2.1");
            assertThat(server.addresses()).containsExactly(all);
            try (Peer peer = Peer.greetedBy(at("127.0.0.9", port))) {
                assertThat(helo(peer)).isEqualTo("250 all");
            }

            server.change(named("mx.example", "part", part), NEVER::countDown);
            assertThatThrownBy(() -> Peer.to(at("127.0.0.9", port))).isInstanceOf(ConnectException.class);
            try (Peer peer = Peer.greetedBy(part)) {
                assertThat(helo(peer)).isEqualTo("250 part");
            }
        }
    }

    @Test
    void implicitTlsWithoutACertificateChangesNothing() throws Exception {
        try (SmtpServer server = named("mx.example", "old", ANY).start()) {
            SmtpServer.Builder next = SmtpServer.named("mx.example")
                    .listen(SmtpServer.Listener.at(ANY).with(TlsMode.IMPLICIT), _ -> new Named("new"));
            assertThatThrownBy(() -> server.change(next, NEVER::countDown)).hasMessageContaining("needs a certificate");
            try (Peer peer = Peer.greetedBy(server.addresses().getFirst())) {
                assertThat(helo(peer)).isEqualTo("250 old");
            }
        }
    }

    @Test
    void limitsAreThoseOfNow() throws Exception {
        try (SmtpServer server = named("mx.example", "old", ANY).start();
                Peer first = Peer.greetedBy(server.addresses().getFirst())) {
            server.change(named("mx.example", "new", ANY).limits(Limits.DEFAULT.withSessions(1)), NEVER::countDown);
            try (Peer second = Peer.to(server.addresses().getFirst())) {
                assertThat(second.reply()).startsWith("421 ");
            }
            first.ask("QUIT");
        }
    }

    // Nobody who comes meanwhile may be lost between the one and the other.
    @Test
    void whoComesWhileItChangesIsServed() throws Exception {
        var over = new AtomicInteger();
        var going = new AtomicBoolean(true);
        try (SmtpServer server = named("mx.example", "0", ANY).start()) {
            InetSocketAddress place = server.addresses().getFirst();
            var served = new AtomicInteger();
            var failed = new AtomicInteger();
            Thread[] clients = new Thread[4];
            for (int i = 0; i < clients.length; i++) {
                clients[i] = Thread.startVirtualThread(() -> {
                    while (going.get()) {
                        try (Peer peer = Peer.greetedBy(place)) {
                            boolean fine = helo(peer).startsWith("250 ")
                                    && peer.ask("QUIT").startsWith("221 ");
                            (fine ? served : failed).incrementAndGet();
                        } catch (IOException | AssertionError problem) {
                            failed.incrementAndGet();
                        }
                    }
                });
            }
            int changes = 200;
            for (int i = 1; i <= changes; i++) {
                int before = served.get();
                server.change(named("mx.example", String.valueOf(i), ANY), over::incrementAndGet);
                while (served.get() == before && failed.get() == 0) {
                    Thread.onSpinWait();
                }
            }
            going.set(false);
            for (Thread client : clients) {
                client.join();
            }
            assertThat(failed).hasValue(0);
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
            while (over.get() < changes && System.nanoTime() < deadline) {
                Thread.sleep(10);
            }
            assertThat(over).hasValue(changes);
        }
    }
}
