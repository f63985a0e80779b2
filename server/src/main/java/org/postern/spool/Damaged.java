package org.postern.spool;

/**
 * A message that is not there as it was confirmed.
 *
 * @param label whose it is: {@code from <a> to <b>...}; empty when nothing tells any more
 * @param part what of it is damaged
 * @param how in words
 */
public record Damaged(MessageId id, String label, Part part, String how) {
    /** A part of a message. */
    public enum Part {
        /** Its envelope and trace. */
        RECORD,
        /** How far its delivery had come: it can be delivered, perhaps a second time. */
        STATE,
        /** What is to be delivered. */
        CONTENT,
        /** All of it. */
        WHOLE
    }

    /** Whether it can't be delivered. */
    public boolean isLost() {
        return part != Part.STATE;
    }
}
