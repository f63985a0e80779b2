package org.postern.route;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.function.Predicate;
import org.postern.dns.Answer;
import org.postern.dns.Answer.Security;
import org.postern.dns.Data;
import org.postern.dns.DnsName;
import org.postern.dns.Question;
import org.postern.dns.RecordType;
import org.postern.finding.Evidence;
import org.postern.route.LeftOut.Why;
import org.postern.smtp.AddressLiteral;
import org.postern.smtp.Domain;
import org.postern.smtp.Host;

/** One search of {@link MxHosts}: what it has found and left out so far. */
final class MxSearch {
    static final String ADVICE = "delivery.allow-nets would let mail go there";

    /** However many exchangers a domain names, so many of the best are looked up. */
    private static final int MOST_LOOKED_UP = 20;

    private final Host domain;
    private final MxHosts hosts;
    private final List<LeftOut> leftOut = new ArrayList<>();
    private final List<Evidence> evidence = new ArrayList<>();

    /**
     * An exchanger that may be one of those to try.
     *
     * @param answers what DNS has for A and for AAAA; none before it was asked
     */
    private record Candidate(int preference, Domain name, List<Answer> answers) {
        Candidate {
            answers = List.copyOf(answers);
        }

        boolean hasAddress(Predicate<InetAddress> which) {
            return answers.stream()
                    .flatMap(answer -> answer.addresses().stream())
                    .anyMatch(which);
        }

        Security located() {
            return answers.stream()
                    .filter(answer -> !answer.addresses().isEmpty())
                    .map(Answer::security)
                    .filter(security -> security != Security.SECURE)
                    .findFirst()
                    .orElse(Security.SECURE);
        }
    }

    MxSearch(Host domain, MxHosts hosts) {
        this.domain = domain;
        this.hosts = hosts;
    }

    void rely(Answer answer) {
        evidence.add(Evidence.of(answer));
    }

    void leaveOut(String host, int preference, Why why, String words) {
        leftOut.add(new LeftOut(host, preference, why, words));
    }

    private void leaveOut(Candidate candidate, Why why, String words) {
        leaveOut(candidate.name().name(), candidate.preference(), why, words);
    }

    MxAnswer.Trail trail() {
        return new MxAnswer.Trail(leftOut, evidence);
    }

    MxAnswer withNoHosts() {
        return new MxAnswer.NoUsableHost(domain, trail());
    }

    /** Among the exchangers in {@code mx}. */
    MxAnswer among(Answer mx) {
        List<Data.Exchange> exchanges = mx.exchanges();
        if (exchanges.stream().allMatch(Data.Exchange::isNull)) {
            return new MxAnswer.NullMx(domain, trail());
        }
        List<Candidate> candidates = inOrder(exchanges);
        OptionalInt best =
                exchanges.stream().mapToInt(Data.Exchange::preference).min();
        List<MxHost> usable = usable(candidates, mx.security());
        return usable.isEmpty() ? none(best) : new MxAnswer.Hosts(domain, usable, trail());
    }

    /** The domain itself, which has no MX record. */
    MxAnswer implicit(Domain name, Security security) {
        List<MxHost> usable = usable(List.of(new Candidate(0, name, List.of())), security);
        if (!usable.isEmpty()) {
            return new MxAnswer.Hosts(domain, usable, trail());
        }
        return leftOut.stream().allMatch(left -> left.why() == Why.NO_ADDRESS)
                ? new MxAnswer.NoAddress(domain, trail())
                : none(OptionalInt.of(0));
    }

    private MxAnswer none(OptionalInt best) {
        List<LeftOut> unknown =
                leftOut.stream().filter(left -> left.why() == Why.NOT_KNOWN_NOW).toList();
        if (!unknown.isEmpty()) {
            return new MxAnswer.Trouble(
                    domain,
                    String.join(", ", unknown.stream().map(LeftOut::toString).toList()),
                    trail());
        }
        boolean weAreTheBest =
                leftOut.stream().anyMatch(left -> left.why() == Why.OURSELVES && left.preference() == best.orElse(0));
        return weAreTheBest ? new MxAnswer.Loop(domain, trail()) : withNoHosts();
    }

    /** Those that a host could be named by, each once, the best first and equals as chance has it. */
    private List<Candidate> inOrder(List<Data.Exchange> exchanges) {
        Map<Domain, Candidate> byName = new LinkedHashMap<>();
        for (Data.Exchange exchange : exchanges) {
            DnsName host = exchange.host();
            if (exchange.isNull()) {
                // RFC 7505 §3: it stands alone, or means nothing.
                leaveOut(".", exchange.preference(), Why.NO_HOST_NAME, "says that no mail is taken, beside others");
            } else if (AddressLiteral.parseIpv4(host.text()).isPresent()) {
                leaveOut(host.text(), exchange.preference(), Why.NO_HOST_NAME, "is an address where a name belongs");
            } else {
                host.domain()
                        .ifPresentOrElse(
                                name -> byName.merge(
                                        name, new Candidate(exchange.preference(), name, List.of()), MxSearch::better),
                                () -> leaveOut(
                                        host.text(), exchange.preference(), Why.NO_HOST_NAME, "is no host name"));
            }
        }
        var candidates = new ArrayList<>(byName.values());
        shuffle(candidates);
        candidates.sort(Comparator.comparingInt(Candidate::preference));
        return candidates;
    }

