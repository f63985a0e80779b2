package org.postern.begin;

import java.util.List;
import java.util.Locale;

/**
 * A record that mail needs, and what DNS has in its place.
 *
 * @param name where it stands, without the last dot
 * @param found what DNS said, in words
 * @param publish it as a zone file has it; empty when nothing is to be published
 * @param note what whoever runs the domain should know, a clause; may be empty
 */
public record Standing(Kind kind, String name, State state, String found, List<String> publish, String note) {
    /** What it is for. */
    public enum Kind {
        /** The host's IPv4 address. */
        A,
        /** The host's IPv6 address. */
        AAAA,
        /** The address's name; its owner's to publish, who is seldom the domain's. */
        PTR,
        /** Who takes a domain's mail: RFC 5321 §5.1. */
        MX,
        /** Who may send for a name: RFC 7208. */
        SPF,
        /** A key that mail is signed with: RFC 6376. */
        DKIM,
        /** What becomes of mail that is not authentic: RFC 9989. */
        DMARC
    }

    /** How it stands. */
    public enum State {
        /** As it should be. */
        RIGHT,
        /** Not there. */
        MISSING,
        /** Something else is there. */
        OTHER,
        /** DNS can't be asked, or what it should say is not known. */
        UNKNOWN;

        /** For programs and people. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public Standing {
        publish = List.copyOf(publish);
    }

    static Standing right(Kind kind, String name, String found) {
        return new Standing(kind, name, State.RIGHT, found, List.of(), "");
    }

    Standing noting(String clause) {
        return new Standing(kind, name, state, found, publish, clause);
    }

    /** Whether it is as it should be. */
    public boolean isRight() {
        return state == State.RIGHT;
    }
}
