package org.postern.smtp.server;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;
import org.postern.smtp.Capabilities;
import org.postern.smtp.Checked;
import org.postern.smtp.Command;
import org.postern.smtp.Envelope;
import org.postern.smtp.Extension;
import org.postern.smtp.ForwardPath;
import org.postern.smtp.Greeting;
import org.postern.smtp.MailParameters;
import org.postern.smtp.Mailbox;
import org.postern.smtp.Reply;
import org.postern.smtp.ReversePath;

/**
 * One session from banner to end, RFC 5321 §3 and §4.1.4, on one virtual thread.
 *
 * <pre>
 *   connect ─► UNGREETED ─── EHLO, HELO ───► GREETED ─── MAIL ───► SENDER ─── RCPT ───► RECIPIENTS ─┐
 *                  ▲                          ▲ ▲ ▲ │                │                   │  ▲  │     │
 *                  └──────── STARTTLS ────────│─│─│─┘                │                   │  └RCPT    │ DATA, BDAT
 *                                             │ │ └──── RSET, EHLO, HELO ────────────────┘           ▼
 *                                             │ └─────────────────── its reply ───────────────── content
 *                                             └ EHLO, HELO
 *   NOOP, HELP, VRFY, EXPN change nothing, and RSET nothing but the transaction; QUIT ends from anywhere.
 *   XCLIENT, of a listed front end, ends the session outside a transaction: another follows it on the connection.
 * </pre>
 */
final class ServerSession implements Session {
    private enum State {
        UNGREETED,
        GREETED,
        SENDER,
        RECIPIENTS
    }

    private static final Reply OK = Reply.of(250, "2.0.0", "OK");
    private static final Reply GREET_FIRST = Reply.of(503, "5.5.1", "greet me first: EHLO and your host name");
    static final Reply STOPPING = Reply.of(421, "4.3.2", "shutting down; please come again");
    private static final Reply FAILED = Reply.of(421, "4.3.0", "an error of our own; please come again");

    /** What a browser or a confused program says; never SMTP (RFC 5321 §4.1.1 reserves none of them). */
    private static final Set<String> HTTP =
            Set.of("GET", "POST", "PUT", "HEAD", "DELETE", "OPTIONS", "CONNECT", "PATCH", "TRACE");

    /** Ends that a client may not expect, and talk into. Here from the start: no descriptor may be left to load a class when they come. */
    private static final Set<SessionEnd.Reason> LINGERING =
            EnumSet.of(SessionEnd.Reason.REFUSED, SessionEnd.Reason.LIMIT);

    private final String id = TraceId.next('s');
    private final Connection connection;
    private final SmtpServer server;
    private final Manner manner;
    private final SmtpServer.Listener listener;
    private final Limits limits;
    private final Client client;
    private final Duration bannerDelay;
    private final Wire wire;
    private final CommandReader commands;
    private SessionHandler handler = (_, _) -> FAILED;
    private final long began = System.nanoTime();

    private State state = State.UNGREETED;
    private @Nullable Greeting greeting;
    private Capabilities capabilities = Capabilities.NONE;
    private @Nullable Tls tls;
    private boolean earlyTalk;
    private boolean beginsWithTls;

    private ReversePath from = new ReversePath.Null();
    private MailParameters parameters = MailParameters.NONE;
    private List<ForwardPath> recipients = List.of();

    /** A command that ended a BDAT transaction between two chunks, still to be answered. */
    private @Nullable Command waiting;

    private SessionEnd.@Nullable Reason over;

    /** Whose session follows this one, as XCLIENT said. */
    private @Nullable Client next;

    private int messages;
    private int commandCount;
    private int refusals;
    private int errors;

    /** Commands that brought no mail forward since a transaction got its first recipient, or a message was accepted. */
    private int idleCommands;

