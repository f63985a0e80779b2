package org.postern.delivery;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * By which family a host answered when the other one was tried first. Forgotten after a while, so that what was mended is used again, and
 * of {@value #MOST_HOSTS} hosts at most: past that the one learnt first is forgotten. Thread-safe.
 */
final class FamilyMemory {
    static final int MOST_HOSTS = 10_000;
    static final Duration LIFETIME = Duration.ofMinutes(10);

    private record Known(boolean v4, long sinceNanos) {}

    private final LongSupplier nanoTime;
    private final Map<String, Known> hosts = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Known> eldest) {
            return size() > MOST_HOSTS;
        }
    };

    FamilyMemory(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** Whether IPv4 comes first; where nothing is known, IPv6 does (RFC 6724 §2.1). */
    synchronized boolean prefersV4(String host) {
        Known known = hosts.get(host);
        if (known != null && nanoTime.getAsLong() - known.sinceNanos() > LIFETIME.toNanos()) {
            hosts.remove(host);
            return false;
        }
        return known != null && known.v4();
    }

    synchronized void remember(String host, boolean v4) {
        hosts.remove(host);
        hosts.put(host, new Known(v4, nanoTime.getAsLong()));
    }

    synchronized int known() {
        return hosts.size();
    }
}
