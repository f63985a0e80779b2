package org.postern.app;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.function.LongConsumer;

/** How far something long has come, on one line of a terminal, which is taken away in the end. Nothing where there is no terminal. */
final class Progress implements LongConsumer, AutoCloseable {
    private static final long PAUSE_NANOS = 200_000_000;

    private final PrintWriter err;
    private final long of;
    private final boolean shown;
    private long saidAt = System.nanoTime();
    private boolean said;

    Progress(PrintWriter err, long of) {
        this.err = err;
        this.of = of;
        this.shown = isTerminal();
    }

    /** Whether standard error is one: the JDK knows that of standard output only. */
    private static boolean isTerminal() {
        try {
            String place = Path.of("/proc/self/fd/2").toRealPath().toString();
            return place.startsWith("/dev/pts/") || place.startsWith("/dev/tty") || place.equals("/dev/console");
        } catch (IOException none) {
            // A pipe has no path; nor has anything where there is no /proc.
            return false;
        }
    }

    @Override
    public void accept(long done) {
        long now = System.nanoTime();
        if (shown && now - saidAt > PAUSE_NANOS) {
            saidAt = now;
            said = true;
            err.print("\r" + done + " of " + Math.max(done, of) + " entries ");
            err.flush();
        }
    }

    @Override
    public void close() {
        if (said) {
            err.print("\r\u001b[K");
            err.flush();
        }
    }
}
