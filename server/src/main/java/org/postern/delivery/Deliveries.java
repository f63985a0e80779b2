package org.postern.delivery;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.postern.config.Config;
import org.postern.config.Sending;
import org.postern.dns.Resolver;
import org.postern.queue.Courier;
import org.postern.queue.Destination;
import org.postern.route.DestinationRule;
import org.postern.route.Forwarding;
import org.postern.route.MaildirDelivery;
import org.postern.route.NextHop;
import org.postern.route.NextHopMailboxes.Answer;
import org.postern.route.OwnHost;
import org.postern.route.Route;
import org.postern.route.RouteRule;
import org.postern.route.Router;
import org.postern.route.TlsNeed;
import org.postern.signing.Signer;
import org.postern.smtp.Domain;
import org.postern.smtp.ForwardPath;
import org.postern.smtp.Host;
import org.postern.smtp.Mailbox;
import org.postern.smtp.client.Deadlines;
import org.postern.smtp.client.SmtpClient;
import org.postern.spool.Spool;

/** All ways out of the spool: into mailboxes here, and on to other hosts. */
public final class Deliveries implements Courier {
    private final Spool spool;
    private final Router router;
    private final MaildirDelivery maildirs;
    private final Domain hostname;
    private final int atOnceHere;
    private final Sending sending;
    private final Remotes remotes;

    /** How each destination is gone to, once something went there. */
    private final Map<Destination, Way> ways = new ConcurrentHashMap<>();

    /**
     * Delivers what {@code spool} holds by {@code router}'s routes; {@code forwarding} writes the senders of what aliases send on, {@code signer}
     * signs what goes to other hosts.
     */
    public Deliveries(
            Config config,
            Spool spool,
            Router router,
            Forwarding forwarding,
            Resolver resolver,
            OwnHost own,
            Signer signer) {
        this.spool = spool;
        this.router = router;
        this.hostname = config.hostname();
        this.maildirs = new MaildirDelivery(hostname.name());
        this.atOnceHere = config.keeping().deliveries();
        this.sending = config.sending();
        this.remotes = new Remotes(
                spool,
                new Legs(router, forwarding),
                Targets.of(resolver, own, sending),
                new Connector(new Connector.Pace(Connector.Pace.DEFAULT.moment(), sending.connectTime())),
                SmtpClient.named(hostname).withDeadlines(Deadlines.DEFAULT.withConnect(sending.connectTime())),
                signer,
                new Remotes.Settings(sending.messagesPerConnection(), sending.connectionTime(), sending.idleTime()));
    }

    @Override
    public Destination destination(ForwardPath recipient) {
        if (router.staysHere(recipient)) {
            return Destination.LOCAL;
        }
        return switch (router.route(recipient)) {
            case Route.Onward onward -> destination(onward);
            case Route.IntoMaildir _, Route.Discard _, Route.NoSuchMailbox _, Route.NotOurs _ -> Destination.LOCAL;
        };
    }

    private Destination destination(Route.Onward onward) {
        Host domain = onward.mailbox() instanceof Mailbox mailbox ? mailbox.host() : hostname;
        NextHop hop = onward.hop();
        Destination destination = Destination.remote(hop instanceof NextHop.Mx ? name(domain) : hop.toString());
        ways.computeIfAbsent(destination, _ -> way(onward, hop, domain));
        return destination;
    }

    private Way way(Route.Onward onward, NextHop hop, Host domain) {
        Optional<DestinationRule> rule = sending.destinations().stream()
                .filter(one -> hop instanceof NextHop.Mx ? one.to().matches(domain) : isFor(one.to(), hop))
                .findFirst();
        return new Way(
                hop,
                domain,
                onward.credentials(),
                rule.map(DestinationRule::tls).orElse(TlsNeed.MAY),
                rule.map(DestinationRule::connections).orElse(sending.connectionsPerDestination()),
                rule.map(DestinationRule::chunking).orElse(true));
    }

    private static boolean isFor(RouteRule.Pattern to, NextHop hop) {
        return hop instanceof NextHop.Host host
                && Domain.parse(host.name()).filter(to::matches).isPresent();
    }

    private static String name(Host host) {
        return host instanceof Domain domain
                ? domain.canonical()
                : host.toString().toLowerCase(Locale.ROOT);
    }

    @Override
    public int atOnce(Destination destination) {
        Way way = ways.get(destination);
        return way == null ? atOnceHere : way.connections();
    }

    @Override
    public Run run(Destination destination) {
        Way way = ways.get(destination);
        return way == null ? new LocalRun(spool, router, maildirs) : new RemoteRun(remotes, way);
    }

    /** Asks the next hop whether there is such a mailbox. */
    public Answer ask(Mailbox mailbox) {
        if (!(router.route(mailbox) instanceof Route.Onward onward)) {
            return new Answer.Silent("it goes to no next hop");
        }
        try (var run = new RemoteRun(remotes, way(onward, onward.hop(), mailbox.host()))) {
            return run.ask(mailbox);
        }
    }

    @Override
    public void abort() {
        remotes.client().abort();
    }
}