    /**
     * A session of {@code client}.
     *
     * @param bannerDelay how long a client that isn't trusted waits for its banner
     */
    ServerSession(Connection connection, Client client, Duration bannerDelay) {
        this.connection = connection;
        this.server = connection.server();
        this.manner = connection.manner();
        this.listener = connection.listener();
        this.limits = manner.limits();
        this.client = client;
        this.bannerDelay = client.trusted() || client.isProxyItself() ? Duration.ZERO : bannerDelay;
        this.wire = connection.wire();
        this.commands = connection.commands();
    }

    /** TLS comes before the banner. Before {@link #run}. */
    void beginWithTls() {
        beginsWithTls = true;
    }

    /** TLS is what it was when the connection comes from another session. Before {@link #run}. */
    void goOn(@Nullable Tls before) {
        tls = before;
    }

    // --- what a handler sees
    // ---------------------------------------------------------------------------------------------------

    @Override
    public String id() {
        return id;
    }

    @Override
    public InetSocketAddress client() {
        return client.address();
    }

    @Override
    public InetSocketAddress local() {
        return connection.local();
    }

    @Override
    public boolean trusted() {
        return client.trusted();
    }

    @Override
    public Optional<InetAddress> proxy() {
        return client.proxy();
    }

    @Override
    public Optional<Greeting> greeting() {
        return Optional.ofNullable(greeting);
    }

    @Override
    public Optional<Tls> tls() {
        return Optional.ofNullable(tls);
    }

    @Override
    public boolean earlyTalk() {
        return earlyTalk;
    }

    // --- the dialogue
    // ----------------------------------------------------------------------------------------------------------

    /** The whole session, on the calling thread; and the one that follows it on the connection, when there is one. */
    Optional<ServerSession> run(Function<Session, ? extends SessionHandler> handlers) {
        try {
            handler = handlers.apply(this);
            if (beginsWithTls) {
                handshake();
            }
            banner();
            while (over == null) {
                answer(nextCommand());
            }
        } catch (Wire.Dismissed dismissed) {
            over = connection.dismissedFor();
        } catch (CommandReader.EndlessLine endless) {
            refuse("", Reply.of(500, "5.5.2", "a command line without an end"));
            over = SessionEnd.Reason.REFUSED;
        } catch (Handshake.Failed failed) {
            refuseTls(failed);
        } catch (IOException gone) {
            over = SessionEnd.Reason.GONE;
        } catch (RuntimeException bug) {
            handler.failed("session " + id, bug);
            wire.reply(named(FAILED));
            over = SessionEnd.Reason.FAILED;
        } finally {
            end(over == null ? SessionEnd.Reason.FAILED : over);
        }
        return over == SessionEnd.Reason.NAMED && next != null ? connection.follow(next, tls) : Optional.empty();
    }

    private void refuseTls(Handshake.Failed failed) {
        if (client.isProxyItself() && failed.isBrokenOff()) {
            // A health check that connects, and that is all.
            over = SessionEnd.Reason.GONE;
        } else {
            handler.refused("TLS", Reply.of(454, "4.7.0", "TLS handshake failed: " + failed.getCause()));
            over = SessionEnd.Reason.TLS;
        }
    }

    private void end(SessionEnd.Reason reason) {
        try {
            if (reason != SessionEnd.Reason.NAMED) {
                wire.close(LINGERING.contains(reason));
            }
        } finally {
            if (reason != SessionEnd.Reason.NAMED) {
                connection.over();
            }
        }
        var time = Duration.ofNanos(System.nanoTime() - began);
        handler.ended(
                new SessionEnd(reason, messages, commandCount, refusals, wire.octetsIn(), wire.octetsOut(), time));
    }

    private void banner() throws IOException {
        // RFC 5321 §3.1, §4.3.1: the client waits for our banner. No look for the trusted
        // beyond what has come by
        // itself.
        earlyTalk = wire.speaksWithin(bannerDelay);
        if (speaksOutOfTurn()) {
            return;
        }
        Reply reply = server.isStopping()
                ? Reply.of(421, "shutting down; please come again")
                : handler.connected(manner.banner());
        // RFC 2034 §4: no enhanced code in the banner.
        if (reply.isPositive()) {
            wire.reply(reply);
        } else {
            close("", new Reply(reply.code(), Optional.empty(), reply.lines()));
        }
    }

