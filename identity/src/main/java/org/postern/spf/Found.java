package org.postern.spf;

import org.postern.finding.Result;

/** What became of a mechanism: RFC 7208 §4.6.2. */
sealed interface Found {
    /** It matches, or it doesn't. */
    enum Match implements Found {
        YES,
        NO
    }

    /** It ends the evaluation. */
    record Failed(Result result, String why) implements Found {}

    static Found of(boolean matches) {
        return matches ? Match.YES : Match.NO;
    }

    static Failed temperror(String why) {
        return new Failed(Result.TEMPERROR, why);
    }

    static Failed permerror(String why) {
        return new Failed(Result.PERMERROR, why);
    }
}
