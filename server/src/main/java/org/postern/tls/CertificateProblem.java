package org.postern.tls;

import java.io.IOException;

/** A certificate or key can't be used. The message names the file, what is wrong, and what to do. */
public final class CertificateProblem extends IOException {
    private static final long serialVersionUID = 1;

    CertificateProblem(String message) {
        super(message);
    }

    CertificateProblem(String message, Throwable cause) {
        super(message, cause);
    }
}
