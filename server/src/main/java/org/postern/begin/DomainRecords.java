package org.postern.begin;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.postern.begin.Standing.Kind;
import org.postern.begin.Standing.State;
import org.postern.dkim.KeySearch;
import org.postern.dmarc.Dmarc;
import org.postern.dmarc.DmarcRecord;
import org.postern.dmarc.FromField;
import org.postern.dns.Answer;
import org.postern.dns.Data;
import org.postern.dns.DnsName;
import org.postern.dns.Question;
import org.postern.dns.RecordType;
import org.postern.dns.Resolver;
import org.postern.dns.ZoneLine;
import org.postern.finding.Result;
import org.postern.signing.KeyFile;
import org.postern.signing.KeyStanding;
import org.postern.signing.MadeKey;
import org.postern.smtp.Domain;

/** Looks at the records of a domain that mail comes for and goes from: MX, DKIM, DMARC. */
final class DomainRecords {
    private static final int PREFERENCE = 10;

    private final Domain domain;
    private final DnsName name;
    private final Optional<DnsName> host;
    private final List<KeyFile> configured;
    private final List<MadeKey> made;
    private final Resolver resolver;

    /**
     * @param host our name; empty when it is none that DNS could know
     * @param configured keys of the configuration, of all domains
     * @param made keys of {@code postern dkim new}, of all domains
     */
    DomainRecords(
            Domain domain,
            DnsName name,
            Optional<DnsName> host,
            List<KeyFile> configured,
            List<MadeKey> made,
            Resolver resolver) {
        this.domain = domain;
        this.name = name;
        this.host = host;
        this.configured =
                configured.stream().filter(key -> key.domain().equals(domain)).toList();
        this.made = made.stream()
                .filter(key -> key.file().domain().equals(domain))
                .filter(key -> !(KeyStanding.of(key, made) instanceof KeyStanding.Retired))
                .toList();
        this.resolver = resolver;
    }

    /** The domain's. */
    DnsName name() {
        return name;
    }

    /** What is asked first, side by side. */
    List<Question> questions() {
        var questions = new ArrayList<Question>();
        questions.add(new Question(name, RecordType.MX));
        questions.add(new Question(name, RecordType.TXT));
        made.forEach(key -> questions.add(new Question(key.name(), RecordType.TXT)));
        policyName().ifPresent(place -> questions.add(new Question(place, RecordType.TXT)));
        return questions;
    }

    /** RFC 5321 §5.1. */
    Standing exchange() {
        Answer answer = resolver.ask(name, RecordType.MX);
        List<Data.Exchange> hosts = answer.exchanges();
        if (host.isEmpty()) {
            State state = answer.isFailed() ? State.UNKNOWN : hosts.isEmpty() ? State.MISSING : State.OTHER;
            return standing(Kind.MX, name, state, answer.said(), List.of())
                    .noting("it has to name this host, which needs a name that the world can find");
        }
        Optional<Data.Exchange> ours =
                hosts.stream().filter(one -> one.host().equals(host.get())).findFirst();
        if (ours.isPresent()) {
            boolean first = hosts.stream()
                    .noneMatch(one -> one.preference() < ours.get().preference());
            return Standing.right(Kind.MX, name.text(), answer.said())
                    .noting(first ? "" : "others stand before this host, and get the mail first");
        }
        List<String> publish = List.of(ZoneLine.of(name, RecordType.MX, PREFERENCE + " " + host.get() + "."));
        if (answer.isFailed()) {
            return standing(Kind.MX, name, State.UNKNOWN, answer.said(), publish);
        }
        if (hosts.isEmpty()) {
            return standing(Kind.MX, name, State.MISSING, answer.said(), publish);
        }
        // RFC 7505: a null MX stands alone.
        return standing(Kind.MX, name, State.OTHER, answer.said(), publish)
                .noting(
                        hosts.stream().anyMatch(Data.Exchange::isNull)
                                ? "it says that the domain takes no mail: put this in its place"
                                : "mail goes there until this takes its place");
    }

