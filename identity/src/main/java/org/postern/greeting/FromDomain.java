package org.postern.greeting;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.postern.dns.Answer;
import org.postern.dns.DnsName;
import org.postern.dns.Question;
import org.postern.dns.RecordType;
import org.postern.dns.Resolver;
import org.postern.finding.Check;
import org.postern.finding.Finding;
import org.postern.finding.Result;
import org.postern.smtp.Domain;
import org.postern.smtp.Mailbox;
import org.postern.smtp.ReversePath;

/**
 * {@code from-domain}: does the domain of MAIL FROM exist, and is there somewhere to send a bounce to? RFC 5321 §5.1 (MX, or A or AAAA
 * where there is none), RFC 7505 §4.2 (null MX).
 */
public final class FromDomain {
    private FromDomain() {}

    /** Pass, fail, temperror; none for {@code <>} and for an address literal. About the domain. */
    public static Finding check(ReversePath from, Resolver resolver) {
        if (!(from instanceof Mailbox mailbox) || !(mailbox.host() instanceof Domain domain)) {
            return Finding.of(Check.FROM_DOMAIN, Result.NONE, from.path() + " names no domain");
        }
        Optional<DnsName> name = DnsName.of(domain);
        if (name.isEmpty()) {
            return finding(domain, Result.FAIL, "can't be in DNS: it is too long", List.of());
        }
        var answers = new ArrayList<Answer>();
        Answer exchanges = resolver.ask(name.get(), RecordType.MX);
        answers.add(exchanges);
        if (exchanges.status() == Answer.Status.NO_DATA) {
            answers.addAll(resolver.ask(
                    List.of(new Question(name.get(), RecordType.A), new Question(name.get(), RecordType.AAAA))));
        }
        if (exchanges.exchanges().size() == 1
                && exchanges.exchanges().getFirst().isNull()) {
            return finding(
                    domain, Result.FAIL, "takes no mail (null MX), so nothing can be sent from it either", answers);
        }
        Optional<Answer> found =
                answers.stream().filter(answer -> !answer.data().isEmpty()).findFirst();
        if (found.isPresent()) {
            return finding(domain, Result.PASS, "takes mail: " + found.get().said(), answers);
        }
        Optional<Answer> failed = answers.stream().filter(Answer::isFailed).findFirst();
        if (failed.isPresent()) {
            return finding(
                    domain,
                    Result.TEMPERROR,
                    "can't be looked up now: " + failed.get().said(),
                    answers);
        }
        return exchanges.status() == Answer.Status.NO_SUCH_NAME
                ? finding(domain, Result.FAIL, "does not exist; send from a domain that does", answers)
                : finding(domain, Result.FAIL, "has neither MX nor address, so no answer could reach it", answers);
    }

    /** Whether a finding of this check says that the domain takes no mail at all: RFC 7505 has a code of its own for it. */
    public static boolean isNullMx(Finding finding) {
        return finding.is(Check.FROM_DOMAIN, Result.FAIL)
                && finding.evidence().stream()
                        .anyMatch(evidence -> evidence.question().startsWith("MX ")
                                && evidence.answer().matches("[0-9]+ \\."));
    }

    private static Finding finding(Domain domain, Result result, String text, List<Answer> answers) {
        return Finding.of(Check.FROM_DOMAIN, result, "the sender's domain " + domain + " " + text, answers)
                .about(domain.canonical());
    }
}
