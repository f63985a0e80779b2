package org.postern.journal;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.postern.dns.Answer;
import org.postern.finding.Check;
import org.postern.finding.Evidence;
import org.postern.finding.Finding;
import org.postern.finding.Result;
import org.postern.policy.Action;
import org.postern.policy.Judged;

/** What was found about a transaction, as it was then. */
public final class Recorded {
    private Recorded() {}

    /** All findings with what they earned, in their order; those of checks that this Postern does not know are left out. */
    public static List<Judged> findings(Entry.Transaction of) {
        var facts = new ArrayList<Evidence>(of.facts().size());
        of.facts().forEach(fact -> facts.add(evidence(fact)));
        var all = new ArrayList<Judged>(of.findings().size());
        for (Entry.Found found : of.findings()) {
            finding(found, facts)
                    .ifPresent(finding -> all.add(new Judged(
                            finding, constant(Action.class, found.action()).orElse(Action.NOTE), found.why())));
        }
        return all;
    }

    private static Optional<Finding> finding(Entry.Found found, List<Evidence> facts) {
        Optional<Check> check = Check.of(found.check());
        Optional<Result> result = constant(Result.class, found.result());
        if (check.isEmpty() || result.isEmpty()) {
            return Optional.empty();
        }
        var on = new ArrayList<Evidence>(found.on().size());
        for (int place : found.on()) {
            if (place >= 0 && place < facts.size()) {
                on.add(facts.get(place));
            }
        }
        return Optional.of(new Finding(check.get(), result.get(), found.subject(), found.text(), on));
    }

    private static Evidence evidence(Entry.Fact fact) {
        return new Evidence(
                fact.question(),
                fact.answer(),
                Duration.ofSeconds(fact.ttl()),
                Duration.ofMillis(fact.ms()),
                fact.server(),
                constant(Answer.Security.class, fact.dnssec()).orElse(Answer.Security.UNCHECKED));
    }

    private static <E extends Enum<E>> Optional<E> constant(Class<E> kind, String word) {
        try {
            return Optional.of(Enum.valueOf(kind, word.toUpperCase(Locale.ROOT).replace('-', '_')));
        } catch (IllegalArgumentException unknown) {
            return Optional.empty();
        }
    }
}
