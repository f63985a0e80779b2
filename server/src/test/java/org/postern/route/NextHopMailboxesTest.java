package org.postern.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postern.route.NextHopMailboxes.Answer;
import org.postern.route.NextHopMailboxes.Settings;
import org.postern.smtp.Mailbox;
import org.postern.smtp.Reply;

/** {@code mailboxes = "ask"}. */
@Timeout(60)
class NextHopMailboxesTest {
    private static final Mailbox ANN = mailbox("ann");
    private static final Answer EXISTS = new Answer.Exists();
    private static final Answer UNKNOWN = new Answer.Unknown(Reply.of(550, "5.1.1", "no such user"));
    private static final Answer SILENT = new Answer.Silent("192.0.2.1: connection refused");

    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 5);
    private final AtomicInteger asked = new AtomicInteger();
    private volatile Answer next = EXISTS;

    private static Mailbox mailbox(String localPart) {
        return Mailbox.parse(localPart + "@example.com").orElseThrow();
    }

    private NextHopMailboxes mailboxes() {
        return new NextHopMailboxes(
                _ -> {
                    asked.incrementAndGet();
                    return next;
                },
                Settings.DEFAULT,
                now::get);
    }

    private void later(Duration time) {
        now.addAndGet(time.toNanos());
    }

    @Test
    void whoExistsIsAskedAboutOnceADay() {
        NextHopMailboxes mailboxes = mailboxes();
        assertThat(mailboxes.ask(ANN)).isEqualTo(EXISTS);
        next = UNKNOWN;
        later(Duration.ofDays(1).minusNanos(1));
        assertThat(mailboxes.ask(ANN)).isEqualTo(EXISTS);
        assertThat(asked).hasValue(1);

        later(Duration.ofNanos(1));
        assertThat(mailboxes.ask(ANN)).isEqualTo(UNKNOWN);
        assertThat(asked).hasValue(2);
    }

    @Test
    void whoDoesNotIsAskedAboutOnceAnHour() {
        NextHopMailboxes mailboxes = mailboxes();
        next = UNKNOWN;
        assertThat(mailboxes.ask(ANN)).isEqualTo(UNKNOWN);
        next = EXISTS;
        later(Duration.ofHours(1).minusNanos(1));
        assertThat(mailboxes.ask(ANN)).isEqualTo(UNKNOWN);

        later(Duration.ofNanos(1));
        assertThat(mailboxes.ask(ANN)).isEqualTo(EXISTS);
        assertThat(asked).hasValue(2);
    }

    @Test
    void silenceIsForgottenSoon() {
        NextHopMailboxes mailboxes = mailboxes();
        next = SILENT;
        assertThat(mailboxes.ask(ANN)).isEqualTo(SILENT);
        assertThat(mailboxes.ask(ANN)).isEqualTo(SILENT);
        assertThat(asked).hasValue(1);

        next = EXISTS;
        later(Duration.ofSeconds(30));
        assertThat(mailboxes.ask(ANN)).isEqualTo(EXISTS);
    }

    @Test
    void whoWasThereIsThereWhileTheNextHopIsSilentButNotForEver() {
        NextHopMailboxes mailboxes = mailboxes();
        assertThat(mailboxes.ask(ANN)).isEqualTo(EXISTS);
        next = SILENT;
        later(Duration.ofDays(2));
        assertThat(mailboxes.ask(ANN)).isEqualTo(EXISTS);
        assertThat(mailboxes.ask(ANN)).isEqualTo(EXISTS);
        assertThat(asked).hasValue(2);

        later(Duration.ofDays(29).minusNanos(1));
        assertThat(mailboxes.ask(ANN)).isEqualTo(EXISTS);
        later(Duration.ofNanos(1));
        assertThat(mailboxes.ask(ANN)).isEqualTo(SILENT);
    }

    @Test
    void whoIsGoneIsNotThereWhenTheNextHopFallsSilent() {
        NextHopMailboxes mailboxes = mailboxes();
        assertThat(mailboxes.ask(ANN)).isEqualTo(EXISTS);
        next = UNKNOWN;
        later(Duration.ofDays(1));
        assertThat(mailboxes.ask(ANN)).isEqualTo(UNKNOWN);
        next = SILENT;
        later(Duration.ofHours(1));
        assertThat(mailboxes.ask(ANN)).isEqualTo(SILENT);
    }

    @Test
    void oneQuestionAnswersAllWhoAskIt() throws Exception {
        var answers = new CountDownLatch(1);
        Map<Mailbox, Integer> questions = new ConcurrentHashMap<>();
        var mailboxes = new NextHopMailboxes(
                mailbox -> {
                    questions.merge(mailbox, 1, Integer::sum);
                    await(answers);
                    return mailbox.equals(ANN) ? EXISTS : UNKNOWN;
                },
                Settings.DEFAULT,
                now::get);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Answer>> anns = IntStream.range(0, 200)
                    .mapToObj(_ -> threads.submit(() -> mailboxes.ask(ANN)))
                    .toList();
            Future<Answer> bob = threads.submit(() -> mailboxes.ask(mailbox("bob")));
            while (questions.size() < 2) {
                Thread.sleep(1);
            }
            answers.countDown();

            for (Future<Answer> ann : anns) {
                assertThat(ann.get()).isEqualTo(EXISTS);
            }
            assertThat(bob.get()).isEqualTo(UNKNOWN);
            assertThat(questions).containsOnly(Map.entry(ANN, 1), Map.entry(mailbox("bob"), 1));
        }
    }

    @Test
    void whoHasNoPatienceLeftIsToldSoAndTheAnswerServesTheNext() throws Exception {
        var answers = new CountDownLatch(1);
        var mailboxes = new NextHopMailboxes(
                _ -> {
                    await(answers);
                    return EXISTS;
                },
                with(Duration.ofMillis(50), 20, 100),
                now::get);

        assertThat(mailboxes.ask(ANN)).isInstanceOf(Answer.Silent.class);
        answers.countDown();
        while (mailboxes.known() == 0) {
            Thread.sleep(1);
        }
        assertThat(mailboxes.ask(ANN)).isEqualTo(EXISTS);
    }

    @Test
    void onlySoManyAreAskedAtOnce() throws Exception {
        var answers = new CountDownLatch(1);
        Queue<Mailbox> underWay = new ConcurrentLinkedQueue<>();
        var mailboxes = new NextHopMailboxes(
                mailbox -> {
                    underWay.add(mailbox);
                    await(answers);
                    return EXISTS;
                },
                with(Duration.ofMillis(300), 3, 100),
                now::get);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Answer>> all = IntStream.range(0, 10)
                    .mapToObj(i -> threads.submit(() -> mailboxes.ask(mailbox("m" + i))))
                    .toList();
            for (Future<Answer> one : all) {
                assertThat(one.get()).isInstanceOf(Answer.Silent.class);
            }
            assertThat(underWay).hasSize(3);
        } finally {
            answers.countDown();
        }
    }

    @Test
    void questionThatFailsIsSilence() {
        var mailboxes = new NextHopMailboxes(
                _ -> {
                    throw new ThreadDeathOfATest();
                },
                Settings.DEFAULT,
                now::get);

        assertThat(mailboxes.ask(ANN)).isEqualTo(new Answer.Silent("the question could not be asked"));
    }

    @Test
    void memoryHasAnEnd() {
        var mailboxes = new NextHopMailboxes(
                _ -> {
                    asked.incrementAndGet();
                    return UNKNOWN;
                },
                with(Duration.ofSeconds(60), 20, 100),
                now::get);
        IntStream.range(0, 150).forEach(i -> mailboxes.ask(mailbox("m" + i)));

        assertThat(mailboxes.known()).isEqualTo(100);
        assertThat(asked).hasValue(150);
        mailboxes.ask(mailbox("m149"));
        assertThat(asked).hasValue(150);
        mailboxes.ask(mailbox("m0"));
        assertThat(asked).hasValue(151);
    }

    @Test
    void refusalForNowIsNoRefusal() {
        assertThatIllegalArgumentException().isThrownBy(() -> new Answer.Unknown(Reply.of(450, "4.2.0", "greylisted")));
    }

    private static Settings with(Duration patience, int questionsAtOnce, int entries) {
        Settings defaults = Settings.DEFAULT;
        return new Settings(
                defaults.positive(),
                defaults.kept(),
                defaults.negative(),
                defaults.silence(),
                patience,
                questionsAtOnce,
                entries);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    /** Goes to the thread's handler, as any mistake of ours would; says nothing of its own. */
    private static final class ThreadDeathOfATest extends RuntimeException {
        private static final long serialVersionUID = 1;

        ThreadDeathOfATest() {
            super("thrown on purpose by a test", null, false, false);
        }
    }
}
