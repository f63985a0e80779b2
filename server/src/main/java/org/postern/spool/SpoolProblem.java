package org.postern.spool;

import java.io.IOException;

/** The spool can't do what it was asked. Its message says what the operator should do. */
public final class SpoolProblem extends IOException {
    private static final long serialVersionUID = 1;

    /** What is wrong. */
    public enum Kind {
        /** Too little space; when there is more again, all goes on. */
        FULL,
        /** A write or sync has failed: nothing more is taken until a restart. */
        STOPPED,
        /** What was kept is not there as it was. */
        DAMAGED,
        /** Another server has it open. */
        IN_USE,
        /** A newer version wrote it. */
        TOO_NEW
    }

    private final Kind kind;

    SpoolProblem(Kind kind, String text) {
        super(text);
        this.kind = kind;
    }

    SpoolProblem(Kind kind, String text, Throwable cause) {
        super(text, cause);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }
}
