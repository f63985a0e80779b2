package org.postern.config;

import java.util.List;
import org.postern.filter.FilterSettings;
import org.postern.policy.FilterRule;

/**
 * {@code [[filters]]}: who looks at content, and what comes of it.
 *
 * @param rules one for each, in the same order
 */
record Filtering(List<FilterSettings> settings, List<FilterRule> rules) {
    Filtering {
        settings = List.copyOf(settings);
        rules = List.copyOf(rules);
    }
}