    /** Whether it did and is refused for it: {@code early-talk}. RFC 2034 §4: no enhanced code where a banner or EHLO's reply stands. */
    private boolean speaksOutOfTurn() {
        if (!earlyTalk || client.trusted() || handler.toleratesEarlyTalk()) {
            return false;
        }
        close("", Reply.of(521, "you spoke before it was your turn (RFC 5321 section 4.3.1, RFC 2920)"));
        return true;
    }

    private Command nextCommand() throws IOException {
        Command left = waiting;
        if (left != null) {
            waiting = null;
            return left;
        }
        boolean idle = state == State.UNGREETED || state == State.GREETED;
        if (idle && server.isStopping()) {
            close("", STOPPING);
            over = SessionEnd.Reason.STOPPED;
            return new Command.Noop();
        }
        wire.allow(limits.commandTime().toNanos(), limits.commandTimeUnderLoad().toNanos());
        if (wire.buffered() == 0) {
            wire.shrink();
        }
        Command command = commands.next(idle);
        commandCount++;
        return command;
    }

    private void answer(Command command) throws IOException {
        if (over != null) {
            return;
        }
        if (idlesTooLong(command)) {
            return;
        }
        switch (command) {
            case Command.Hello hello -> hello(hello);
            case Command.Mail mail -> mail(mail);
            case Command.Rcpt rcpt -> rcpt(rcpt);
            case Command.Data data -> data(data);
            case Command.Bdat bdat -> bdat(bdat);
            case Command.Rset _ -> rset();
            case Command.Noop _ -> wire.reply(OK);
            case Command.Help _ -> help();
            case Command.Vrfy vrfy -> say(command, handler.verify(vrfy.who()));
            case Command.Expn _ -> refuse(CommandText.of(command), Reply.of(502, "5.5.1", "lists are not told here"));
            case Command.Quit _ -> quit();
            case Command.StartTls _ -> startTls(command);
            case Command.Auth _ -> auth(command);
            case Command.Xclient xclient -> xclient(xclient);
            case Command.Invalid invalid -> invalid(invalid);
        }
        if (state != State.GREETED && state != State.UNGREETED) {
            return;
        }
        // A session that is an hour old ends, but never within a transaction.
        if (over == null && System.nanoTime() - began > limits.sessionTime().toNanos()) {
            giveUp("", Reply.of(421, "4.4.2", "this session has lasted long enough; please open a new one"));
        }
    }

    /** Whether this is one command too many that brings no mail forward: then the session is over. */
    private boolean idlesTooLong(Command command) {
        if (client.trusted() || bringsMailForward(command) || ++idleCommands <= limits.idleCommands()) {
            return false;
        }
        giveUp(CommandText.of(command), Reply.of(421, "4.7.0", "too many commands without a message"));
        return true;
    }

    private static boolean bringsMailForward(Command command) {
        return switch (command) {
            case Command.Mail _, Command.Rcpt _, Command.Data _, Command.Quit _ -> true;
            case Command.Bdat bdat -> bdat.octets() > 0 || bdat.last();
            case Command.Hello _,
                    Command.Rset _,
                    Command.Noop _,
                    Command.Help _,
                    Command.Vrfy _,
                    Command.Expn _,
                    Command.StartTls _,
                    Command.Auth _,
                    Command.Xclient _,
                    Command.Invalid _ -> false;
        };
    }

