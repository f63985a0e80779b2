package org.postern.journal;

import java.time.Duration;
import java.util.concurrent.Callable;

/** Waits for something that comes to be, but not for ever. */
final class Eventually {
    private static final Duration PATIENCE = Duration.ofSeconds(Integer.getInteger("patience", 30));

    private Eventually() {}

    static void await(String what, Callable<Boolean> condition) throws Exception {
        long until = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.call()) {
            if (System.nanoTime() - until > 0) {
                throw new AssertionError("not within " + PATIENCE + ": " + what);
            }
            Thread.sleep(5);
        }
    }

    /** Writes as fast as that is taken in, and loses nothing. */
    static void write(Journal journal, Entry entry) throws Exception {
        if (journal.waiting() > Journal.QUEUE / 2) {
            await("the journal takes more", () -> journal.waiting() <= Journal.QUEUE / 2);
        }
        journal.write(entry);
    }
}
