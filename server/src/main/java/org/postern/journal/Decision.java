package org.postern.journal;

import java.util.Locale;

/** What was decided of a transaction, as it is counted. */
public enum Decision {
    ACCEPT,
    /** By who isn't judged. */
    TRUSTED,
    QUARANTINE,
    GREYLIST,
    DEFER,
    REJECT,
    /** A rate was used up. */
    LIMITED,
    /** For another reason than a finding: no such mailbox, relaying. */
    REFUSED,
    /** It was over before anything was decided. */
    NONE,
    /** A word of a newer Postern. */
    OTHER;

    /** As entries have it. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether the client was told no, for now or for good. */
    public boolean isRefusal() {
        return switch (this) {
            case GREYLIST, DEFER, REJECT, LIMITED, REFUSED -> true;
            case ACCEPT, TRUSTED, QUARANTINE, NONE, OTHER -> false;
        };
    }

    /** That of a transaction. */
    public static Decision of(Entry.Transaction transaction) {
        return of(transaction.decided().verdict());
    }

    /** That which entries write so. */
    public static Decision of(String verdict) {
        return switch (verdict) {
            case "accept" -> ACCEPT;
            case "trusted" -> TRUSTED;
            case "quarantine" -> QUARANTINE;
            case "greylist" -> GREYLIST;
            case "defer" -> DEFER;
            case "reject" -> REJECT;
            case "limited" -> LIMITED;
            case "refused" -> REFUSED;
            case "" -> NONE;
            default -> OTHER;
        };
    }
}
