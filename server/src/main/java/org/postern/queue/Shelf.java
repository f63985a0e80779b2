package org.postern.queue;

import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.postern.spool.MessageId;
import org.postern.spool.Recipient.State;
import org.postern.spool.SpooledMessage;

/**
 * Messages for which nothing is to be tried, and why: counted as they change, for the agenda doesn't know those that are held, and to
 * look for them in the spool means to read all of it. Thread-safe; of one message by one thread at a time.
 */
final class Shelf {
    private final Map<MessageId, Why> messages = new ConcurrentHashMap<>();
    private final Map<Why, LongAdder> counts = new EnumMap<>(Why.class);

    /** Why nothing is tried. */
    enum Why {
        /** The operator has to say something. */
        HELD,
        /** It is doubted. */
        QUARANTINED,
        /** Nobody may be told that it can't be delivered. */
        UNDELIVERABLE
    }

    Shelf() {
        for (Why why : Why.values()) {
            counts.put(why, new LongAdder());
        }
    }

    /** It is so now. */
    void note(SpooledMessage message) {
        Optional<Why> why = why(message);
        if (why.isEmpty()) {
            gone(message.id());
            return;
        }
        add(why.get(), 1);
        subtract(messages.put(message.id(), why.get()));
    }

    /** It is no more. */
    void gone(MessageId id) {
        subtract(messages.remove(id));
    }

    int count(Why why) {
        LongAdder count = counts.get(why);
        return count == null ? 0 : count.intValue();
    }

    private void subtract(@Nullable Why before) {
        if (before != null) {
            add(before, -1);
        }
    }

    private void add(Why why, int number) {
        LongAdder count = counts.get(why);
        if (count != null) {
            count.add(number);
        }
    }

    private static Optional<Why> why(SpooledMessage message) {
        if (!message.isHeld()) {
            return Optional.empty();
        }
        if (has(message, State.HELD)) {
            return Optional.of(Why.HELD);
        }
        return Optional.of(has(message, State.QUARANTINED) ? Why.QUARANTINED : Why.UNDELIVERABLE);
    }

    private static boolean has(SpooledMessage message, State state) {
        return message.recipients().stream().anyMatch(recipient -> recipient.state() == state);
    }
}
