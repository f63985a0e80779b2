package org.postern.smtp.client;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Cuts connections whose deadline has passed: a timeout of a socket bounds one read, never a whole reply, and no write at all. Has a
 * thread only while there are connections. Thread-safe.
 */
final class Watch {
    private static final Duration LOOK = Duration.ofMillis(100);

    private final Set<ClientWire> wires = ConcurrentHashMap.newKeySet();
    private @Nullable Thread looking;
    private volatile boolean over;

    void add(ClientWire wire) {
        wires.add(wire);
        if (over) {
            wire.cut();
            return;
        }
        synchronized (this) {
            if (looking == null) {
                looking = Thread.ofPlatform().daemon().name("smtp-client-watch").start(this::look);
            }
        }
    }

    void remove(ClientWire wire) {
        wires.remove(wire);
    }

    /** Cuts all of them, and each that still comes. */
    void cutAll() {
        over = true;
        wires.forEach(ClientWire::cut);
    }

    private void look() {
        while (true) {
            try {
                Thread.sleep(LOOK);
            } catch (InterruptedException nobodyMeansIt) {
                continue;
            }
            long now = System.nanoTime();
            wires.forEach(wire -> wire.cutIfLate(now));
            synchronized (this) {
                if (wires.isEmpty()) {
                    looking = null;
                    return;
                }
            }
        }
    }
}
