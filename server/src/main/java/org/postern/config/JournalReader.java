package org.postern.config;

import java.time.Duration;
import org.postern.journal.JournalSettings;
import org.postern.journal.JournalSettings.Masking;

/** Reads {@code [journal]}. */
final class JournalReader {
    private JournalReader() {}

    static JournalSettings read(Section journal, Section limits) {
        JournalSettings d = JournalSettings.DEFAULT;
        var settings = new JournalSettings(
                journal.duration("keep", d.keep(), Duration.ZERO),
                limits.integer("journal-bytes", d.maxBytes(), 1L << 20, Long.MAX_VALUE / 8),
                journal.word("mask", Masking.class, d.mask()),
                limits.integer("journal-free-bytes", d.freeBytes(), 0, Long.MAX_VALUE / 8));
        journal.refuseOthers();
        return settings;
    }
}
