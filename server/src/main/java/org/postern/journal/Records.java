package org.postern.journal;

import java.io.IOException;
import java.util.List;

/** Whoever has entries and can find them. Safe for many threads. */
public interface Records {
    /** Before all numbers: from the newest on. */
    long NEWEST = Long.MAX_VALUE;

    /**
     * So many of what is asked for, the newest first.
     *
     * @param before only what has a smaller number
     * @throws IOException when there is no journal now; the message says why
     */
    Page find(Query query, long before, int most) throws IOException;

    /** All of what is asked for, {@code most} of the newest, in the order in which they came. */
    default List<Entry> all(Query query, int most) throws IOException {
        return find(query, NEWEST, most).entries().reversed().stream()
                .map(Page.Numbered::entry)
                .toList();
    }
}