    private static Candidate better(Candidate one, Candidate other) {
        return one.preference() <= other.preference() ? one : other;
    }

    private List<MxHost> usable(List<Candidate> candidates, Security named) {
        List<Candidate> byName = betterThanUs(candidates, candidate -> hosts.isOurs(candidate.name()));
        List<Candidate> located = located(firstOf(byName));
        var usable = new ArrayList<MxHost>();
        for (Candidate candidate : betterThanUs(located, one -> one.hasAddress(hosts::isOurs))) {
            if (usable.size() == hosts.bounds().hosts()) {
                leaveOut(candidate, Why.NOT_NEEDED, "is one more than are tried");
                continue;
            }
            List<InetAddress> addresses = addresses(candidate);
            if (!addresses.isEmpty()) {
                usable.add(new MxHost(candidate.preference(), candidate.name(), addresses, named, candidate.located()));
            }
        }
        return usable;
    }

    /** RFC 5321 §5.1: we ourselves drop out, with all that are no better. */
    private List<Candidate> betterThanUs(List<Candidate> candidates, Predicate<Candidate> isOurs) {
        OptionalInt ours = candidates.stream()
                .filter(isOurs)
                .mapToInt(Candidate::preference)
                .min();
        if (ours.isEmpty()) {
            return candidates;
        }
        var better = new ArrayList<Candidate>();
        for (Candidate candidate : candidates) {
            if (candidate.preference() < ours.getAsInt()) {
                better.add(candidate);
            } else if (isOurs.test(candidate)) {
                leaveOut(candidate, Why.OURSELVES, "is this server");
            } else {
                leaveOut(candidate, Why.NO_BETTER_THAN_US, "is no better than this server");
            }
        }
        return better;
    }

    private List<Candidate> firstOf(List<Candidate> candidates) {
        int most = Math.min(candidates.size(), MOST_LOOKED_UP);
        candidates
                .subList(most, candidates.size())
                .forEach(more -> leaveOut(more, Why.NOT_NEEDED, "was not looked up: " + most + " others come first"));
        return candidates.subList(0, most);
    }

    private List<Candidate> located(List<Candidate> candidates) {
        var questions = new ArrayList<Question>();
        for (Candidate candidate : candidates) {
            DnsName name = DnsName.of(candidate.name()).orElseThrow();
            questions.add(new Question(name, RecordType.A));
            questions.add(new Question(name, RecordType.AAAA));
        }
        List<Answer> answers = hosts.resolver().ask(questions);
        answers.forEach(this::rely);
        var located = new ArrayList<Candidate>();
        for (int i = 0; i < candidates.size(); i++) {
            Candidate candidate = candidates.get(i);
            located.add(new Candidate(candidate.preference(), candidate.name(), answers.subList(2 * i, 2 * i + 2)));
        }
        return located;
    }

    /** Those that mail may go to; for what is missing it says why. */
    private List<InetAddress> addresses(Candidate candidate) {
        var usable = new ArrayList<InetAddress>();
        for (Answer answer : candidate.answers()) {
            var ofFamily = new ArrayList<InetAddress>();
            for (InetAddress address : answer.addresses()) {
                hosts.innerKind(address)
                        .ifPresentOrElse(
                                kind -> leaveOut(
                                        candidate,
                                        Why.INNER,
                                        "has the address " + AddressLiteral.text(address) + ", which is " + kind + "; "
                                                + ADVICE),
                                () -> ofFamily.add(address));
            }
            shuffle(ofFamily);
            int most = Math.min(ofFamily.size(), hosts.bounds().addresses());
            usable.addAll(ofFamily.subList(0, most));
        }
        if (usable.isEmpty()) {
            sayWhatIsMissing(candidate);
        }
        shuffle(usable);
        return usable;
    }

    private void sayWhatIsMissing(Candidate candidate) {
        Optional<Answer> failed =
                candidate.answers().stream().filter(Answer::isFailed).findFirst();
        if (failed.isPresent()) {
            String problem =
                    failed.get().question().type() + ": " + failed.get().said();
            leaveOut(candidate, Why.NOT_KNOWN_NOW, "can't be looked up now: " + problem);
        } else if (candidate.answers().stream().allMatch(Answer::isVoid)) {
            boolean isName =
                    candidate.answers().stream().noneMatch(answer -> answer.status() == Answer.Status.NO_SUCH_NAME);
            leaveOut(candidate, Why.NO_ADDRESS, isName ? "has no address in DNS" : "is no name in DNS");
        }
    }

    /** RFC 5321 §5.1: chance decides among equals. */
    private void shuffle(List<?> list) {
        Collections.shuffle(list, Random.from(hosts.random()));
    }
}
