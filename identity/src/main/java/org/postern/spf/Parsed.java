package org.postern.spf;

/** A record, or why it is none. */
public sealed interface Parsed permits SpfRecord, Parsed.Malformed {
    /**
     * What breaks the grammar: RFC 7208 §4.6 makes it a permerror.
     *
     * @param term where; may hold any octets
     * @param why in words
     */
    record Malformed(String term, String why) implements Parsed {}
}
