package org.postern.journal;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;

/** A book without a thread: what is written is there at once. */
final class TestBook {
    private TestBook() {}

    static Book open(Path directory) throws IOException {
        return open(directory, JournalSettings.Masking.NONE);
    }

    static Book open(Path directory, JournalSettings.Masking mask) throws IOException {
        return Book.open(
                directory, new JournalSettings(Duration.ofDays(30), 1L << 30, mask, 0), Clock.systemUTC(), false);
    }

    static void write(Book book, List<? extends Entry> entries) throws IOException {
        List<Entry> rest = List.copyOf(entries);
        while (!rest.isEmpty()) {
            rest = rest.subList(book.write(rest).size(), rest.size());
        }
    }

    static List<Entry> found(Book book, Query query) throws Exception {
        return book
                .archive()
                .find(query.masked(book.knownMask()), Records.NEWEST, Integer.MAX_VALUE)
                .entries()
                .reversed()
                .stream()
                .map(Page.Numbered::entry)
                .toList();
    }
}
