package org.postern.spool;

import java.util.List;

/**
 * Why a message is in quarantine: what was found about who brought it, as it was when it came. The spool only keeps it; its words are those
 * of who judged.
 *
 * @param digested whether a digest has told of it
 * @param client the address that it came from; empty when that was not kept
 * @param greeting the name that the client greeted by
 * @param check the id of the check that decided; empty when that was not kept
 * @param notes what was found and is not as it should be
 * @param proof what of its sender nobody can forge, as {@code spf example.org}; empty when there is nothing
 */
public record Doubt(
        Way way, boolean digested, String client, String greeting, String check, List<Note> notes, String proof) {
    /** Of a message that came before this was kept. */
    static final Doubt UNTOLD = new Doubt(Way.JUNK, false, "", "", "", List.of(), "");

    /** What is done with it. */
    public enum Way {
        /** It goes on, and its recipients find it where they look for what is doubtful. */
        JUNK,
        /** It is kept here until the operator says what is to become of it. */
        HELD,
        /** The operator has said that it is good: it goes the usual way. */
        RELEASED
    }

    /**
     * What a check came to.
     *
     * @param counts whether that earned the quarantine, by itself or with others
     * @param text a sentence without its full stop; visible ASCII
     */
    public record Note(String check, String result, boolean counts, String text) {}

    public Doubt {
        notes = List.copyOf(notes);
    }

    /** One that was just found. */
    public static Doubt fresh(Way way, String client, String greeting, String check, List<Note> notes, String proof) {
        return new Doubt(way, false, client, greeting, check, notes, proof);
    }

    /** The same once a digest has told of it. */
    Doubt withDigest() {
        return new Doubt(way, true, client, greeting, check, notes, proof);
    }

    /** The same, the message released. */
    Doubt released() {
        return new Doubt(Way.RELEASED, digested, client, greeting, check, notes, proof);
    }
}
