package org.postern.delivery;

import java.util.Locale;
import org.postern.queue.Courier;
import org.postern.queue.Destination;
import org.postern.route.MaildirDelivery;
import org.postern.route.NextHop;
import org.postern.route.Route;
import org.postern.route.Router;
import org.postern.smtp.Domain;
import org.postern.smtp.ForwardPath;
import org.postern.smtp.Host;
import org.postern.smtp.Mailbox;
import org.postern.spool.Spool;

/** All ways out of the spool: into mailboxes here, and on to other hosts. */
public final class Deliveries implements Courier {
    private final Spool spool;
    private final Router router;
    private final MaildirDelivery maildirs;
    private final int atOnceHere;

    /** Delivers what {@code spool} holds by {@code router}'s routes; {@code atOnceHere} into mailboxes at once. */
    public Deliveries(Spool spool, Router router, MaildirDelivery maildirs, int atOnceHere) {
        this.spool = spool;
        this.router = router;
        this.maildirs = maildirs;
        this.atOnceHere = atOnceHere;
    }

    @Override
    public Destination destination(ForwardPath recipient) {
        if (router.staysHere(recipient)) {
            return Destination.LOCAL;
        }
        return switch (router.route(recipient)) {
            case Route.Onward onward -> destination(onward.mailbox(), onward.hop());
            case Route.IntoMaildir _, Route.Discard _, Route.NoSuchMailbox _, Route.NotOurs _ -> Destination.LOCAL;
        };
    }

    private static Destination destination(ForwardPath to, NextHop hop) {
        return hop instanceof NextHop.Mx && to instanceof Mailbox mailbox
                ? Destination.remote(name(mailbox.host()))
                : Destination.remote(hop.toString());
    }

    private static String name(Host host) {
        return host instanceof Domain domain
                ? domain.canonical()
                : host.toString().toLowerCase(Locale.ROOT);
    }

    @Override
    public int atOnce(Destination destination) {
        return destination.kind() == Destination.Kind.LOCAL ? atOnceHere : 1;
    }

    @Override
    public Run run(Destination destination) {
        return new LocalRun(spool, router, maildirs);
    }
}
