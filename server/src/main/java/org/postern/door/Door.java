package org.postern.door;

import java.net.InetAddress;
import java.time.Clock;
import java.time.ZonedDateTime;
import java.util.List;
import org.postern.config.Config;
import org.postern.config.Judging;
import org.postern.config.Listen;
import org.postern.config.Quarantine;
import org.postern.filter.Filters;
import org.postern.journal.Journal;
import org.postern.maildrop.Pickup;
import org.postern.message.Completion;
import org.postern.policy.Greylist;
import org.postern.policy.Net;
import org.postern.queue.Queue;
import org.postern.route.Forwarding;
import org.postern.route.NextHopMailboxes;
import org.postern.route.Router;
import org.postern.smtp.Domain;
import org.postern.smtp.Mailbox;
import org.postern.smtp.ReversePath;
import org.postern.smtp.server.Session;
import org.postern.smtp.server.SessionHandler;
import org.postern.spool.MessageId;
import org.postern.spool.Spool;

/** Where mail comes in: opens a {@link Visit} for each session. Safe for many threads. */
public final class Door {
    private final Domain hostname;
    private final Config.Intake limits;
    private final Examiner examiner;
    private final Greylist greylist;
    private final Judging judging;
    private final Quarantine quarantine;
    private final Router router;
    private final Forwarding forwarding;
    private final Spool spool;
    private final Queue queue;
    private final Clock clock;
    private final Rates rates;
    private final List<Net> relaying;
    private final NextHopMailboxes nextHops;
    private final Filters filters;
    private final Journal journal;

    /** A door to {@code spool}; what it has accepted goes to {@code queue}, what has happened into {@code journal}. */
    public Door(
            Config config,
            Examiner examiner,
            Greylist greylist,
            Router router,
            Forwarding forwarding,
            NextHopMailboxes nextHops,
            Filters filters,
            Spool spool,
            Queue queue,
            Journal journal,
            Clock clock) {
        this.journal = journal;
        this.nextHops = nextHops;
        this.filters = filters;
        this.hostname = config.hostname();
        this.limits = config.intake();
        this.judging = config.judging();
        this.quarantine = config.quarantine();
        this.examiner = examiner;
        this.greylist = greylist;
        this.router = router;
        this.forwarding = forwarding;
        this.spool = spool;
        this.queue = queue;
        this.clock = clock;
        this.relaying = config.trusted();
        this.rates = new Rates(limits.perHour(), System::nanoTime);
    }

    /** The handler of a session that came to a listener of that role. */
    public SessionHandler open(Session session, Listen.Role role) {
        return new Visit(this, session, role);
    }

    /** What takes in the mail that programs on this host have left. */
    public Pickup.Taker taker() {
        return new LocalMail(this)::take;
    }

    /** What makes mail of our own programs whole. */
    Completion completion(MessageId id, ReversePath from) {
        String sender = from instanceof Mailbox mailbox ? mailbox.toString() : "MAILER-DAEMON@" + hostname;
        return new Completion(hostname.name(), ZonedDateTime.now(clock), id.toString(), sender);
    }

    /** Whether a trusted client from there may send to anybody. */
    boolean mayRelay(InetAddress client) {
        return relaying.stream().anyMatch(net -> net.contains(client));
    }

    Domain hostname() {
        return hostname;
    }

    Examiner examiner() {
        return examiner;
    }

    Greylist greylist() {
        return greylist;
    }

    Judging judging() {
        return judging;
    }

    Quarantine quarantine() {
        return quarantine;
    }

    Config.Intake limits() {
        return limits;
    }

    NextHopMailboxes nextHops() {
        return nextHops;
    }

    Filters filters() {
        return filters;
    }

    Journal journal() {
        return journal;
    }

    Router router() {
        return router;
    }

    Forwarding forwarding() {
        return forwarding;
    }

    Spool spool() {
        return spool;
    }

    Queue queue() {
        return queue;
    }

    Clock clock() {
        return clock;
    }

    Rates rates() {
        return rates;
    }
}
