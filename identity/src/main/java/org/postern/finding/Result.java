package org.postern.finding;

import java.util.Locale;

/** What a check may come to: the words of RFC 8601 §2.7. Which of them a check uses is said at the check. */
public enum Result {
    /** There was nothing to check. */
    NONE,
    /** It is as it should be. */
    PASS,
    /** It is not. */
    FAIL,
    /** It is probably not: RFC 7208 §2.6.5. */
    SOFTFAIL,
    /** Nothing is said either way: RFC 7208 §2.6.2. */
    NEUTRAL,
    /** It could not be found out now. */
    TEMPERROR,
    /** It can't be found out: what is published makes no sense, or is missing. */
    PERMERROR,
    /** It would pass, but for a rule of ours. */
    POLICY;

    /** As it is written everywhere: in lower case. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
