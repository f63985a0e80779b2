package org.postern.spf;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.postern.dns.Answer;
import org.postern.dns.Data;
import org.postern.dns.DnsName;
import org.postern.dns.RecordType;
import org.postern.spf.Mechanism.DualCidr;

/** Which mechanisms match a client: RFC 7208 §5. */
final class Mechanisms {
    static final String TOO_MANY_VOID = "more than " + Lookups.MAX_VOID_TERMS + " terms ask for what is not in DNS";

    private final InetAddress client;
    private final RecordType family;
    private final Lookups lookups;
    private final ClientNames names;
    private final Expansion expansion;
    private final CheckHost checkHost;

    /** @param family of addresses that the client's is compared with: §5 */
    Mechanisms(
            InetAddress client,
            RecordType family,
            Lookups lookups,
            ClientNames names,
            Expansion expansion,
            CheckHost checkHost) {
        this.client = client;
        this.family = family;
        this.lookups = lookups;
        this.names = names;
        this.expansion = expansion;
        this.checkHost = checkHost;
    }

    /** In the record of {@code domain}. */
    Found found(Mechanism mechanism, String domain) {
        if (mechanism.asksDns()) {
            int terms = 1 + mechanism.named().map(this::termsOf).orElse(0);
            if (!lookups.begin(terms)) {
                return Found.permerror(CheckHost.TOO_MANY_TERMS);
            }
        }
        if (mechanism.named().filter(expansion::isBeyondDns).isPresent()) {
            return Found.Match.NO;
        }
        Found found =
                switch (mechanism) {
                    case Mechanism.All _ -> Found.Match.YES;
                    case Mechanism.Ip4(Network network) -> Found.of(network.contains(client));
                    case Mechanism.Ip6(Network network) -> Found.of(network.contains(client));
                    case Mechanism.Include(MacroString target) -> included(expansion.name(target, domain));
                    case Mechanism.A(Optional<MacroString> target, DualCidr cidr) ->
                        named(target, domain, name -> addressed(List.of(name), cidr));
                    case Mechanism.Mx(Optional<MacroString> target, DualCidr cidr) ->
                        named(target, domain, name -> exchanged(name, cidr));
                    case Mechanism.Ptr(Optional<MacroString> target) -> named(target, domain, this::pointed);
                    case Mechanism.Exists(MacroString target) -> named(Optional.of(target), domain, this::existing);
                };
        lookups.end();
        return found == Found.Match.NO && lookups.tooManyVoid() ? Found.permerror(TOO_MANY_VOID) : found;
    }

    /** §4.6.4: the PTR question of the macro {@code p} counts too, once. */
    int termsOf(MacroString target) {
        return target.uses("p") && !names.areKnown() ? 1 : 0;
    }

    /**
     * Of the name that a mechanism means: §4.8. What is no name matches nothing, which the section leaves open, whether it was written
     * so or came of a macro.
     */
    private Found named(Optional<MacroString> target, String domain, Function<DnsName, Found> asked) {
        String name = target.map(spec -> expansion.name(spec, domain)).orElse(domain);
        return DnsName.ofLabels(name).map(asked).orElse(Found.Match.NO);
    }

    /** §5.2, its table. */
    private Found included(String domain) {
        lookups.end();
        if (lookups.tooManyVoid()) {
            return Found.permerror(TOO_MANY_VOID);
        }
        Verdict verdict = checkHost.judge(domain);
        return switch (verdict.result()) {
            case PASS -> Found.Match.YES;
            case FAIL, SOFTFAIL, NEUTRAL -> Found.Match.NO;
            case TEMPERROR -> Found.temperror(verdict.why());
            case PERMERROR -> Found.permerror(verdict.why());
            case NONE, POLICY -> Found.permerror("include leads nowhere: " + verdict.why());
        };
    }

    /** §5.3. Among several names, a match is one whatever became of the others. */
    private Found addressed(List<DnsName> hosts, DualCidr cidr) {
        List<Answer> answers = lookups.ask(hosts, family);
        int prefix = family == RecordType.A ? cidr.ip4() : cidr.ip6();
        boolean matches = answers.stream()
                .flatMap(answer -> answer.addresses().stream())
                .anyMatch(address -> Network.of(address, Math.min(prefix, address.getAddress().length * 8))
                        .contains(client));
        return matches
                ? Found.Match.YES
                : answers.stream()
                        .filter(Answer::isFailed)
                        .findFirst()
                        .<Found>map(answer -> Found.temperror(failure(answer)))
                        .orElse(Found.Match.NO);
    }

    /** §5.4. */
    private Found exchanged(DnsName domain, DualCidr cidr) {
        Answer answer = lookups.ask(domain, RecordType.MX);
        if (answer.isFailed()) {
            return Found.temperror(failure(answer));
        }
        List<DnsName> hosts = answer.exchanges().stream()
                .filter(exchange -> !exchange.isNull())
                .map(Data.Exchange::host)
                .toList();
        // §4.6.4: more are an error, wherever among them the client may be: DNS hands them out in any order.
        if (hosts.size() > Lookups.MAX_NAMES) {
            return Found.permerror("MX " + domain + " has more than " + Lookups.MAX_NAMES + " names");
        }
        return addressed(hosts, cidr);
    }

    /** §5.5. */
    private Found pointed(DnsName domain) {
        return Found.of(names.validated().stream().anyMatch(name -> name.isWithin(domain)));
    }

    /** §5.7: an IPv4 address, whatever the client has. */
    private Found existing(DnsName name) {
        Answer answer = lookups.ask(name, RecordType.A);
        return answer.isFailed()
                ? Found.temperror(failure(answer))
                : Found.of(!answer.addresses().isEmpty());
    }

    static String failure(Answer answer) {
        return Words.brief(answer.question().toString()) + ": " + Words.brief(answer.problem());
    }
}
