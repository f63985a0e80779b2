package org.postern.config;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.tomlj.TomlArray;
import org.tomlj.TomlPosition;
import org.tomlj.TomlTable;

/**
 * A table of the file while it is read. Each key that is asked for is thereby known; what is left over at the end is a mistake. A value
 * that can't be right is noted, and the default goes on in its place, so that all mistakes come out in one reading.
 */
final class Section {
    /** Nobody means more, and in nanoseconds it has room in a long with much to spare. */
    private static final Duration LONGEST = Duration.ofDays(365);

    private final TomlTable table;
    private final String prefix;
    private final Reading reading;
    private final Set<String> known = new LinkedHashSet<>();

    Section(TomlTable table, String prefix, Reading reading) {
        this.table = table;
        this.prefix = prefix;
        this.reading = reading;
    }

    // --- values
    // ----------------------------------------------------------------------------------------------------------------

    /** A value read from text by {@code parse}; {@code wanted} tells what it should look like. */
    <T> Optional<T> text(String key, String wanted, Function<String, Optional<T>> parse) {
        Object value = value(key);
        if (value == null) {
            return Optional.empty();
        }
        Optional<T> parsed = value instanceof String text ? parse.apply(text) : Optional.empty();
        if (parsed.isEmpty()) {
            mistake(key, "should be " + wanted + ", not " + shown(value));
        }
        return parsed;
    }

    Duration duration(String key, Duration byDefault, Duration least) {
        Optional<Duration> time = text(key, "a time as \"30s\", \"5m\" or \"1h30m\"", Durations::parse);
        if (time.isPresent() && time.get().compareTo(least) < 0) {
            mistake(key, "is at least " + Durations.write(least));
            return byDefault;
        }
        if (time.isPresent() && time.get().compareTo(LONGEST) > 0) {
            mistake(key, "is at most " + Durations.write(LONGEST));
            return byDefault;
        }
        return time.orElse(byDefault);
    }

    <E extends Enum<E>> E word(String key, Class<E> kind, E byDefault) {
        String words = List.of(kind.getEnumConstants()).stream()
                .map(Section::word)
                .collect(Collectors.joining("\", \"", "\"", "\""));
        return this.<E>text(
                        key,
                        "one of " + words,
                        text -> List.of(kind.getEnumConstants()).stream()
                                .filter(constant -> word(constant).equals(text))
                                .findFirst())
                .orElse(byDefault);
    }

    static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    long integer(String key, long byDefault, long least, long most) {
        Object value = value(key);
        if (value == null) {
            return byDefault;
        }
        if (value instanceof Long number && number >= least && number <= most) {
            return number;
        }
        mistake(key, "should be a number from " + least + " to " + most + ", not " + shown(value));
        return byDefault;
    }

    int integer(String key, int byDefault, int least) {
        return integer(key, byDefault, least, Integer.MAX_VALUE);
    }

    int integer(String key, int byDefault, int least, int most) {
        return (int) integer(key, (long) byDefault, least, most);
    }

    boolean flag(String key) {
        return flag(key, false);
    }

    boolean flag(String key, boolean byDefault) {
        Object value = value(key);
        if (value instanceof Boolean flag) {
            return flag;
        }
        if (value != null) {
            mistake(key, "should be true or false, not " + shown(value));
        }
        return byDefault;
    }

    /** A list of texts, each read by {@code parse}; empty when the key isn't there. */
    <T> List<T> list(String key, String wanted, Function<String, Optional<T>> parse) {
        Object value = value(key);
        var values = new ArrayList<T>();
        if (value instanceof TomlArray array) {
            for (int i = 0; i < array.size(); i++) {
                Optional<T> parsed = array.get(i) instanceof String text ? parse.apply(text) : Optional.empty();
                if (parsed.isEmpty()) {
                    mistake(array.inputPositionOf(i), key, "should hold " + wanted + ", not " + shown(array.get(i)));
                }
                parsed.ifPresent(values::add);
            }
        } else if (value != null) {
            mistake(key, "should be a list of " + wanted + ", not " + shown(value));
        }
        return values;
    }

    boolean has(String key) {
        return table.contains(List.of(key));
    }

    boolean isTable(String key) {
        return table.get(List.of(key)) instanceof TomlTable;
    }

    boolean isList(String key) {
        return value(key) instanceof TomlArray;
    }

    boolean isEmptyList(String key) {
        return value(key) instanceof TomlArray array && array.isEmpty();
    }

    // --- tables
    // ----------------------------------------------------------------------------------------------------------------

    /** A table in this one, empty when it isn't there. */
    Section section(String key) {
        Object value = value(key);
        if (value != null && !(value instanceof TomlTable)) {
            mistake(key, "should be a table: [" + prefix + key + "]");
        }
        return new Section(
                value instanceof TomlTable inner ? inner : org.tomlj.Toml.parse(""), prefix + key + ".", reading);
    }

    /** The tables of an array of tables, {@code [[key]]} or {@code key = [{...}]}. */
    List<Section> sections(String key) {
        Object value = value(key);
        var sections = new ArrayList<Section>();
        if (value instanceof TomlArray array) {
            for (int i = 0; i < array.size(); i++) {
                if (array.get(i) instanceof TomlTable inner) {
                    sections.add(new Section(inner, prefix + key + ".", reading));
                } else {
                    mistake(array.inputPositionOf(i), key, "should hold tables, not " + shown(array.get(i)));
                }
            }
        } else if (value != null) {
            mistake(key, "should be a list of tables: [[" + prefix + key + "]]");
        }
        return sections;
    }

    /** The keys of a table whose keys are the user's own, as domains are. */
    Set<String> ownKeys() {
        return table.keySet();
    }

    // --- mistakes
    // --------------------------------------------------------------------------------------------------------------

    /** Notes each key that nobody asked for. Called last. */
    void refuseOthers() {
        for (String key : table.keySet()) {
            if (!known.contains(key)) {
                String nearest = Nearest.of(key, known)
                        .map(name -> "; did you mean " + prefix + name + "?")
                        .orElse("");
                mistake(table.inputPositionOf(List.of(key)), key, "is no key" + nearest);
            }
        }
    }

    /** Notes what is wrong with a key. */
    void mistake(String key, String text) {
        mistake(table.inputPositionOf(List.of(key)), key, text);
    }

    /** Notes a mistake of the section as a whole. */
    void mistake(String text) {
        TomlPosition place = table.keySet().stream()
                .findFirst()
                .map(key -> table.inputPositionOf(List.of(key)))
                .orElse(TomlPosition.positionAt(1, 1));
        reading.mistake(place.line(), place.column(), text);
    }

    private void mistake(@Nullable TomlPosition place, String key, String text) {
        int line = place == null ? 1 : place.line();
        int column = place == null ? 1 : place.column();
        reading.mistake(line, column, prefix + key + " " + text);
    }

    private @Nullable Object value(String key) {
        known.add(key);
        reading.asked(prefix + key);
        return table.get(List.of(key));
    }

    private static String shown(@Nullable Object value) {
        return switch (value) {
            case null -> "nothing";
            case String text -> "\"" + text + "\"";
            case TomlTable _ -> "a table";
            case TomlArray _ -> "a list";
            default -> value.toString();
        };
    }
}
