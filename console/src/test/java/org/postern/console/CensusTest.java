package org.postern.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postern.queue.Destination;
import org.postern.queue.Tally;
import org.postern.smtp.transcript.Peer;
import org.postern.spool.MessageId;

@Timeout(120)
class CensusTest {
    @TempDir
    private Path directory;

    private final AtomicLong clock = new AtomicLong();
    private RunningServer server;
    private Census census;

    @BeforeEach
    void begin() throws Exception {
        server = RunningServer.in(directory, "");
        census = new Census(server::watched, clock::get);
    }

    @AfterEach
    void end() throws Exception {
        server.close();
    }

    private Census.Standing now() {
        clock.addAndGet(Duration.ofDays(1).toNanos());
        return census.now();
    }

    private Tally await(Predicate<Tally> condition) throws InterruptedException {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        Tally tally = now().queue();
        while (!condition.test(tally)) {
            assertThat(System.nanoTime() - until).as(tally.toString()).isNegative();
            Thread.sleep(10);
            tally = now().queue();
        }
        return tally;
    }

    @Test
    void emptyServer() {
        Census.Standing now = now();

        assertThat(now.queue()).isEqualTo(new Tally(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, Optional.empty()));
        assertThat(now.sessions()).containsExactly(new Census.Sessions("127.0.0.1:0", "trusted", 0));
        assertThat(now.spoolRuns()).isTrue();
        assertThat(now.takesMail()).isTrue();
        assertThat(now.certificateEnds().get("mx.example.com")).isGreaterThan(System.currentTimeMillis() / 1_000);
        assertThat(now.zones()).isEmpty();
        assertThat(now.greeting()).as("nobody looks").isEmpty();
        assertThat(now.disks())
                .extracting(Census.Disk::directory)
                .containsExactly(
                        directory.resolve("data").toString(),
                        directory.resolve("mail").toString());
        assertThat(now.disks())
                .allSatisfy(disk -> assertThat(disk.free()).isPositive().isLessThanOrEqualTo(disk.size()));
    }

    @Test
    void messagesAreCountedByWhatTheyWaitFor() throws Exception {
        MessageId held = server.bring("held@example.com").id();
        server.bring("later@example.com");
        server.bring("nobody@example.net");
        Tally later = await(tally -> tally.later() == 3);
        assertThat(later.waiting()).isEqualTo(3);
        assertThat(later.unreachedDestinations()).isEqualTo(1);
        assertThat(later.oldest().orElseThrow()).isPositive().isLessThan(Duration.ofMinutes(2));

        server.queue.hold(held);
        assertThat(await(tally -> tally.held() == 1).waiting()).isEqualTo(2);

        server.queue.suspend(Destination.remote("example.com"));
        Tally suspended = await(tally -> tally.suspended() == 1);
        assertThat(suspended.suspendedDestinations()).isEqualTo(1);
        assertThat(suspended.later()).isEqualTo(1);

        server.queue.release(held);
        assertThat(await(tally -> tally.suspended() == 2).held()).isZero();

        server.queue.drop(held);
        assertThat(await(tally -> tally.waiting() == 2).held()).isZero();
    }

    @Test
    void whatIsInQuarantineIsNotWaiting() throws Exception {
        MessageId doubted = server.bringDoubted("held@example.com").id();
        Tally tally = await(one -> one.quarantined() == 1);
        assertThat(tally.waiting()).isZero();
        assertThat(tally.oldest()).as("nothing of it is to be delivered").isEmpty();

        server.queue.releaseFromQuarantine(doubted);
        assertThat(await(one -> one.waiting() == 1).quarantined()).isZero();
    }

    @Test
    void manyAreCountedOnceEach() throws Exception {
        int messages = 5_000;
        server.queue.suspend(Destination.remote("example.com"));
        for (int i = 0; i < messages; i++) {
            server.bring("b" + i + "@example.com");
        }
        assertThat(await(tally -> tally.suspended() == messages).waiting()).isEqualTo(messages);
    }

    @Test
    void whatIsHeldIsKnownAfterARestart() throws Exception {
        MessageId held = server.bring("held@example.com").id();
        await(tally -> tally.later() == 1);
        server.queue.hold(held);
        server.close();
        server = RunningServer.in(directory, "");

        assertThat(await(tally -> tally.held() == 1).waiting()).isZero();
    }

    @Test
    void sessionsAreCountedByListener() throws Exception {
        try (Peer _ = Peer.greetedBy(server.address());
                Peer _ = Peer.greetedBy(server.address())) {
            assertThat(now().sessions()).containsExactly(new Census.Sessions("127.0.0.1:0", "trusted", 2));
        }
    }

    @Test
    void whoAsksAgainGetsTheSameForAHundredTimesAsLongAsItTook() {
        var looks = new AtomicInteger();
        long took = Duration.ofSeconds(1).toNanos();
        var slow = new Census(
                () -> {
                    looks.incrementAndGet();
                    clock.addAndGet(took);
                    return server.watched();
                },
                clock::get);
        slow.now();
        clock.addAndGet(99 * took);
        slow.now();
        assertThat(looks).hasValue(1);
        clock.addAndGet(2 * took);
        slow.now();
        assertThat(looks).hasValue(2);
    }

    @Test
    void aQuickLookServesForFiveSeconds() {
        var looks = new AtomicInteger();
        var quick = new Census(
                () -> {
                    looks.incrementAndGet();
                    return server.watched();
                },
                clock::get);
        quick.now();
        clock.addAndGet(Duration.ofMillis(4_999).toNanos());
        quick.now();
        assertThat(looks).hasValue(1);
        clock.addAndGet(Duration.ofMillis(1).toNanos());
        quick.now();
        assertThat(looks).hasValue(2);
    }

    @ParameterizedTest
    @CsvSource({
        "/var/mail/{domain}/{local}, /var/mail",
        "/var/mail/x-{domain}/{local}, /var/mail",
        "/{domain}/{local}, /",
        "/var/mail/all, /var/mail/all"
    })
    void allMaildirsOfATemplateAreIn(String template, String root) {
        assertThat(Census.root(template)).isEqualTo(Path.of(root));
    }
}
