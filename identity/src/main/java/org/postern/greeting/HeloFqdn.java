package org.postern.greeting;

import org.postern.finding.Check;
import org.postern.finding.Finding;
import org.postern.finding.Result;
import org.postern.smtp.Domain;
import org.postern.smtp.Greeting;

/**
 * {@code helo-fqdn}: is it a name that could be found in the public DNS? RFC 5321 §2.3.5: only resolvable, fully-qualified names are
 * permitted. When it fails, the checks that ask DNS about the name are {@code none}.
 */
public final class HeloFqdn {
    private HeloFqdn() {}

    /** Pass or fail; an address literal passes. */
    public static Finding check(Greeting.Name name) {
        return switch (name) {
            case Greeting.Literal literal -> finding(Result.PASS, literal.text() + " is an address literal");
            case Greeting.Malformed malformed -> finding(Result.FAIL, malformed.text() + " is no host name");
            case Greeting.Named named -> {
                String problem = problem(named.domain());
                yield problem.isEmpty()
                        ? finding(Result.PASS, named.text() + " is fully qualified")
                        : finding(
                                Result.FAIL,
                                named.text() + problem + "; greet with a name that the world can find in DNS");
            }
        };
    }

    /** Whether DNS can be asked about it. */
    static boolean isAskable(Domain domain) {
        return problem(domain).isEmpty();
    }

    private static String problem(Domain domain) {
        if (TopLabel.isNeverPublic(domain)) {
            return " is a name of an inner network";
        }
        if (domain.name().indexOf('.') < 0) {
            return " is not fully qualified";
        }
        return TopLabel.isPossible(domain) ? "" : " has a top label that can't be one";
    }

    private static Finding finding(Result result, String text) {
        return Finding.of(Check.HELO_FQDN, result, text);
    }
}
