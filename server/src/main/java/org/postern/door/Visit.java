package org.postern.door;

import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.postern.config.Listen;
import org.postern.dns.DnsName;
import org.postern.message.Header;
import org.postern.message.OpenMessage;
import org.postern.policy.Verdict;
import org.postern.route.NextHopMailboxes;
import org.postern.route.Route;
import org.postern.smtp.Envelope;
import org.postern.smtp.ForwardPath;
import org.postern.smtp.Greeting;
import org.postern.smtp.MailParameters;
import org.postern.smtp.Mailbox;
import org.postern.smtp.Reply;
import org.postern.smtp.ReversePath;
import org.postern.smtp.server.Session;
import org.postern.smtp.server.SessionEnd;
import org.postern.smtp.server.SessionHandler;
import org.postern.spool.SpoolProblem;
import org.postern.spool.SpooledMessage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.slf4j.spi.LoggingEventBuilder;

/** One session at the door. */
final class Visit implements SessionHandler {
    private static final Logger LOG = LoggerFactory.getLogger(Visit.class);

    private static final Reply SENDER_NOTED = Reply.of(250, "2.1.0", "sender noted");
    private static final Reply RECIPIENT_NOTED = Reply.of(250, "2.1.5", "recipient noted");

    private final Door door;
    private final Session session;
    private final Listen.Role role;

    /** Empty for the trusted, who are recorded, never judged. */
    private final Optional<Judge> judge;

    /** The accepted recipients of the open transaction: whom each means, and where these go. */
    private final Map<ForwardPath, Map<ForwardPath, Route>> accepted = new LinkedHashMap<>();

    private final Minutes minutes;

    Visit(Door door, Session session, Listen.Role role) {
        this.door = door;
        this.session = session;
        this.role = role;
        this.judge = session.trusted() ? Optional.empty() : Optional.of(new Judge(door, session));
        this.minutes = new Minutes(
                door.journal(),
                session,
                role,
                door.clock()::millis,
                () -> judge.flatMap(Judge::nameSoFar).map(DnsName::text).orElse(""));
    }

    @Override
    public boolean toleratesEarlyTalk() {
        return judge.map(Judge::toleratesEarlyTalk).orElse(true);
    }

    @Override
    public Reply connected(Reply banner) {
        return mayDoOneMore(Rates.Kind.SESSIONS)
                ? banner
                : limited(421, "4.7.0", "too many sessions of yours within an hour; please come again later");
    }

    private Reply limited(int code, String enhanced, String text) {
        minutes.limited();
        return refusal(code, enhanced, text);
    }

    private boolean mayDoOneMore(Rates.Kind kind) {
        return session.trusted()
                || session.isProxyItself()
                || !door.rates().isLimited(kind)
                || door.rates().take(kind, ratedAs(kind));
    }

    /** Whom this client's rates are counted for. */
    private List<Rates.Key> ratedAs(Rates.Kind kind) {
        Rates.Key place = Rates.Key.of(session.client().getAddress());
        // The banner does not wait for reverse DNS.
        return judge.filter(_ -> kind != Rates.Kind.SESSIONS)
                .flatMap(Judge::organisation)
                .map(organisation -> List.of(place, Rates.Key.of(organisation)))
                .orElse(List.of(place));
    }

    @Override
    public Reply greeted(Greeting greeting, Reply welcome) {
        return judge.flatMap(one -> one.greeted(greeting)).map(this::named).orElse(welcome);
    }

    @Override
    public Reply mail(ReversePath from, MailParameters parameters) {
        accepted.clear();
        minutes.from(from, this::known);
        judge.ifPresent(one -> one.from(from));
        try {
            door.spool().requireRoom();
            if (!mayDoOneMore(Rates.Kind.MESSAGES)) {
                return limited(450, "4.7.1", "too many messages of yours within an hour; please send the rest later");
            }
            minutes.granted();
            return SENDER_NOTED;
        } catch (SpoolProblem problem) {
            return refusal(problem);
        }
    }

    @Override
    public Reply rcpt(ForwardPath to) {
        minutes.recipient(to);
        // What was decided about another one has nothing to do with this one.
        judge.ifPresent(Judge::takeLast);
        // Before anything is said about who exists: whoever guesses names uses up as many as whoever knows them.
        if (!mayDoOneMore(Rates.Kind.RECIPIENTS)) {
            return limited(450, "4.7.1", "too many recipients of yours within an hour; please send the rest later");
        }
        Addressee addressee;
        try {
            addressee = Addressee.of(to, door.forwarding(), door.router());
        } catch (IOException problem) {
            LOG.atError()
                    .addKeyValue("session", session.id())
                    .addKeyValue("to", to.path())
                    .addKeyValue("problem", problem.getMessage())
                    .log("can't look up whom a recipient stands for");
            return refusal(451, "4.3.0", to.path() + ": nobody can say now who that is; try again later");
        }
        return switch (addressee) {
            case Addressee.Itself(Route route) -> itself(to, route);
            case Addressee.Others(Map<ForwardPath, Route> routes) ->
                judged(to, false).orElseGet(() -> noted(to, routes));
            case Addressee.Nobody(String enhanced, String why) ->
                judged(to, true).orElseGet(() -> refusal(550, enhanced, to.path() + ": " + why));
        };
    }

