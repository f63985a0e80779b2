package org.postern.greeting;

import java.net.InetAddress;
import org.postern.finding.Check;
import org.postern.finding.Finding;
import org.postern.finding.Result;
import org.postern.smtp.AddressLiteral;
import org.postern.smtp.Greeting;

/** {@code helo-literal}: is an address literal the client's own address? RFC 5321 §4.1.3. */
public final class HeloLiteral {
    private HeloLiteral() {}

    /** Pass, fail, or none when it is no literal. */
    public static Finding check(Greeting.Name name, InetAddress client) {
        if (!(name instanceof Greeting.Literal literal)) {
            return Finding.of(Check.HELO_LITERAL, Result.NONE, "it greets with no address");
        }
        return literal.literal().equals(AddressLiteral.of(client))
                ? Finding.of(Check.HELO_LITERAL, Result.PASS, literal.text() + " is its address")
                : Finding.of(
                        Check.HELO_LITERAL,
                        Result.FAIL,
                        "it greets as " + literal.text() + " and comes from " + AddressLiteral.text(client)
                                + "; greet with your host name");
    }
}
