package org.postern.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.postern.config.Judging.DecideAt;
import org.postern.dns.DnsName;
import org.postern.dnsbl.ListZone;
import org.postern.dnsbl.ListZone.Codes;
import org.postern.finding.Check;
import org.postern.finding.Result;
import org.postern.policy.Action;
import org.postern.policy.AddressPattern;
import org.postern.policy.Condition;
import org.postern.policy.FilterRule;
import org.postern.policy.Greylist;
import org.postern.policy.ListRule;
import org.postern.policy.Net;
import org.postern.policy.OwnLists;
import org.postern.policy.Policy;
import org.postern.policy.PolicyException;
import org.postern.policy.Profile;
import org.postern.policy.WelcomeList;
import org.postern.policy.Wildcard;
import org.postern.smtp.Domain;

/** Reads {@code [policy]}. */
final class PolicyReader {
    private static final String ACTIONS = "\"note\", \"greylist\", \"quarantine\", \"defer\" or \"reject\"";
    private static final String NET = "a net as \"192.0.2.0/24\"";
    private static final String NAME = "a name as \"mail.example.com\" or \"*.example.com\"";
    private static final String ADDRESS = "an address as \"ann@example.com\", \"example.com\" or \"*.example.com\"";

    private final Section policy;
    private final Section limits;
    private final List<FilterRule> filters;
    private final Function<String, Optional<Path>> path;

    PolicyReader(Section policy, Section limits, List<FilterRule> filters, Function<String, Optional<Path>> path) {
        this.policy = policy;
        this.limits = limits;
        this.filters = filters;
        this.path = path;
    }

    Judging read() {
        Judging d = Judging.DEFAULT;
        var rules = new Policy(
                policy.word("profile", Profile.class, Profile.STANDARD),
                actions(policy.section("checks")),
                blockLists(),
                welcomeLists(),
                exceptions(),
                new HashSet<>(
                        policy.list("trusted-sealers", "domains as \"lists.example.org\"", text -> Domain.parse(text))),
                filters);
        var allowFiles = new ArrayList<Path>();
        var denyFiles = new ArrayList<Path>();
        var lists = new OwnLists(conditions("allow", allowFiles), conditions("deny", denyFiles));
        Greylist.Settings greylist = greylist(policy.section("greylist"));
        DecideAt decideAt = policy.word("decide-at", DecideAt.class, d.decideAt());
        Duration bannerDelay = policy.duration("banner-delay", d.bannerDelay(), Duration.ZERO);
        boolean receivedSpf = policy.flag("received-spf");
        policy.refuseOthers();
        return new Judging(rules, lists, allowFiles, denyFiles, greylist, decideAt, bannerDelay, receivedSpf);
    }

    // --- checks
    // ----------------------------------------------------------------------------------------------------------------

    private Map<Check, Map<Result, Action>> actions(Section checks) {
        var actions = new EnumMap<Check, Map<Result, Action>>(Check.class);
        for (String id : checks.ownKeys()) {
            Optional<Check> check = Check.of(id);
            if (check.isEmpty()) {
                checks.mistake(
                        id,
                        "is no check"
                                + Nearest.of(id, ids())
                                        .map(near -> "; did you mean " + near + "?")
                                        .orElse(""));
            } else if (check.get() == Check.DNSBL) {
                checks.mistake(id, "is said per zone: codes of [[policy.dnsbl]]");
            } else if (check.get() == Check.FILTER) {
                checks.mistake(id, "is said per filter: actions of [[filters]]");
            } else if (checks.isTable(id)) {
                Section results = checks.section(id);
                Map<Result, Action> own = new EnumMap<>(Result.class);
                for (Result result : Result.values()) {
                    action(results, result.word()).ifPresent(action -> own.put(result, action));
                }
                results.refuseOthers();
                actions.put(check.get(), own);
            } else {
                action(checks, id).ifPresent(action -> actions.put(check.get(), Map.of(Result.FAIL, action)));
            }
        }
        return actions;
    }

    private static Optional<Action> action(Section section, String key) {
        return section.text(key, ACTIONS, PolicyReader::action);
    }

    private static Optional<Action> action(String word) {
        for (Action action : Action.values()) {
            if (action.word().equals(word)) {
                return Optional.of(action);
            }
        }
        return Optional.empty();
    }

    private static Collection<String> ids() {
        return List.of(Check.values()).stream().map(Check::id).toList();
    }

    private static Set<Check> checks(Section section, Set<Check> byDefault) {
        if (!section.has("checks")) {
            section.isList("checks");
            return byDefault;
        }
        return new HashSet<>(section.list("checks", "ids of checks, as \"iprev\"", Check::of));
    }

    // --- zones
    // -----------------------------------------------------------------------------------------------------------------

