package org.postern.dns;

/** One way to one server. */
@FunctionalInterface
interface Exchange {
    /** Asks once, and waits no longer than the settings say. */
    Answer ask(Question question);
}
