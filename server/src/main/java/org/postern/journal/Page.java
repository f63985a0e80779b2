package org.postern.journal;

import java.util.List;
import java.util.OptionalLong;

/**
 * A part of what was asked for, the newest first.
 *
 * @param next what to ask for what is older, as {@code before}; empty at the end
 */
public record Page(List<Numbered> entries, OptionalLong next) {
    /** An entry and its number: later ones have greater ones. */
    public record Numbered(long number, Entry entry) {}

    public Page {
        entries = List.copyOf(entries);
    }
}