    private Reply itself(ForwardPath to, Route route) {
        // First: whoever wants to relay has no need to be known.
        if (route.leadsOut()
                && !(session.trusted() && door.mayRelay(session.client().getAddress()))) {
            return refusal(550, "5.7.1", to.path() + ": relaying denied, mail is taken for our own domains only");
        }
        if (route instanceof Route.NotOurs) {
            return refusal(550, "5.7.1", to.path() + ": no route leads there; see [[routes]] in the configuration");
        }
        if (to instanceof Mailbox mailbox && door.router().asks(route, mailbox)) {
            return judgedByNextHop(mailbox, route);
        }
        // Who is refused for what it is does not learn who is here: attacks.md enum-1.
        return judged(to, route instanceof Route.NoSuchMailbox)
                .orElseGet(() -> route instanceof Route.NoSuchMailbox unknown
                        ? refusal(550, "5.1.1", to.path() + ": " + unknown.why())
                        : noted(to, Map.of(to, route)));
    }

    /** What the client is refused for, before it learns whether the recipient exists. */
    private Optional<Reply> judged(ForwardPath to, boolean isUnknown) {
        return judge.flatMap(one -> one.recipient(to, isUnknown)).map(this::named);
    }

    private Reply noted(ForwardPath to, Map<ForwardPath, Route> routes) {
        int before = accepted.values().stream().mapToInt(Map::size).sum();
        if (before > 0 && before + routes.size() > door.limits().expandedRecipients()) {
            return refusal(452, "4.5.3", "too many recipients behind aliases; please send the rest by itself");
        }
        accepted.put(to, routes);
        minutes.taken(to, routes.keySet(), RECIPIENT_NOTED);
        return RECIPIENT_NOTED;
    }

    @Override
    public Reply message(Envelope envelope, InputStream content) throws IOException {
        var expansion = new Expansion();
        envelope.recipients()
                .forEach(recipient -> expansion.add(recipient, accepted.getOrDefault(recipient, Map.of())));
        minutes.content("");
        Optional<OpenMessage> opened = OpenMessage.of(content, door.limits().headerBytes());
        opened.ifPresent(message -> minutes.content(messageId(message.header())));
        if (opened.isEmpty()) {
            return refusal(
                    552,
                    "5.3.4",
                    "the header is larger than the " + door.limits().headerBytes() + " octets that are taken here");
        }
        Optional<String> loop =
                Loops.find(opened.get().header(), expansion, door.limits().receivedHeaders());
        if (loop.isPresent()) {
            return refusal(554, "5.4.6", loop.get());
        }
        var reception = new Reception(door, session, envelope, expansion);
        try {
            if (judge.isEmpty()) {
                return kept(reception.trusted(opened.get(), role == Listen.Role.TRUSTED), envelope);
            }
            return switch (reception.judged(opened.get(), judge.get())) {
                case Reception.Reached.Refused(Verdict verdict) ->
                    named(verdict.reply().orElseThrow());
                case Reception.Reached.Kept(SpooledMessage message) -> kept(message, envelope);
            };
        } catch (SpoolProblem problem) {
            return refusal(problem);
        }
    }

    private Reply kept(SpooledMessage message, Envelope envelope) {
        door.queue().add(message);
        Optional<Verdict> verdict = judge.flatMap(Judge::takeLast);
        LoggingEventBuilder line = LOG.atInfo()
                .addKeyValue("id", message.id())
                .addKeyValue("session", session.id())
                .addKeyValue("from", envelope.from().path())
                .addKeyValue("to", envelope.recipients().getFirst().path())
                .addKeyValue("recipients", envelope.recipients().size())
                .addKeyValue("octets", message.octets());
        judged(line, verdict).log("message");
        Reply reply = Reply.of(250, "2.0.0", "kept as " + message.id());
        minutes.kept(message, verdict, reply);
        return reply;
    }

    /** RFC 5322 §3.6.4, without the angle brackets; empty when it has none. */
    private static String messageId(Header header) {
        String id = header.values("Message-ID").stream().findFirst().orElse("").strip();
        return id.startsWith("<") && id.endsWith(">") ? id.substring(1, id.length() - 1) : id;
    }

