package org.postern.smtp.server;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.ConcurrentHashMap;

/** Sessions at once by client: one IPv4 address, or one IPv6 /64, which is what a single customer usually gets. Thread-safe. */
final class ClientCount {
    private final ConcurrentHashMap<Object, Integer> counts = new ConcurrentHashMap<>();

    /** Counts one more, unless that is more than {@code most}. */
    boolean enter(InetAddress client, int most) {
        Object key = key(client);
        // One too many is counted as well, and taken back at once: so the answer is one look at the map.
        if (counts.merge(key, 1, Integer::sum) <= most) {
            return true;
        }
        leave(client);
        return false;
    }

    void leave(InetAddress client) {
        counts.computeIfPresent(key(client), (_, count) -> count == 1 ? null : count - 1);
    }

    private static Object key(InetAddress client) {
        var octets = ByteBuffer.wrap(client.getAddress());
        if (client instanceof Inet4Address) {
            return octets.getInt();
        }
        return octets.getLong();
    }
}
