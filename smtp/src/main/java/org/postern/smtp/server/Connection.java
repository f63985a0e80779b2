package org.postern.smtp.server;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.postern.smtp.Reply;

/**
 * An accepted connection: who is at its other end, and the sessions on it, one after the other.
 *
 * <pre>
 *   accepted ─┬─ from a client ──────────────────────────────────────────► session
 *             └─ from a listed front end ─┬─ PROXY header ───────────────► session of whom it names
 *                                         ├─ silence ─► session of its own ─ XCLIENT ─► session of whom it names
 *                                         └─ anything else ─► closed
 * </pre>
 */
final class Connection {
    private static final Reply TOO_SLOW = Reply.of(421, "4.4.2", "that took too long; please come again");

    private final SmtpServer server;
    private final Manner manner;
    private final SmtpServer.Listener listener;
    private final InetSocketAddress peer;
    private final Socket socket;
    private final Wire wire;
    private final CommandReader commands;
    private SessionEnd.@Nullable Reason dismissedFor;

    /** Of the session that goes on, for whoever dismisses its client. */
    private volatile @Nullable String sessionId;

    /** Who counts among the sessions at once of one client. */
    private @Nullable InetAddress counted;

    /**
     * A connection.
     *
     * @throws IOException when it is broken already
     */
    Connection(SmtpServer server, Manner manner, SmtpServer.Listener listener, Socket socket) throws IOException {
        this.server = server;
        this.manner = manner;
        this.listener = listener;
        this.socket = socket;
        this.peer = (InetSocketAddress) socket.getRemoteSocketAddress();
        this.wire = new Wire(socket);
        wire.replyTime(manner.limits().replyTime());
        this.commands = new CommandReader(wire);
    }

    /** Whether one more session of its client is not too many. Before {@link #run}; a front end's are counted once it has named whose. */
    boolean enter() {
        return isFromProxy() || enter(direct());
    }

    private boolean enter(Client client) {
        leave();
        InetAddress address = client.address().getAddress();
        if (client.trusted() || client.isProxyItself()) {
            return true;
        }
        boolean entered = server.clients().enter(address, manner.limits().sessionsPerClient());
        counted = entered ? address : null;
        return entered;
    }

    private void leave() {
        InetAddress before = counted;
        if (before != null) {
            server.clients().leave(before);
            counted = null;
        }
    }

    /** It counts no more. */
    void over() {
        leave();
        server.over(this);
    }

    private boolean isFromProxy() {
        return listener.isProxy(peer.getAddress());
    }

    private Client direct() {
        return Client.direct(peer, listener.trusts(peer.getAddress()));
    }

    // --- for the server, on other threads
    // --------------------------------------------------------------------------------------

    boolean isOverdue(long now, boolean underLoad) {
        return wire.isOverdue(now, underLoad);
    }

    void timeOut() {
        dismiss(SessionEnd.Reason.TIMEOUT, () -> wire.dismiss(named(TOO_SLOW), false) || wire.dismissDeaf());
    }

    /** Ends it between two transactions; others find out by themselves when theirs is over. */
    void stopIdle() {
        dismiss(SessionEnd.Reason.STOPPED, () -> wire.dismiss(named(ServerSession.STOPPING), true));
    }

    /** Ends it while it waits for its client; one that is being told something just now, which may be a message's 250, may hear it. */
    void stopWaiting() {
        dismiss(SessionEnd.Reason.STOPPED, () -> wire.dismiss(named(ServerSession.STOPPING), false));
    }

    /** Ends it whatever it does, without a word. */
    void cut() {
        dismiss(SessionEnd.Reason.STOPPED, wire::dismissDeaf);
        wire.cut();
    }

    private synchronized void dismiss(SessionEnd.Reason why, BooleanSupplier way) {
        SessionEnd.Reason before = dismissedFor;
        // First, for the session's thread may wake before it is dismissed.
        dismissedFor = why;
        if (!way.getAsBoolean()) {
            dismissedFor = before;
        }
    }

    synchronized SessionEnd.Reason dismissedFor() {
        SessionEnd.Reason why = dismissedFor;
        return why == null ? SessionEnd.Reason.GONE : why;
    }

    // --- its sessions
    // ----------------------------------------------------------------------------------------------------------

    /** All of it, on the calling thread. */
    void run(Function<Session, ? extends SessionHandler> handlers) {
        try {
            Optional<Client> client = isFromProxy() ? askProxy() : Optional.of(direct());
            if (client.isPresent()) {
                var session = new ServerSession(this, client.get(), listener.bannerDelay());
                if (listener.tls() == TlsMode.IMPLICIT) {
                    session.beginWithTls();
                }
                serve(session, handlers);
            }
        } finally {
            wire.close(false);
            over();
        }
    }

