package org.postern.app;

/** The operator must change something before this can work; the message says what. */
final class Unusable extends Exception {
    private static final long serialVersionUID = 1;

    Unusable(String message) {
        super(message);
    }
}
