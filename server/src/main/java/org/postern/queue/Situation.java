package org.postern.queue;

import java.time.Instant;
import java.util.Optional;

/**
 * How a destination fares.
 *
 * @param waiting how many messages wait for it
 * @param due how many of them could be tried now
 * @param underWay attempts being made
 * @param connections that are open or being made
 * @param allowed how many of these there may be just now
 * @param suspended whether the operator wants nothing to be tried
 * @param unreached how often in a row nobody was reached
 * @param downSince since when nobody is
 * @param why why nobody was
 * @param lastReached when somebody was, since the server started
 * @param lastProblem what the last attempt came to that did not succeed; empty when there was none
 * @param next when something is tried next; empty when nothing will be by itself
 * @param oldestSeconds for how long the oldest that waits has been here
 */
public record Situation(
        String destination,
        int waiting,
        int due,
        int underWay,
        int connections,
        int allowed,
        boolean suspended,
        int unreached,
        Optional<Instant> downSince,
        Optional<String> why,
        Optional<Instant> lastReached,
        String lastProblem,
        Optional<Instant> next,
        Optional<Long> oldestSeconds) {}
