package org.postern.console;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** The values that a label may have; all else is {@code other}. Immutable. */
final class Words {
    private static final String OTHER = "other";

    /** Each word to itself: what is counted by is ours, never the text that came. */
    private final Map<String, String> words;

    private Words(List<String> words) {
        this.words = new HashMap<>();
        words.forEach(word -> this.words.put(word, word));
    }

    static Words of(String... words) {
        return new Words(List.of(words));
    }

    /** As they are written everywhere: in lower case, with hyphens. */
    static <E extends Enum<E>> Words of(Class<E> kind) {
        return new Words(Stream.of(kind.getEnumConstants()).map(Words::word).toList());
    }

    /** These, and one more. */
    Words and(String more) {
        List<String> all = new ArrayList<>(words.keySet());
        all.add(more);
        return new Words(all);
    }

    static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    String of(String text) {
        return words.getOrDefault(text, OTHER);
    }

    /** All but {@code other}. */
    Set<String> known() {
        return new TreeSet<>(words.keySet());
    }
}
