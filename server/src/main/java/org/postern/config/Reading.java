package org.postern.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/** One reading of a file, shared by its {@link Section}s: the mistakes so far, and every key that was asked for. */
final class Reading {
    private final Path file;
    private final List<Mistake> mistakes = new ArrayList<>();
    private final SortedSet<String> keys = new TreeSet<>();

    Reading(Path file) {
        this.file = file;
    }

    void mistake(int line, int column, String text) {
        mistakes.add(new Mistake(file, line, column, text));
    }

    void asked(String key) {
        keys.add(key);
    }

    /** In their order in the file. */
    List<Mistake> mistakes() {
        return mistakes.stream().sorted(Mistake.BY_PLACE).toList();
    }

    /** Whole, as {@code limits.sessions}: what the configuration may hold. */
    SortedSet<String> keys() {
        return Collections.unmodifiableSortedSet(keys);
    }
}
