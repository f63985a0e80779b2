package org.postern.app;

import java.util.List;
import java.util.stream.LongStream;

/** Numbers as a row of columns, one character each. */
enum Plot {
    /** Unicode's block elements. */
    BLOCKS("\u2581\u2582\u2583\u2584\u2585\u2586\u2587\u2588"),
    ASCII(".:-=+*#@");

    /** From the lowest to the highest. */
    private final String columns;

    Plot(String columns) {
        this.columns = columns;
    }

    /** Blocks where the output is UTF-8. */
    static Plot forOutput() {
        // The script postern sets LC_ALL, for the names of files; this is what the user had set before.
        String locale = System.getenv("POSTERN_LOCALE");
        String encoding = locale == null ? System.getProperty("stdout.encoding", "") : locale;
        return encoding.matches("(?i).*utf-?8") ? BLOCKS : ASCII;
    }

    /** A blank for nothing, and the lowest column for anything. */
    String of(List<Long> numbers) {
        long most = numbers.stream().flatMapToLong(LongStream::of).max().orElse(0);
        var row = new StringBuilder();
        for (long number : numbers) {
            row.append(number == 0 ? ' ' : columns.charAt((int) Math.ceilDiv(number * columns.length(), most) - 1));
        }
        return row.toString();
    }
}
