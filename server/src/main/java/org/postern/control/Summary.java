package org.postern.control;

import java.time.Instant;
import java.util.Optional;
import org.postern.spool.MessageId;
import org.postern.spool.Recipient;
import org.postern.spool.SpooledMessage;

/**
 * A message in a list: bounded, however many recipients it has.
 *
 * @param state {@code waiting}, {@code held}, or {@code mixed} when recipients of both kinds are left
 * @param from without angle brackets; empty for the null reverse-path
 * @param to the first recipient that is left
 * @param recipients how many it had, of them {@code waiting}, {@code held}, {@code delivered}, and {@code failed}, of which its
 *     sender was told
 * @param attempts the most that were made for one of those left
 * @param next when the next attempt is due; none while all that is left is held
 * @param problem what the last attempt for {@code to} came to; empty before the first
 */
public record Summary(
        MessageId id,
        Instant received,
        long ageSeconds,
        long octets,
        String state,
        String from,
        String to,
        int recipients,
        int waiting,
        int held,
        int delivered,
        int failed,
        int attempts,
        Optional<Instant> next,
        String problem) {
    private static final int PROBLEM = 500;

    static Summary of(SpooledMessage message, Instant now) {
        int waiting = 0;
        int held = 0;
        int failed = 0;
        int attempts = 0;
        Optional<Recipient> first = Optional.empty();
        Optional<Instant> next = Optional.empty();
        for (Recipient recipient : message.recipients()) {
            switch (recipient.state()) {
                case WAITING -> {
                    waiting++;
                    next = Optional.of(next.filter(earlier -> earlier.isBefore(recipient.due()))
                            .orElse(recipient.due()));
                }
                case HELD, UNDELIVERABLE, QUARANTINED -> held++;
                case REPORTED -> {
                    failed++;
                    continue;
                }
                case DELIVERED -> {
                    continue;
                }
            }
            attempts = Math.max(attempts, recipient.attempts());
            first = first.or(() -> Optional.of(recipient));
        }
        int all = message.recipients().size();
        return new Summary(
                message.id(),
                message.received(),
                Math.max(0, now.getEpochSecond() - message.received().getEpochSecond()),
                message.octets(),
                state(waiting, held),
                message.from().toString(),
                first.map(one -> one.path().toString()).orElse(""),
                all,
                waiting,
                held,
                all - waiting - held - failed,
                failed,
                attempts,
                next,
                first.map(one -> shortened(one.last())).orElse(""));
    }

    private static String state(int waiting, int held) {
        return held == 0 ? "waiting" : waiting == 0 ? "held" : "mixed";
    }

    private static String shortened(String text) {
        return text.length() <= PROBLEM ? text : text.substring(0, PROBLEM) + "...";
    }
}
