package org.postern.tls;

import java.io.IOException;
import java.nio.file.Path;

/** A certificate or key can't be used. The message names the file, what is wrong, and what to do. */
public final class CertificateProblem extends IOException {
    private static final long serialVersionUID = 1;

    private final String file;
    private final String wrong;
    private final String advice;

    CertificateProblem(Path file, String wrong, String advice) {
        super(file + " " + wrong + ": " + advice);
        this.file = file.toString();
        this.wrong = wrong;
        this.advice = advice;
    }

    CertificateProblem(Path file, String wrong, String advice, Exception cause) {
        this(file, wrong, advice);
        initCause(cause);
    }

    /** The file to look at. */
    public String file() {
        return file;
    }

    /** What is wrong with it, as the rest of a sentence that begins with its name. */
    public String wrong() {
        return wrong;
    }

    /** What to do about it. */
    public String advice() {
        return advice;
    }
}