    // RFC 5321 §4.1.1.1, §4.1.4
    private void hello(Command.Hello hello) throws IOException {
        // RFC 2920 §3.1: EHLO is the last command of a packet, for its reply says what may follow.
        earlyTalk |= wire.hasMore();
        if (speaksOutOfTurn()) {
            return;
        }
        var offered = new Greeting(hello.verb(), hello.name(), client.address().getAddress());
        boolean extended = hello.verb() == Greeting.Verb.EHLO;
        Capabilities offer = extended ? offer() : Capabilities.NONE;
        Reply welcome =
                offer.toReply(manner.hostname() + " greets " + hello.name().text());
        Reply reply = handler.greeted(offered, welcome);
        if (reply.isPositive()) {
            // §4.1.4: a new greeting is a reset. A refused one leaves everything as it was.
            reset();
            greeting = offered;
            capabilities = offer;
            state = State.GREETED;
        }
        // RFC 2034 §4: no enhanced code in answer to EHLO and HELO.
        say(hello, new Reply(reply.code(), Optional.empty(), reply.lines()));
    }

    private Capabilities offer() {
        Capabilities offer = Capabilities.NONE
                .with(Extension.PIPELINING)
                .with(Extension.SIZE, Long.toString(limits.messageBytes()))
                .with(Extension.EIGHT_BIT_MIME)
                .with(Extension.CHUNKING)
                .with(Extension.ENHANCED_STATUS_CODES)
                .with(Extension.SMTPUTF8)
                .with(Extension.LIMITS, "RCPTMAX=" + limits.recipients())
                .with(Extension.HELP);
        // RFC 3207 §4.2: not again inside TLS.
        boolean startTls = tls == null
                && listener.tls() == TlsMode.STARTTLS
                && manner.tls().isPresent();
        Capabilities withTls = startTls ? offer.with(Extension.STARTTLS) : offer;
        return client.mayName()
                ? withTls.with(
                        Extension.XCLIENT, "NAME", "ADDR", "PORT", "PROTO", "HELO", "LOGIN", "DESTADDR", "DESTPORT")
                : withTls;
    }

    // RFC 5321 §4.1.1.2
    private void mail(Command.Mail mail) throws IOException {
        if (state != State.GREETED) {
            refuse(
                    CommandText.of(mail),
                    state == State.UNGREETED
                            ? GREET_FIRST
                            : Reply.of(503, "5.5.1", "a transaction is open: RSET ends it"));
            return;
        }
        switch (checked(mail)) {
            case Checked.Faulty<MailParameters> faulty -> refuse(CommandText.of(mail), faulty.reply());
            case Checked.Fine<MailParameters> fine -> {
                MailParameters asked = fine.value();
                Reply reply = handler.mail(mail.from(), asked);
                if (reply.isPositive()) {
                    from = mail.from();
                    parameters = asked;
                    recipients = new ArrayList<>(1);
                    state = State.SENDER;
                }
                say(mail, reply);
            }
        }
    }

    private Checked<MailParameters> checked(Command.Mail mail) {
        Optional<Reply> basic = basicProtocol(mail.parameters().isEmpty());
        if (basic.isPresent()) {
            return new Checked.Faulty<>(basic.get());
        }
        Checked<MailParameters> checked = mail.checkedParameters();
        if (!(checked instanceof Checked.Fine<MailParameters>(MailParameters asked))) {
            return checked;
        }
        // RFC 1870 §6.1: say so before the octets come.
        if (asked.size().orElse(0) > limits.messageBytes()) {
            return new Checked.Faulty<>(
                    Reply.of(552, "5.3.4", "at most " + limits.messageBytes() + " octets are taken here"));
        }
        if (mail.from() instanceof Mailbox mailbox && !mailbox.isAscii() && !asked.smtputf8()) {
            return new Checked.Faulty<>(needsUtf8());
        }
        return checked;
    }

    /** RFC 5321 §4.1.1.1: who said HELO has been offered no extension. */
    private Optional<Reply> basicProtocol(boolean plain) {
        return plain || (greeting != null && greeting.verb() == Greeting.Verb.EHLO)
                ? Optional.empty()
                : Optional.of(Reply.of(555, "5.5.4", "parameters need a greeting by EHLO"));
    }

    /** RFC 6531 §3.2, §3.4. */
    private static Reply needsUtf8() {
        return Reply.of(553, "5.6.7", "an address beyond ASCII needs SMTPUTF8 with MAIL");
    }

