package org.postern.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postern.delivery.Connector.Pace;
import org.postern.delivery.Connector.Sources;
import org.postern.delivery.Port.Manner;
import org.postern.delivery.Reached.Connected;
import org.postern.delivery.Reached.Missed;
import org.postern.delivery.Reached.Unreachable;

/** RFC 8305 in spirit, on loopback. */
@Timeout(60)
class ConnectorTest {
    /** Nothing is won by waiting: what comes about with it came about at once. */
    private static final Pace NEVER_NEXT = new Pace(Duration.ofHours(1), Duration.ofHours(2));

    private static final Pace QUICK = new Pace(Duration.ofMillis(20), Duration.ofHours(2));
    private static final List<InetAddress> BOTH = List.of(Port.V4, Port.V6);

    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 5);

    private static Reached connect(Pace pace, Port port) throws InterruptedException {
        return new Connector(pace).connect("mx.example.com", BOTH, port.number(), Sources.ANY);
    }

    private static InetAddress winner(Reached reached) throws Exception {
        assertThat(reached).isInstanceOf(Connected.class);
        try (Socket socket = ((Connected) reached).socket()) {
            assertThat(socket.isConnected()).isTrue();
            return socket.getInetAddress();
        }
    }

    @Test
    void addressThatAnswersAtOnceIsTheOnlyOneTried() throws Exception {
        try (Port port = Port.with(Manner.BLACK_HOLE, Manner.ANSWERS)) {
            Reached reached = connect(NEVER_NEXT, port);

            assertThat(port.held()).isEqualTo(1);
            assertThat(reached.missed()).isEmpty();
            assertThat(winner(reached)).isEqualTo(Port.V6);
        }
    }

    @Test
    void addressThatRefusesIsFollowedByTheNextAtOnce() throws Exception {
        try (Port port = Port.with(Manner.ANSWERS, Manner.REFUSES)) {
            Reached reached = connect(NEVER_NEXT, port);

            assertThat(reached.missed()).extracting(Missed::toString).containsExactly("::1: connection refused");
            assertThat(winner(reached)).isEqualTo(Port.V4);
        }
    }

    @Test
    void addressThatSaysNothingIsFollowedByTheNextAfterAMomentAndGivenUp() throws Exception {
        try (Port port = Port.with(Manner.ANSWERS, Manner.BLACK_HOLE)) {
            Reached reached = connect(QUICK, port);

            assertThat(port.comesToHold(1)).isTrue();
            assertThat(winner(reached)).isEqualTo(Port.V4);
            assertThat(port.comesToHold(0)).isTrue();
        }
    }

    @Test
    void slowOneIsStillWaitedForWhenTheNextRefuses() throws Exception {
        try (Port port = Port.with(Manner.REFUSES, Manner.BLACK_HOLE)) {
            CompletableFuture<Reached> reached = begin(QUICK, port);
            assertThat(port.comesToHold(1)).isTrue();
            port.mendV6();

            assertThat(reached.get().missed())
                    .extracting(Missed::toString)
                    .containsExactly("127.0.0.1: connection refused");
            assertThat(winner(reached.get())).isEqualTo(Port.V6);
        }
    }

    @Test
    void whereAllRefuseEachIsSaid() throws Exception {
        try (Port port = Port.with(Manner.REFUSES, Manner.REFUSES)) {
            Reached reached = connect(NEVER_NEXT, port);

            assertThat(reached).isInstanceOf(Unreachable.class);
            assertThat(((Unreachable) reached).words())
                    .isEqualTo("::1: connection refused, 127.0.0.1: connection refused");
            assertThat(port.held()).isZero();
        }
    }

    @Test
    void whereNobodyAnswersItEndsInTime() throws Exception {
        try (Port port = Port.with(Manner.BLACK_HOLE, Manner.BLACK_HOLE)) {
            Reached reached = connect(new Pace(Duration.ofMillis(10), Duration.ofMillis(1_200)), port);

            assertThat(reached).isInstanceOf(Unreachable.class);
            assertThat(((Unreachable) reached).words())
                    .matches("::1: timed out after \\d+s, 127\\.0\\.0\\.1: timed out after \\d+s");
            assertThat(port.comesToHold(0)).isTrue();
        }
    }

    @Test
    void hostWithoutAddressIsUnreachable() throws Exception {
        assertThat(new Connector(Pace.DEFAULT).connect("mx.example.com", List.of(), 25, Sources.ANY))
                .isEqualTo(new Unreachable(List.of()));
    }

    // Both answer at once, many times: one is kept, and nothing of the other.
    @Test
    void loserThatWasConnectedTooIsClosed() throws Exception {
        try (Port port = Port.with(Manner.ANSWERS, Manner.ANSWERS)) {
            Connector connector = new Connector(new Pace(Duration.ZERO, Duration.ofHours(1)));
            var winners = new ArrayList<Socket>();
            for (int i = 0; i < 40; i++) {
                var won = (Connected) connector.connect("h" + i, BOTH, port.number(), Sources.ANY);
                assertThat(won.socket().isClosed()).isFalse();
                winners.add(won.socket());
            }

            // Soon, before a collector of garbage may close the others for us.
            assertThat(port.comesToHold(40, Duration.ofMillis(500))).isTrue();
            for (Socket socket : winners) {
                socket.close();
            }
            assertThat(port.comesToHold(0)).isTrue();
        }
    }

    @Test
    void whoIsToldToStopLeavesNothingOpen() throws Exception {
        try (Port port = Port.with(Manner.BLACK_HOLE, Manner.BLACK_HOLE)) {
            var ended = new CompletableFuture<Reached>();
            Thread thread = Thread.ofVirtual().start(() -> {
                try {
                    ended.complete(connect(QUICK, port));
                } catch (InterruptedException stopped) {
                    ended.completeExceptionally(stopped);
                }
            });
            assertThat(port.comesToHold(2)).isTrue();
            thread.interrupt();

            assertThatThrownBy(ended::get)
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(InterruptedException.class);
            assertThat(port.comesToHold(0)).isTrue();
        }
    }

    @Test
    void familyThatWasSlowIsNotTriedFirstForAWhile() throws Exception {
        try (Port port = Port.with(Manner.ANSWERS, Manner.BLACK_HOLE)) {
            // Long enough for whoever answers to be the first, whatever else this machine does.
            var pace = new Pace(Duration.ofSeconds(2), Duration.ofHours(1));
            Connector connector = new Connector(pace, now::get);
            assertThat(winner(connector.connect("slow", BOTH, port.number(), Sources.ANY)))
                    .isEqualTo(Port.V4);
            port.mendV6();

            now.addAndGet(FamilyMemory.LIFETIME.toNanos() - 1);
            assertThat(winner(connector.connect("slow", BOTH, port.number(), Sources.ANY)))
                    .isEqualTo(Port.V4);
            assertThat(winner(connector.connect("other", BOTH, port.number(), Sources.ANY)))
                    .isEqualTo(Port.V6);
            now.addAndGet(2);
            assertThat(winner(connector.connect("slow", BOTH, port.number(), Sources.ANY)))
                    .isEqualTo(Port.V6);
        }
    }

    @Test
    void rememberedFamilyThatFailsIsForgottenForTheOther() throws Exception {
        Connector connector = new Connector(NEVER_NEXT, now::get);
        try (Port port = Port.with(Manner.ANSWERS, Manner.REFUSES)) {
            assertThat(winner(connector.connect("host", BOTH, port.number(), Sources.ANY)))
                    .isEqualTo(Port.V4);
        }
        try (Port port = Port.with(Manner.REFUSES, Manner.ANSWERS)) {
            Reached reached = connector.connect("host", BOTH, port.number(), Sources.ANY);
            assertThat(reached.missed()).extracting(Missed::address).containsExactly(Port.V4);
            assertThat(winner(reached)).isEqualTo(Port.V6);
            assertThat(connector.connect("host", BOTH, port.number(), Sources.ANY))
                    .isInstanceOfSatisfying(
                            Connected.class, won -> assertThat(won.missed()).isEmpty())
                    .satisfies(won -> ((Connected) won).socket().close());
        }
    }

    @Test
    void memoryHasAnEnd() {
        var memory = new FamilyMemory(now::get);
        IntStream.range(0, FamilyMemory.MOST_HOSTS + 100).forEach(i -> memory.remember("h" + i, true));

        assertThat(memory.known()).isEqualTo(FamilyMemory.MOST_HOSTS);
        assertThat(memory.prefersV4("h99")).isFalse();
        assertThat(memory.prefersV4("h100")).isTrue();
    }

    @Test
    void connectionLeavesFromTheAddressThatWasSaid() throws Exception {
        try (Port port = Port.with(Manner.ANSWERS, Manner.ANSWERS)) {
            var sources = new Sources(
                    Optional.of((Inet4Address) InetAddress.ofLiteral("127.0.0.77")),
                    Optional.of((Inet6Address) InetAddress.ofLiteral("2001:db8::77")));
            Reached reached = new Connector(NEVER_NEXT).connect("mx.example.com", BOTH, port.number(), sources);

            assertThat(((Connected) reached).socket().getLocalAddress()).isEqualTo(InetAddress.ofLiteral("127.0.0.77"));
            assertThat(reached.missed())
                    .extracting(Missed::toString)
                    .singleElement()
                    .asString()
                    .startsWith("::1: can't leave from 2001:db8::77: ");
            assertThat(winner(reached)).isEqualTo(Port.V4);
        }
    }

    @Test
    void familiesTakeTurns() {
        List<InetAddress> addresses = IntStream.of(1, 2, 3)
                .mapToObj(i -> InetAddress.ofLiteral("192.0.2." + i))
                .collect(java.util.stream.Collectors.toCollection(ArrayList::new));
        addresses.add(InetAddress.ofLiteral("2001:db8::1"));

        assertThat(Connector.takingTurns(addresses, false))
                .extracting(InetAddress::getHostAddress)
                .containsExactly("2001:db8:0:0:0:0:0:1", "192.0.2.1", "192.0.2.2", "192.0.2.3");
        assertThat(Connector.takingTurns(addresses, true))
                .extracting(InetAddress::getHostAddress)
                .containsExactly("192.0.2.1", "2001:db8:0:0:0:0:0:1", "192.0.2.2", "192.0.2.3");
    }

    private static CompletableFuture<Reached> begin(Pace pace, Port port) {
        var reached = new CompletableFuture<Reached>();
        Thread.ofVirtual().start(() -> {
            try {
                reached.complete(connect(pace, port));
            } catch (InterruptedException stopped) {
                reached.completeExceptionally(stopped);
            }
        });
        return reached;
    }
}
