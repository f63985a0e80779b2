package org.postern.spf;

import org.postern.finding.Result;

/** What a mechanism that matches comes to: RFC 7208 §4.6.2. */
public enum Qualifier {
    /** {@code +}, which is also meant where none stands. */
    PASS('+', Result.PASS),
    /** {@code -}. */
    FAIL('-', Result.FAIL),
    /** {@code ~}. */
    SOFTFAIL('~', Result.SOFTFAIL),
    /** {@code ?}. */
    NEUTRAL('?', Result.NEUTRAL);

    private final char sign;
    private final Result result;

    Qualifier(char sign, Result result) {
        this.sign = sign;
        this.result = result;
    }

    char sign() {
        return sign;
    }

    /** It as the result of a check. */
    public Result result() {
        return result;
    }
}
