package org.postern.policy;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.postern.dns.DnsName;
import org.postern.finding.Check;
import org.postern.finding.Finding;
import org.postern.finding.Result;
import org.postern.smtp.Reply;

/**
 * From findings to a verdict. The hardest action wins; among findings of the same action the one that comes first in the order of
 * {@link Check}. A {@code temperror} never rejects: at most it defers. Pure: the same case gets the same verdict.
 *
 * @param actions what the operator says of single checks and results, in the profile's place
 * @param blockLists zones that list whom not to believe
 * @param welcomeLists zones that list whom to believe: an exception for the checks beside each
 * @param filters what the answers of content filters earn
 */
public record Policy(
        Profile profile,
        Map<Check, Map<Result, Action>> actions,
        List<ListRule> blockLists,
        List<WelcomeList> welcomeLists,
        List<PolicyException> exceptions,
        List<FilterRule> filters) {
    public Policy {
        var copy = new EnumMap<Check, Map<Result, Action>>(Check.class);
        actions.forEach((check, results) -> copy.put(check, Map.copyOf(results)));
        actions = copy;
        blockLists = List.copyOf(blockLists);
        welcomeLists = List.copyOf(welcomeLists);
        exceptions = List.copyOf(exceptions);
        filters = List.copyOf(filters);
    }

    /** Without filters. */
    public Policy(
            Profile profile,
            Map<Check, Map<Result, Action>> actions,
            List<ListRule> blockLists,
            List<WelcomeList> welcomeLists,
            List<PolicyException> exceptions) {
        this(profile, actions, blockLists, welcomeLists, exceptions, List.of());
    }

    /** A profile, and nothing else. */
    public static Policy of(Profile profile) {
        return new Policy(profile, Map.of(), List.of(), List.of(), List.of());
    }

    /** What all findings together earn. */
    public Verdict verdict(Case one) {
        return verdict(judged(one), _ -> true);
    }

    /** What is earned already by findings that no content can lift. */
    public Verdict verdictBeforeContent(Case one) {
        return verdict(judged(one), judged -> !waits(judged));
    }

    /** What can be said to the greeting: greylisting needs to know sender and recipient. */
    public Verdict verdictAtGreeting(Case one) {
        return verdict(judged(one), judged -> !waits(judged) && judged.action() != Action.GREYLIST);
    }

    /** What the protocol's own checks earn: to be said when they are found, greylisting apart. */
    public Verdict verdictOfProtocol(Case one) {
        return verdict(
                judged(one),
                judged -> Refusal.isProtocol(judged.finding().check()) && judged.action() != Action.GREYLIST);
    }

    /** RFC 9989: an author who is authenticated outweighs the host's policy; that is known after the content only. */
    private static boolean waits(Judged judged) {
        Check check = judged.finding().check();
        return (check == Check.SPF || check == Check.SPF_HELO) && judged.action() == Action.REJECT;
    }

    private static Verdict verdict(List<Judged> all, Predicate<Judged> counts) {
        Optional<Judged> hardest = all.stream()
                .filter(counts)
                .filter(judged -> judged.action() != Action.NOTE)
                // What can't be lifted goes first among equals; then the first in the order of the checks.
                .max(Comparator.comparing(Judged::action).thenComparing(judged -> !waits(judged)));
        if (hardest.isEmpty()) {
            return new Verdict(Action.NOTE, Optional.empty(), Optional.empty(), false, all);
        }
        Finding decides = hardest.get().finding();
        Action action = hardest.get().action();
        Optional<Reply> reply =
                action == Action.QUARANTINE ? Optional.empty() : Optional.of(Refusal.of(decides, action));
        return new Verdict(action, Optional.of(decides), reply, waits(hardest.get()), all);
    }

    private List<Judged> judged(Case one) {
        var all = new ArrayList<Judged>();
        one.findings().stream()
                .sorted(Comparator.comparing(Finding::check))
                .forEach(finding -> all.add(judged(finding, one)));
        return all;
    }

    private Judged judged(Finding finding, Case one) {
        Action action = atMost(finding.result(), action(finding, one));
        if (action == Action.NOTE) {
            return new Judged(finding, action, "");
        }
        Optional<String> milder = milder(finding.check(), one);
        return milder.isPresent() ? new Judged(finding, Action.NOTE, milder.get()) : new Judged(finding, action, "");
    }

    private static Action atMost(Result result, Action action) {
        return result == Result.TEMPERROR && action == Action.REJECT ? Action.DEFER : action;
    }

    private Action action(Finding finding, Case one) {
        if (finding.check() == Check.DNSBL) {
            return finding.result() == Result.FAIL ? listed(finding) : Action.NOTE;
        }
        if (finding.check() == Check.FILTER) {
            return filtered(finding);
        }
        Action own = actions.getOrDefault(finding.check(), Map.of()).get(finding.result());
        if (own != null) {
            return own;
        }
        // A client whose address leads to a name and back is known by that, however it greets.
        boolean lifted = finding.is(Check.HELO_RESOLVES, Result.FAIL)
                && one.findings().stream().anyMatch(other -> other.is(Check.IPREV, Result.PASS))
                && profile != Profile.STRICT;
        return lifted ? Action.NOTE : profile.action(finding.check(), finding.result());
    }

    private Action filtered(Finding finding) {
        return profile == Profile.OBSERVE
                ? Action.NOTE
                : filters.stream()
                        .filter(rule -> rule.isAbout(finding))
                        .findFirst()
                        .map(rule -> rule.action(finding))
                        .orElse(Action.NOTE);
    }

    /** The hardest of what its codes earn. */
    private Action listed(Finding finding) {
        List<String> zoneAndCodes = List.of(finding.subject().split(" "));
        if (profile == Profile.OBSERVE) {
            return Action.NOTE;
        }
        return blockLists.stream()
                .filter(list -> list.zone().zone().equals(new DnsName(zoneAndCodes.getFirst())))
                .findFirst()
                .flatMap(list -> zoneAndCodes.stream().skip(1).map(list::action).max(Comparator.naturalOrder()))
                .orElse(Action.NOTE);
    }

    private Optional<String> milder(Check check, Case one) {
        if (!Refusal.isProtocol(check)
                && one.findings().stream().anyMatch(finding -> finding.is(Check.OWN_LIST, Result.PASS))) {
            return Optional.of("the operator's list lets it in");
        }
        for (WelcomeList list : welcomeLists) {
            if (list.covers(check) && one.findings().stream().anyMatch(list::isListedBy)) {
                return Optional.of("it is listed in " + list.zone().zone());
            }
        }
        return exceptions.stream()
                .filter(exception -> exception.covers(check, one))
                .findFirst()
                .map(exception -> "exception for " + exception.who());
    }
}
