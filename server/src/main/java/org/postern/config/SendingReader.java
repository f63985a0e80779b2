package org.postern.config;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.postern.policy.Net;
import org.postern.route.DestinationRule;
import org.postern.route.NextHop;
import org.postern.route.RouteRule;
import org.postern.route.TlsNeed;

/** Reads {@code [[routes]]}, {@code [[destinations]]} and {@code [delivery]}. */
final class SendingReader {
    private static final Duration INSTANT = Duration.ofMillis(1);
    private static final String DOMAINS = "\"example.com\", \"*.example.com\" or \"*\"";

    private final Section root;
    private final Section limits;
    private final Function<String, Optional<Path>> path;

    SendingReader(Section root, Section limits, Function<String, Optional<Path>> path) {
        this.root = root;
        this.limits = limits;
        this.path = path;
    }

    Sending read() {
        Sending d = Sending.DEFAULT;
        List<RouteRule> routes = routes();
        int perDestination = limits.integer("connections-per-destination", d.connectionsPerDestination(), 1);
        List<DestinationRule> destinations = destinations(perDestination);
        Section delivery = root.section("delivery");
        var sending = new Sending(
                routes,
                destinations,
                delivery.list("allow-nets", "nets as \"192.0.2.0/24\"", Net::parse),
                delivery.integer("mx-port", d.mxPort(), 1, 65_535),
                delivery.integer("mx-hosts", d.mxHosts(), 1),
                delivery.integer("messages-per-connection", d.messagesPerConnection(), 1),
                delivery.duration("connection-time", d.connectionTime(), INSTANT),
                delivery.duration("idle-time", d.idleTime(), Duration.ZERO),
                delivery.duration("connect-time", d.connectTime(), INSTANT),
                limits.integer("connections-out", d.connections(), 1),
                perDestination);
        delivery.refuseOthers();
        return sending;
    }

    private List<RouteRule> routes() {
        var routes = new ArrayList<RouteRule>();
        for (Section section : root.sections("routes")) {
            Optional<RouteRule.Pattern> to = section.text("to", DOMAINS, RouteRule.Pattern::parse);
            Optional<NextHop> via = section.text("via", NextHop.WANTED, NextHop::parse);
            Optional<Path> credentials = section.text("credentials", "a path", path);
            if (!section.has("to") || !section.has("via")) {
                section.mistake("routes needs to and via: to = \"*\", via = \"mx\"");
            }
            if (credentials.isPresent() && !(via.orElse(null) instanceof NextHop.Host)) {
                section.mistake("credentials", "are for a host: via = \"smtp://smarthost.example.com:587\"");
            } else if (credentials.filter(file -> !Files.isReadable(file)).isPresent()) {
                section.mistake("credentials", "can't be read: " + credentials.get());
            }
            section.refuseOthers();
            if (to.isPresent() && via.isPresent()) {
                routes.add(new RouteRule(to.get(), via.get(), credentials));
            }
        }
        return routes;
    }

    private List<DestinationRule> destinations(int connections) {
        var destinations = new ArrayList<DestinationRule>();
        for (Section section : root.sections("destinations")) {
            Optional<RouteRule.Pattern> to = section.text("to", DOMAINS, RouteRule.Pattern::parse);
            if (!section.has("to")) {
                section.mistake("destinations.to is missing: say for whom, as to = \"example.com\"");
            }
            TlsNeed tls = section.word("tls", TlsNeed.class, TlsNeed.MAY);
            int most = section.integer("connections", connections, 1);
            boolean chunking = section.flag("chunking", true);
            section.refuseOthers();
            to.ifPresent(pattern -> destinations.add(new DestinationRule(pattern, tls, most, chunking)));
        }
        return destinations;
    }
}
