package org.postern.finding;

import java.util.Locale;
import java.util.Optional;

/** The checks, in the order in which one decides among others of the same weight. {@code docs/checks.md} describes each. */
public enum Check {
    OWN_LIST,
    EARLY_TALK,
    HELO_SYNTAX,
    HELO_BARE_IP,
    HELO_FQDN,
    HELO_SELF,
    HELO_LITERAL,
    HELO_RESOLVES,
    HELO_MATCHES,
    IPREV,
    HELO_RDNS,
    HELO_DYNAMIC,
    HELO_CHANGED,
    SPF_HELO,
    DNSBL,
    DNSWL,
    FROM_DOMAIN,
    SPF,
    DKIM,
    ARC,
    DMARC,
    FILTER;

    private final String id = name().toLowerCase(Locale.ROOT).replace('_', '-');

    /** As it is written everywhere: {@code helo-rdns}. */
    public String id() {
        return id;
    }

    /** The check of that id. */
    public static Optional<Check> of(String id) {
        for (Check check : values()) {
            if (check.id.equals(id)) {
                return Optional.of(check);
            }
        }
        return Optional.empty();
    }
}
