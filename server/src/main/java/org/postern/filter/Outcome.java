package org.postern.filter;

import java.util.List;
import org.postern.finding.Finding;

/**
 * What one filter came to with one message.
 *
 * @param finding of {@code Check.FILTER}; its subject is the filter's name, a space, and the word for what it said, as
 *     {@code spam add-header}
 * @param fields what it wants to stand before the message
 */
public record Outcome(Finding finding, List<AddedField> fields) {
    public Outcome {
        fields = List.copyOf(fields);
    }
}
