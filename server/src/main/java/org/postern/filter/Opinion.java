package org.postern.filter;

import java.util.List;
import org.postern.finding.Result;

/**
 * What a filter said of a message.
 *
 * @param word for its answer, as the policy knows it
 * @param text a sentence without its full stop, that goes behind the filter's name
 * @param said its answer as it gave it
 */
record Opinion(String word, Result result, String text, String said, List<AddedField> fields) {
    Opinion {
        fields = List.copyOf(fields);
    }
}
