package org.postern.dmarc;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.postern.dmarc.DmarcRecord.Mode;
import org.postern.dmarc.DmarcRecord.Requests;
import org.postern.dmarc.Identifier.Mechanism;
import org.postern.dmarc.TreeWalk.Organisation;
import org.postern.dmarc.TreeWalk.Place;
import org.postern.dns.Answer;
import org.postern.dns.DnsName;
import org.postern.dns.RecordType;
import org.postern.finding.Check;
import org.postern.finding.Finding;
import org.postern.finding.Result;
import org.postern.smtp.Domain;

/** One author domain against what SPF and DKIM came to: RFC 9989 §5.3.2 to §5.3.5. */
final class Evaluation {
    /** So many domains are asked about for alignment; whoever signs for more gains nothing by it. */
    static final int MAX_IDENTIFIERS = 10;

    /** So many identifiers are told of in a text. */
    private static final int MAX_TOLD = 4;

    private final Domain author;
    private final List<Identifier> identifiers;
    private final TreeWalk walk;
    private final Set<Domain> walked = new LinkedHashSet<>();

    Evaluation(Domain author, List<Identifier> identifiers, TreeWalk walk) {
        this.author = author;
        this.identifiers = identifiers;
        this.walk = walk;
    }

    private enum Alignment {
        YES,
        NO,
        /** DNS did not say. */
        UNKNOWN
    }

    /** What the owner asks for, and in which words. */
    private record Request(Disposition disposition, String tag, boolean isCertain) {}

    Dmarc.Outcome outcome() {
        Place own = walk.at(author);
        if (own.problem().isPresent()) {
            return temperror(own.problem().get());
        }
        if (own.record().isPresent()) {
            return judged(own, own.record().get());
        }
        return switch (walk.organisation(author)) {
            case Organisation.Unknown unknown -> temperror(unknown.problem());
            case Organisation.Known known -> {
                Optional<Place> policy = known.policy();
                Optional<DmarcRecord> record = policy.flatMap(Place::record);
                yield policy.isPresent() && record.isPresent()
                        ? judged(policy.get(), record.get())
                        : Dmarc.Outcome.without(
                                Result.NONE,
                                own.hasSeveral()
                                        ? own.name() + " has several DMARC records, which void each other; leave one"
                                        : author + " has no DMARC policy",
                                walk);
            }
        };
    }

    private Dmarc.Outcome temperror(String problem) {
        return Dmarc.Outcome.without(
                Result.TEMPERROR, "the DMARC policy of " + author + " can't be had now: " + problem, walk);
    }

    private Dmarc.Outcome judged(Place policy, DmarcRecord record) {
        if (record.requests().isEmpty()) {
            return Dmarc.Outcome.without(
                    Result.PERMERROR,
                    "the DMARC policy at " + policy.name()
                            + " asks for something that is neither none, quarantine nor reject",
                    walk);
        }
        Request request = request(policy, record, record.requests().get());
        var aligned = new ArrayList<Identifier>();
        boolean isUndecided = false;
        boolean isUnknown = false;
        for (Identifier identifier : with(Result.PASS)) {
            Alignment alignment = alignment(identifier, record);
            isUnknown |= alignment == Alignment.UNKNOWN;
            if (alignment == Alignment.YES) {
                aligned.add(identifier);
            }
        }
        // §5.3.6. Only what would have counted: else a signature of a stranger's, whose DNS is mute, made each forgery
        // undecided.
        for (Identifier identifier : aligned.isEmpty() ? with(Result.TEMPERROR) : List.<Identifier>of()) {
            Alignment alignment = alignment(identifier, record);
            isUnknown |= alignment == Alignment.UNKNOWN;
            isUndecided |= alignment == Alignment.YES;
        }
        String asks = "; " + policy.name() + " asks for " + request.tag;
        if (!aligned.isEmpty()) {
            String by = told(aligned);
            return outcome(
                    Result.PASS, author + " is authenticated by " + by + asks, policy, record, request, aligned, false);
        }
        if (isUndecided) {
            return outcome(
                    Result.TEMPERROR,
                    "whether " + author + " is authenticated can't be found out now: " + told(identifiers) + asks,
                    policy,
                    record,
                    request,
                    aligned,
                    true);
        }
        if (isUnknown || !request.isCertain) {
            return outcome(
                    Result.TEMPERROR,
                    (isUnknown
                                    ? "which organisation these are of can't be found out now: "
                                    : "whether " + author + " exists can't be found out now: ")
                            + told(identifiers)
                            + asks,
                    policy,
                    record,
                    request,
                    aligned,
                    false);
        }
        return outcome(
                Result.FAIL,
                "nothing authenticates " + author + ": " + told(identifiers) + asks
                        + "; sign with DKIM for that domain, or send with a MAIL FROM in it that SPF permits",
                policy,
                record,
                request,
                aligned,
                false);
    }

