package org.postern.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.postern.queue.Courier.Outcome;
import org.postern.smtp.Envelope;
import org.postern.smtp.ForwardPath;
import org.postern.smtp.MailParameters;
import org.postern.smtp.Mailbox;
import org.postern.smtp.ReversePath;
import org.postern.spool.MessageId;
import org.postern.spool.Recipient;
import org.postern.spool.Recipient.State;
import org.postern.spool.RocksSpool;
import org.postern.spool.Spool;
import org.postern.spool.SpooledMessage;

class QueueTest {
    private static final Duration MOMENT = Duration.ofMillis(20);
    private static final Duration FAR = Duration.ofHours(1);
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    @TempDir
    Path directory;

    private final TestClock clock = new TestClock();
    private final BlockingQueue<String> attempts = new LinkedBlockingQueue<>();
    private volatile Function<String, Outcome> answer = _ -> new Outcome.Delivered("there");
    private Spool spool;

    /** A clock that somebody sets. */
    private static final class TestClock extends Clock {
        private volatile Instant now = Instant.parse("2026-11-25T12:00:00Z");

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now;
        }
    }

    @BeforeEach
    void open() throws IOException {
        spool = RocksSpool.open(directory, new RocksSpool.Room(1 << 20, 0), clock);
    }

    @AfterEach
    void close() throws IOException {
        spool.close();
    }

    private Queue queue(Duration... waits) throws IOException {
        var queue = new Queue(spool, this::attempt, new RetrySchedule(List.of(waits), Duration.ofDays(5)), clock);
        queue.start(2);
        return queue;
    }

    private Map<ForwardPath, Outcome> attempt(SpooledMessage message, List<Recipient> due) {
        Map<ForwardPath, Outcome> outcomes = new HashMap<>();
        for (Recipient recipient : due) {
            String who = recipient.path().toString();
            outcomes.put(recipient.path(), answer.apply(who));
            attempts.add(who);
        }
        return outcomes;
    }

    private SpooledMessage accept(String... to) throws IOException {
        List<ForwardPath> recipients = new ArrayList<>();
        for (String one : to) {
            recipients.add(Mailbox.parse(one).orElseThrow());
        }
        var envelope = new Envelope(new ReversePath.Null(), MailParameters.NONE, recipients);
        return spool.accept(
                new Spool.Arrival(spool.nextId(), "s-1", envelope, ""), new ByteArrayInputStream(new byte[] {'x'}));
    }

    private State state(MessageId id, int recipient) throws IOException {
        return spool.find(id).orElseThrow().recipients().get(recipient).state();
    }

    private String nextAttempt() throws InterruptedException {
        String who = attempts.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertThat(who).as("an attempt").isNotNull();
        return String.valueOf(who);
    }

    @Test
    void whatIsDeliveredIsForgotten() throws Exception {
        try (Queue queue = queue(FAR)) {
            queue.add(accept("bob@example.com"));
            assertThat(nextAttempt()).isEqualTo("bob@example.com");
            assertThat(queue.awaitQuiet(PATIENCE)).isTrue();
            assertThat(queue.size()).isZero();
        }
        assertThat(spool.page(Optional.empty(), 10)).isEmpty();
    }

    @Test
    void whatFailsIsTriedAgainAndOnlyThat() throws Exception {
        answer = who -> who.startsWith("eve") ? new Outcome.Later("disk full") : new Outcome.Delivered("there");
        try (Queue queue = queue(MOMENT)) {
            queue.add(accept("bob@example.com", "eve@example.com"));
            assertThat(List.of(nextAttempt(), nextAttempt(), nextAttempt(), nextAttempt()))
                    .containsExactly("bob@example.com", "eve@example.com", "eve@example.com", "eve@example.com");
            answer = _ -> new Outcome.Delivered("there");
            eventually(() -> spool.page(Optional.empty(), 10).isEmpty());
        }
    }

    @Test
    void statesOutliveARestart() throws Exception {
        answer = who -> who.startsWith("eve") ? new Outcome.Later("disk full") : new Outcome.Delivered("there");
        SpooledMessage message = accept("bob@example.com", "eve@example.com");
        try (Queue queue = queue(FAR)) {
            assertThat(queue.awaitQuiet(PATIENCE)).isTrue();
        }
        attempts.clear();
        try (Queue queue = queue(FAR)) {
            assertThat(queue.size()).isEqualTo(1);
            assertThat(state(message.id(), 0)).isEqualTo(State.DELIVERED);
            assertThat(spool.find(message.id())
                            .orElseThrow()
                            .recipients()
                            .get(1)
                            .last())
                    .isEqualTo("disk full");
            assertThat(attempts).isEmpty();

            queue.flush();
            assertThat(nextAttempt()).isEqualTo("eve@example.com");
        }
    }

    @Test
    void whatTheSpoolHoldsIsDeliveredAfterAStart() throws Exception {
        for (int i = 0; i < 2_500; i++) {
            accept("bob@example.com");
        }
        try (Queue queue = queue(FAR)) {
            assertThat(queue.awaitQuiet(PATIENCE)).isTrue();
            assertThat(attempts).hasSize(2_500);
        }
        assertThat(spool.page(Optional.empty(), 10)).isEmpty();
    }

    @Test
    void whatIsStuckIsHeldUntilItIsReleased() throws Exception {
        answer = _ -> new Outcome.Stuck("no such mailbox any more");
        try (Queue queue = queue(MOMENT)) {
            SpooledMessage message = accept("bob@example.com");
            queue.add(message);
            nextAttempt();
            assertThat(queue.awaitQuiet(PATIENCE)).isTrue();
            assertThat(state(message.id(), 0)).isEqualTo(State.HELD);
            assertThat(queue.size()).isZero();

            answer = _ -> new Outcome.Delivered("there");
            assertThat(queue.release(message.id())).isEqualTo(Queue.Answer.DONE);
            nextAttempt();
            assertThat(queue.awaitQuiet(PATIENCE)).isTrue();
            assertThat(queue.release(message.id())).isEqualTo(Queue.Answer.UNKNOWN);
        }
    }

    @Test
    void whatIsTriedForTooLongIsHeld() throws Exception {
        answer = _ -> new Outcome.Later("disk full");
        var schedule = new RetrySchedule(List.of(MOMENT), Duration.ofMillis(1));
        try (var queue = new Queue(spool, this::attempt, schedule, clock)) {
            queue.start(1);
            SpooledMessage message = accept("bob@example.com");
            queue.add(message);
            nextAttempt();
            eventually(() -> state(message.id(), 0) == State.HELD);
            assertThat(spool.find(message.id())
                            .orElseThrow()
                            .recipients()
                            .getFirst()
                            .last())
                    .endsWith("disk full");
        }
    }

    private static void eventually(Callable<Boolean> condition) throws Exception {
        Instant deadline = Instant.now().plus(PATIENCE);
        while (!condition.call()) {
            assertThat(Instant.now()).isBefore(deadline);
            Thread.sleep(5);
        }
    }

    @Test
    void heldByTheOperatorRetriedAndDropped() throws Exception {
        answer = _ -> new Outcome.Later("disk full");
        try (Queue queue = queue(FAR)) {
            SpooledMessage message = accept("bob@example.com");
            queue.add(message);
            nextAttempt();
            assertThat(queue.awaitQuiet(PATIENCE)).isTrue();

            assertThat(queue.hold(message.id())).isEqualTo(Queue.Answer.DONE);
            assertThat(spool.find(message.id())
                            .orElseThrow()
                            .recipients()
                            .getFirst()
                            .last())
                    .isEqualTo("held by the operator; before: disk full");
            queue.flush();
            assertThat(queue.awaitQuiet(PATIENCE)).isTrue();
            assertThat(attempts).isEmpty();

            assertThat(queue.retry(message.id())).isEqualTo(Queue.Answer.DONE);
            nextAttempt();
            assertThat(queue.awaitQuiet(PATIENCE)).isTrue();
            assertThat(queue.drop(message.id())).isEqualTo(Queue.Answer.DONE);
            assertThat(queue.drop(message.id())).isEqualTo(Queue.Answer.UNKNOWN);
            assertThat(queue.size()).isZero();
        }
    }

    @Test
    @Tag("clock-1")
    void clockThatIsSetNeitherHurriesNorGivesUp() throws Exception {
        answer = _ -> new Outcome.Later("disk full");
        try (Queue queue = queue(FAR)) {
            SpooledMessage message = accept("bob@example.com");
            queue.add(message);
            nextAttempt();
            assertThat(queue.awaitQuiet(PATIENCE)).isTrue();

            clock.now = clock.now.plus(Duration.ofDays(30));
            queue.flush();
            nextAttempt();
            assertThat(queue.awaitQuiet(PATIENCE)).isTrue();
            assertThat(state(message.id(), 0)).isEqualTo(State.WAITING);
        }
        // Back by a year: it is tried within twice the longest wait all the same, not in a year.
        clock.now = clock.now.minus(Duration.ofDays(395));
        answer = _ -> new Outcome.Delivered("there");
        attempts.clear();
        try (Queue queue = queue(MOMENT)) {
            assertThat(nextAttempt()).isEqualTo("bob@example.com");
            assertThat(queue.awaitQuiet(PATIENCE)).isTrue();
        }
    }

    @Test
    void attemptThatThrowsCostsNothing() throws Exception {
        var thrown = new CountDownLatch(2);
        answer = _ -> {
            thrown.countDown();
            throw new IllegalStateException("a bug");
        };
        try (Queue queue = queue(MOMENT)) {
            queue.add(accept("bob@example.com"));
            assertThat(thrown.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
            answer = _ -> new Outcome.Delivered("there");
            eventually(() -> spool.page(Optional.empty(), 10).isEmpty());
        }
    }

    @Test
    void queueThatCantStartEndsItsWorkers() {
        var damaged = (Spool)
                Proxy.newProxyInstance(Spool.class.getClassLoader(), new Class<?>[] {Spool.class}, (_, _, _) -> {
                    throw new IOException("a damaged page");
                });
        var before = Thread.getAllStackTraces().keySet();
        Courier courier = (_, _) -> Map.of();
        var queue = new Queue(damaged, courier, RetrySchedule.DEFAULT, clock);

        assertThatThrownBy(() -> queue.start(3)).hasMessage("a damaged page");
        assertThat(Thread.getAllStackTraces().keySet())
                .filteredOn(thread -> thread.getName().startsWith("delivery-"))
                .allMatch(before::contains);
    }

    @Test
    void whatIsHeldBeforeItsSessionQueuesItStaysHeld() throws Exception {
        try (Queue queue = queue(FAR)) {
            SpooledMessage message = accept("bob@example.com");
            assertThat(queue.hold(message.id())).isEqualTo(Queue.Answer.DONE);
            queue.add(message);
            assertThat(queue.awaitQuiet(PATIENCE)).isTrue();

            assertThat(attempts).isEmpty();
            assertThat(state(message.id(), 0)).isEqualTo(State.HELD);
        }
    }

    @Test
    void whatIsDroppedBeforeItsSessionQueuesItIsNotDelivered() throws Exception {
        try (Queue queue = queue(FAR)) {
            SpooledMessage message = accept("bob@example.com");
            assertThat(queue.drop(message.id())).isEqualTo(Queue.Answer.DONE);
            queue.add(message);
            assertThat(queue.awaitQuiet(PATIENCE)).isTrue();

            assertThat(attempts).isEmpty();
        }
    }

    @Test
    void whatTheStartFindsBeingDeliveredIsNotDeliveredTwice() throws Exception {
        var tries = new AtomicInteger();
        var mayEnd = new CountDownLatch(1);
        var schedule = new RetrySchedule(List.of(FAR), Duration.ofDays(5));
        Courier slow = (message, due) -> {
            tries.incrementAndGet();
            await(mayEnd);
            return attempt(message, due);
        };
        try (var queue = new Queue(spool, slow, schedule, clock)) {
            queue.add(accept("bob@example.com"));
            queue.start(2);
            eventually(() -> tries.get() > 0);
            assertThat(queue.size()).isEqualTo(1);
            mayEnd.countDown();
            assertThat(queue.awaitQuiet(PATIENCE)).isTrue();
        }
        assertThat(tries).hasValue(1);
    }

    private static void await(CountDownLatch latch) throws IOException {
        try {
            assertThat(latch.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException stop) {
            throw new IOException(stop);
        }
    }

    @Test
    void heldWhileItIsDeliveredIsBusyAndDroppedAfterwardsUnknown() throws Exception {
        var begun = new CountDownLatch(1);
        var mayEnd = new CountDownLatch(1);
        answer = _ -> {
            begun.countDown();
            try {
                assertThat(mayEnd.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException stop) {
                throw new IllegalStateException(stop);
            }
            return new Outcome.Delivered("there");
        };
        try (Queue queue = queue(FAR)) {
            SpooledMessage message = accept("bob@example.com");
            queue.add(message);
            await(begun);
            assertThat(queue.hold(message.id())).isEqualTo(Queue.Answer.BUSY);
            assertThat(queue.drop(message.id())).isEqualTo(Queue.Answer.BUSY);
            mayEnd.countDown();
            assertThat(queue.awaitQuiet(PATIENCE)).isTrue();
            assertThat(queue.drop(message.id())).isEqualTo(Queue.Answer.UNKNOWN);
        }
    }

    @Test
    void whatIsFlushedWhileNoServerRunsIsTriedAtItsStart() throws Exception {
        answer = _ -> new Outcome.Later("disk full");
        SpooledMessage waiting = accept("bob@example.com");
        SpooledMessage held = accept("eve@example.com");
        try (Queue queue = queue(FAR)) {
            assertThat(queue.awaitQuiet(PATIENCE)).isTrue();
            queue.hold(held.id());
        }
        attempts.clear();
        var idle = new Queue(spool, this::attempt, new RetrySchedule(List.of(FAR), Duration.ofDays(5)), clock);
        assertThat(idle.flushKept()).isEqualTo(1);
        try (Queue queue = queue(FAR)) {
            assertThat(queue.awaitQuiet(PATIENCE)).isTrue();
            assertThat(attempts).containsExactly("bob@example.com");
            assertThat(state(held.id(), 0)).isEqualTo(State.HELD);
            assertThat(spool.find(waiting.id())
                            .orElseThrow()
                            .recipients()
                            .getFirst()
                            .attempts())
                    .isEqualTo(2);
        }
    }

    // The start's scan read a message before the operator said of it: what he said counts.
    @Test
    @Timeout(20)
    void whatTheStartFindsLaterThanTheOperatorAskedIsNotPutOff() throws Exception {
        var agenda = new Agenda();
        var id = new MessageId(1);
        long now = System.nanoTime();
        agenda.take(id, now);
        agenda.release(id, now, now);
        agenda.add(id, now + FAR.toNanos(), now);

        assertThat(agenda.take()).map(Agenda.Task::id).contains(id);
        agenda.add(id, now, now);
        assertThat(agenda.size()).as("it is being worked at").isEqualTo(1);
        agenda.release(id);
        assertThat(agenda.size()).isZero();
    }
}