    // RFC 5321 §4.1.1.3
    private void rcpt(Command.Rcpt rcpt) throws IOException {
        Optional<Reply> refusal = refusal(rcpt);
        if (refusal.isPresent()) {
            refuse(CommandText.of(rcpt), refusal.get());
            return;
        }
        Reply reply = handler.rcpt(rcpt.to());
        if (reply.isPositive()) {
            if (recipients.isEmpty()) {
                // Not at each: a NOOP between any two of a thousand would be no command in a row.
                idleCommands = 0;
            }
            recipients.add(rcpt.to());
            state = State.RECIPIENTS;
        }
        say(rcpt, reply);
    }

    private Optional<Reply> refusal(Command.Rcpt rcpt) {
        if (state == State.UNGREETED) {
            return Optional.of(GREET_FIRST);
        }
        if (state == State.GREETED) {
            return Optional.of(Reply.of(503, "5.5.1", "MAIL comes before RCPT"));
        }
        Optional<Reply> basic = basicProtocol(rcpt.parameters().isEmpty());
        if (basic.isPresent()) {
            return basic;
        }
        if (!rcpt.parameters().isEmpty()) {
            String keyword = rcpt.parameters().getFirst().keyword();
            return Optional.of(Reply.of(555, "5.5.4", "parameter " + keyword + " is not known here"));
        }
        if (rcpt.to() instanceof Mailbox mailbox && !mailbox.isAscii() && !parameters.smtputf8()) {
            return Optional.of(needsUtf8());
        }
        // RFC 5321 §4.5.3.1.10: the earlier ones stand.
        return recipients.size() < limits.recipients()
                ? Optional.empty()
                : Optional.of(Reply.of(
                        452,
                        "4.5.3",
                        "at most " + limits.recipients() + " recipients at a time; send the rest after these"));
    }

    // RFC 5321 §4.1.1.4
    private void data(Command.Data data) throws IOException {
        if (state != State.RECIPIENTS) {
            refuse(CommandText.of(data), outOfSequence());
            return;
        }
        if (wire.hasMore()) {
            // RFC 2920 §3.1: what came before our 354 is neither content nor commands that anyone
            // vouches for.
            close(CommandText.of(data), Reply.of(503, "5.5.1", "wait for 354 before the content"));
            return;
        }
        wire.reply(Reply.of(354, "go on; a line with a single dot ends"));
        wire.grow();
        receive(data, Content.data(wire, limits, client.trusted()));
    }

    // RFC 3030 §2
    private void bdat(Command.Bdat bdat) throws IOException {
        wire.grow();
        Content content = Content.chunked(
                wire, limits, client.trusted(), new Content.Chunk(bdat.octets(), bdat.last()), this::nextChunk);
        if (state != State.RECIPIENTS || !capabilities.has(Extension.CHUNKING)) {
            Reply reply = state == State.RECIPIENTS
                    ? Reply.of(503, "5.5.1", "BDAT needs a greeting by EHLO")
                    : outOfSequence();
            if (content.drain()) {
                refuse(CommandText.of(bdat), reply);
            } else {
                close(CommandText.of(bdat), reply);
            }
            return;
        }
        receive(bdat, content);
    }

    private Reply outOfSequence() {
        return switch (state) {
            case UNGREETED -> GREET_FIRST;
            case GREETED -> Reply.of(503, "5.5.1", "MAIL and RCPT come before the content");
            // RFC 5321 §3.3: no valid recipients.
            case SENDER, RECIPIENTS ->
                Reply.of(503, "5.5.1", "no recipient was accepted: RCPT comes before the content");
        };
    }