    private List<ListRule> blockLists() {
        var lists = new ArrayList<ListRule>();
        for (Section section : policy.sections("dnsbl")) {
            Optional<DnsName> zone = zone(section);
            Section codes = section.section("codes");
            var rows = new ArrayList<ListRule.Row>();
            for (String range : codes.ownKeys()) {
                Optional<Codes> parsed = Codes.parse(range);
                if (parsed.isEmpty()) {
                    codes.mistake(range, "should be a code or a range as \"127.0.0.2-127.0.0.11\"");
                }
                Optional<Action> action = action(codes, range);
                if (parsed.isPresent() && action.isPresent()) {
                    rows.add(new ListRule.Row(parsed.get(), action.get()));
                }
            }
            if (codes.ownKeys().isEmpty()) {
                section.mistake("policy.dnsbl needs codes: { \"127.0.0.2-127.0.0.11\" = \"reject\" }");
            }
            section.refuseOthers();
            zone.ifPresent(name -> lists.add(ListRule.of(name, rows)));
        }
        return lists;
    }

    private List<WelcomeList> welcomeLists() {
        var lists = new ArrayList<WelcomeList>();
        for (Section section : policy.sections("dnswl")) {
            Optional<DnsName> zone = zone(section);
            List<Codes> codes = section.list("codes", "codes or ranges as \"127.0.0.1-127.0.255.3\"", Codes::parse);
            if (!section.has("codes") || section.isEmptyList("codes")) {
                section.mistake("policy.dnswl needs codes: [\"127.0.0.1-127.0.255.3\"]");
            }
            Set<Check> checks = checks(section, Set.of(Check.DNSBL));
            section.refuseOthers();
            zone.ifPresent(name -> lists.add(new WelcomeList(new ListZone(name, codes), checks)));
        }
        return lists;
    }

    private static Optional<DnsName> zone(Section section) {
        Optional<DnsName> zone = section.text(
                "zone",
                "a zone as \"zen.dnsbl.test\"",
                text -> Domain.parse(text)
                        .filter(Domain::isAscii)
                        .flatMap(DnsName::of)
                        .filter(name -> name.text().length() <= ListZone.MAX_ZONE));
        if (!section.has("zone")) {
            section.mistake("a list needs its zone: zone = \"zen.dnsbl.test\"");
        }
        return zone;
    }

    // --- exceptions and lists
    // ---------------------------------------------------------------------------------------------------------

    private List<PolicyException> exceptions() {
        var exceptions = new ArrayList<PolicyException>();
        for (Section section : policy.sections("exceptions")) {
            var who = new Condition(
                    section.text("client", NET, Net::parse),
                    section.text("greeting", NAME, Wildcard::parse),
                    section.text("sender", ADDRESS, AddressPattern::parse),
                    section.text("recipient", ADDRESS, AddressPattern::parse));
            Set<Check> checks = checks(section, Set.of());
            if (Stream.of("client", "greeting", "sender", "recipient").noneMatch(section::has)) {
                section.mistake("an exception says for whom: client, greeting, sender or recipient");
            }
            section.refuseOthers();
            exceptions.add(new PolicyException(who, checks));
        }
        return exceptions;
    }

    private List<Condition> conditions(String key, List<Path> files) {
        Section section = policy.section(key);
        var conditions = new ArrayList<Condition>();
        section.list("clients", "nets as \"192.0.2.0/24\"", Net::parse)
                .forEach(net -> conditions.add(Condition.ofClient(net)));
        section.list("greetings", "names as \"mail.example.com\" or \"*.example.com\"", Wildcard::parse)
                .forEach(name -> conditions.add(Condition.ofGreeting(name)));
        section.list("senders", "addresses as \"ann@example.com\" or \"example.com\"", AddressPattern::parse)
                .forEach(pattern -> conditions.add(Condition.ofSender(pattern)));
        section.list("recipients", "addresses as \"ann@example.com\" or \"example.com\"", AddressPattern::parse)
                .forEach(pattern -> conditions.add(Condition.ofRecipient(pattern)));
        files.addAll(section.list("files", "paths", path));
        section.refuseOthers();
        return conditions;
    }

    private Greylist.Settings greylist(Section section) {
        Greylist.Settings d = Greylist.Settings.DEFAULT;
        var settings = new Greylist.Settings(
                section.duration("delay", d.delay(), Duration.ofSeconds(1)),
                section.duration("window", d.window(), Duration.ofSeconds(1)),
                section.duration("pass", d.pass(), Duration.ofSeconds(1)),
                limits.integer("greylist-entries", d.entries(), 1));
        if (settings.window().compareTo(settings.delay()) <= 0) {
            section.mistake("policy.greylist.window must be longer than its delay, or nobody comes through");
        }
        section.refuseOthers();
        return settings;
    }
}
