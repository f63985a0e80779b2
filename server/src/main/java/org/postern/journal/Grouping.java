package org.postern.journal;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * What is counted for each of many keys, in bounded memory: whenever there are more, the less busy half of them is counted together, as
 * others, so that a client that makes up names can't crowd out who is busy.
 *
 * @param <R> what is counted
 */
public final class Grouping<R extends Grouping.Row<R>> {
    /** What is counted for a key. */
    public interface Row<R> {
        /** How busy it is. */
        long weight();

        /** Adds what {@code other} has counted. */
        void add(R other);
    }

    /** A key, and what was counted for it. */
    public record Keyed<R>(String key, R row) {}

    private final int most;
    private final Supplier<R> empty;
    private final Map<String, R> rows = new HashMap<>();
    private final R others;
    private boolean crowded;

    Grouping(int most, Supplier<R> empty) {
        this.most = most;
        this.empty = empty;
        this.others = empty.get();
    }

    R row(String key) {
        R known = rows.get(key);
        if (known != null) {
            return known;
        }
        if (rows.size() >= most) {
            makeRoom();
        }
        R made = empty.get();
        rows.put(key, made);
        return made;
    }

    private void makeRoom() {
        crowded = true;
        for (Keyed<R> idle : sorted().subList(most / 2, rows.size())) {
            others.add(idle.row());
            rows.remove(idle.key());
        }
    }

    void add(Grouping<R> other) {
        others.add(other.others);
        crowded |= other.crowded;
        other.rows.forEach((key, row) -> row(key).add(row));
    }

    private List<Keyed<R>> sorted() {
        var all = new ArrayList<Keyed<R>>(rows.size());
        rows.forEach((key, row) -> all.add(new Keyed<>(key, row)));
        all.sort(Comparator.comparingLong((Keyed<R> one) -> -one.row().weight()).thenComparing(Keyed::key));
        return all;
    }

    /** The busiest, so many at most. */
    public List<Keyed<R>> busiest(int count) {
        return sorted().stream().limit(count).toList();
    }

    /** How many keys have a row. */
    public int size() {
        return rows.size();
    }

    /** Whether there were more keys than can be kept: then rows may lack what was counted for them at first, which is in {@link #others}. */
    public boolean isCrowded() {
        return crowded;
    }

    /** What was counted for those that have no row any more. */
    public R others() {
        return others;
    }

    /** What {@link #busiest} leaves out: rows behind the first so many, and the others. */
    public R rest(int count) {
        R rest = empty.get();
        rest.add(others);
        sorted().stream().skip(count).forEach(one -> rest.add(one.row()));
        return rest;
    }
}
