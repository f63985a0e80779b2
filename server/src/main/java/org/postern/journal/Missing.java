package org.postern.journal;

import java.util.Optional;

/** What could not be kept and is not noted in the journal yet. Thread-safe. */
final class Missing {
    private static final String TOO_MANY = "more came than could be written";

    private long count;
    private long all;
    private long since;
    private String why = TOO_MANY;

    /** More came than could be written. */
    synchronized void add(long at) {
        add(1, at, why);
    }

    synchronized void add(long entries, long at, String because) {
        all += entries;
        since = count == 0 ? at : Math.min(since, at);
        count += entries;
        why = because;
    }

    synchronized long count() {
        return count;
    }

    /** Also of what is noted. */
    synchronized long all() {
        return all;
    }

    /** Takes all of it, as what is to be noted; empty when nothing is missing. */
    synchronized Optional<Entry.Gap> take(long now) {
        if (count == 0) {
            return Optional.empty();
        }
        var gap = new Entry.Gap(now, since, count, why);
        count = 0;
        why = TOO_MANY;
        return Optional.of(gap);
    }

    /** That could not be noted. */
    synchronized void giveBack(Entry.Gap gap) {
        all -= gap.dropped();
        add(gap.dropped(), gap.since(), gap.why());
    }
}
