package org.postern.journal;

import java.util.Arrays;
import java.util.OptionalLong;

/**
 * How long things took, counted in classes whose width grows with the time: sixteen for each doubling, so that what is said of a time is
 * within 4 % of it. Times past 34 years are counted as that. Takes no more room, however many are counted.
 */
public final class Durations {
    private static final int BITS = 4;

    /** Classes of a row. */
    private static final int WIDTH = 1 << BITS;

    /** A row for times of less than 16 ms, and one for each doubling. */
    private static final int ROWS = 37;

    private static final long MOST = (1L << (ROWS + BITS - 1)) - 1;

    private static final int[] NONE = {};

    /** Most destinations need few of them: the others are {@link #NONE}. */
    private final int[][] rows = new int[ROWS][];

    private long count;

    Durations() {
        Arrays.fill(rows, NONE);
    }

    void add(long ms) {
        long time = Math.clamp(ms, 0, MOST);
        int power = Long.SIZE - 1 - Long.numberOfLeadingZeros(time | 1);
        int row = power < BITS ? 0 : power - BITS + 1;
        int place = (int) (row == 0 ? time : (time >>> (row - 1)) - WIDTH);
        add(row, place, 1);
    }

    private void add(int row, int place, int more) {
        int[] counts = rows[row];
        if (counts == NONE) {
            counts = new int[WIDTH];
            rows[row] = counts;
        }
        counts[place] += more;
        count += more;
    }

    void add(Durations other) {
        for (int row = 0; row < ROWS; row++) {
            int[] counts = other.rows[row];
            for (int place = 0; place < counts.length; place++) {
                if (counts[place] > 0) {
                    add(row, place, counts[place]);
                }
            }
        }
    }

    /** How many were counted. */
    public long count() {
        return count;
    }

    /**
     * So many of a hundred took no longer than that; empty when there are none.
     *
     * @param percent 1 to 100
     * @return in milliseconds
     */
    public OptionalLong percentile(int percent) {
        // The nearest rank: of 10, the 50th percentile is the 5th, the 99th the 10th.
        long rank = Math.max(1, (count * percent + 99) / 100);
        long passed = 0;
        for (int row = 0; row < ROWS; row++) {
            int[] counts = rows[row];
            for (int place = 0; place < counts.length; place++) {
                passed += counts[place];
                if (counts[place] > 0 && passed >= rank) {
                    return OptionalLong.of(middle(row, place));
                }
            }
        }
        return OptionalLong.empty();
    }

    private static long middle(int row, int place) {
        if (row == 0) {
            return place;
        }
        long width = 1L << (row - 1);
        return (WIDTH + place) * width + (width - 1) / 2;
    }
}
