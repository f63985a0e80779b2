package org.postern.filter;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.postern.filter.Looks.TRANSACTION;
import static org.postern.filter.Looks.filter;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postern.message.OpenMessage;
import org.postern.program.Program;

/** All filters of one message. */
class ScansTest {
    private static final String ACCEPTS = "{\"action\":\"no action\",\"score\":0,\"required_score\":15}";

    private static InputStream large(int octets) {
        byte[] content = new byte[octets];
        Arrays.fill(content, (byte) 'x');
        byte[] header = "Subject: large\r\n\r\n".getBytes(ISO_8859_1);
        System.arraycopy(header, 0, content, 0, header.length);
        return new ByteArrayInputStream(content);
    }

    private static List<String> subjects(List<Outcome> outcomes) {
        return outcomes.stream().map(outcome -> outcome.finding().subject()).toList();
    }

    private static FilterSettings named(String name, FilterSettings like) {
        return new FilterSettings(name, like.address(), like.timeout(), like.maxBytes(), like.password());
    }

    /** Reads the options and no more. */
    private static ScriptedPeer stalling() throws IOException {
        return new ScriptedPeer((in, out) -> {
            ScriptedMilter.read(in);
            ScriptedMilter.send(out, "O\0\0\0\6\0\0\0\0\0\17\360\200");
            new CountDownLatch(1).await();
        });
    }

    /** Takes a message in chunks, counts its octets, and accepts it. */
    static ScriptedPeer accepting(AtomicLong octets) throws IOException {
        return new ScriptedPeer((in, out) -> {
            while (!line(in).isEmpty()) {}
            for (int length = Integer.parseInt(line(in), 16); length > 0; length = Integer.parseInt(line(in), 16)) {
                octets.addAndGet(length);
                in.skipNBytes(length);
                line(in);
            }
            // What is left unread would make the connection's end a reset.
            line(in);
            out.writeBytes("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: " + ACCEPTS.length() + "\r\n\r\n"
                    + ACCEPTS);
        });
    }

    private static String line(DataInputStream in) throws IOException {
        var line = new StringBuilder();
        for (int c = in.readUnsignedByte(); c != '\n'; c = in.readUnsignedByte()) {
            line.append((char) c);
        }
        return line.toString().strip();
    }

    @Test
    void whatPassesThroughIsWhatCame() throws IOException {
        byte[] content = new byte[1_000_000];
        new Random(1).nextBytes(content);
        byte[] header = "Subject: odd\r\n\r\n".getBytes(ISO_8859_1);
        System.arraycopy(header, 0, content, 0, header.length);
        OpenMessage message =
                OpenMessage.of(new ByteArrayInputStream(content), 1_000).orElseThrow();
        var octets = new AtomicLong();
        try (var peer = accepting(octets);
                var filters = Filters.of(List.of(filter(peer.http())));
                Scans scans = filters.begin(TRANSACTION, message.header())) {
            assertThat(message.through(scans::tee).octets().readAllBytes()).isEqualTo(content);
            assertThat(subjects(scans.finish())).containsExactly("one no-action");
        }
        assertThat(octets).hasValue(content.length);
    }

    @Test
    void withoutFiltersNothingIsFound() throws IOException {
        assertThat(Looks.look(List.of(), TRANSACTION, large(100_000))).isEmpty();
    }

    @Test
    void allAreAskedInTheirOrder() throws IOException {
        try (var rejects = new ScriptedMilter(0, Map.of('E', List.of("r")));
                var accepts = new ScriptedMilter(0, Map.of())) {
            assertThat(subjects(Looks.look(
                            List.of(named("b", filter(rejects.address())), named("a", filter(accepts.address()))),
                            TRANSACTION,
                            large(100_000))))
                    .containsExactly("b reject", "a accept");
        }
    }

    @Test
    void aFilterThatTakesNothingMoreIsWaitedForOnce() throws IOException {
        Duration timeout = Duration.ofSeconds(2);
        try (var first = stalling();
                var second = stalling();
                var third = stalling();
                var fourth = stalling();
                var fifth = stalling();
                var accepts = new ScriptedMilter(0, Map.of())) {
            long began = System.nanoTime();

            List<Outcome> outcomes = Looks.look(
                    List.of(
                            named("a", filter(first.tcp(), timeout)),
                            named("b", filter(second.tcp(), timeout)),
                            named("c", filter(third.tcp(), timeout)),
                            named("d", filter(fourth.tcp(), timeout)),
                            named("e", filter(fifth.tcp(), timeout)),
                            named("f", filter(accepts.address()))),
                    TRANSACTION,
                    large(20_000_000));

            // Their clocks run side by side: one after the other they would take five times as long. All else that is
            // done meanwhile, on a busy machine, has the rest.
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(timeout.multipliedBy(5));
            assertThat(subjects(outcomes))
                    .containsExactly(
                            "a no-answer", "b no-answer", "c no-answer", "d no-answer", "e no-answer", "f accept");
            assertThat(outcomes.getFirst().finding().text()).isEqualTo("a did not take it within 2000 ms");
        }
    }

