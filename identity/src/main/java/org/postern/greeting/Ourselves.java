package org.postern.greeting;

import java.net.InetAddress;
import java.util.Set;
import org.postern.smtp.Domain;

/**
 * Who we are, for whoever greets as us.
 *
 * @param name our host name
 * @param addresses of this host
 */
public record Ourselves(Domain name, Set<InetAddress> addresses) {
    public Ourselves {
        addresses = Set.copyOf(addresses);
    }

    /** Whether that client is on this host. */
    boolean isHere(InetAddress client) {
        return client.isLoopbackAddress() || addresses.contains(client);
    }
}
