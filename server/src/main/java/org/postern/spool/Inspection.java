package org.postern.spool;

import java.util.List;

/**
 * What a look at every octet of a spool found.
 *
 * @param messages that can be delivered, held ones among them
 * @param held those that wait for the operator
 * @param octets of their content
 * @param unfinished messages that never came whole: the next start sweeps them
 * @param damaged messages that are not as they were confirmed
 * @param faults of the store's files, in words
 */
public record Inspection(
        int messages, int held, long octets, int unfinished, List<Damaged> damaged, List<String> faults) {
    public Inspection {
        damaged = List.copyOf(damaged);
        faults = List.copyOf(faults);
    }

    /** Whether nothing is wrong. */
    public boolean isFine() {
        return damaged.isEmpty() && faults.isEmpty();
    }
}
