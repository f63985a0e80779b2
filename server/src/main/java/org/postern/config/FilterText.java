package org.postern.config;

import static org.postern.config.ConfigText.quoted;

import java.util.Map;
import java.util.stream.Collectors;
import org.postern.filter.FilterSettings;
import org.postern.policy.Action;
import org.postern.policy.FilterRule;

/** Writes {@code [[filters]]}. */
final class FilterText {
    private final ConfigText text;

    FilterText(ConfigText text) {
        this.text = text;
    }

    void write(Config config) {
        for (FilterSettings filter : config.filters()) {
            text.head("[[filters]]");
            text.line("name", quoted(filter.name()));
            text.line("type", quoted(Section.word(FilterReader.Type.of(filter.address()))));
            text.line("address", quoted(filter.address().toString()));
            text.line("timeout", quoted(Durations.write(filter.timeout())));
            text.line("max-bytes", ConfigText.number(filter.maxBytes()));
            filter.password().ifPresent(file -> text.line("password", quoted(file.toString())));
            config.judging().policy().filters().stream()
                    .filter(rule -> rule.name().equals(filter.name()))
                    .forEach(this::write);
        }
    }

    private void write(FilterRule rule) {
        text.line("temperror", quoted(Section.word(FilterReader.Temperror.of(rule))));
        text.line("actions", inline(rule.actions()));
    }

    private static String inline(Map<String, Action> actions) {
        return actions.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(entry -> entry.getKey() + " = " + quoted(entry.getValue().word()))
                .collect(Collectors.joining(", ", "{ ", " }"));
    }
}
