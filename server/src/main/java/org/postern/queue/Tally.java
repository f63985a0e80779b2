package org.postern.queue;

import java.time.Duration;
import java.util.Optional;

/**
 * How the queue stands. A message that goes to several destinations has a part for each.
 *
 * @param waiting messages of which something is to be delivered, now or later
 * @param held messages of which the rest is kept until the operator says what to do
 * @param quarantined messages of which the rest is in quarantine
 * @param undeliverable messages of which the rest can't be delivered while nobody may be told
 * @param due parts that could be tried now
 * @param later parts whose time has not come, or whose destination was not reached
 * @param suspended parts that wait for destinations that the operator suspended
 * @param underWay parts that are being tried
 * @param suspendedDestinations where the operator wants nothing to be tried
 * @param unreachedDestinations where nobody was reached the last time
 * @param oldest how old the oldest is of the messages that wait
 */
public record Tally(
        int waiting,
        int held,
        int quarantined,
        int undeliverable,
        int due,
        int later,
        int suspended,
        int underWay,
        int suspendedDestinations,
        int unreachedDestinations,
        Optional<Duration> oldest) {}
