package org.postern.route;

import java.net.InetAddress;
import java.util.Set;
import org.postern.smtp.Domain;

/**
 * Who we are, for whom mail must not be handed on to: that would be a loop. RFC 5321 §5.1.
 *
 * @param names ours, as an MX record may have them; one without a dot (a {@code hostname} left at {@code localhost}) is nobody's own
 * @param addresses of this host's interfaces, and those under which others know it; loopback ones are everybody's and don't count
 */
public record OwnHost(Set<Domain> names, Set<InetAddress> addresses) {
    public OwnHost {
        names = Set.copyOf(names);
        addresses = Set.copyOf(addresses);
    }

    boolean isNamed(Domain name) {
        return name.name().indexOf('.') > 0 && names.contains(name);
    }

    boolean has(InetAddress address) {
        InetAddress plain = InnerNets.plain(address);
        return !plain.isLoopbackAddress() && (addresses.contains(address) || addresses.contains(plain));
    }
}
