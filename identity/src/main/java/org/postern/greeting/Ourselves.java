package org.postern.greeting;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.Set;
import java.util.stream.Collectors;
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

    /** Us by that name, with the addresses that this host's interfaces have now; none where they can't be listed. */
    public static Ourselves here(Domain name) {
        try {
            return new Ourselves(
                    name,
                    NetworkInterface.networkInterfaces()
                            .flatMap(NetworkInterface::inetAddresses)
                            .collect(Collectors.toSet()));
        } catch (SocketException unknown) {
            return new Ourselves(name, Set.of());
        }
    }

    /** Whether that client is on this host. */
    boolean isHere(InetAddress client) {
        return client.isLoopbackAddress() || addresses.contains(client);
    }
}
