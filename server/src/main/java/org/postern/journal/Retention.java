package org.postern.journal;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Forgets what is old enough, and what is too much. A clock that jumps must not empty a journal: old is only what is so by a clock that has
 * gone steadily for an hour.
 */
final class Retention {
    private static final Duration EVERY = Duration.ofMinutes(1);
    private static final Duration STEADY = Duration.ofHours(1);

    /** By so much two looks at both clocks may differ. */
    private static final Duration TOLERANCE = Duration.ofSeconds(30);

    /** So many chunks there are at least for the time that is kept, so that little of what is older stays with what is not. */
    private static final int CHUNKS = 10;

    private final JournalSettings settings;
    private final Clock clock;
    private final LongSupplier nanos;
    private long lookedAt;
    private long offset;
    private long steadySince;

    /** @param nanos as {@link System#nanoTime}: it never jumps */
    Retention(JournalSettings settings, Clock clock, LongSupplier nanos) {
        this.settings = settings;
        this.clock = clock;
        this.nanos = nanos;
        this.steadySince = nanos.getAsLong();
        this.lookedAt = steadySince - EVERY.toNanos();
        this.offset = offset(steadySince);
    }

    /** What the clock says, before what the other one does. */
    private long offset(long now) {
        return clock.millis() - now / 1_000_000;
    }

    /** Does what is to be done by now. */
    void look(Book book) throws IOException {
        long now = nanos.getAsLong();
        if (now - lookedAt < EVERY.toNanos()) {
            return;
        }
        lookedAt = now;
        long offsetNow = offset(now);
        if (Math.abs(offsetNow - offset) > TOLERANCE.toMillis()) {
            steadySince = now;
        }
        offset = offsetNow;
        if (now - steadySince >= STEADY.toNanos()) {
            long millis = clock.millis();
            long keep = settings.keep().toMillis();
            book.turnBefore(millis - keep / CHUNKS);
            book.forgetBefore(millis - keep);
        }
        book.forgetPast(settings.maxBytes());
    }
}
