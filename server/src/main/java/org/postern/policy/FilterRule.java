package org.postern.policy;

import java.util.Map;
import org.postern.finding.Finding;

/**
 * What the answers of a filter of {@code [[filters]]} earn.
 *
 * @param name of the filter, with which its findings' subjects begin
 * @param actions by the word for its answer; others are noted
 * @param down when it gives none
 */
public record FilterRule(String name, Map<String, Action> actions, Action down) {
    /**
     * By default, of rspamd. The subject is not rewritten, so the message is kept apart. Its own greylisting says {@code soft-reject};
     * it says {@code greylist} where it keeps no list, each time anew: to defer that would be to refuse it.
     */
    public static final Map<String, Action> OF_RSPAMD = Map.of(
            "no-action", Action.NOTE,
            "greylist", Action.NOTE,
            "soft-reject", Action.DEFER,
            "add-header", Action.QUARANTINE,
            "rewrite-subject", Action.QUARANTINE,
            "quarantine", Action.QUARANTINE,
            "discard", Action.QUARANTINE,
            "reject", Action.REJECT);

    /** By default, of a milter. Nothing that was accepted is dropped, so what it would discard is kept apart. */
    public static final Map<String, Action> OF_MILTER = Map.of(
            "accept", Action.NOTE,
            "tempfail", Action.DEFER,
            "quarantine", Action.QUARANTINE,
            "discard", Action.QUARANTINE,
            "reject", Action.REJECT);

    public FilterRule {
        actions = Map.copyOf(actions);
    }

    boolean isAbout(Finding finding) {
        return finding.subject().startsWith(name + " ");
    }

    Action action(Finding finding) {
        return switch (finding.result()) {
            case TEMPERROR -> down;
            // It was not asked.
            case NONE -> Action.NOTE;
            case PASS, FAIL, SOFTFAIL, NEUTRAL, PERMERROR, POLICY ->
                actions.getOrDefault(finding.subject().substring(name.length() + 1), Action.NOTE);
        };
    }
}