    /** Answers a chunk that wasn't the last one, and waits for the next: as long as for any command, and as the message's pace allows. */
    private Content.Chunk nextChunk(long paceEnd) throws IOException {
        wire.reply(Reply.of(250, "2.0.0", "chunk received"));
        while (over == null) {
            long pace = paceEnd - System.nanoTime();
            wire.allow(
                    Math.min(limits.commandTime().toNanos(), pace),
                    Math.min(limits.commandTimeUnderLoad().toNanos(), pace));
            Command command = commands.next(false);
            commandCount++;
            switch (command) {
                case Command.Bdat bdat -> {
                    if (!idlesTooLong(bdat)) {
                        return new Content.Chunk(bdat.octets(), bdat.last());
                    }
                }
                case Command.Noop noop -> {
                    if (!idlesTooLong(noop)) {
                        wire.reply(OK);
                    }
                }
                case Command.Rset _, Command.Quit _, Command.Hello _ -> {
                    waiting = command;
                    throw new GivenUp();
                }
                case Command.Invalid invalid
                when invalid.verb().equals("BDAT") -> {
                    waiting = command;
                    throw new GivenUp();
                }
                // RFC 3030 §2: DATA and BDAT can't be mixed; nothing else fits between two chunks
                // either.
                default ->
                    refuse(
                            CommandText.of(command),
                            Reply.of(503, "5.5.1", "the message is not complete: BDAT goes on, RSET gives up"));
            }
        }
        throw new GivenUp();
    }

    /** The client gave its message up between two chunks. */
    private static final class GivenUp extends IOException {
        private static final long serialVersionUID = 1;

        GivenUp() {
            super("the client gave the message up");
        }
    }

    private void receive(Command by, Content content) throws IOException {
        Reply reply = kept(content);
        if (content.cutOff().isPresent()) {
            reset();
            if (content.cutOff().get() instanceof GivenUp) {
                return;
            }
            throw content.cutOff().get();
        }
        // Whoever kept what breaks a rule is overruled: the client must not hear 250.
        reply = content.fault().orElse(reply);
        reset();
        if (!content.isComplete() && !content.drain()) {
            close(CommandText.of(by), reply);
            return;
        }
        if (reply.isPositive()) {
            messages++;
            idleCommands = 0;
        }
        say(by, reply);
    }

    /** What the handler says of the message, once it has come to its end or was refused. */
    private Reply kept(Content content) {
        try {
            Reply reply = handler.message(new Envelope(from, parameters, recipients), content);
            if (reply.isPositive()) {
                content.transferTo(OutputStream.nullOutputStream());
            }
            return reply;
        } catch (IOException problem) {
            if (content.cutOff().isEmpty() && content.fault().isEmpty()) {
                handler.failed("message in session " + id, problem);
            }
            return Reply.of(451, "4.3.0", "the message could not be kept; please try again later");
        }
    }

    // RFC 5321 §4.1.1.5
    private void rset() {
        reset();
        wire.reply(OK);
    }

    private void reset() {
        from = new ReversePath.Null();
        parameters = MailParameters.NONE;
        recipients = List.of();
        if (state != State.UNGREETED) {
            state = State.GREETED;
        }
    }

    private void help() {
        wire.reply(Reply.of(
                214,
                "2.0.0",
                "EHLO HELO MAIL RCPT DATA BDAT RSET NOOP VRFY STARTTLS QUIT; see RFC 5321. This is Postern at "
                        + manner.hostname()));
    }

    private void quit() {
        wire.reply(Reply.of(221, "2.0.0", manner.hostname() + " says good-bye"));
        over = SessionEnd.Reason.QUIT;
    }

