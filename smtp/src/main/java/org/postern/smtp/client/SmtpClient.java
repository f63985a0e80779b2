package org.postern.smtp.client;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.postern.smtp.Host;

/**
 * A way to SMTP and LMTP servers: who we say that we are, and how we want to talk. Immutable, and safe for many threads; those made by
 * {@code with...} share what is remembered of TLS sessions.
 */
public final class SmtpClient {
    private final Settings settings;
    private final ClientTls tls;
    private final Watch watch;

    /** What is spoken. */
    public enum Protocol {
        /** RFC 5321. */
        SMTP,
        /** RFC 2033: an answer for each recipient. */
        LMTP
    }

    private SmtpClient(Settings settings, ClientTls tls, Watch watch) {
        this.settings = settings;
        this.tls = tls;
        this.watch = watch;
    }

    /** A client that greets as {@code name}, our name or our address where we have none: SMTP, in TLS where it is offered. */
    public static SmtpClient named(Host name) {
        return new SmtpClient(new Settings(name), new ClientTls(List.of()), new Watch());
    }

    private SmtpClient with(Consumer<Settings> change) {
        Settings changed = settings.copy();
        change.accept(changed);
        return new SmtpClient(changed, tls, watch);
    }

    /** The same under another name. */
    public SmtpClient withName(Host name) {
        return with(settings -> settings.name = name);
    }

    /** The same for another protocol. */
    public SmtpClient withProtocol(Protocol protocol) {
        return with(settings -> settings.protocol = protocol);
    }

    /** The same that means to reach {@code host}, a name or an address: its certificate has to be for that. */
    public SmtpClient withHost(String host) {
        return with(settings -> settings.host = Optional.of(host));
    }

    /** The same with as much TLS. */
    public SmtpClient withSecurity(Security security) {
        return with(settings -> settings.security = security);
    }

    /** The same with TLS from the first octet on (RFC 8314 §3.3), or by STARTTLS. */
    public SmtpClient withImplicitTls(boolean implicit) {
        return with(settings -> settings.implicit = implicit);
    }

    /** The same with other deadlines. */
    public SmtpClient withDeadlines(Deadlines deadlines) {
        return with(settings -> settings.deadlines = deadlines);
    }

    /** The same that uses BDAT where it is offered (RFC 3030), or never. */
    public SmtpClient withChunking(boolean chunking) {
        return with(settings -> settings.chunking = chunking);
    }

    /**
     * The same that opens sessions only so far: {@link Stage#BANNER}, {@link Stage#GREETING}, or {@link Stage#STARTTLS},
     * without the second greeting. Such a session can be looked at and closed.
     */
    public SmtpClient withLast(Stage last) {
        return with(settings -> settings.last = last);
    }

    /** The same that lets {@code dialogue} hear all. */
    public SmtpClient withDialogue(Dialogue dialogue) {
        return with(settings -> settings.dialogue = dialogue);
    }

    /** The same that believes certificates of these issuers, and of no others. Remembers no TLS session of before. */
    public SmtpClient withAnchors(Collection<X509Certificate> anchors) {
        return new SmtpClient(settings, new ClientTls(anchors), watch);
    }

    // --- connecting
    // ------------------------------------------------------------------------------------------------------------

    /** Makes connections to one server. Called again when the first one has to be given up: EHLO hung up on, TLS that failed. */
    public interface Dialer {
        /** A connected socket. */
        Socket dial() throws IOException;
    }

    /**
     * Connects, waits for the banner, greets, and begins TLS as it is wanted. The session is ready for a message.
     *
     * @throws ClientProblem when it does not come about; nothing is open then
     */
    public ClientSession connect(InetSocketAddress address) throws ClientProblem {
        return connect(() -> dial(address));
    }

    /** The same over connections that {@code dialer} makes. */
    public ClientSession connect(Dialer dialer) throws ClientProblem {
        return new Opening(settings, tls).open(() -> {
            try {
                Socket socket = dialer.dial();
                socket.setTcpNoDelay(true);
                return new ClientWire(socket, watch);
            } catch (IOException problem) {
                throw unreachable(problem);
            }
        });
    }

    /** The same over a Unix socket, in clear: who may connect is said by the file system. */
    public ClientSession connect(UnixDomainSocketAddress address) throws ClientProblem {
        Settings plain = settings.copy();
        plain.security = Security.NONE;
        plain.implicit = false;
        return new Opening(plain, tls).open(() -> {
            try {
                SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
                try {
                    channel.connect(address);
                } catch (IOException | RuntimeException problem) {
                    channel.close();
                    throw problem;
                }
                return new ClientWire(channel, watch);
            } catch (IOException problem) {
                throw unreachable(problem);
            }
        });
    }

    private Socket dial(InetSocketAddress address) throws IOException {
        var socket = new Socket();
        try {
            socket.connect(address, (int) settings.deadlines.connect().toMillis());
            return socket;
        } catch (IOException | RuntimeException problem) {
            socket.close();
            throw problem;
        }
    }

    private static ClientProblem unreachable(IOException problem) {
        if (problem instanceof ClientProblem known) {
            return known;
        }
        String how =
                switch (problem) {
                    case SocketTimeoutException _ -> "nobody answered in time";
                    case NoRouteToHostException _ -> "no route leads there";
                    case ConnectException refused
                    when String.valueOf(refused.getMessage()).contains("refused") -> "connection refused";
                    default -> String.valueOf(problem.getMessage());
                };
        return new ClientProblem(ClientProblem.Kind.UNREACHABLE, Stage.CONNECT, how, null, problem);
    }

    /**
     * Breaks off all sessions of this client and of those made from it or that it was made from, those to come too: each ends as
     * {@link ClientProblem}.
     */
    public void abort() {
        watch.cutAll();
    }
}
