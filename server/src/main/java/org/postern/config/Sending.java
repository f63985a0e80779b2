package org.postern.config;

import java.time.Duration;
import java.util.List;
import org.postern.policy.Net;
import org.postern.route.DestinationRule;
import org.postern.route.NextHop;
import org.postern.route.RouteRule;

/**
 * How mail goes on to other hosts: {@code [[routes]]}, {@code [[destinations]]}, {@code [delivery]}.
 *
 * @param allowNets loopback, private and own addresses that an MX may lead to all the same
 * @param mxPort where MX hosts listen: another one for tests
 * @param mxHosts how many MX hosts are tried for a domain, before it is put off
 * @param messagesPerConnection after so many a connection is closed
 * @param connectionTime after so long a connection is closed
 * @param idleTime how long a connection waits for the next message
 * @param connectTime how long connecting to a host may take
 * @param connections to other hosts at once, in all
 * @param connectionsPerDestination of these to one destination, unless {@code [[destinations]]} says otherwise
 */
public record Sending(
        List<RouteRule> routes,
        List<DestinationRule> destinations,
        List<Net> allowNets,
        int mxPort,
        int mxHosts,
        int messagesPerConnection,
        Duration connectionTime,
        Duration idleTime,
        Duration connectTime,
        int connections,
        int connectionsPerDestination) {
    /** The defaults: nothing goes anywhere. */
    public static final Sending DEFAULT = new Sending(
            List.of(),
            List.of(),
            List.of(),
            25,
            5,
            100,
            Duration.ofMinutes(5),
            Duration.ofSeconds(5),
            Duration.ofSeconds(30),
            500,
            20);

    /** Whether mail goes to hosts all over the world, who judge us. */
    public boolean usesMx() {
        return routes.stream().anyMatch(rule -> rule.via() instanceof NextHop.Mx);
    }

    public Sending {
        routes = List.copyOf(routes);
        destinations = List.copyOf(destinations);
        allowNets = List.copyOf(allowNets);
    }
}
