package org.postern.postfix;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What Postfix goes by: main.cf, what {@code -o} of a service says in its place, and Postfix's defaults of what we ask for. Whoever asks
 * for a setting has seen to it; what nobody has asked for at the end has no counterpart.
 */
final class Settings {
    private final Map<String, Setting> written;
    private final Map<String, String> expanded;
    private final Map<String, String> defaults;
    private final Set<String> seen;

    /**
     * Settings.
     *
     * @param written main.cf
     * @param expanded what {@code postconf -x} made of all settings, defaults included; empty where there is no postconf
     * @param defaults of {@link Defaults}
     */
    Settings(Map<String, Setting> written, Map<String, String> expanded, Map<String, String> defaults) {
        this(written, expanded, defaults, new HashSet<>());
    }

    private Settings(
            Map<String, Setting> written,
            Map<String, String> expanded,
            Map<String, String> defaults,
            Set<String> seen) {
        this.written = written;
        this.expanded = expanded;
        this.defaults = defaults;
        this.seen = seen;
    }

    /** The same for one service. */
    Settings with(Service service) {
        Map<String, Setting> all = new LinkedHashMap<>(written);
        all.putAll(service.options());
        Map<String, String> known = new HashMap<>(expanded);
        // What they say may stand in the values of others.
        if (!service.options().isEmpty()) {
            known.keySet().removeAll(all.keySet());
        }
        return new Settings(all, known, defaults, seen);
    }

    /** What a setting comes to, names replaced; empty when neither main.cf nor Postfix says anything. */
    String value(String name) throws Unreadable {
        seen.add(name);
        String known = expanded.get(name);
        if (known != null) {
            return known;
        }
        try {
            return new Expansion(this::raw).of(raw(name).orElse("")).strip();
        } catch (Unreadable problem) {
            throw new Unreadable(where(name) + ": " + name + " can't be read: " + problem.getMessage());
        }
    }

    List<String> words(String name) throws Unreadable {
        return Words.of(value(name));
    }

    boolean isYes(String name) throws Unreadable {
        return value(name).equals("yes");
    }

    /** Whether main.cf or the service says it, so that it is no default. */
    boolean isWritten(String name) {
        return written.containsKey(name);
    }

    /** As main.cf writes it, names and all. */
    Optional<String> written(String name) {
        return Optional.ofNullable(written.get(name)).map(Setting::value);
    }

    /** Takes note that somebody has seen to it. */
    void see(String name) {
        seen.add(name);
    }

    /** As {@code main.cf:12}. */
    String where(String name) {
        return Optional.ofNullable(written.get(name)).map(Setting::where).orElse("Postfix's default");
    }

    /** As it is written, for remarks. */
    String quote(String name) throws Unreadable {
        Setting setting = written.get(name);
        return setting == null ? name + " = " + value(name) : setting.toString();
    }

    /** What main.cf says and nobody has asked for, names that stand in other values only left out. */
    List<Setting> unseen() {
        return written.values().stream()
                .filter(setting -> !seen.contains(setting.name()) && !isName(setting.name()))
                .toList();
    }

    /** Whether it is the user's own name, that other values hold. */
    private boolean isName(String name) {
        // postconf has them among its own.
        boolean postfixKnows = expanded.isEmpty() || expanded.containsKey(name);
        return !postfixKnows || written.values().stream().anyMatch(other -> Defaults.names(other.value(), name));
    }

    private Optional<String> raw(String name) {
        return Optional.ofNullable(written.get(name))
                .map(Setting::value)
                .or(() -> Optional.ofNullable(expanded.get(name)))
                .or(() -> Optional.ofNullable(defaults.get(name)));
    }
}
