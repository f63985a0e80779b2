package org.postern.config;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.postern.filter.FilterAddress;
import org.postern.filter.FilterSettings;
import org.postern.policy.Action;
import org.postern.policy.FilterRule;

/** Reads {@code [[filters]]}. */
final class FilterReader {
    private static final Duration INSTANT = Duration.ofMillis(1);

    /** Greylisting is said at RCPT, long before a filter has seen anything. */
    private static final String ACTIONS = "\"note\", \"quarantine\", \"defer\" or \"reject\"";

    private final Section root;
    private final Function<String, Optional<Path>> path;

    FilterReader(Section root, Function<String, Optional<Path>> path) {
        this.root = root;
        this.path = path;
    }

    /** What is spoken with a filter. */
    enum Type {
        RSPAMD(FilterRule.OF_RSPAMD),
        MILTER(FilterRule.OF_MILTER);

        @SuppressWarnings("ImmutableEnumChecker") // a copy that nobody can change
        private final Map<String, Action> actions;

        Type(Map<String, Action> actions) {
            this.actions = actions;
        }

        static Type of(FilterAddress address) {
            return switch (address) {
                case FilterAddress.Http _ -> RSPAMD;
                case FilterAddress.Tcp _, FilterAddress.UnixSocket _ -> MILTER;
            };
        }
    }

    /** What comes of a filter that gives no answer. */
    enum Temperror {
        ACCEPT(Action.NOTE),
        DEFER(Action.DEFER);

        private final Action action;

        Temperror(Action action) {
            this.action = action;
        }

        static Temperror of(FilterRule rule) {
            return rule.down() == Action.DEFER ? DEFER : ACCEPT;
        }
    }

    Filtering read() {
        var settings = new ArrayList<FilterSettings>();
        var rules = new ArrayList<FilterRule>();
        Set<String> names = new HashSet<>();
        for (Section section : root.sections("filters")) {
            Optional<String> name = section.text(
                    "name",
                    "a word of small letters, digits and hyphens as \"spam\"",
                    text -> Optional.of(text).filter(FilterSettings::isName));
            Optional<FilterAddress> address = section.text("address", FilterAddress.WANTED, FilterAddress::parse);
            if (!section.has("name") || !section.has("address")) {
                section.mistake(
                        "filters needs name and address: name = \"spam\", address = \"http://127.0.0.1:11333\"");
            }
            name.filter(one -> !names.add(one)).ifPresent(_ -> section.mistake("name", "stands there twice"));
            Type byAddress = address.map(Type::of).orElse(Type.MILTER);
            Type type = section.word("type", Type.class, byAddress);
            if (address.isPresent() && type != byAddress) {
                section.mistake(
                        "type",
                        type == Type.RSPAMD
                                ? "\"rspamd\" needs an address as \"http://127.0.0.1:11333\""
                                : "\"milter\" needs an address as \"tcp://127.0.0.1:8891\" or"
                                        + " \"unix:/run/filter.sock\"");
            }
            Duration timeout = section.duration("timeout", FilterSettings.TIMEOUT, INSTANT);
            Temperror temperror = section.word("temperror", Temperror.class, Temperror.ACCEPT);
            Map<String, Action> actions = actions(section.section("actions"), type.actions);
            long maxBytes = section.integer("max-bytes", FilterSettings.MAX_BYTES, 1, Long.MAX_VALUE);
            Optional<Path> password = password(section, type);
            section.refuseOthers();
            if (name.isPresent() && address.isPresent()) {
                settings.add(new FilterSettings(
                        name.get(), address.get(), timeout, maxBytes, password.filter(_ -> byAddress == Type.RSPAMD)));
                rules.add(new FilterRule(name.get(), actions, temperror.action));
            }
        }
        return new Filtering(settings, rules);
    }

    private static Map<String, Action> actions(Section section, Map<String, Action> byDefault) {
        Map<String, Action> actions = new HashMap<>(byDefault);
        for (String word : section.ownKeys()) {
            if (byDefault.containsKey(word)) {
                section.text(word, ACTIONS, FilterReader::action).ifPresent(action -> actions.put(word, action));
            } else {
                section.mistake(
                        word,
                        "is nothing that it answers"
                                + Nearest.of(word, byDefault.keySet())
                                        .map(near -> "; did you mean " + near + "?")
                                        .orElse(""));
            }
        }
        return actions;
    }

    private static Optional<Action> action(String word) {
        for (Action action : Action.values()) {
            if (action != Action.GREYLIST && action.word().equals(word)) {
                return Optional.of(action);
            }
        }
        return Optional.empty();
    }

    private Optional<Path> password(Section section, Type type) {
        Optional<Path> password = section.text("password", "a path", path);
        if (password.isPresent() && type != Type.RSPAMD) {
            section.mistake("password", "is for rspamd: milters have none");
        } else if (password.filter(file -> !Files.isReadable(file)).isPresent()) {
            section.mistake("password", "can't be read: " + password.get());
        }
        return password;
    }
}