    /** RFC 6376 §3.6.2. */
    List<Standing> keys() {
        var standings = new ArrayList<Standing>();
        configured.forEach(key -> standings.add(configured(key)));
        made.forEach(key -> standings.add(made(key)));
        if (standings.isEmpty()) {
            standings.add(standing(Kind.DKIM, name, State.MISSING, "there is no key to sign with yet", List.of())
                    .noting("make some: postern dkim new " + domain));
        }
        return standings;
    }

    private Standing made(MadeKey key) {
        Answer answer = resolver.ask(key.name(), RecordType.TXT);
        if (key.isIn(answer)) {
            return Standing.right(Kind.DKIM, key.name().text(), "the key");
        }
        State state = answer.isFailed() ? State.UNKNOWN : answer.texts().isEmpty() ? State.MISSING : State.OTHER;
        return standing(
                Kind.DKIM,
                key.name(),
                state,
                state == State.OTHER ? "another key" : answer.said(),
                List.of(key.zoneLine()));
    }

    private Standing configured(KeyFile file) {
        String place = file.selector() + "._domainkey." + domain.canonical();
        try {
            KeySearch search = KeySearch.begin(
                            domain.canonical(), file.selector(), file.read().algorithm(), resolver)
                    .join();
            return search.problem()
                    .map(problem -> new Standing(
                            Kind.DKIM,
                            place,
                            problem == Result.TEMPERROR ? State.UNKNOWN : State.MISSING,
                            search.text(),
                            List.of(),
                            "publish the other half of " + file.file()))
                    .orElseGet(() -> Standing.right(Kind.DKIM, place, "a key"));
        } catch (IOException problem) {
            return new Standing(
                    Kind.DKIM,
                    place,
                    State.UNKNOWN,
                    file.file() + " can't be used: " + problem.getMessage(),
                    List.of(),
                    "");
        }
    }

    /** RFC 9989 §4.10: its own, or the one of the organisation that it belongs to. */
    Standing policy() {
        DnsName place = policyName().orElse(name);
        Answer answer = resolver.ask(place, RecordType.TXT);
        // It asks for nothing but reports: what is not authentic is to be seen before it is turned away.
        List<String> publish =
                List.of(ZoneLine.text(place, "v=DMARC1; p=none; rua=mailto:postmaster@" + domain.canonical()));
        if (answer.isFailed()) {
            return standing(Kind.DMARC, place, State.UNKNOWN, answer.said(), publish);
        }
        List<String> policies = answer.texts().stream()
                .filter(text -> DmarcRecord.parse(text).isPresent())
                .toList();
        String found = String.join(
                ", ",
                policies.stream().map(text -> new Data.Text(text).toString()).toList());
        if (policies.size() > 1) {
            return standing(Kind.DMARC, place, State.OTHER, found, publish)
                    .noting("where there are several, none counts: put one in place of all");
        }
        if (policies.size() == 1) {
            return DmarcRecord.parse(policies.getFirst())
                            .filter(one -> one.requests().isPresent())
                            .isPresent()
                    ? Standing.right(Kind.DMARC, place.text(), found)
                    : standing(Kind.DMARC, place, State.OTHER, found, publish).noting("what it asks for can't be read");
        }
        Dmarc.Outcome outcome = Dmarc.check(new FromField.One(domain), List.of(), resolver);
        return outcome.policyDomain()
                .map(above -> Standing.right(Kind.DMARC, place.text(), "the policy of " + above))
                .orElseGet(() -> standing(Kind.DMARC, place, State.MISSING, "no policy", publish));
    }

    private Optional<DnsName> policyName() {
        return DnsName.ofLabels("_dmarc." + domain.canonical());
    }

    private static Standing standing(Kind kind, DnsName name, State state, String found, List<String> publish) {
        return new Standing(kind, name.text(), state, found, publish, "");
    }
}