    private Dmarc.Outcome outcome(
            Result result,
            String text,
            Place policy,
            DmarcRecord record,
            Request request,
            List<Identifier> aligned,
            boolean isUndecided) {
        return new Dmarc.Outcome(
                Finding.of(Check.DMARC, result, text, walk.answers()),
                request.disposition,
                Optional.of(policy.domain()),
                Optional.of(record),
                aligned,
                isUndecided);
    }

    /** §4.10.1. */
    private Request request(Place policy, DmarcRecord record, Requests requests) {
        if (policy.domain().equals(author)) {
            return request("p", requests.own(), record, true);
        }
        Disposition existing = requests.existing();
        Disposition missing = requests.missing();
        String below = requests.below().isPresent() ? "sp" : "p";
        if (existing == missing) {
            return request(below, existing, record, true);
        }
        Optional<Answer> answer = DnsName.of(author).map(name -> walk.ask(name, RecordType.MX));
        if (answer.filter(Answer::isFailed).isPresent()) {
            boolean isStricter = missing.compareTo(existing) > 0;
            return request(isStricter ? "np" : below, isStricter ? missing : existing, record, false);
        }
        // §3.2.13, RFC 8020: no such name. An alias that leads nowhere is there all the same (RFC 6604 §3).
        boolean exists = answer.filter(one -> one.status() != Answer.Status.NO_SUCH_NAME
                        || !one.aliases().isEmpty())
                .isPresent();
        return exists ? request(below, existing, record, true) : request("np", missing, record, true);
    }

    private static Request request(String tag, Disposition disposition, DmarcRecord record, boolean isCertain) {
        return record.isInTest()
                ? new Request(disposition.inTest(), tag + "=" + disposition.word() + " in test", isCertain)
                : new Request(disposition, tag + "=" + disposition.word(), isCertain);
    }

    /** §4.4, §4.10.2. */
    private Alignment alignment(Identifier identifier, DmarcRecord record) {
        var domain = new Domain(identifier.domain().canonical());
        if (domain.equals(author)) {
            return Alignment.YES;
        }
        Mode mode = identifier.mechanism() == Mechanism.DKIM ? record.dkim() : record.spf();
        if (mode == Mode.STRICT || !domain.isAscii()) {
            return Alignment.NO;
        }
        // A domain of the same organisation ends alike: what does not needs no question.
        if (!topLabel(domain).equals(topLabel(author))) {
            return Alignment.NO;
        }
        return switch (walk.organisation(author)) {
            case Organisation.Unknown unknown -> Alignment.UNKNOWN;
            case Organisation.Known ours -> {
                if (!isWithin(domain, ours.domain())) {
                    yield Alignment.NO;
                }
                if (!walked.contains(domain) && walked.size() == MAX_IDENTIFIERS) {
                    yield Alignment.NO;
                }
                walked.add(domain);
                yield switch (walk.organisation(domain)) {
                    case Organisation.Unknown unknown -> Alignment.UNKNOWN;
                    case Organisation.Known theirs ->
                        theirs.domain().equals(ours.domain()) ? Alignment.YES : Alignment.NO;
                };
            }
        };
    }

    private List<Identifier> with(Result result) {
        return identifiers.stream().filter(one -> one.result() == result).toList();
    }

    private static boolean isWithin(Domain domain, Domain above) {
        return domain.equals(above) || domain.name().endsWith("." + above.name());
    }

    private static String topLabel(Domain domain) {
        return domain.name().substring(domain.name().lastIndexOf('.') + 1);
    }

    private static String told(List<Identifier> identifiers) {
        if (identifiers.isEmpty()) {
            return "neither SPF nor DKIM was for any domain";
        }
        String some =
                identifiers.stream().limit(MAX_TOLD).map(Identifier::toString).collect(Collectors.joining(", "));
        return identifiers.size() > MAX_TOLD ? some + " and " + (identifiers.size() - MAX_TOLD) + " more" : some;
    }
}
