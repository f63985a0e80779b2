package org.postern.door;

import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.postern.route.Route;
import org.postern.smtp.Envelope;
import org.postern.smtp.ForwardPath;

/** Whom the recipients of a message mean, all together: each mailbox once. For one thread. */
final class Expansion {
    private final Map<ForwardPath, Route> routes = new LinkedHashMap<>();
    private final Map<ForwardPath, ForwardPath> originals = new HashMap<>();

    /** Adds those whom {@code recipient} means. Whoever is named himself is so, and no alias named him. */
    void add(ForwardPath recipient, Map<ForwardPath, Route> meant) {
        meant.forEach((path, route) -> {
            if (path.equals(recipient)) {
                originals.remove(path);
            } else if (!routes.containsKey(path)) {
                originals.put(path, recipient);
            }
            routes.putIfAbsent(path, route);
        });
    }

    Collection<Route> routes() {
        return Collections.unmodifiableCollection(routes.values());
    }

    /** For whom an alias named: the alias. */
    Map<ForwardPath, ForwardPath> originals() {
        return Collections.unmodifiableMap(originals);
    }

    /** {@code envelope} to all of them. */
    Envelope envelope(Envelope envelope) {
        return new Envelope(envelope.from(), envelope.parameters(), List.copyOf(routes.keySet()));
    }
}