    private void serve(ServerSession first, Function<Session, ? extends SessionHandler> handlers) {
        Optional<ServerSession> session = Optional.of(first);
        while (session.isPresent()) {
            sessionId = session.get().id();
            session = session.get().run(handlers);
        }
    }

    private Reply named(Reply reply) {
        String id = sessionId;
        return id == null ? reply : reply.endingWith("[" + id + "]");
    }

    /** The session of {@code client}, which the front end of another has named; none when it has too many already, which it is told. */
    Optional<ServerSession> follow(Client client, Session.@Nullable Tls tls) {
        if (!enter(client)) {
            turnAway(client);
            return Optional.empty();
        }
        // The front end waits for the banner itself: what its client said too early is its affair.
        var session = new ServerSession(this, client, Duration.ZERO);
        session.goOn(tls);
        return Optional.of(session);
    }

    private void turnAway(Client client) {
        manner.events().turnedAway(client.address().getAddress(), SmtpServer.TOO_MANY);
        // RFC 2034 §4: no enhanced code in place of the banner.
        wire.reply(Reply.of(SmtpServer.TOO_MANY.code(), SmtpServer.TOO_MANY.text()));
        wire.close(true);
    }

    // --- the PROXY header
    // ------------------------------------------------------------------------------------------------------

    /** For whom the front end speaks; empty when the connection is not to go on. */
    private Optional<Client> askProxy() {
        try {
            if (!wire.speaksWithin(manner.limits().proxyTime())) {
                return Optional.of(Client.frontEnd(peer));
            }
            ProxyHeader.Read read = readHeader();
            return switch (read) {
                case ProxyHeader.Read.Whole whole -> admitted(Client.behind(peer, whole.header()));
                case ProxyHeader.Read.Wrong _ when beginsWithTls() -> Optional.of(Client.frontEnd(peer));
                case ProxyHeader.Read.Wrong wrong -> fault(wrong.why());
                case ProxyHeader.Read.Part _ -> fault("it closed the connection within its PROXY header");
            };
        } catch (Wire.Dismissed dismissed) {
            return dismissedFor() == SessionEnd.Reason.TIMEOUT
                    ? fault("its PROXY header was not whole in time")
                    : Optional.empty();
        } catch (IOException gone) {
            // A health check that connects, and that is all.
            return Optional.empty();
        }
    }

    private ProxyHeader.Read readHeader() throws IOException {
        long nanos = manner.limits().proxyTime().toNanos();
        wire.allow(nanos, nanos);
        ProxyHeader.Read read = ProxyHeader.read(wire.buffer(), wire.at(), wire.end());
        while (read instanceof ProxyHeader.Read.Part) {
            if (wire.buffered() == wire.buffer().length) {
                wire.grow();
            }
            try {
                wire.fillUnheard();
            } catch (EOFException closed) {
                return read;
            }
            read = ProxyHeader.read(wire.buffer(), wire.at(), wire.end());
        }
        if (read instanceof ProxyHeader.Read.Whole whole) {
            wire.consume(whole.octets());
        }
        return read;
    }

    /** RFC 8446 §5.1: the record of a hello. Who begins so on a port of implicit TLS waits for no banner, and is to be greeted all the same. */
    private boolean beginsWithTls() {
        return listener.tls() == TlsMode.IMPLICIT
                && wire.buffered() > 0
                && wire.buffer()[wire.at()] == CommandReader.TLS_HANDSHAKE_RECORD;
    }

    private Optional<Client> admitted(Client client) {
        if (enter(client)) {
            return Optional.of(client);
        }
        turnAway(client);
        return Optional.empty();
    }

    private Optional<Client> fault(String why) {
        manner.events().proxyFault(peer.getAddress(), why);
        return Optional.empty();
    }

    // --- for its sessions
    // ------------------------------------------------------------------------------------------------------

    SmtpServer server() {
        return server;
    }

    Manner manner() {
        return manner;
    }

    SmtpServer.Listener listener() {
        return listener;
    }

    Wire wire() {
        return wire;
    }

    CommandReader commands() {
        return commands;
    }

    /** Asked of the kernel each time, for hardly anyone asks. */
    InetSocketAddress local() {
        return (InetSocketAddress) socket.getLocalSocketAddress();
    }
}