    /** Who exists is known by the next hop only. Its silence is nobody's fault, and not for good. */
    private Reply judgedByNextHop(Mailbox mailbox, Route route) {
        NextHopMailboxes.Answer answer = door.nextHops().ask(mailbox);
        boolean isUnknown = answer instanceof NextHopMailboxes.Answer.Unknown;
        Optional<Reply> refused = judged(mailbox, isUnknown);
        if (refused.isPresent()) {
            return refused.get();
        }
        return switch (answer) {
            case NextHopMailboxes.Answer.Exists _ -> noted(mailbox, Map.of(mailbox, route));
            case NextHopMailboxes.Answer.Unknown _ -> refusal(550, "5.1.1", mailbox.path() + ": no such mailbox");
            case NextHopMailboxes.Answer.Silent(String why) -> {
                LOG.atWarn()
                        .addKeyValue("session", session.id())
                        .addKeyValue("to", mailbox.path())
                        .addKeyValue("problem", why)
                        .log("the next hop does not say whether a mailbox exists");
                yield refusal(450, "4.2.0", mailbox.path() + ": nobody can say now whether it exists; try again later");
            }
        };
    }

    /** The spool says it in the log, once; the client may come again. */
    private Reply refusal(SpoolProblem problem) {
        return problem.kind() == SpoolProblem.Kind.FULL
                ? refusal(452, "4.3.1", "too little space here; please come again later")
                : refusal(451, "4.3.0", "mail can't be kept here now; please come again later");
    }

    private Reply refusal(int code, String enhanced, String text) {
        return named(Reply.of(code, enhanced, text));
    }

    /** With the session's name, by which the operator finds it in the log. */
    private Reply named(Reply reply) {
        return reply.endingWith("[" + session.id() + "]");
    }

    // --- the log
    // ---------------------------------------------------------------------------------------------------------------

    @Override
    public void refused(String asked, Reply reply) {
        Optional<Verdict> verdict = judge.flatMap(Judge::takeLast);
        judged(
                        LOG.atInfo()
                                .addKeyValue("session", session.id())
                                .addKeyValue("client", address())
                                .addKeyValue("asked", asked)
                                .addKeyValue("reply", reply),
                        verdict)
                .log("refused");
        minutes.refused(asked, reply, verdict);
    }

    /** What is known of the open transaction, where no verdict was given. */
    private Optional<Verdict> known() {
        return judge.flatMap(Judge::known);
    }

    /** With that verdict, and what led to it; the trusted have none. */
    private static LoggingEventBuilder judged(LoggingEventBuilder line, Optional<Verdict> verdict) {
        if (verdict.isEmpty()) {
            return line;
        }
        LoggingEventBuilder told = line.addKeyValue("verdict", verdict.get().word());
        if (verdict.get().decidedBy().isPresent()) {
            told = told.addKeyValue("by", verdict.get().decidedBy().get());
        }
        String notable = Judge.notable(verdict.get());
        return notable.isEmpty() ? told : told.addKeyValue("findings", notable);
    }

    @Override
    public void failed(String asked, Exception problem) {
        LOG.atError()
                .addKeyValue("session", session.id())
                .addKeyValue("asked", asked)
                .setCause(problem)
                .log("failed");
    }

    @Override
    public void ended(SessionEnd end) {
        if (!isHealthCheck(end)) {
            minutes.ended(end, this::known);
        }
        LoggingEventBuilder line = LOG.atLevel(isHealthCheck(end) ? Level.DEBUG : Level.INFO)
                .addKeyValue("id", session.id())
                .addKeyValue("role", role.name().toLowerCase(Locale.ROOT))
                .addKeyValue("client", address());
        if (session.proxy().isPresent() && !session.isProxyItself()) {
            line = line.addKeyValue("proxy", session.proxy().get().getHostAddress());
        }
        if (session.greeting().isPresent()) {
            Greeting greeting = session.greeting().get();
            String verb = greeting.verb().name().toLowerCase(Locale.ROOT);
            line = line.addKeyValue(verb, greeting.name().text());
        }
        if (session.tls().isPresent()) {
            Session.Tls tls = session.tls().get();
            line = line.addKeyValue("tls", tls.protocol()).addKeyValue("cipher", tls.cipher());
        }
        if (session.earlyTalk()) {
            line = line.addKeyValue("early-talk", "fail");
        }
        line.addKeyValue("end", end.reason().name().toLowerCase(Locale.ROOT))
                .addKeyValue("messages", end.messages())
                .addKeyValue("commands", end.commands())
                .addKeyValue("refusals", end.refusals())
                .addKeyValue("in", end.octetsIn())
                .addKeyValue("out", end.octetsOut())
                .addKeyValue("ms", end.time().toMillis())
                .log("session");
    }

    /** A front end's own session that brought nothing and did nothing wrong: there are some every few seconds. */
    private boolean isHealthCheck(SessionEnd end) {
        return session.isProxyItself() && end.messages() == 0 && end.refusals() == 0;
    }

    private String address() {
        return session.client().getAddress().getHostAddress();
    }
}
