package org.postern.config;

import java.nio.file.Path;
import java.util.Comparator;

/**
 * Something in a configuration file that can't be right.
 *
 * @param line from 1
 * @param text the key, what is wrong with it, and what to do
 */
public record Mistake(Path file, int line, int column, String text) {
    static final Comparator<Mistake> BY_PLACE =
            Comparator.comparingInt(Mistake::line).thenComparingInt(Mistake::column);

    /** As compilers write it: {@code postern.toml:12: limits.recipents is no key...}. */
    @Override
    public String toString() {
        return file + ":" + line + ": " + text;
    }
}
