package org.postern.route;

import java.net.InetAddress;
import java.util.List;
import org.postern.dns.Answer.Security;
import org.postern.smtp.Host;

/**
 * A host that takes a domain's mail.
 *
 * @param preference of its MX record; 0 where there was none (RFC 5321 §5.1: the implicit MX)
 * @param name as the MX record has it, or the domain itself; or the address literal that the recipient has
 * @param addresses one at least, of both families mixed, in no order that means anything
 * @param named what DNSSEC says of the answer that it is an exchanger of the domain
 * @param located what DNSSEC says of its addresses: the weakest of A and AAAA, where both had some
 */
public record MxHost(int preference, Host name, List<InetAddress> addresses, Security named, Security located) {
    public MxHost {
        addresses = List.copyOf(addresses);
        if (preference < 0 || addresses.isEmpty()) {
            throw new IllegalArgumentException(name + " has a preference and an address: " + preference + addresses);
        }
    }

    /** As {@code mx1.example.com (10)}. */
    @Override
    public String toString() {
        return name + " (" + preference + ")";
    }
}
