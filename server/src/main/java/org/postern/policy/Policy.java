package org.postern.policy;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.postern.dns.DnsName;
import org.postern.finding.Check;
import org.postern.finding.Finding;
import org.postern.finding.Result;
import org.postern.smtp.Domain;
import org.postern.smtp.Reply;

/**
 * From findings to a verdict. The hardest action wins; among findings of the same action the one that comes first in the order of
 * {@link Check}. A {@code temperror} never rejects: at most it defers. Pure: the same case gets the same verdict.
 *
 * @param actions what the operator says of single checks and results, in the profile's place
 * @param blockLists zones that list whom not to believe
 * @param welcomeLists zones that list whom to believe: an exception for the checks beside each
 * @param trustedSealers whose ARC seals are believed
 * @param filters what the answers of content filters earn
 */
public record Policy(
        Profile profile,
        Map<Check, Map<Result, Action>> actions,
        List<ListRule> blockLists,
        List<WelcomeList> welcomeLists,
        List<PolicyException> exceptions,
        Set<Domain> trustedSealers,
        List<FilterRule> filters) {
    /** Of these a DMARC pass lowers a quarantine to a note: who is authenticated outweighs the host that brings his mail. */
    private static final Set<Check> OF_GREETING = EnumSet.range(Check.HELO_SYNTAX, Check.SPF_HELO);

    /** What is found out from the content, or waits for that. */
    private static final Set<Check> OF_CONTENT =
            EnumSet.of(Check.SPF_HELO, Check.SPF, Check.DKIM, Check.ARC, Check.DMARC, Check.FILTER);

    public Policy {
        var copy = new EnumMap<Check, Map<Result, Action>>(Check.class);
        actions.forEach((check, results) -> copy.put(check, Map.copyOf(results)));
        actions = copy;
        blockLists = List.copyOf(blockLists);
        welcomeLists = List.copyOf(welcomeLists);
        exceptions = List.copyOf(exceptions);
        trustedSealers = Set.copyOf(trustedSealers);
        filters = List.copyOf(filters);
    }

    /** Without filters, and nobody's seals believed. */
    public Policy(
            Profile profile,
            Map<Check, Map<Result, Action>> actions,
            List<ListRule> blockLists,
            List<WelcomeList> welcomeLists,
            List<PolicyException> exceptions) {
        this(profile, actions, blockLists, welcomeLists, exceptions, Set.of(), List.of());
    }

    /** A profile, and nothing else. */
    public static Policy of(Profile profile) {
        return new Policy(profile, Map.of(), List.of(), List.of(), List.of());
    }

    /** The same with more exceptions. */
    public Policy with(List<PolicyException> more) {
        if (more.isEmpty()) {
            return this;
        }
        var all = new ArrayList<>(exceptions);
        all.addAll(more);
        return new Policy(profile, actions, blockLists, welcomeLists, all, trustedSealers, filters);
    }

    /** The same, the answers of filters judged as {@code other} does. */
    public Policy filteredAs(Policy other) {
        return new Policy(profile, actions, blockLists, welcomeLists, exceptions, trustedSealers, other.filters);
    }

    /** What all findings together earn. */
    public Verdict verdict(Case one) {
        return verdict(one, _ -> true);
    }

    /** What is earned already by findings that no content can lift. */
    public Verdict verdictBeforeContent(Case one) {
        return verdict(one, judged -> !waits(judged));
    }

    /** What can be said to the greeting: greylisting needs to know sender and recipient. */
    public Verdict verdictAtGreeting(Case one) {
        return verdict(one, judged -> !waits(judged) && judged.action() != Action.GREYLIST);
    }

    /** What the protocol's own checks earn: to be said when they are found, greylisting apart. */
    public Verdict verdictOfProtocol(Case one) {
        return verdict(
                one, judged -> Refusal.isProtocol(judged.finding().check()) && judged.action() != Action.GREYLIST);
    }

    /**
     * For each check of the content, how hard an action of it comes to nothing for that case: two recipients for whom this differs may be judged
     * differently.
     */
    public Map<Check, Action> excused(Case one) {
        var excused = new EnumMap<Check, Action>(Check.class);
        for (Check check : OF_CONTENT) {
            for (Action action : Action.values()) {
                if (milder(check, action, one).isPresent()) {
                    excused.put(check, action);
                }
            }
        }
        return excused;
    }

    /** An author who is authenticated outweighs the host's policy; that is known after the content only. */
    private static boolean waits(Judged judged) {
        Check check = judged.finding().check();
        return (check == Check.SPF || check == Check.SPF_HELO) && judged.action() == Action.REJECT;
    }

    private Verdict verdict(Case one, Predicate<Judged> counts) {
        List<Judged> all = judged(one);
        boolean isOpen = !one.knowsAuthor();
        Optional<Judged> hardest = all.stream()
                .filter(counts)
                .filter(judged -> judged.action() != Action.NOTE)
                // What can't be lifted goes first among equals; then the first in the order of the checks.
                .max(Comparator.comparing(Judged::action).thenComparing(judged -> !(isOpen && waits(judged))));
        if (hardest.isEmpty()) {
            return new Verdict(Action.NOTE, Optional.empty(), Optional.empty(), false, all);
        }
        Finding decides = hardest.get().finding();
        Action action = hardest.get().action();
        Optional<Reply> reply =
                action == Action.QUARANTINE ? Optional.empty() : Optional.of(Refusal.of(decides, action));
        return new Verdict(action, Optional.of(decides), reply, isOpen && waits(hardest.get()), all);
    }

    private List<Judged> judged(Case one) {
        var inOrder = new ArrayList<>(one.findings());
        inOrder.sort(Comparator.comparing(Finding::check));
        var all = new ArrayList<Judged>(inOrder.size());
        for (Finding finding : inOrder) {
            all.add(judged(finding, one));
        }
        return all;
    }

    private Judged judged(Finding finding, Case one) {
        Action action = atMost(finding.result(), action(finding, one));
        if (action == Action.NOTE) {
            return new Judged(finding, action, "");
        }
        Optional<String> milder = milder(finding.check(), action, one).or(() -> lifted(finding, action, one));
        return milder.isPresent() ? new Judged(finding, Action.NOTE, milder.get()) : new Judged(finding, action, "");
    }

    /** Why an action is lifted by who else stands for the message. */
    private Optional<String> lifted(Finding finding, Action action, Case one) {
        boolean lift = (action == Action.QUARANTINE && OF_GREETING.contains(finding.check()))
                || (action == Action.REJECT && (finding.check() == Check.SPF_HELO || finding.check() == Check.SPF));
        if (lift && one.has(Check.DMARC, Result.PASS)) {
            return Optional.of("its author is authenticated by DMARC");
        }
        return finding.is(Check.DMARC, Result.FAIL)
                ? AuthorRule.sealer(one, trustedSealers).map(sealer -> sealer + " says that it came authenticated")
                : Optional.empty();
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
        if (finding.check() == Check.DMARC) {
            Action byProfile = own == null ? profile.action(Check.DMARC, finding.result()) : own;
            return own != null && finding.result() == Result.FAIL
                    ? AuthorRule.isEnforced(finding.subject(1)) ? own : Action.NOTE
                    : AuthorRule.action(finding, one, profile, byProfile, hasFailed(one));
        }
        if (own != null) {
            // One signature that holds is enough: RFC 6376 §6.1.
            boolean another = finding.check() == Check.DKIM && one.has(Check.DKIM, Result.PASS);
            return another ? Action.NOTE : own;
        }
        // A client whose address leads to a name and back is known by that, however it greets.
        boolean lifted = finding.is(Check.HELO_RESOLVES, Result.FAIL)
                && one.findings().stream().anyMatch(other -> other.is(Check.IPREV, Result.PASS))
                && profile != Profile.STRICT;
        return lifted ? Action.NOTE : profile.action(finding.check(), finding.result());
    }

    /** Whether one of the checks that tell of the host has failed, and nothing excuses it. */
    private boolean hasFailed(Case one) {
        return one.findings().stream()
                .filter(finding -> switch (finding.check()) {
                    case SPF, SPF_HELO, DNSBL -> finding.result() == Result.FAIL;
                    case IPREV -> finding.result() == Result.FAIL || finding.result() == Result.PERMERROR;
                    default -> false;
                })
                .anyMatch(finding -> milder(finding.check(), Action.REJECT, one).isEmpty());
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

    private Optional<String> milder(Check check, Action action, Case one) {
        if (!Refusal.isProtocol(check) && one.has(Check.OWN_LIST, Result.PASS)) {
            return Optional.of("the operator's list lets it in");
        }
        for (WelcomeList list : welcomeLists) {
            if (list.covers(check) && one.findings().stream().anyMatch(list::isListedBy)) {
                return Optional.of("it is listed in " + list.zone().zone());
            }
        }
        return exceptions.stream()
                .filter(exception -> exception.covers(check, action, one))
                .findFirst()
                .map(exception -> "exception for " + exception.who());
    }
}