    @Test
    void aSlowClientIsNoFilterFault() throws IOException {
        Duration timeout = Duration.ofSeconds(1);
        try (var milter = new ScriptedMilter(0, Map.of())) {
            var slow = new FilterInputStream(large(200_000)) {
                private long octets;
                private boolean waited;

                @Override
                public int read(byte[] target, int at, int most) throws IOException {
                    int got = super.read(target, at, most);
                    octets += got;
                    if (octets > 100_000 && !waited) {
                        waited = true;
                        // Longer than the filter's time, while it has seen all that there is.
                        long end = System.nanoTime() + timeout.toNanos() * 3 / 2;
                        while (milter.seen().isEmpty() || System.nanoTime() - end < 0) {
                            Thread.onSpinWait();
                        }
                    }
                    return got;
                }
            };
            assertThat(subjects(Looks.look(List.of(filter(milter.address(), timeout)), TRANSACTION, slow)))
                    .containsExactly("one accept");
        }
    }

    @Test
    void aLargerMessageIsNotShown() throws IOException {
        try (var milter = new ScriptedMilter(0, Map.of())) {
            FilterSettings any = filter(milter.address());
            var settings = new FilterSettings("one", any.address(), any.timeout(), 150_000, Optional.empty());

            List<Outcome> larger = Looks.look(List.of(settings), TRANSACTION, large(150_001));
            assertThat(larger.getFirst().finding().toString()).isEqualTo("filter=none");
            assertThat(larger.getFirst().finding().text())
                    .isEqualTo("one is not shown messages of more than 150000 octets");
            assertThat(subjects(Looks.look(List.of(settings), TRANSACTION, large(150_000))))
                    .containsExactly("one accept");
        }
    }

    @Test
    void aMessageWhoseClientStallsHoldsNoOther() throws Exception {
        var octets = new AtomicLong();
        try (var peer = accepting(octets);
                var filters = Filters.of(List.of(filter(peer.http())))) {
            var stalled = new ArrayList<Scans>();
            for (int i = 0; i < 20; i++) {
                OpenMessage message = OpenMessage.of(large(200_000), 1_000).orElseThrow();
                Scans scans = filters.begin(TRANSACTION, message.header());
                assertThat(scans.tee(message.rest()).readNBytes(150_000)).hasSize(150_000);
                stalled.add(scans);
            }
            OpenMessage message = OpenMessage.of(large(200_000), 1_000).orElseThrow();
            try (Scans scans = filters.begin(TRANSACTION, message.header())) {
                scans.tee(message.rest()).readAllBytes();
                assertThat(subjects(scans.finish())).containsExactly("one no-action");
            }
            stalled.forEach(Scans::close);
        }
    }

    @Test
    void aMessageGivenUpLeavesNoConnection() throws Exception {
        var met = new CountDownLatch(1);
        var gone = new CountDownLatch(1);
        try (var peer = new ScriptedPeer((in, out) -> {
                    ScriptedMilter.read(in);
                    met.countDown();
                    try {
                        in.readAllBytes();
                    } finally {
                        gone.countDown();
                    }
                });
                var filters = Filters.of(List.of(filter(peer.tcp())))) {
            OpenMessage message = OpenMessage.of(large(200_000), 1_000).orElseThrow();
            try (Scans scans = filters.begin(TRANSACTION, message.header())) {
                assertThat(scans.tee(message.rest()).readNBytes(100_000)).hasSize(100_000);
                assertThat(met.await(20, TimeUnit.SECONDS)).isTrue();
                assertThat(gone.getCount()).isOne();
            }
            assertThat(gone.await(20, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void aMessageLargerThanTheHeapPassesThrough(@TempDir Path directory) throws Exception {
        var http = new AtomicLong();
        var milter = new AtomicLong();
        try (var rspamd = accepting(http);
                var peer = new ScriptedPeer((in, out) -> {
                    while (true) {
                        String packet = ScriptedMilter.read(in);
                        if (packet.startsWith("O")) {
                            ScriptedMilter.send(out, "O\0\0\0\6\0\0\0\0\0\17\360\200");
                        } else if (packet.startsWith("B")) {
                            milter.addAndGet(packet.length() - 1);
                        } else if (packet.startsWith("E")) {
                            ScriptedMilter.send(out, "c");
                        }
                    }
                })) {
            String said = new Program(Path.of(System.getProperty("java.home"), "bin", "java"))
                    .run(
                            directory,
                            "",
                            "-Xmx20m",
                            "-cp",
                            System.getProperty("java.class.path"),
                            LargeMessage.class.getName(),
                            rspamd.http(),
                            peer.tcp());

            assertThat(said).contains("a no-action", "b accept");
            assertThat(http).hasValue(LargeMessage.OCTETS);
            assertThat(milter).hasValue(LargeMessage.OCTETS - "Subject: large\r\n\r\n".length());
        }
    }
}
