package org.postern.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postern.smtp.transcript.Peer;

/** Another program fills the disk of the spool and of the Maildirs, under load, and makes room again. */
@Tag("soak")
@Tag("disk-1")
class FullDiskTest {
    private static final int SENDERS = 20;
    private static final long LOW = 64L << 20;
    private static final long RESERVE = 16L << 20;
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    @TempDir
    Path directory;

    private final Set<String> confirmed = ConcurrentHashMap.newKeySet();
    private final Map<String, Integer> replies = new ConcurrentSkipListMap<>();
    private final AtomicInteger next = new AtomicInteger();
    private final ExecutorService senders = Executors.newVirtualThreadPerTaskExecutor();
    private PowerCutDisk disk;
    private Path maildirs;
    private int lines = 100;
    private volatile boolean enough;

    @SuppressWarnings("NullAway.Init") // JUnit calls makeDisk first
    FullDiskTest() {}

    @BeforeEach
    void makeDisk() throws Exception {
        PowerCutDisk.assume();
        disk = PowerCutDisk.in(directory, 600);
        maildirs = disk.place().resolve("maildir");
    }

    @AfterEach
    void endAll() throws IOException {
        enough = true;
        senders.close();
        if (disk != null) {
            disk.close();
        }
    }

    @Test
    void diskThatFillsIsSaidInTimeAndForgottenAfterwards() throws Exception {
        try (var postern = PosternProcess.with(directory, toml())) {
            load(postern);
            await(() -> confirmed.size() > 200);
            fillLeaving(LOW / 2);
            await(() -> replies.containsKey("452 4.3.1"));
            int before = confirmed.size();
            Files.delete(filler());
            await(() -> confirmed.size() > before + 200);
            enough = true;
            await(() -> missing().isEmpty());

            System.out.println("a disk that fills: " + replies + " confirmed=" + confirmed.size() + " lost="
                    + missing().size());
            assertThat(replies).containsOnlyKeys("250 2.0.0", "452 4.3.1");
            assertThat(postern.output()).contains("too little space: no mail is taken", "there is space again");
        }
    }

    @Test
    void reserveEatenByAnotherStopsTheStoreAndLosesNothing() throws Exception {
        maildirs = directory.resolve("maildir");
        lines = 60_000;
        try (var postern = PosternProcess.with(directory, toml())) {
            load(postern);
            await(() -> confirmed.size() > 20);
            // Between two looks at the disk, with large messages on their way: not each time a write is caught by it.
            await(() -> {
                fillLeaving(0);
                Thread.sleep(1_000);
                boolean stopped = postern.output().contains("the spool has stopped");
                if (!stopped) {
                    Files.deleteIfExists(filler());
                    Thread.sleep(1_000);
                }
                return stopped;
            });
            await(() -> replies.containsKey("451 4.3.0"));
            int before = confirmed.size();
            Files.deleteIfExists(filler());
            int refused = replies.getOrDefault("451 4.3.0", 0);
            await(() -> replies.getOrDefault("451 4.3.0", 0) > refused + 100);
            assertThat(confirmed).as("confirmed by a store that has stopped").hasSize(before);
            assertThat(postern.output()).contains("see to the disk, then restart Postern");
            enough = true;
            postern.terminate();
            postern.exitCode();
        }
        try (var postern = PosternProcess.with(directory, toml())) {
            await(() -> missing().isEmpty());
            System.out.println("a reserve that is eaten: " + replies + " confirmed=" + confirmed.size() + " lost="
                    + missing().size());
            assertThat(postern.isAlive()).isTrue();
        }
    }

    private String toml() {
        return """
            hostname = "mx.example.com"
            data = "%1$s/data"
            [[listen]]
            address = "127.0.0.1:0"
            role = "trusted"
            [limits]
            spool-free-bytes = %2$d
            spool-reserve-bytes = %3$d
            [queue]
            retry = ["1s"]
            [domains.localhost]
            deliver = "maildir:%4$s/{local}"
            mailboxes = "any"
            """.formatted(disk.place(), LOW, RESERVE, maildirs);
    }

    private Path filler() {
        return disk.place().resolve("filler");
    }

    /** Takes all free space of the disk but that much. */
    private void fillLeaving(long octets) throws IOException, InterruptedException {
        long free = Files.getFileStore(disk.place()).getUsableSpace() - octets;
        long size = Files.exists(filler()) ? Files.size(filler()) : 0;
        if (free > 0) {
            // Fails when others took some of it meanwhile: then it is tried again.
            Program.named("fallocate").run("-l", Long.toString(size + free), filler().toString());
        }
    }

    private void load(PosternProcess postern) {
        for (int i = 0; i < SENDERS; i++) {
            senders.execute(() -> send(postern));
        }
    }

    private void send(PosternProcess postern) {
        try (Peer peer = Peer.greetedBy(new InetSocketAddress(InetAddress.getLoopbackAddress(), postern.port()))) {
            peer.ask("EHLO c.example.org");
            while (!enough) {
                String name = "n" + next.incrementAndGet();
                String reply = peer.ask("MAIL FROM:<ann@example.org>");
                if (reply.startsWith("250 ")) {
                    peer.ask("RCPT TO:<bob@localhost>");
                    peer.ask("DATA");
                    String line = "x".repeat(70) + "\r\n";
                    reply = peer.ask("From: a@example.org\r\nSubject: " + name + "\r\n\r\n" + line.repeat(lines) + ".");
                }
                if (reply.startsWith("250 ")) {
                    confirmed.add(name);
                }
                replies.merge(reply.substring(0, Math.min(9, reply.length())), 1, Integer::sum);
            }
        } catch (IOException | RuntimeException stopped) {
            // By SIGTERM, in one of the tests.
        }
    }

    private Set<String> missing() throws IOException {
        Set<String> missing = new TreeSet<>(confirmed);
        Path inbox = maildirs.resolve("bob/new");
        try (Stream<Path> files = Files.list(inbox)) {
            for (Path file : files.toList()) {
                try (Stream<String> lines = Files.lines(file, StandardCharsets.ISO_8859_1)) {
                    lines.filter(line -> line.startsWith("Subject: "))
                            .findFirst()
                            .ifPresent(line -> missing.remove(line.substring(9)));
                }
            }
        }
        return missing;
    }

    private interface Condition {
        boolean holds() throws IOException, InterruptedException;
    }

    private void await(Condition condition) throws IOException, InterruptedException {
        Instant deadline = Instant.now().plus(PATIENCE);
        while (!condition.holds()) {
            assertThat(Instant.now())
                    .as(new TreeMap<>(replies) + " confirmed " + confirmed.size())
                    .isBefore(deadline);
            Thread.sleep(20);
        }
    }
}
