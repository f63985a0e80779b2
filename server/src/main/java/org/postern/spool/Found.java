package org.postern.spool;

/** How a message is found in a store that may be damaged. */
sealed interface Found {
    /** All of it; {@code stateLost} when how far its delivery had come can't be read. */
    record Whole(SpooledMessage message, boolean stateLost) implements Found {}

    /** Not all of it: it can't be delivered. */
    record Broken(Damaged damaged) implements Found {}

    /** It never came whole, and nobody was told that it did. */
    record Unfinished() implements Found {}

    /** Nothing of it. */
    record Absent() implements Found {}
}
