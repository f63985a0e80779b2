package org.postern.journal;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;

/** Reads the entries of a time into {@link Stats}. */
public final class StatsReader {
    /** More gaps than that behind the time are not looked at. */
    private static final int GAPS = 1_000;

    private StatsReader() {}

    /**
     * What is in {@code files} of that time.
     *
     * @param by what else to group traffic by
     * @param progress is told now and then how many entries were fetched; see {@link JournalFiles#count}
     * @throws IOException when they can't be read
     */
    public static Stats read(
            JournalFiles files, Instant since, Instant until, Optional<Stats.By> by, LongConsumer progress)
            throws IOException {
        Query query = Query.ANY.within(Optional.of(since), Optional.of(until));
        Stats stats = new Stats(since, until, by);
        Crew.read(files, query, () -> new Stats(since, until, by), StatsReader::count, progress)
                .forEach(stats::add);
        // What goes on behind the time began within it.
        Query behind = Query.of(Field.VERDICT, Terms.GAP).within(Optional.of(until), Optional.empty());
        gaps(files, behind).forEach(stats::add);
        return stats;
    }

    private static void count(Stats own, byte[] octets) {
        Codec.brief(octets).ifPresentOrElse(own::add, own::addUnknown);
    }

    private static List<Entry> gaps(JournalFiles files, Query query) throws IOException {
        return files.all(query, GAPS).stream()
                .filter(Entry.Gap.class::isInstance)
                .toList();
    }
}
