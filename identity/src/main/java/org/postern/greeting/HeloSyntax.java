package org.postern.greeting;

import org.postern.finding.Check;
import org.postern.finding.Finding;
import org.postern.finding.Result;
import org.postern.smtp.Greeting;

/** {@code helo-syntax} and {@code helo-bare-ip}: is it a domain name or an address literal? RFC 5321 §4.1.1.1, §4.1.2, §4.1.3. */
public final class HeloSyntax {
    private HeloSyntax() {}

    /** {@code helo-syntax}: pass or fail. What is odd and still taken is noted in the text. */
    public static Finding check(Greeting.Name name) {
        return switch (name) {
            case Greeting.Malformed(String _, Greeting.Malformed.Fault fault, String why)
            when fault == Greeting.Malformed.Fault.SYNTAX -> finding(Result.FAIL, why);
            case Greeting.Malformed _ -> finding(Result.PASS, "an address, without its brackets");
            case Greeting.Literal literal -> finding(Result.PASS, literal.text() + " is an address literal");
            case Greeting.Named named -> finding(Result.PASS, named.text() + " is a domain name" + oddity(named));
        };
    }

    /** {@code helo-bare-ip}: pass or fail. */
    public static Finding checkBareIp(Greeting.Name name) {
        return name instanceof Greeting.Malformed malformed && malformed.fault() == Greeting.Malformed.Fault.BARE_IP
                ? Finding.of(Check.HELO_BARE_IP, Result.FAIL, malformed.why())
                : Finding.of(Check.HELO_BARE_IP, Result.PASS, "it is no bare address");
    }

    private static Finding finding(Result result, String text) {
        return Finding.of(Check.HELO_SYNTAX, result, text);
    }

    private static String oddity(Greeting.Named named) {
        if (named.isOddlyWritten()) {
            return ", written with a dot or a space behind it";
        }
        if (!named.domain().isHostName()) {
            return ", with an underscore in it";
        }
        return TopLabel.isPossible(named.domain()) ? "" : ", with a top label that can't be one";
    }
}
