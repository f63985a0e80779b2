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
import java.util.concurrent.atomic.AtomicBoolean;
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
import org.postern.spool.Doubt;
import org.postern.spool.MessageId;
import org.postern.spool.Recipient;
import org.postern.spool.Recipient.State;
import org.postern.spool.RocksSpool;
import org.postern.spool.Spool;
import org.postern.spool.SpooledMessage;
import org.postern.spool.Standing;

class QueueTest {
    private static final Duration MOMENT = Duration.ofMillis(20);
    private static final Duration FAR = Duration.ofHours(1);
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    @TempDir
    Path directory;

    private static final Courier ANYBODY = new TestCourier((_, _) -> Map.of(), 1);

    private final TestClock clock = new TestClock();
    private final BlockingQueue<String> attempts = new LinkedBlockingQueue<>();
    private volatile Function<String, Outcome> answer = _ -> new Outcome.Delivered("there");
    private final TestReporter reporter = new TestReporter();
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
        Queue queue = idle(this::attempt, schedule(waits));
        queue.start();
        return queue;
    }

    private Queue idle(TestCourier.Attempt attempt, RetrySchedule schedule) throws IOException {
        return idle(spool, attempt, schedule);
    }

    private Queue idle(Spool from, TestCourier.Attempt attempt, RetrySchedule schedule) throws IOException {
        return new Queue(
                from,
                new TestCourier(attempt, 2),
                reporter,
                Suspensions.open(directory.resolve("suspended")),
                schedule,
                10,
                clock);
    }

    private static RetrySchedule schedule(Duration... waits) {
        return new RetrySchedule(List.of(waits), Duration.ofDays(5), Duration.ofHours(4), Duration.ofDays(30));
    }

    /** Remembers who was told what. */
    private static final class TestReporter implements Reporter {
        private final BlockingQueue<String> told = new LinkedBlockingQueue<>();
        private volatile Optional<String> nobody = Optional.empty();
        private volatile boolean full;

        /** The list of what will be forgotten can't be kept. */
        private volatile boolean noList;

        @Override
        public Optional<String> failed(SpooledMessage message, Map<Recipient, Diagnosis> failures) throws IOException {
            if (full) {
                throw new IOException("no space left");
            }
            failures.forEach((recipient, why) ->
                    told.add("failed " + recipient.path().path() + " " + why.status() + " " + why.text()));
            return nobody;
        }

        @Override
        public void delayed(SpooledMessage message, Map<Recipient, Diagnosis> delays) {
            delays.forEach((recipient, why) ->
                    told.add("delayed " + recipient.path().path() + " " + why.status() + " " + why.text()));
        }

        @Override
        public void forgetting(SpooledMessage message, Duration notice, Duration forgotten) throws IOException {
            if (noList) {
                throw new IOException("no space left");
            }
            told.add("forgetting " + message.id());
        }
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
    void whatIsTriedForTooLongIsReported() throws Exception {
        answer = _ -> new Outcome.Later("disk full");
        var schedule =
                new RetrySchedule(List.of(MOMENT), Duration.ofMillis(1), Duration.ofDays(1), Duration.ofDays(30));
        try (var queue = idle(this::attempt, schedule)) {
            queue.start();
            SpooledMessage message = accept("bob@example.com");
            queue.add(message);
            assertThat(told())
                    .startsWith("failed <bob@example.com> 4.4.7 given up after ")
                    .endsWith("disk full");
            eventually(() -> spool.find(message.id()).isEmpty());
        }
    }

    private String told() throws InterruptedException {
        return String.valueOf(reporter.told.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS));
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

    /** What came of it could not be noted: it would be made again after a restart, and its recipient have it twice. */
    @Test
    @Tag("crash-1")
    void nothingIsAttemptedOnceTheSpoolHasStopped() throws Exception {
        var isRunning = new AtomicBoolean(true);
        var stopping = (Spool) Proxy.newProxyInstance(
                Spool.class.getClassLoader(),
                new Class<?>[] {Spool.class},
                (_, method, arguments) -> method.getName().equals("isRunning")
                        ? (Object) isRunning.get()
                        : method.invoke(spool, arguments));
        var goOn = new CountDownLatch(1);
        TestCourier.Attempt slow = (message, due) -> {
            Map<ForwardPath, Outcome> outcomes = attempt(message, due);
            try {
                goOn.await();
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
            }
            return outcomes;
        };
        for (int i = 0; i < 5; i++) {
            accept("bob@example.com");
        }
        try (Queue queue = idle(stopping, slow, RetrySchedule.DEFAULT)) {
            queue.start();
            nextAttempt();
            nextAttempt();
            isRunning.set(false);
            goOn.countDown();
            eventually(() -> queue.situation(Destination.LOCAL).connections() == 0);

            queue.add(accept("bob@example.com"));
            queue.flush();
        }
        assertThat(attempts).isEmpty();
        assertThat(spool.page(Optional.empty(), 10)).hasSize(4);
    }

    @Test
    void queueThatCantStartEndsItsThreads() throws Exception {
        var damaged = (Spool)
                Proxy.newProxyInstance(Spool.class.getClassLoader(), new Class<?>[] {Spool.class}, (_, _, _) -> {
                    throw new IOException("a damaged page");
                });
        var before = Thread.getAllStackTraces().keySet();
        Queue queue = idle(damaged, this::attempt, RetrySchedule.DEFAULT);

        assertThatThrownBy(queue::start).hasMessage("a damaged page");
        assertThat(Thread.getAllStackTraces().keySet())
                .filteredOn(thread -> thread.getName().startsWith("delivery-")
                        || thread.getName().startsWith("queue-"))
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
        TestCourier.Attempt slow = (message, due) -> {
            tries.incrementAndGet();
            await(mayEnd);
            return attempt(message, due);
        };
        try (var queue = idle(slow, schedule(FAR))) {
            queue.add(accept("bob@example.com"));
            queue.start();
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
        Queue idle = idle(this::attempt, schedule(FAR));
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

    // --- other hosts
    // ---------------------------------------------------------------------------------------------------------------

    private static Outcome unreachable(String why) {
        return new Outcome.Unreachable(Diagnosis.of("4.4.1", why));
    }

    @Test
    void someAreDeliveredSomeRetriedSomeReported() throws Exception {
        answer = who -> switch (who.substring(0, who.indexOf('@'))) {
            case "ann" -> new Outcome.Delivered("there");
            case "bob" -> new Outcome.Later(Diagnosis.of("4.2.2", "mailbox full"));
            default -> new Outcome.Failed(Diagnosis.of("5.1.1", "no such user"));
        };
        SpooledMessage message = accept("ann@a.test", "bob@b.test", "eve@a.test");
        try (Queue queue = queue(FAR)) {
            assertThat(told()).isEqualTo("failed <eve@a.test> 5.1.1 no such user");
            assertThat(queue.awaitQuiet(PATIENCE)).isTrue();
        }
        assertThat(spool.find(message.id()).orElseThrow().recipients())
                .extracting(Recipient::state)
                .containsExactly(State.DELIVERED, State.WAITING, State.REPORTED);
    }

    @Test
    void whatMayNotBeReportedIsKeptForTheOperatorAndForgottenInTheEnd() throws Exception {
        answer = _ -> new Outcome.Failed(Diagnosis.of("5.1.1", "no such user"));
        reporter.nobody = Optional.of("its sender may be forged");
        var schedule = new RetrySchedule(List.of(FAR), FAR, FAR, Duration.ofSeconds(2));
        SpooledMessage message = accept("eve@a.test");
        try (Queue queue = idle(this::attempt, schedule)) {
            queue.start();
            nextAttempt();
            eventually(() -> spool.find(message.id())
                    .map(one -> one.recipients().getFirst().state() == State.UNDELIVERABLE)
                    .orElse(true));
            eventually(() -> queue.size() == 0);
            eventually(() -> spool.find(message.id()).isEmpty());
            assertThat(attempts).isEmpty();
            assertThat(reporter.told.poll()).startsWith("failed <eve@a.test>");
            assertThat(reporter.told).containsExactly("forgetting " + message.id());
        }
    }

    private SpooledMessage acceptDoubted(String to) throws IOException {
        Doubt doubt = Doubt.fresh(Doubt.Way.HELD, "192.0.2.1", "h.test", "iprev", List.of(), "");
        var envelope = new Envelope(
                new ReversePath.Null(),
                MailParameters.NONE,
                List.of(Mailbox.parse(to).orElseThrow()));
        return spool.accept(
                new Spool.Arrival(spool.nextId(), "s-1", envelope, "", Optional.of(doubt), Standing.UNPROVEN, Map.of()),
                new ByteArrayInputStream(new byte[] {'x'}));
    }

    @Test
    void whatIsInQuarantineIsTriedByNothingUntilItIsReleased() throws Exception {
        SpooledMessage before = acceptDoubted("bob@example.com");
        try (Queue queue = queue(FAR)) {
            SpooledMessage message = acceptDoubted("bob@example.com");
            queue.add(message);
            queue.flush();
            queue.retry(message.id());
            queue.release(message.id());
            queue.hold(message.id());
            assertThat(queue.awaitQuiet(PATIENCE)).isTrue();
            assertThat(queue.size()).isZero();
            assertThat(attempts).isEmpty();
            assertThat(state(message.id(), 0)).isEqualTo(State.QUARANTINED);

            assertThat(queue.releaseFromQuarantine(message.id())).isEqualTo(Queue.Answer.DONE);
            nextAttempt();
            assertThat(queue.awaitQuiet(PATIENCE)).isTrue();
            assertThat(spool.find(message.id())).isEmpty();
            assertThat(state(before.id(), 0)).isEqualTo(State.QUARANTINED);
        }
    }

    /** It has waited for the operator, not for its destination. */
    @Test
    void whatIsReleasedIsTriedAsLongAsWhatHasJustCome() throws Exception {
        answer = _ -> new Outcome.Later("disk full");
        SpooledMessage message = acceptDoubted("bob@example.com");
        spool.update(message.with(Duration.ofDays(20), recipient -> recipient));
        try (Queue queue = queue(FAR)) {
            queue.releaseFromQuarantine(message.id());
            nextAttempt();
            assertThat(queue.awaitQuiet(PATIENCE)).isTrue();
            assertThat(reporter.told).isEmpty();
            assertThat(state(message.id(), 0)).isEqualTo(State.WAITING);
            assertThat(spool.find(message.id()).orElseThrow().age()).isLessThan(Duration.ofHours(1));
        }
    }

    @Test
    void whatIsInQuarantineIsForgottenInTheEndAndThePostmasterToldBefore() throws Exception {
        var schedule = new RetrySchedule(List.of(FAR), FAR, FAR, FAR, Duration.ofSeconds(2));
        SpooledMessage message = acceptDoubted("bob@example.com");
        try (Queue queue = idle(this::attempt, schedule)) {
            queue.start();
            eventually(() -> spool.find(message.id()).isEmpty());
            assertThat(attempts).isEmpty();
            assertThat(reporter.told).containsExactly("forgetting " + message.id());
        }
    }

    @Test
    void nothingIsForgottenThatThePostmasterWasNotToldOf() throws Exception {
        answer = _ -> new Outcome.Failed(Diagnosis.of("5.1.1", "no such user"));
        reporter.nobody = Optional.of("its sender may be forged");
        var schedule = new RetrySchedule(List.of(MOMENT), FAR, FAR, Duration.ofMillis(20));
        SpooledMessage message = accept("eve@a.test");
        reporter.noList = true;
        try (Queue queue = idle(this::attempt, schedule)) {
            queue.start();
            nextAttempt();
            eventually(() -> state(message.id(), 0) == State.UNDELIVERABLE);
            assertThat(reporter.told.poll(10, TimeUnit.SECONDS)).startsWith("failed ");
            assertThat(state(message.id(), 0)).isEqualTo(State.UNDELIVERABLE);
            reporter.noList = false;
            eventually(() -> spool.find(message.id()).isEmpty());
            assertThat(reporter.told).contains("forgetting " + message.id());
        }
    }

    @Test
    void whatIsOurFaultIsNeverReported() throws Exception {
        answer = _ -> new Outcome.Ours("the password is wrong");
        var schedule = new RetrySchedule(List.of(MOMENT), Duration.ofMillis(1), Duration.ofMillis(1), FAR);
        SpooledMessage message = accept("bob@a.test");
        try (Queue queue = idle(this::attempt, schedule)) {
            queue.start();
            eventually(() -> state(message.id(), 0) == State.HELD);
            assertThat(reporter.told).isEmpty();
        }
    }

    @Test
    void senderIsToldOnceThatItTakesLong() throws Exception {
        answer = _ -> new Outcome.Later(Diagnosis.of("4.2.2", "mailbox full"));
        var schedule = new RetrySchedule(List.of(MOMENT), FAR, Duration.ofMillis(1), FAR);
        accept("bob@a.test");
        try (Queue queue = idle(this::attempt, schedule)) {
            queue.start();
            assertThat(told()).isEqualTo("delayed <bob@a.test> 4.2.2 mailbox full");
            nextAttempt();
            nextAttempt();
            nextAttempt();
        }
        assertThat(reporter.told).isEmpty();
    }

    /** One that nobody reaches costs an attempt now and then, whatever waits for it; and when it is back, all goes. */
    @Test
    @Tag("fair-1")
    void deadDestinationHoldsNobodyUp() throws Exception {
        answer = who -> who.endsWith("@dead.test") ? unreachable("nobody there") : new Outcome.Delivered("there");
        for (int i = 0; i < 200; i++) {
            accept("a" + i + "@dead.test");
        }
        for (int i = 0; i < 50; i++) {
            accept("b" + i + "@live.test");
        }
        try (Queue queue = queue(FAR)) {
            assertThat(queue.awaitQuiet(PATIENCE)).isTrue();
            assertThat(attempts).filteredOn(who -> who.endsWith("@live.test")).hasSize(50);
            assertThat(attempts).filteredOn(who -> who.endsWith("@dead.test")).hasSizeLessThanOrEqualTo(2);
            assertThat(queue.size()).isEqualTo(200);
            Situation dead = queue.situation(Destination.remote("dead.test"));
            assertThat(dead.waiting()).isEqualTo(200);
            assertThat(dead.why()).contains("nobody there");
            assertThat(dead.next()).isPresent();

            queue.add(accept("late@dead.test"));
            assertThat(queue.awaitQuiet(PATIENCE)).isTrue();
            assertThat(attempts).doesNotContain("late@dead.test");

            answer = _ -> new Outcome.Delivered("there");
            queue.flush();
            eventually(() -> queue.size() == 0);
        }
    }

    /** Nobody tries them by themselves, and their time is up all the same. */
    @Test
    void whatWaitsForDeadDestinationExpires() throws Exception {
        answer = _ -> unreachable("nobody there");
        var schedule = new RetrySchedule(List.of(FAR), Duration.ofMillis(300), Duration.ofMillis(200), FAR);
        for (int i = 0; i < 10; i++) {
            accept("a" + i + "@dead.test");
        }
        try (Queue queue = idle(this::attempt, schedule)) {
            queue.start();
            nextAttempt();
            eventually(() -> {
                queue.sweep();
                return spool.page(Optional.empty(), 10).isEmpty();
            });
            assertThat(attempts).hasSizeLessThan(3);
            assertThat(reporter.told)
                    .filteredOn(line -> line.contains("4.4.7 given up after") && line.endsWith("nobody there"))
                    .hasSize(10);
        }
    }

    @Test
    void whatIsSuspendedWaitsAlsoAfterARestart() throws Exception {
        Destination destination = Destination.remote("a.test");
        try (Queue queue = queue(FAR)) {
            assertThat(queue.suspend(queue.destination("a.test"))).isTrue();
            assertThat(queue.suspend(destination)).isFalse();
        }
        try (Queue queue = queue(FAR)) {
            queue.add(accept("bob@a.test"));
            queue.add(accept("bob@b.test"));
            assertThat(nextAttempt()).isEqualTo("bob@b.test");
            assertThat(queue.awaitQuiet(PATIENCE)).isTrue();
            assertThat(attempts).isEmpty();
            assertThat(queue.situations(10)).extracting(Situation::destination).containsExactly("a.test");

            assertThat(queue.resume(destination)).isTrue();
            assertThat(nextAttempt()).isEqualTo("bob@a.test");
        }
    }

    /** RFC 5321 §4.5.4.1: a few at first, more once it answers, and never more than are allowed. */
    @Test
    void attemptsAtOnceGrowAndAreBounded() throws Exception {
        var most = new AtomicInteger();
        var now = new AtomicInteger();
        var mayEnd = new CountDownLatch(1);
        TestCourier.Attempt slow = (message, due) -> {
            most.accumulateAndGet(now.incrementAndGet(), Math::max);
            await(mayEnd);
            now.decrementAndGet();
            return attempt(message, due);
        };
        for (int i = 0; i < 40; i++) {
            accept("bob@a.test");
        }
        try (Queue queue = new Queue(
                spool,
                new TestCourier(slow, 5),
                reporter,
                Suspensions.open(directory.resolve("suspended")),
                schedule(FAR),
                10,
                clock)) {
            queue.start();
            eventually(() -> now.get() == 2);
            assertThat(queue.situation(Destination.remote("a.test")).allowed()).isEqualTo(2);
            mayEnd.countDown();
            assertThat(queue.awaitQuiet(PATIENCE)).isTrue();
            assertThat(attempts).hasSize(40);
            assertThat(most.get()).isLessThanOrEqualTo(5);
        }
    }

    /** Two hosts that never answer take half of the connections between them; a third one that does has the rest. */
    @Test
    @Tag("fair-1")
    void hostsThatNeverAnswerLeaveConnectionsToOthers() throws Exception {
        var mayEnd = new CountDownLatch(1);
        TestCourier.Attempt courier = (message, due) -> {
            String who = due.getFirst().path().toString();
            if (who.endsWith(".dead.test")) {
                await(mayEnd);
                return Map.of(due.getFirst().path(), unreachable("timed out"));
            }
            return attempt(message, due);
        };
        accept("bob@live.test");
        try (Queue queue = new Queue(
                spool,
                new TestCourier(courier, 5),
                reporter,
                Suspensions.open(directory.resolve("suspended")),
                schedule(FAR),
                4,
                clock)) {
            queue.start();
            assertThat(nextAttempt()).isEqualTo("bob@live.test");
            // That it lives is known when its attempt has ended.
            assertThat(queue.awaitQuiet(PATIENCE)).isTrue();
            for (int i = 0; i < 20; i++) {
                queue.add(accept("bob@d" + i + ".dead.test"));
            }
            for (int i = 0; i < 20; i++) {
                queue.add(accept("bob@live.test"));
                assertThat(nextAttempt()).isEqualTo("bob@live.test");
            }
            mayEnd.countDown();
            assertThat(queue.awaitQuiet(PATIENCE)).isTrue();
        }
    }

    /** Only so many are kept in memory: what can't go now leaves that to what can. */
    @Test
    void whatWaitsForADeadDestinationIsNotKeptInMemory() throws Exception {
        var read = new AtomicInteger();
        var counting = (Spool) Proxy.newProxyInstance(
                Spool.class.getClassLoader(), new Class<?>[] {Spool.class}, (_, method, arguments) -> {
                    if (method.getName().equals("find")) {
                        read.incrementAndGet();
                    }
                    return method.invoke(spool, arguments);
                });
        answer = who -> who.endsWith("dead.test") ? unreachable("nobody there") : new Outcome.Delivered("there");
        try (Queue queue = idle(counting, this::attempt, schedule(FAR))) {
            queue.start();
            queue.add(accept("bob@dead.test"));
            assertThat(nextAttempt()).isEqualTo("bob@dead.test");
            eventually(() -> queue.situation(Destination.remote("dead.test")).unreached() == 1);
            for (int i = 0; i < 5_000; i++) {
                queue.add(accept("bob@dead.test"));
            }
            queue.add(accept("bob@live.test"));
            assertThat(nextAttempt()).isEqualTo("bob@live.test");
            assertThat(read.get()).isZero();
        }
    }

    /** It has the only connection: who waits for that gets it, once the silent one had time enough. */
    @Test
    @Tag("fair-1")
    @Timeout(90)
    void hostThatNeverAnswersGivesItsConnectionToWhoWaits() throws Exception {
        var hurried = new CountDownLatch(1);
        var courier =
                new TestCourier(
                        (message, due) -> {
                            if (due.getFirst().path().toString().endsWith("silent.test")) {
                                attempts.add("silent");
                                awaitForLong(hurried);
                                return Map.of(due.getFirst().path(), unreachable("left early"));
                            }
                            return attempt(message, due);
                        },
                        5) {
                    @Override
                    void hurry() {
                        hurried.countDown();
                    }
                };
        try (Queue queue = new Queue(
                spool, courier, reporter, Suspensions.open(directory.resolve("suspended")), schedule(FAR), 1, clock)) {
            queue.start();
            queue.add(accept("bob@silent.test"));
            assertThat(nextAttempt()).isEqualTo("silent");
            assertThat(hurried.getCount()).isOne();
            queue.add(accept("bob@live.test"));
            assertThat(hurried.await(60, TimeUnit.SECONDS)).isTrue();
            assertThat(nextAttempt()).isEqualTo("bob@live.test");
        }
    }

    /** For longer than any host is given while others wait. */
    private static void awaitForLong(CountDownLatch latch) {
        try {
            assertThat(latch.await(80, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    /** It answers to some of us, and takes no more: nobody is put off for hours. */
    @Test
    void destinationThatTakesNoMoreAtOnceIsNotDown() throws Exception {
        var first = new CountDownLatch(1);
        var mayEnd = new CountDownLatch(1);
        var open = new AtomicInteger();
        TestCourier.Attempt courier = (message, due) -> {
            if (open.incrementAndGet() > 1 && mayEnd.getCount() > 0) {
                open.decrementAndGet();
                first.countDown();
                return Map.of(due.getFirst().path(), unreachable("421 too many connections"));
            }
            if (attempts.size() > 0) {
                await(mayEnd);
            }
            open.decrementAndGet();
            return attempt(message, due);
        };
        accept("ann@a.test");
        try (Queue queue = idle(courier, schedule(FAR))) {
            queue.start();
            eventually(() -> attempts.size() == 1);
            queue.add(accept("bob@a.test"));
            queue.add(accept("cid@a.test"));
            await(first);
            assertThat(queue.situation(Destination.remote("a.test")).unreached())
                    .isZero();
            mayEnd.countDown();
            eventually(() -> attempts.size() == 3);
        }
    }

    /** Whoever was decided about before nobody could be reached any more is not tried again. */
    @Test
    void whatWasDeliveredBeforeTheDestinationTookNoMoreStands() throws Exception {
        var begun = new CountDownLatch(1);
        var mayEnd = new CountDownLatch(1);
        var tries = new AtomicInteger();
        TestCourier.Attempt courier = (message, due) -> {
            if (due.size() == 2) {
                await(begun);
                tries.incrementAndGet();
                return Map.of(
                        due.get(0).path(),
                        new Outcome.Delivered("there"),
                        due.get(1).path(),
                        unreachable("421 too many connections"));
            }
            if (attempts.size() > 0) {
                begun.countDown();
                await(mayEnd);
            }
            return attempt(message, due);
        };
        accept("zoe@a.test");
        try (Queue queue = idle(courier, schedule(FAR))) {
            queue.start();
            eventually(() -> queue.size() == 0 && attempts.size() == 1);

            queue.add(accept("cid@a.test"));
            SpooledMessage both = accept("ann@a.test", "bob@a.test");
            queue.add(both);
            eventually(() -> state(both.id(), 0) == State.DELIVERED);
            assertThat(state(both.id(), 1)).isEqualTo(State.WAITING);
            assertThat(tries).hasValue(1);
            mayEnd.countDown();
        }
    }

    /** A disk that is full must not make one delivery many. */
    @Test
    void whatWasDeliveredStandsWhenTheReportCantBeKept() throws Exception {
        reporter.full = true;
        answer = who -> who.startsWith("eve")
                ? new Outcome.Failed(Diagnosis.of("5.1.1", "no such user"))
                : new Outcome.Delivered("there");
        SpooledMessage message = accept("ann@a.test", "eve@a.test");
        try (Queue queue = queue(FAR)) {
            eventually(() -> state(message.id(), 0) == State.DELIVERED);
            assertThat(state(message.id(), 1)).isEqualTo(State.WAITING);
            queue.awaitQuiet(PATIENCE);
            reporter.full = false;
            queue.flush();
            assertThat(told()).isEqualTo("failed <eve@a.test> 5.1.1 no such user");
        }
    }

    @Test
    @Tag("stop-1")
    void stopBreaksOffWhatTakesTooLong() throws Exception {
        var begun = new CountDownLatch(1);
        var aborted = new CountDownLatch(1);
        TestCourier.Attempt courier = (message, due) -> {
            begun.countDown();
            await(aborted);
            return Map.of(due.getFirst().path(), unreachable("broken off"));
        };
        SpooledMessage message = accept("ann@a.test");
        var queue = new Queue(
                spool,
                new TestCourier(courier, 2) {
                    @Override
                    public void abort() {
                        aborted.countDown();
                    }
                },
                reporter,
                Suspensions.open(directory.resolve("suspended")),
                schedule(FAR),
                10,
                clock);
        queue.start();
        await(begun);
        queue.close(Duration.ofMillis(10));
        assertThat(state(message.id(), 0)).isEqualTo(State.WAITING);
    }

    // The start's scan read a message before the operator said of it: what he said counts.
    @Test
    @Timeout(20)
    void whatTheStartFindsLaterThanTheOperatorAskedIsNotPutOff() throws Exception {
        var workers = new LinkedBlockingQueue<Lane.Worker>();
        var agenda = new Agenda(_ -> 1, 10, workers::add, clock);
        SpooledMessage message = accept("bob@example.com");
        long now = System.nanoTime();
        agenda.open();
        agenda.settle(
                agenda.claim(message.id(), ANYBODY).orElseThrow(), now, Map.of(Destination.LOCAL, now), true, ANYBODY);
        agenda.add(message, Map.of(Destination.LOCAL, now + FAR.toNanos()), true, ANYBODY);

        Agenda.Task task = agenda.next(workers.take(), Duration.ZERO).orElseThrow();
        assertThat(task.item().id).isEqualTo(message.id());
        agenda.add(message, Map.of(Destination.LOCAL, now), true, ANYBODY);
        assertThat(agenda.size(Timetable.KEPT)).as("it is being worked at").isEqualTo(1);
        agenda.release(task, Agenda.Next.NEVER);
        assertThat(agenda.size(Timetable.KEPT)).isZero();
    }

    // Two workers that gave way to their own lane were replaced by two that did, as fast as threads begin.
    @Test
    @Timeout(20)
    void destinationThatHasAllConnectionsAndWantsMoreGoesOnWithThose() throws Exception {
        var workers = new LinkedBlockingQueue<Lane.Worker>();
        var agenda = new Agenda(_ -> 5, 2, workers::add, clock);
        agenda.open();
        Destination live = Destination.remote("live.test");
        agenda.addFresh(accept("bob@live.test"), List.of(live), ANYBODY);
        Lane.Worker first = workers.take();
        Agenda.Task proof = agenda.next(first, Duration.ZERO).orElseThrow();
        agenda.reached(first);
        agenda.release(proof, Agenda.Next.NEVER);
        for (int i = 0; i < 4; i++) {
            agenda.addFresh(accept("bob@live.test"), List.of(live), ANYBODY);
        }
        Lane.Worker second = workers.take();
        for (Lane.Worker worker : List.of(first, second, first, second)) {
            Agenda.Task task = agenda.next(worker, Duration.ZERO).orElseThrow();
            agenda.reached(worker);
            agenda.release(task, Agenda.Next.NEVER);
        }
        assertThat(agenda.size(Timetable.KEPT)).isZero();
        assertThat(workers).isEmpty();
    }

    // --- other orders
    // -----------------------------------------------------------------------------------------------------------

    /** All that goes elsewhere goes to that one host. */
    private static final class ByOneHost extends TestCourier {
        private final Destination host;

        ByOneHost(String host, Attempt attempt) {
            super(attempt, 2);
            this.host = Destination.remote(host);
        }

        @Override
        public Destination destination(ForwardPath recipient) {
            Destination before = super.destination(recipient);
            return before.equals(Destination.LOCAL) ? before : host;
        }
    }

    // A smarthost that is dead is named anew, and what waits for it must not wait for its next turn.
    @Test
    void whatWaitsForAnotherPlaceGoesToItsNewOneAtOnce() throws Exception {
        answer = _ -> new Outcome.Unreachable(Diagnosis.of("4.4.1", "nobody there"));
        try (Queue queue = queue(Duration.ofHours(4))) {
            SpooledMessage first = accept("ann@one.example", "bob@two.example");
            queue.add(first);
            assertThat(List.of(nextAttempt(), nextAttempt()))
                    .containsExactlyInAnyOrder("ann@one.example", "bob@two.example");
            queue.awaitQuiet(PATIENCE);
            SpooledMessage second = accept("cid@one.example");
            queue.add(second);

            answer = _ -> new Outcome.Delivered("there");
            queue.change(new ByOneHost("smart.example", this::attempt), reporter, schedule(Duration.ofHours(4)), 10);

            assertThat(queue.destination("one.example")).isEqualTo(Destination.remote("smart.example"));
            // The second was never tried; the first is due in hours, by the attempts that were made.
            assertThat(nextAttempt()).isEqualTo("cid@one.example");
            assertThat(queue.situation(Destination.remote("smart.example")).waiting())
                    .isEqualTo(1);
            assertThat(queue.situation(Destination.remote("one.example")).waiting())
                    .isZero();
            queue.flush();
            assertThat(List.of(nextAttempt(), nextAttempt()))
                    .containsExactlyInAnyOrder("ann@one.example", "bob@two.example");
            queue.awaitQuiet(PATIENCE);
            assertThat(queue.size()).isZero();
            assertThat(attempts).isEmpty();
        }
    }

    @Test
    void attemptThatIsUnderWayEndsAsItBeganAndItsRestGoesTheNewWay() throws Exception {
        var begun = new CountDownLatch(1);
        var mayEnd = new CountDownLatch(1);
        answer = who -> {
            begun.countDown();
            try {
                mayEnd.await();
            } catch (InterruptedException stop) {
                throw new IllegalStateException(stop);
            }
            return new Outcome.Later(Diagnosis.of("4.2.0", "not now"));
        };
        try (Queue queue = queue(Duration.ofMillis(1))) {
            queue.add(accept("ann@one.example"));
            assertThat(begun.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
            var byNew = new LinkedBlockingQueue<String>();
            queue.change(
                    new ByOneHost("smart.example", (_, due) -> {
                        Map<ForwardPath, Outcome> outcomes = new HashMap<>();
                        due.forEach(recipient -> {
                            outcomes.put(recipient.path(), new Outcome.Delivered("there"));
                            byNew.add(recipient.path().toString());
                        });
                        return outcomes;
                    }),
                    reporter,
                    schedule(Duration.ofMillis(1)),
                    10);
            assertThat(byNew).isEmpty();
            mayEnd.countDown();
            assertThat(byNew.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isEqualTo("ann@one.example");
            queue.awaitQuiet(PATIENCE);
            assertThat(queue.size()).isZero();
            assertThat(attempts).containsExactly("ann@one.example");
        }
    }

    @Test
    void changeUnderLoadDeliversEachOnce() throws Exception {
        answer = _ -> new Outcome.Delivered("there");
        try (Queue queue = queue(Duration.ofMillis(1))) {
            int many = 600;
            for (int i = 0; i < many; i++) {
                queue.add(accept("a" + i + "@one.example", "b" + i + "@two.example", "c" + i + "@example.com"));
                if (i % 20 == 0) {
                    queue.change(
                            i % 40 == 0
                                    ? new ByOneHost("smart" + i + ".example", this::attempt)
                                    : new TestCourier(this::attempt, 2),
                            reporter,
                            schedule(Duration.ofMillis(1)),
                            5 + i % 3);
                }
            }
            eventually(() -> queue.size() == 0);
            assertThat(attempts).hasSize(3 * many).doesNotHaveDuplicates();
        }
    }
}
