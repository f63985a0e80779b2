package org.postern.dmarc;

import java.util.Locale;
import java.util.Optional;

/** What a domain's owner asks for mail that fails: RFC 9989 §4.7. From the mildest on. */
public enum Disposition {
    /** Nothing: it is to fare as it would without DMARC. */
    NONE,
    /** It is suspicious. */
    QUARANTINE,
    /** It is not the owner's. */
    REJECT;

    /** As a record has it. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** §4.7, {@code t=y}: one level below. */
    Disposition inTest() {
        return this == REJECT ? QUARANTINE : NONE;
    }

    /** §4.8: ABNF's strings have no case (RFC 5234 §2.3). */
    static Optional<Disposition> of(String word) {
        for (Disposition one : values()) {
            if (one.word().equalsIgnoreCase(word)) {
                return Optional.of(one);
            }
        }
        return Optional.empty();
    }
}
