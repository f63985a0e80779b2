package org.postern.journal;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What is asked for: all of {@code all}, and when.
 *
 * @param since not before that
 * @param until before that
 */
public record Query(List<Criterion> all, Optional<Instant> since, Optional<Instant> until) {
    /** Everything. */
    public static final Query ANY = new Query(List.of(), Optional.empty(), Optional.empty());

    /**
     * One of {@code words} in that field.
     */
    public record Criterion(Field field, List<Words> words) {
        public Criterion {
            words = List.copyOf(words);
        }

        private boolean holds(Entry entry) {
            var holds = new boolean[1];
            Terms.of(
                    entry,
                    (of, word) -> holds[0] =
                            holds[0] || (of == field && words.stream().anyMatch(one -> one.contains(word))));
            return holds[0];
        }

        private boolean isOfPerson() {
            return field == Field.SENDER || field == Field.RECIPIENT;
        }

        private Criterion or(Mask mask) {
            var more = new ArrayList<>(words);
            words.stream()
                    .filter(Words::isExact)
                    .map(one -> new Words(mask.masked(one.low()), mask.masked(one.low()), true))
                    .forEach(more::add);
            return new Criterion(field, more);
        }
    }

    public Query {
        all = List.copyOf(all);
    }

    /** Entries with that in that field. */
    public static Query of(Field field, String word) {
        return ANY.with(field, Words.of(word));
    }

    /** The same, and that too. */
    public Query with(Field field, Words words) {
        var more = new ArrayList<>(all);
        more.add(new Criterion(field, List.of(words)));
        return new Query(more, since, until);
    }

    /** The same within that time. */
    public Query within(Optional<Instant> from, Optional<Instant> to) {
        return new Query(all, from, to);
    }

    /** The same, who is named in it looked for by his mask, too. */
    Query masked(Optional<Mask> mask) {
        return mask.isEmpty()
                ? this
                : new Query(
                        all.stream()
                                .map(one -> one.isOfPerson() ? one.or(mask.get()) : one)
                                .toList(),
                        since,
                        until);
    }

    /** Whether that is asked for. The index only says what may be: it has no more than the beginning of long words. */
    public boolean isAbout(Entry entry) {
        long at = entry.at();
        return since.map(time -> at >= time.toEpochMilli()).orElse(true)
                && until.map(time -> at < time.toEpochMilli()).orElse(true)
                && all.stream().allMatch(one -> one.holds(entry));
    }

    boolean meets(Chunk.Span span) {
        return since.map(time -> span.to() >= time.toEpochMilli()).orElse(true)
                && until.map(time -> span.from() < time.toEpochMilli()).orElse(true);
    }
}
