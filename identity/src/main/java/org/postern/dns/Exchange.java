package org.postern.dns;

/** One way to one server. */
@FunctionalInterface
interface Exchange {
    /**
     * Asks once, and waits no longer than the settings say, nor than {@code end}.
     *
     * @param end as of {@link System#nanoTime()}
     */
    Answer ask(Question question, long end);
}
