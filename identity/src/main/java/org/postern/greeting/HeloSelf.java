package org.postern.greeting;

import java.net.InetAddress;
import org.postern.finding.Check;
import org.postern.finding.Finding;
import org.postern.finding.Result;
import org.postern.smtp.AddressLiteral;
import org.postern.smtp.Greeting;

/** {@code helo-self}: does a stranger greet with our own name or address? No honest host does. */
public final class HeloSelf {
    private HeloSelf() {}

    /** Pass or fail. Clients on this host may; and a host name that was left at {@code localhost} is nobody's own. */
    public static Finding check(Greeting.Name name, InetAddress client, Ourselves ourselves) {
        boolean ours =
                switch (name) {
                    case Greeting.Named named ->
                        named.domain().equals(ourselves.name()) && !TopLabel.isNeverPublic(ourselves.name());
                    case Greeting.Literal literal -> isOurs(literal.literal(), ourselves);
                    case Greeting.Malformed _ -> false;
                };
        return ours && !ourselves.isHere(client)
                ? Finding.of(
                        Check.HELO_SELF,
                        Result.FAIL,
                        AddressLiteral.text(client) + " greets as " + name.text()
                                + ", which is this server; greet with your own name")
                : Finding.of(Check.HELO_SELF, Result.PASS, "it does not greet as this server");
    }

    private static boolean isOurs(AddressLiteral literal, Ourselves ourselves) {
        return ourselves.addresses().stream()
                .anyMatch(address -> !address.isLoopbackAddress()
                        && AddressLiteral.of(address).equals(literal));
    }
}