    // RFC 3207 §4
    private void startTls(Command command) throws IOException {
        if (state == State.UNGREETED) {
            refuse(CommandText.of(command), GREET_FIRST);
        } else if (tls != null) {
            refuse(CommandText.of(command), Reply.of(503, "5.5.1", "TLS is on already"));
        } else if (!capabilities.has(Extension.STARTTLS)) {
            refuse(CommandText.of(command), Reply.of(502, "5.5.1", "STARTTLS was not offered"));
        } else if (state != State.GREETED) {
            refuse(CommandText.of(command), Reply.of(503, "5.5.1", "STARTTLS comes before MAIL"));
        } else if (wire.hasMore()) {
            // CVE-2011-0411: what came in clear behind STARTTLS would be run as if it had come inside TLS.
            wire.discardInput();
            close(CommandText.of(command), Reply.of(554, "5.5.1", "nothing may follow STARTTLS in clear"));
        } else {
            wire.reply(Reply.of(220, "2.0.0", "go on with the handshake"));
            wire.flush();
            handshake();
            // RFC 3207 §4.2: all that was learned in clear is forgotten.
            reset();
            state = State.UNGREETED;
            greeting = null;
            capabilities = Capabilities.NONE;
        }
    }

    private void handshake() throws IOException {
        SSLSession made = Handshake.over(wire, manner.tls().orElseThrow(), limits.handshakeTime());
        tls = new Tls(made.getProtocol(), made.getCipherSuite());
    }

    private void auth(Command command) throws IOException {
        refuse(
                CommandText.of(command),
                state == State.UNGREETED ? GREET_FIRST : Reply.of(502, "5.5.1", "AUTH was not offered"));
    }

    /** Postfix's XCLIENT_README: all is as after the connect, the banner too. TLS can't be undone. */
    private void xclient(Command.Xclient asked) {
        if (!client.mayName()) {
            refuse(
                    CommandText.of(asked),
                    Reply.of(550, "5.7.0", "XCLIENT is believed of listed front ends only, and names a client once"));
        } else if (state == State.SENDER || state == State.RECIPIENTS) {
            refuse(CommandText.of(asked), Reply.of(503, "5.5.1", "a transaction is open: RSET ends it"));
        } else {
            next = client.after(asked);
            over = SessionEnd.Reason.NAMED;
        }
    }

    private void invalid(Command.Invalid invalid) throws IOException {
        if (client.mayName() && commandCount == 1) {
            // A PROXY header that comes after all, most likely: what follows are the words of a client that nobody has
            // named.
            close(invalid.verb(), Reply.of(554, "5.5.1", "no command, and too late for a PROXY header"));
            return;
        }
        if (invalid == CommandReader.TLS_HELLO) {
            close("a TLS hello", invalid.reply());
        } else if (HTTP.contains(invalid.verb())) {
            close(invalid.verb(), Reply.of(554, "5.5.1", "this is SMTP, not HTTP"));
        } else if (invalid.verb().equals("BDAT")) {
            // How many octets follow can't be known: they would be taken for commands.
            close(invalid.verb(), invalid.reply());
        } else {
            refuse(invalid.verb(), invalid.reply());
        }
    }

    // --- replies
    // ---------------------------------------------------------------------------------------------------------------

    private void say(Command to, Reply reply) throws IOException {
        if (reply.code() == 421 || reply.code() == 521) {
            close(CommandText.of(to), reply);
        } else if (reply.isTransient() || reply.isPermanent()) {
            refuse(CommandText.of(to), reply);
        } else {
            wire.reply(reply);
        }
    }

    private void refuse(String asked, Reply reply) {
        sayNo(asked, reply);
        if (reply.isPermanent() && ++errors >= limits.errorsPerSession() && !client.trusted()) {
            giveUp("", Reply.of(421, "4.7.0", "too many errors"));
        }
    }

    /** Refuses, and ends the session. */
    private void close(String asked, Reply reply) {
        sayNo(asked, reply);
        over = SessionEnd.Reason.REFUSED;
    }

    private void giveUp(String asked, Reply reply) {
        close(asked, reply);
        over = SessionEnd.Reason.LIMIT;
    }

    private void sayNo(String asked, Reply reply) {
        Reply named = named(reply);
        refusals++;
        handler.refused(asked, named);
        wire.reply(named);
    }

    /** With this session's name at its end, which whoever complains can tell us and the log knows; a handler may have put it there. */
    private Reply named(Reply reply) {
        return reply.text().contains(id) ? reply : reply.endingWith("[" + id + "]");
    }
}
