package org.postern.spf;

import java.util.List;
import org.postern.dns.Answer;
import org.postern.dns.Resolver;

/** RFC 7208: whether a domain permits a host to send mail for it. */
public final class Spf {
    private Spf() {}

    /**
     * Asks and judges. Depends on nothing but {@code query} and the answers; blocks while they come. The time and the number of questions
     * that it may take are the resolver's to bound: what it lets fail is a temperror.
     */
    public static SpfResult check(Resolver resolver, SpfQuery query) {
        var lookups = new Lookups(resolver);
        var checkHost = new CheckHost(query, lookups);
        Verdict verdict = checkHost.judge(query.domain());
        String explanation = checkHost.explained(verdict);
        List<Answer> answers = lookups.answers();
        return new SpfResult(verdict.result(), Words.brief(verdict.mechanism()), explanation, verdict.why(), answers);
    }
}
