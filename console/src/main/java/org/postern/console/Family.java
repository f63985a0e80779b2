package org.postern.console;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Counters of one name, by their labels' values. For one thread: a look into a map of our own costs less than Micrometer's search. */
final class Family {
    private final MeterRegistry registry;
    private final String name;
    private final String help;
    private final List<String> labels;
    private final Map<Values, Counter> counters = new HashMap<>();

    /** Fewer than three: the rest is empty. */
    private record Values(String first, String second, String third) {
        String at(int place) {
            return switch (place) {
                case 0 -> first;
                case 1 -> second;
                default -> third;
            };
        }
    }

    Family(MeterRegistry registry, String name, String help, List<String> labels) {
        this.registry = registry;
        this.name = name;
        this.help = help;
        this.labels = List.copyOf(labels);
    }

    Counter of(String first) {
        return of(first, "", "");
    }

    Counter of(String first, String second) {
        return of(first, second, "");
    }

    Counter of(String first, String second, String third) {
        return counters.computeIfAbsent(new Values(first, second, third), this::made);
    }

    private Counter made(Values values) {
        Tags tags = Tags.empty();
        for (int i = 0; i < labels.size(); i++) {
            tags = tags.and(labels.get(i), values.at(i));
        }
        return Counter.builder(name).description(help).tags(tags).register(registry);
    }
}
