package org.postern.dmarc;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.postern.dns.Resolver;
import org.postern.finding.Check;
import org.postern.finding.Finding;
import org.postern.finding.Result;
import org.postern.message.Header;
import org.postern.smtp.Domain;

/**
 * {@code dmarc}: is the author's domain authenticated by SPF or DKIM? RFC 9989 §5.3.
 *
 * <p>Pass, fail, none (no policy is published), temperror, and permerror for what will never be known: the From field is unusable, or the
 * policy is.
 */
public final class Dmarc {
    /** §11.5: of several author domains so many are looked at; more are refused an answer. */
    static final int MAX_AUTHORS = 4;

    private Dmarc() {}

    /**
     * What it came to.
     *
     * @param finding about the author domain, its A-labels, and where there is a policy, what it asks for, as {@code example.org reject};
     *     about nothing when there isn't exactly one author domain
     * @param requested what the domain's owner asks for mail that fails, with {@code np}, {@code sp} and {@code t} applied. It is to be applied
     *     to a fail alone (§5.3.6), and tells of a temperror what a later fail would earn
     * @param policyDomain at whose {@code _dmarc} the policy was found
     * @param record the policy
     * @param aligned the identifiers that authenticate the author
     * @param isAuthenticationUndecided whether the result is temperror because SPF or DKIM was for a domain that would have aligned
     */
    public record Outcome(
            Finding finding,
            Disposition requested,
            Optional<Domain> policyDomain,
            Optional<DmarcRecord> record,
            List<Identifier> aligned,
            boolean isAuthenticationUndecided) {
        public Outcome {
            aligned = List.copyOf(aligned);
        }

        static Outcome without(Result result, String text, TreeWalk walk) {
            return new Outcome(
                    Finding.of(Check.DMARC, result, text, walk.answers()),
                    Disposition.NONE,
                    Optional.empty(),
                    Optional.empty(),
                    List.of(),
                    false);
        }

        Outcome about(Domain author) {
            return new Outcome(
                    finding.about(policyDomain
                            .map(_ -> author.name() + " " + requested.word())
                            .orElse(author.name())),
                    requested,
                    policyDomain,
                    record,
                    aligned,
                    isAuthenticationUndecided);
        }
    }

    /** Reads who the author is, then as {@link #check(FromField, List, Resolver)}. */
    public static Outcome check(Header header, List<Identifier> identifiers, Resolver resolver) {
        return check(FromField.of(header), identifiers, resolver);
    }

    /**
     * Asks and judges. Depends on nothing but its arguments and the answers; blocks while they come. An author costs 8 questions and one
     * about its existence, an identifier below the same organisation 7 more, and there are at most {@value Evaluation#MAX_IDENTIFIERS} of
     * these.
     *
     * @param identifiers what SPF and DKIM came to, in any order; results other than pass and temperror authenticate nothing, and are told
     *     of in the finding's text
     */
    public static Outcome check(FromField from, List<Identifier> identifiers, Resolver resolver) {
        var walk = new TreeWalk(resolver);
        return switch (from) {
            case FromField.One one ->
                new Evaluation(one.domain(), identifiers, walk).outcome().about(one.domain());
            case FromField.Several several -> ofSeveral(several.domains(), identifiers, walk);
            case FromField.Unusable unusable ->
                Outcome.without(
                        Result.PERMERROR,
                        unusable.reason()
                                + ", so its author can't be authenticated; send one From field with one address in it",
                        walk);
        };
    }

    /**
     * §5.3.1 lets go on with several author domains, and §11.5 says how: each is judged, and what the strictest of those asks that fail holds.
     * That all pass is no pass: a result names one domain.
     */
    private static Outcome ofSeveral(List<Domain> authors, List<Identifier> identifiers, TreeWalk walk) {
        String text = "the From field names authors of " + authors.size() + " domains";
        if (authors.size() > MAX_AUTHORS) {
            return Outcome.without(Result.PERMERROR, text + ", which are too many to be authenticated", walk);
        }
        var outcomes = new ArrayList<Outcome>();
        for (Domain author : authors) {
            outcomes.add(new Evaluation(author, identifiers, walk).outcome());
        }
        for (Result result : List.of(Result.FAIL, Result.TEMPERROR)) {
            Optional<Outcome> strictest = outcomes.stream()
                    .filter(outcome -> outcome.finding().result() == result)
                    .max(Comparator.comparing(Outcome::requested));
            if (strictest.isPresent()) {
                Outcome found = strictest.get();
                return new Outcome(
                        Finding.of(
                                Check.DMARC,
                                result,
                                text + ": " + found.finding().text(),
                                walk.answers()),
                        found.requested,
                        found.policyDomain,
                        found.record,
                        List.of(),
                        found.isAuthenticationUndecided);
            }
        }
        boolean noneHasOne =
                outcomes.stream().allMatch(outcome -> outcome.finding().is(Check.DMARC, Result.NONE));
        return noneHasOne
                ? Outcome.without(Result.NONE, text + ", and none of them publishes a DMARC policy", walk)
                : Outcome.without(Result.PERMERROR, text + ", and only a single one can be authenticated", walk);
    }
}
