package org.postern.app;

import java.io.Console;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;

/** How far a long work has come, on one line of a terminal; nothing where there is none. For one thread. */
final class Progress implements AutoCloseable {
    private static final long EVERY_NANOS = 200_000_000;

    private final PrintWriter to;
    private final boolean isShown;
    private final String what;
    private final long all;
    private long done;
    private long shownAt = System.nanoTime();
    private boolean wasShown;

    private Progress(PrintWriter to, boolean isShown, String what, long all) {
        this.to = to;
        this.isShown = isShown;
        this.what = what;
        this.all = all;
    }

    /** Of a command's work on {@code all} things that are called {@code what}. */
    static Progress of(CommandSpec spec, String what, long all) {
        return new Progress(
                spec.commandLine().getErr(),
                Optional.ofNullable(System.console())
                        .filter(Console::isTerminal)
                        .isPresent(),
                what,
                all);
    }

    void more(long count) {
        done += count;
        if (isShown && System.nanoTime() - shownAt > EVERY_NANOS) {
            shownAt = System.nanoTime();
            wasShown = true;
            to.print(String.format(
                    Locale.ROOT, "\r%,d of %,d %s (%d %%) ", done, all, what, all == 0 ? 100 : 100 * done / all));
            to.flush();
        }
    }

    @Override
    public void close() {
        if (wasShown) {
            to.print("\r\u001b[K");
            to.flush();
        }
    }
}
