package org.postern.door;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.postern.dns.DnsName;
import org.postern.dns.Resolver;
import org.postern.dnsbl.ListZone;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks, at the start and each hour, whether each list still does what every list does (RFC 5782 §5). One that lists all, or refuses us,
 * is off until it does again: it must never judge mail.
 */
public final class ListWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ListWatch.class);
    private static final Duration EVERY = Duration.ofHours(1);

    private final Resolver resolver;
    private final List<ListZone> zones;
    private final Map<DnsName, String> off = new ConcurrentHashMap<>();
    private final Thread watcher;

    /** Watches these from now on. Safe for many threads. */
    public ListWatch(Resolver resolver, List<ListZone> zones) {
        this.resolver = resolver;
        this.zones = List.copyOf(zones);
        this.watcher = Thread.ofVirtual().name("lists").start(this::watch);
    }

    private void watch() {
        try {
            while (!zones.isEmpty()) {
                look();
                Thread.sleep(EVERY);
            }
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        }
    }

    /** Looks at all of them now. */
    void look() {
        for (ListZone zone : zones) {
            Optional<String> fault = zone.fault(resolver);
            String before = fault.isPresent() ? off.put(zone.zone(), fault.get()) : off.remove(zone.zone());
            if (fault.isPresent() && before == null) {
                LOG.atError()
                        .addKeyValue("zone", zone.zone())
                        .addKeyValue("problem", fault.get())
                        .addKeyValue("advice", "it is not asked until it is in order; see who may ask it")
                        .log("a list is out of order");
            } else if (fault.isEmpty() && before != null) {
                LOG.atInfo().addKeyValue("zone", zone.zone()).log("a list is in order again");
            }
        }
    }

    /** Why a zone is not to be asked; empty when it is in order. */
    Optional<String> fault(ListZone zone) {
        return Optional.ofNullable(off.get(zone.zone()));
    }

    @Override
    public void close() {
        watcher.interrupt();
    }
}
