package org.postern.policy;

import java.util.Locale;

/** What a finding earns, the hardest last. */
public enum Action {
    /** It is noted. */
    NOTE,
    /** The client has to come again later: who does so is let in. */
    GREYLIST,
    /** The message is taken, and put where its recipient looks for what is doubtful. */
    QUARANTINE,
    /** Not now: 4xx. */
    DEFER,
    /** No: 5xx. */
    REJECT;

    /** As it is written everywhere: in lower case. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
