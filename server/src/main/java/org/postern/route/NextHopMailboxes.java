package org.postern.route;

import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.postern.smtp.Mailbox;
import org.postern.smtp.Reply;

/**
 * Who exists at a next hop: asks it, and remembers what it said. {@code mailboxes = "ask"}. Safe for many threads, which wait.
 *
 * <p>One question on its way answers all who ask it. A mailbox that was there is asked about again after a while, and counts as there
 * while the next hop is silent: so mail for it is still taken when the next hop is down, which is what we stand before it for.
 */
public final class NextHopMailboxes {
    private final Function<Mailbox, Answer> nextHop;
    private final Settings settings;
    private final LongSupplier nanoTime;
    private final Semaphore atOnce;
    private final Map<Mailbox, CompletableFuture<Answer>> onTheirWay = new HashMap<>();
    private final Map<Mailbox, Known> known = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Mailbox, Known> eldest) {
            return size() > settings.entries();
        }
    };

    /** What the next hop says of a mailbox. */
    public sealed interface Answer {
        /** It takes mail for it. */
        record Exists() implements Answer {}

        /**
         * It refuses mail for it.
         *
         * @param reply its own, 5xx
         */
        record Unknown(Reply reply) implements Answer {
            public Unknown {
                if (!reply.isPermanent()) {
                    throw new IllegalArgumentException("that is no refusal for good: " + reply);
                }
            }
        }

        /**
         * It did not say: 450 for whoever asked, who may come again.
         *
         * @param why for the log; it may name hosts that strangers need not know
         */
        record Silent(String why) implements Answer {}
    }

    /**
     * How long what is remembered.
     *
     * @param positive until a mailbox that is there is asked about again
     * @param kept how long it counts as there while the next hop is silent, since it was last seen
     * @param negative until one that isn't there is asked about again: so long a new one may be refused
     * @param silence until a next hop that did not answer is asked again about the same mailbox
     * @param patience how long whoever asks waits; the question goes on, and its answer serves the next
     * @param questionsAtOnce more wait, as part of their patience
     * @param entries how many mailboxes are remembered; past it the one that nobody has asked about for longest is forgotten
     */
    public record Settings(
            Duration positive,
            Duration kept,
            Duration negative,
            Duration silence,
            Duration patience,
            int questionsAtOnce,
            int entries) {
        /** The defaults. */
        public static final Settings DEFAULT = new Settings(
                Duration.ofDays(1),
                Duration.ofDays(31),
                Duration.ofHours(1),
                Duration.ofSeconds(30),
                Duration.ofSeconds(30),
                20,
                100_000);
    }

    /**
     * The last answer about a mailbox.
     *
     * @param seenAt when it was there; none when it was not, or is not known to have been
     */
    private record Known(Answer answer, long atNanos, OptionalLong seenAt) {}

    /**
     * With nothing known yet.
     *
     * @param nextHop asks it, once, and takes its time; called on threads of its own, several at once
     */
    public NextHopMailboxes(Function<Mailbox, Answer> nextHop, Settings settings) {
        this(nextHop, settings, System::nanoTime);
    }

    NextHopMailboxes(Function<Mailbox, Answer> nextHop, Settings settings, LongSupplier nanoTime) {
        this.nextHop = nextHop;
        this.settings = settings;
        this.nanoTime = nanoTime;
        this.atOnce = new Semaphore(settings.questionsAtOnce());
    }

    /** Whether {@code mailbox} exists, as it was said or is said now. */
    public Answer ask(Mailbox mailbox) {
        CompletableFuture<Answer> asked;
        synchronized (known) {
            Optional<Answer> remembered = remembered(mailbox);
            if (remembered.isPresent()) {
                return remembered.get();
            }
            asked = onTheirWay.get(mailbox);
            if (asked == null) {
                asked = new CompletableFuture<>();
                onTheirWay.put(mailbox, asked);
                CompletableFuture<Answer> mine = asked;
                Thread.ofVirtual().name("ask-next-hop").start(() -> find(mailbox, mine));
            }
        }
        return orAsLastSeen(mailbox, await(asked));
    }

    private Optional<Answer> remembered(Mailbox mailbox) {
        Known last = known.get(mailbox);
        if (last == null || age(last.atNanos()) >= lifetime(last.answer()).toNanos()) {
            return Optional.empty();
        }
        return Optional.of(orAsLastSeen(mailbox, last.answer()));
    }

    /** The answer; where it is silence, that the mailbox is there if it was, not too long ago. */
    private Answer orAsLastSeen(Mailbox mailbox, Answer answer) {
        if (!(answer instanceof Answer.Silent)) {
            return answer;
        }
        synchronized (known) {
            Known last = known.get(mailbox);
            boolean wasThere = last != null
                    && last.seenAt().isPresent()
                    && age(last.seenAt().getAsLong()) < settings.kept().toNanos();
            return wasThere ? new Answer.Exists() : answer;
        }
    }

    private long age(long sinceNanos) {
        return nanoTime.getAsLong() - sinceNanos;
    }

    private Duration lifetime(Answer answer) {
        return switch (answer) {
            case Answer.Exists _ -> settings.positive();
            case Answer.Unknown _ -> settings.negative();
            case Answer.Silent _ -> settings.silence();
        };
    }

    private void find(Mailbox mailbox, CompletableFuture<Answer> asked) {
        Answer answer = new Answer.Silent("the question could not be asked");
        try {
            if (atOnce.tryAcquire(settings.patience().toNanos(), TimeUnit.NANOSECONDS)) {
                try {
                    answer = nextHop.apply(mailbox);
                } finally {
                    atOnce.release();
                }
            } else {
                answer = new Answer.Silent("too many questions to the next hop at once");
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        } finally {
            synchronized (known) {
                remember(mailbox, answer);
                onTheirWay.remove(mailbox);
            }
            asked.complete(answer);
        }
    }

    private void remember(Mailbox mailbox, Answer answer) {
        long now = nanoTime.getAsLong();
        Known before = known.get(mailbox);
        OptionalLong seenAt =
                switch (answer) {
                    case Answer.Exists _ -> OptionalLong.of(now);
                    case Answer.Unknown _ -> OptionalLong.empty();
                    case Answer.Silent _ -> before == null ? OptionalLong.empty() : before.seenAt();
                };
        known.put(mailbox, new Known(answer, now, seenAt));
    }

    private Answer await(CompletableFuture<Answer> asked) {
        try {
            return asked.get(settings.patience().toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException late) {
            return new Answer.Silent("no answer within " + settings.patience().toSeconds() + "s");
        } catch (ExecutionException impossible) {
            throw new IllegalStateException(impossible);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            return new Answer.Silent("the server stops");
        }
    }

    /** How many mailboxes are remembered. */
    int known() {
        synchronized (known) {
            return known.size();
        }
    }
}
