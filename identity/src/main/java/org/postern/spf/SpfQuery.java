package org.postern.spf;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Clock;
import java.time.Instant;
import java.util.Arrays;
import org.postern.smtp.Domain;

/**
 * Who asks to send, and for whom: RFC 7208 §4.1. Domains are taken as the client said them; what is no domain has no policy.
 *
 * @param client an IPv6 address that maps an IPv4 address is that one: §5
 * @param helo the name in HELO or EHLO
 * @param localPart {@code postmaster} where there is none: §4.3
 * @param domain the sender's, and whose policy is asked for
 * @param receiver our own name, for explanations; may be empty
 * @param now for explanations
 */
public record SpfQuery(InetAddress client, String helo, String localPart, String domain, String receiver, Instant now) {
    static final String POSTMASTER = "postmaster";

    public SpfQuery {
        client = unmapped(client);
        // RFC 8616 §4: names are compared and asked for as A-labels.
        helo = Domain.withALabelsOnly(helo);
        domain = Domain.withALabelsOnly(domain);
        localPart = localPart.isEmpty() ? POSTMASTER : localPart;
    }

    /** About the name that the client greets with: §2.3. */
    public static SpfQuery helo(InetAddress client, String helo, String receiver, Clock clock) {
        return new SpfQuery(client, helo, POSTMASTER, helo, receiver, clock.instant());
    }

    /** About the sender, both parts empty for {@code <>}, which stands for the host's own postmaster: §2.4. */
    public static SpfQuery mailFrom(
            InetAddress client, String helo, String localPart, String domain, String receiver, Clock clock) {
        return domain.isEmpty()
                ? helo(client, helo, receiver, clock)
                : new SpfQuery(client, helo, localPart, domain, receiver, clock.instant());
    }

    boolean isIp4() {
        return client instanceof Inet4Address;
    }

    private static InetAddress unmapped(InetAddress address) {
        byte[] octets = address.getAddress();
        boolean isMapped = octets.length == 16
                && octets[10] == -1
                && octets[11] == -1
                && Arrays.equals(octets, 0, 10, new byte[10], 0, 10);
        try {
            return isMapped ? InetAddress.getByAddress(Arrays.copyOfRange(octets, 12, 16)) : address;
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
