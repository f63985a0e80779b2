package org.postern.smtp.client;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.SSLSocket;
import org.postern.smtp.AddressLiteral;
import org.postern.smtp.Capabilities;
import org.postern.smtp.Extension;
import org.postern.smtp.Reply;
import org.postern.smtp.client.SmtpClient.Protocol;

/**
 * How a session comes about.
 *
 * <pre>
 *   connect -> banner -> EHLO -> [STARTTLS -> handshake -> EHLO] -> ready
 *                          | refused, or hung up on: HELO, in clear, to those who know nothing else
 *                          | the handshake failed, and TLS need not be: in clear, on a new connection
 * </pre>
 */
final class Opening {
    /** RFC 5321 §3.2, and what old servers say in place of that. */
    private static final Set<Integer> NO_EHLO = Set.of(500, 501, 502, 504, 550);

    private final Settings settings;
    private final ClientTls tls;
    private Optional<String> tlsProblem = Optional.empty();

    Opening(Settings settings, ClientTls tls) {
        this.settings = settings;
        this.tls = tls;
    }

    /** Connects. */
    interface Wires {
        ClientWire next() throws ClientProblem;
    }

    ClientSession open(Wires wires) throws ClientProblem {
        String verb = settings.protocol == Protocol.LMTP ? "LHLO" : "EHLO";
        boolean inClear = settings.security == Security.NONE;
        while (true) {
            ClientWire wire = wires.next();
            try {
                return open(wire, verb, inClear);
            } catch (ClientProblem problem) {
                wire.cut();
                if (isTlsThatNeedNotBe(problem) && !inClear) {
                    inClear = true;
                    tlsProblem = Optional.of(String.valueOf(problem.getMessage()));
                } else if (isHungUpOnGreeting(problem) && verb.equals("EHLO")) {
                    verb = "HELO";
                } else {
                    throw problem;
                }
            } catch (RuntimeException | Error bug) {
                wire.cut();
                throw bug;
            }
        }
    }

    private boolean isTlsThatNeedNotBe(ClientProblem problem) {
        return problem.stage() == Stage.STARTTLS
                && settings.security == Security.OPPORTUNISTIC
                && !settings.implicit
                && problem.kind() != ClientProblem.Kind.GARBLED;
    }

    private static boolean isHungUpOnGreeting(ClientProblem problem) {
        return problem.stage() == Stage.GREETING
                && (problem.kind() == ClientProblem.Kind.CLOSED
                        || problem.reply().filter(reply -> reply.code() == 421).isPresent());
    }

    private ClientSession open(ClientWire wire, String verb, boolean inClear) throws ClientProblem {
        Exchange exchange = new Exchange(wire, settings.dialogue);
        Optional<SSLSocket> secured = Optional.empty();
        if (settings.implicit) {
            wire.begin(Stage.STARTTLS, settings.deadlines.handshake());
            secured = Optional.of(handshake(wire));
        }
        wire.begin(Stage.BANNER, settings.deadlines.banner());
        Reply banner = exchange.read();
        // RFC 5321 §3.1: 554 says that there is no service, and 421 that there is none now.
        if (banner.code() != 220) {
            throw refused(wire, banner, "its banner");
        }
        Greeted greeted =
                settings.goesPast(Stage.BANNER) ? greet(exchange, verb) : new Greeted(verb, banner, Capabilities.NONE);
        if (secured.isEmpty() && !inClear && settings.goesPast(Stage.GREETING)) {
            secured = startTls(exchange, greeted.capabilities());
            if (secured.isPresent() && settings.last != Stage.STARTTLS) {
                // §4.2 of RFC 3207: what was known before is forgotten.
                greeted = greet(exchange, greeted.verb());
            }
        }
        wire.rest();
        return new ClientSession(settings, tls, exchange, banner, greeted, secured, tlsProblem);
    }

    /**
     * What came of the greeting.
     *
     * @param verb that was taken
     */
    record Greeted(String verb, Reply reply, Capabilities capabilities) {}

    private Greeted greet(Exchange exchange, String verb) throws ClientProblem {
        ClientWire wire = exchange.wire();
        wire.begin(Stage.GREETING, settings.deadlines.greeting());
        Reply reply = exchange.ask(verb + " " + settings.name);
        if (reply.code() == 250) {
            Capabilities capabilities = verb.equals("HELO") ? Capabilities.NONE : Capabilities.of(reply);
            return new Greeted(verb, reply, capabilities);
        }
        if (verb.equals("EHLO") && NO_EHLO.contains(reply.code())) {
            return greet(exchange, "HELO");
        }
        throw refused(wire, reply, "our greeting " + verb + " " + settings.name);
    }

    private static ClientProblem refused(ClientWire wire, Reply reply, String what) {
        return new ClientProblem(ClientProblem.Kind.REFUSED, wire.stage(), what + ": " + reply, reply, null);
    }

    // --- TLS
    // -------------------------------------------------------------------------------------------------------------------

    private Optional<SSLSocket> startTls(Exchange exchange, Capabilities capabilities) throws ClientProblem {
        ClientWire wire = exchange.wire();
        wire.begin(Stage.STARTTLS, settings.deadlines.greeting());
        boolean mustBe = settings.security != Security.OPPORTUNISTIC;
        if (!capabilities.has(Extension.STARTTLS)) {
            if (mustBe) {
                throw wire.problem(ClientProblem.Kind.NO_TLS, "it offers no TLS, and TLS has to be");
            }
            return Optional.empty();
        }
        Reply reply = exchange.ask("STARTTLS");
        if (reply.code() == 421) {
            throw refused(wire, reply, "STARTTLS");
        }
        if (reply.code() != 220) {
            if (mustBe) {
                throw new ClientProblem(
                        ClientProblem.Kind.NO_TLS, Stage.STARTTLS, "it offers TLS and has none: " + reply, reply, null);
            }
            tlsProblem = Optional.of("it offers TLS and has none: " + reply);
            return Optional.empty();
        }
        wire.begin(Stage.STARTTLS, settings.deadlines.handshake());
        return Optional.of(handshake(wire));
    }

    private SSLSocket handshake(ClientWire wire) throws ClientProblem {
        Socket plain = wire.requirePlain();
        String host = settings.host.orElseGet(() -> literal(plain.getInetAddress()));
        SSLSocket socket;
        try {
            socket = tls.begin(plain, host);
        } catch (IOException problem) {
            if (wire.isLate()) {
                throw wire.broken(problem);
            }
            throw new ClientProblem(
                    ClientProblem.Kind.TLS_FAILED,
                    Stage.STARTTLS,
                    "the TLS handshake failed: " + problem.getMessage(),
                    null,
                    problem);
        }
        wire.secured(socket);
        if (settings.security == Security.VERIFIED) {
            Optional<String> doubt = tls.doubt(socket.getSession(), host);
            if (doubt.isPresent()) {
                throw wire.problem(ClientProblem.Kind.NOT_VERIFIED, doubt.get());
            }
        }
        return socket;
    }

    private static String literal(InetAddress address) {
        return AddressLiteral.text(address);
    }
}
