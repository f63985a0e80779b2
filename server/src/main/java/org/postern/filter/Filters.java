package org.postern.filter;

import java.util.List;
import org.postern.message.Header;

/** All filters of a configuration. Safe for many threads. */
public final class Filters implements AutoCloseable {
    /** None: what comes passes through. */
    public static final Filters NONE = new Filters(List.of());

    private final List<Filter> filters;

    private Filters(List<Filter> filters) {
        this.filters = List.copyOf(filters);
    }

    /** These; none of them is asked anything yet. */
    public static Filters of(List<FilterSettings> settings) {
        return settings.isEmpty()
                ? NONE
                : new Filters(settings.stream().map(Filter::of).toList());
    }

    /**
     * A message begins.
     *
     * @param header as it came, before we added to it or took from it
     */
    public Scans begin(Transaction transaction, Header header) {
        return new Scans(filters, transaction, header);
    }

    /** Lets go of what is kept for them. Messages under way get no answer. */
    @Override
    public void close() {
        filters.forEach(Filter::close);
    }
}
