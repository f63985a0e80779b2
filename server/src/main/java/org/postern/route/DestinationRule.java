package org.postern.route;

/**
 * A {@code [[destinations]]}: how a domain's hosts are treated.
 *
 * @param to domains of recipients; of a host that the configuration names, that host's own name too
 * @param connections how many there may be at once
 * @param chunking whether BDAT is used where it is offered
 */
public record DestinationRule(RouteRule.Pattern to, TlsNeed tls, int connections, boolean chunking) {}
