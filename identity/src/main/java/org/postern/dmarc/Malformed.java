package org.postern.dmarc;

/** Ends the reading of a From field; never leaves this package, where {@link FromField.Unusable} says the same. */
final class Malformed extends Exception {
    Malformed(String why) {
        // Whoever sends nonsense shall not make us write down stacks.
        super(why, null, false, false);
    }

    String why() {
        return String.valueOf(getMessage());
    }
}
