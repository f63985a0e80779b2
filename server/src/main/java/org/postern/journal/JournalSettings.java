package org.postern.journal;

import java.time.Duration;

/**
 * {@code [journal]}, and what of {@code [limits]} is the journal's.
 *
 * @param keep how long entries are kept; zero for no journal
 * @param maxBytes of disk that it may take; past it the oldest go
 * @param mask what of mailboxes is hidden
 * @param freeBytes that must be free on its disk; with less it stands still
 */
public record JournalSettings(Duration keep, long maxBytes, Masking mask, long freeBytes) {
    /** The defaults. */
    public static final JournalSettings DEFAULT =
            new JournalSettings(Duration.ofDays(30), 10L << 30, Masking.NONE, 1L << 30);

    /** What is hidden. */
    public enum Masking {
        NONE,
        /** Who somebody is at his domain. */
        LOCAL_PARTS
    }

    public JournalSettings {
        if (keep.isNegative() || maxBytes < 0 || freeBytes < 0) {
            throw new IllegalArgumentException("less than nothing");
        }
    }

    /** Whether there is a journal at all. */
    public boolean isOn() {
        return keep.isPositive();
    }
}
