package org.postern.spf;

import java.util.List;
import java.util.Optional;
import org.postern.dns.Answer;
import org.postern.dns.DnsName;
import org.postern.dns.RecordType;
import org.postern.finding.Result;
import org.postern.smtp.AddressLiteral;

/**
 * The function {@code check_host()} of RFC 7208 §4. It calls itself for include and redirect, and no deeper than the limit on terms lets
 * it.
 */
final class CheckHost {
    static final String TOO_MANY_TERMS = "more than " + Lookups.MAX_TERMS + " terms ask DNS";

    private final Lookups lookups;
    private final Expansion expansion;
    private final Mechanisms mechanisms;
    private final String client;

    CheckHost(SpfQuery query, Lookups lookups) {
        RecordType family = query.isIp4() ? RecordType.A : RecordType.AAAA;
        this.lookups = lookups;
        var names = new ClientNames(query.client(), family, lookups);
        this.expansion = new Expansion(query, names);
        this.mechanisms = new Mechanisms(query.client(), family, lookups, names, expansion, this);
        this.client = AddressLiteral.text(query.client());
    }

    /** §4.3 to §4.5. */
    Verdict judge(String domain) {
        String shown = Words.brief(domain);
        Optional<DnsName> name = wellFormed(domain);
        if (name.isEmpty()) {
            return Verdict.without(Result.NONE, "\"" + shown + "\" is no domain that could have a policy", domain);
        }
        Answer answer = lookups.ask(name.get(), RecordType.TXT);
        if (answer.isFailed()) {
            return Verdict.without(Result.TEMPERROR, Mechanisms.failure(answer), domain);
        }
        List<String> records =
                answer.texts().stream().filter(SpfRecord::isRecord).toList();
        if (records.size() > 1) {
            String why = shown + " publishes " + records.size() + " SPF records, where one is allowed";
            return Verdict.without(Result.PERMERROR, why, domain);
        }
        if (records.isEmpty()) {
            boolean exists = answer.status() != Answer.Status.NO_SUCH_NAME;
            return Verdict.without(
                    Result.NONE, shown + (exists ? " publishes no SPF record" : " does not exist"), domain);
        }
        return switch (SpfRecord.parse(records.getFirst())) {
            case SpfRecord record -> judge(record, domain);
            case Parsed.Malformed bad -> {
                String why = "the SPF record of " + shown + " is malformed at \"" + Words.brief(bad.term()) + "\": "
                        + bad.why();
                yield Verdict.without(Result.PERMERROR, why, domain);
            }
        };
    }

    /** §4.3: of several labels, none of them empty or too long, and no address: the last label is one that §7.1 allows. */
    private static Optional<DnsName> wellFormed(String domain) {
        String bare = domain.endsWith(".") ? domain.substring(0, domain.length() - 1) : domain;
        int dot = bare.lastIndexOf('.');
        return dot > 0 && bare.length() <= Expansion.MAX_NAME_OCTETS && MacroParser.isToplabel(bare.substring(dot + 1))
                ? DnsName.ofLabels(bare)
                : Optional.empty();
    }

    /** §4.6, §4.7. */
    private Verdict judge(SpfRecord record, String domain) {
        for (Directive directive : record.directives()) {
            switch (mechanisms.found(directive.mechanism(), domain)) {
                case Found.Match.YES -> {
                    return new Verdict(
                            directive.qualifier().result(),
                            directive.written(),
                            matched(directive, domain),
                            domain,
                            record.explanation());
                }
                case Found.Match.NO -> {}
                case Found.Failed failed -> {
                    return Verdict.without(failed.result(), failed.why(), domain);
                }
            }
        }
        return record.redirect().map(target -> redirected(target, domain)).orElseGet(() -> undecided(domain));
    }

    /** §4.7. */
    private Verdict undecided(String domain) {
        return Verdict.without(Result.NEUTRAL, "no mechanism of " + Words.brief(domain) + " matches " + client, domain);
    }

    private String matched(Directive directive, String domain) {
        String says =
                switch (directive.qualifier()) {
                    case PASS -> " permits ";
                    case FAIL -> " does not permit ";
                    case SOFTFAIL -> " probably does not permit ";
                    case NEUTRAL -> " says neither yes nor no to ";
                };
        return Words.brief(domain) + says + client + ": " + Words.brief(directive.written());
    }

    /** §6.1. */
    private Verdict redirected(MacroString target, String domain) {
        if (!lookups.begin(1 + mechanisms.termsOf(target))) {
            return Verdict.without(Result.PERMERROR, TOO_MANY_TERMS, domain);
        }
        if (expansion.isBeyondDns(target)) {
            return undecided(domain);
        }
        String name = expansion.name(target, domain);
        lookups.end();
        Verdict verdict = lookups.tooManyVoid()
                ? Verdict.without(Result.PERMERROR, Mechanisms.TOO_MANY_VOID, domain)
                : judge(name);
        return verdict.result() == Result.NONE
                ? Verdict.without(Result.PERMERROR, "redirect leads nowhere: " + verdict.why(), domain)
                : verdict;
    }

    /** §6.2: whatever goes wrong, there is no explanation, and the result stays. */
    String explained(Verdict verdict) {
        if (verdict.result() != Result.FAIL || verdict.explanation().isEmpty()) {
            return "";
        }
        MacroString spec = verdict.explanation().get();
        Optional<DnsName> name = expansion.isBeyondDns(spec)
                ? Optional.empty()
                : DnsName.ofLabels(expansion.name(spec, verdict.domain()));
        List<String> texts =
                name.map(asked -> lookups.ask(asked, RecordType.TXT).texts()).orElse(List.of());
        if (texts.size() != 1) {
            return "";
        }
        try {
            return expansion.explanation(MacroParser.explainString(texts.getFirst()), verdict.domain());
        } catch (SyntaxProblem nonsense) {
            return "";
        }
    }
}
