package org.postern.queue;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import org.postern.queue.Courier.Outcome;
import org.postern.smtp.EnhancedCode;
import org.postern.smtp.ForwardPath;
import org.postern.spool.Recipient;
import org.postern.spool.Recipient.State;
import org.postern.spool.SpooledMessage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What comes of attempts: who is tried again and when, who is given up, and who is told. */
final class Aftermath {
    private static final Logger LOG = LoggerFactory.getLogger(Aftermath.class);

    private final Orders orders;
    private final Clock clock;

    Aftermath(Orders orders, Clock clock) {
        this.orders = orders;
        this.clock = clock;
    }

    /** What has to be told of the recipients of a message. */
    private static final class News {
        private final Map<Recipient, Diagnosis> failures = new LinkedHashMap<>();
        private final Map<Recipient, Diagnosis> delays = new LinkedHashMap<>();
    }

    /**
     * The message after an attempt. Reports are on stable storage when it returns: one too many, after a crash, is better than none.
     *
     * @param message with its age as it is now
     */
    SpooledMessage of(SpooledMessage message, Map<ForwardPath, Outcome> outcomes) {
        var news = new News();
        SpooledMessage after = message.with(message.age(), recipient -> {
            Outcome outcome = outcomes.get(recipient.path());
            return outcome == null || recipient.state() != State.WAITING
                    ? recipient
                    : after(recipient, outcome, message.age(), news);
        });
        return told(after, news);
    }

    /**
     * A message that waits for destinations that nobody reaches: expired, or its sender told, when it is time; no attempt is counted.
     *
     * @param why for a recipient, what the last attempt at its destination came to; empty when that is reached
     */
    SpooledMessage ofWaiting(SpooledMessage message, Function<Recipient, Optional<Outcome>> why) {
        var news = new News();
        SpooledMessage after = message.with(message.age(), recipient -> {
            if (recipient.state() != State.WAITING) {
                return recipient;
            }
            return switch (why.apply(recipient).orElse(null)) {
                case Outcome.Unreachable(Diagnosis reason) -> {
                    judge(recipient, reason, message.age(), news);
                    yield recipient;
                }
                case Outcome.Ours(String reason)
                when isExpired(message.age()) -> recipient.held(givenUp(message.age(), reason));
                case null, default -> recipient;
            };
        });
        return told(after, news);
    }

    /** Tells the postmaster that a message will be forgotten, undelivered. */
    void announce(SpooledMessage message) throws IOException {
        Orders.Now now = orders.now();
        now.reporter()
                .forgetting(
                        message, now.schedule().notice(message), now.schedule().end(message));
    }

    private Recipient after(Recipient recipient, Outcome outcome, Duration age, News news) {
        return switch (outcome) {
            case Outcome.Delivered delivered -> recipient.delivered(delivered.how());
            case Outcome.Stuck(String why) -> later(recipient, why).held(why);
            case Outcome.Ours(String why) -> {
                Recipient later = later(recipient, why);
                yield isExpired(age) ? later.held(givenUp(age, why)) : later;
            }
            case Outcome.Failed(Diagnosis why) -> {
                news.failures.put(recipient, why);
                yield later(recipient, why.text());
            }
            case Outcome.Later(Diagnosis why) -> afterDelay(recipient, why, age, news);
            case Outcome.Unreachable(Diagnosis why) -> afterDelay(recipient, why, age, news);
        };
    }

    private Recipient afterDelay(Recipient recipient, Diagnosis why, Duration age, News news) {
        judge(recipient, why, age, news);
        return later(recipient, why.text());
    }

    private void judge(Recipient recipient, Diagnosis why, Duration age, News news) {
        if (isExpired(age)) {
            news.failures.put(recipient, expired(why, age));
        } else if (age.compareTo(orders.schedule().delayNotice()) > 0 && !recipient.noticed()) {
            news.delays.put(recipient, why);
        }
    }

    private Recipient later(Recipient recipient, String why) {
        Duration wait = orders.schedule().after(recipient.attempts() + 1, ThreadLocalRandom.current());
        return recipient.later(clock.instant().plus(wait), why);
    }

    private boolean isExpired(Duration age) {
        return age.compareTo(orders.schedule().expire()) > 0;
    }

    /** RFC 3463 §3.5: X.4.7, delivery time expired. The class stays 4: one more attempt might have succeeded. */
    private static Diagnosis expired(Diagnosis last, Duration age) {
        return new Diagnosis(new EnhancedCode(4, 4, 7), last.host(), last.reply(), givenUp(age, last.text()));
    }

    private static String givenUp(Duration age, String why) {
        return "given up after " + words(age) + ": " + why;
    }

    private static String words(Duration age) {
        if (age.toHours() >= 48) {
            return age.toDays() + " days";
        }
        return age.toMinutes() >= 120 ? age.toHours() + " hours" : age.toSeconds() + " s";
    }

    /** Who can't be told now is tried again: what became of the others stands, whatever becomes of the report. */
    private SpooledMessage told(SpooledMessage after, News news) {
        if (news.failures.isEmpty() && news.delays.isEmpty()) {
            return after;
        }
        try {
            return tellingOf(after, news);
        } catch (IOException problem) {
            LOG.atError()
                    .addKeyValue("id", after.id())
                    .addKeyValue("problem", problem.getMessage())
                    .log("a report can't be kept, so its recipients are tried again");
            return after;
        }
    }

    private SpooledMessage tellingOf(SpooledMessage after, News news) throws IOException {
        if (!news.delays.isEmpty()) {
            orders.reporter().delayed(after, news.delays);
        }
        Optional<String> nobody =
                news.failures.isEmpty() ? Optional.empty() : orders.reporter().failed(after, news.failures);
        Map<ForwardPath, Diagnosis> failed = new HashMap<>();
        news.failures.forEach((recipient, why) -> failed.put(recipient.path(), why));
        Map<ForwardPath, Diagnosis> delayed = new HashMap<>();
        news.delays.forEach((recipient, why) -> delayed.put(recipient.path(), why));
        return after.with(after.age(), recipient -> {
            Diagnosis why = failed.get(recipient.path());
            if (why == null) {
                return delayed.containsKey(recipient.path()) ? recipient.withNotice() : recipient;
            }
            return nobody.isEmpty()
                    ? recipient.reported(why.text())
                    : recipient.undeliverable(why.text() + "; nobody is told: " + nobody.get());
        });
    }
}
