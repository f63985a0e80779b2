package org.postern.door;

import java.time.Duration;
import java.util.HashMap;
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
 * is off until it does again, and none is on before the first look: it must never judge mail.
 */
public final class ListWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ListWatch.class);
    private static final Duration EVERY = Duration.ofHours(1);

    /** Where one is out of order: a network may come up after us, and a list is missed for no longer than it must be. */
    private static final Duration AGAIN = Duration.ofMinutes(1);

    private static final String NOT_YET = "it was not looked at yet";

    private final Resolver resolver;
    private final List<ListZone> zones;
    private final Map<DnsName, String> off = new ConcurrentHashMap<>();
    private final Thread watcher;

    /** Watches these from now on. Safe for many threads. */
    public ListWatch(Resolver resolver, List<ListZone> zones) {
        this.resolver = resolver;
        this.zones = List.copyOf(zones);
        this.zones.forEach(zone -> off.put(zone.zone(), NOT_YET));
        this.watcher = Thread.ofVirtual().name("lists").start(this::watch);
    }

    private void watch() {
        try {
            while (!zones.isEmpty()) {
                look();
                Thread.sleep(off.isEmpty() ? EVERY : AGAIN);
            }
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        }
    }

    /** Looks at all of them now. */
    synchronized void look() {
        for (ListZone zone : zones) {
            Optional<String> fault = zone.fault(resolver);
            String before = fault.isPresent() ? off.put(zone.zone(), fault.get()) : off.remove(zone.zone());
            boolean wasOff = before != null && !before.equals(NOT_YET);
            if (fault.isPresent() && !wasOff) {
                LOG.atError()
                        .addKeyValue("zone", zone.zone())
                        .addKeyValue("problem", fault.get())
                        .addKeyValue("advice", "it is not asked until it is in order; see who may ask it")
                        .log("a list is out of order");
            } else if (fault.isEmpty() && wasOff) {
                LOG.atInfo().addKeyValue("zone", zone.zone()).log("a list is in order again");
            }
        }
    }

    /** Why a zone is not to be asked; empty when it is in order. */
    Optional<String> fault(ListZone zone) {
        return Optional.ofNullable(off.get(zone.zone()));
    }

    /** Each zone, and why it is not asked now; empty when it is in order. */
    public Map<DnsName, Optional<String>> standing() {
        Map<DnsName, Optional<String>> standing = new HashMap<>();
        zones.forEach(zone -> standing.put(zone.zone(), fault(zone)));
        return standing;
    }

    @Override
    public void close() {
        watcher.interrupt();
    }
}
