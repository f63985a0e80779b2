package org.postern.smtp.client;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import org.postern.smtp.Capabilities;
import org.postern.smtp.Envelope;
import org.postern.smtp.Extension;
import org.postern.smtp.ForwardPath;
import org.postern.smtp.MailParameters.Body;
import org.postern.smtp.Reply;
import org.postern.smtp.ReversePath;
import org.postern.smtp.client.Sent.Fate;
import org.postern.smtp.client.SmtpClient.Protocol;

/**
 * A session with a server that has greeted us: hands it one message after the other, and keeps to what it said that it can do. For one
 * thread at a time.
 *
 * <pre>
 *   ready -> MAIL, RCPT... -> DATA -> content -> ready
 *                          -> BDAT chunks ----> ready
 *        any ClientProblem, 421, or a reply too many -> over
 * </pre>
 */
public final class ClientSession implements AutoCloseable {
    /** RCPTs that are said before their answers are read: what is on its way must have room in both directions (RFC 2920 §3.1). */
    private static final int PIPELINED = 100;

    /** RFC 5321 §4.5.3.1.8: so many are taken by everybody. */
    private static final int RECIPIENTS = 100;

    private static final byte[] END = ".\r\n".getBytes(US_ASCII);

    private final Settings settings;
    private final ClientTls tls;
    private final Exchange exchange;
    private final ClientWire wire;
    private final Reply banner;
    private final Opening.Greeted greeted;
    private final Optional<SSLSocket> secured;
    private final Optional<SSLSession> agreed;
    private final Optional<String> tlsProblem;
    private int messages;
    private boolean over;

    /** A transaction was begun that the other side may not have ended. */
    private boolean inTransaction;

    ClientSession(
            Settings settings,
            ClientTls tls,
            Exchange exchange,
            Reply banner,
            Opening.Greeted greeted,
            Optional<SSLSocket> secured,
            Optional<String> tlsProblem) {
        this.settings = settings;
        this.tls = tls;
        this.exchange = exchange;
        this.wire = exchange.wire();
        this.banner = banner;
        this.greeted = greeted;
        this.secured = secured;
        this.agreed = secured.map(SSLSocket::getSession);
        this.tlsProblem = tlsProblem;
    }

    // --- what is known of it
    // ---------------------------------------------------------------------------------------------------

    /** What it said at first. */
    public Reply banner() {
        return banner;
    }

    /** Its answer to our greeting; under TLS, to the second one. */
    public Reply greeting() {
        return greeted.reply();
    }

    /** EHLO, LHLO, or HELO where the other side knows nothing else. */
    public String verb() {
        return greeted.verb();
    }

    /** What it can do. */
    public Capabilities capabilities() {
        return greeted.capabilities();
    }

    /**
     * What TLS came to.
     *
     * @param protocol as {@code TLSv1.3}
     * @param doubt why its certificate does not show whom we mean to reach; empty when it does
     */
    public record Tls(String protocol, String cipher, Optional<String> doubt) {}

    /** The TLS of the session; empty when it is in clear. */
    public Optional<Tls> tls() {
        return agreed.map(
                session -> new Tls(session.getProtocol(), session.getCipherSuite(), tls.doubt(session, host())));
    }

    /** In short, for logs: {@code TLSv1.3}; empty in clear. Quick. */
    public Optional<String> tlsProtocol() {
        return agreed.map(SSLSession::getProtocol);
    }

    /** What TLS agreed on. */
    Optional<SSLSession> agreed() {
        return agreed;
    }

    /** Why it is in clear though TLS was offered. */
    public Optional<String> tlsProblem() {
        return tlsProblem;
    }

    private String host() {
        return settings.host.orElseGet(
                () -> secured.map(socket -> org.postern.smtp.AddressLiteral.text(socket.getInetAddress()))
                        .orElse(""));
    }

    /** How many messages were handed over. */
    public int messages() {
        return messages;
    }

    /** Whether another message may be tried. RFC 9422 §4.1: some take a certain number only. */
    public boolean isUsable() {
        OptionalLong most = capabilities().limit("MAILMAX");
        return !over && settings.goesPast(Stage.AUTH) && !(most.isPresent() && messages >= most.getAsLong());
    }

    // --- a message
    // -------------------------------------------------------------------------------------------------------------

    /** Whether a message of so many octets is larger than the other side takes: RFC 1870 §6.1. It would be refused. */
    public boolean isTooLarge(long octets) {
        OptionalLong most = capabilities().maxMessageBytes();
        return most.isPresent() && octets > most.getAsLong();
    }

    /** How many recipients it takes in one transaction: RFC 9422 §4.2, else as many as everybody takes. */
    public int maxRecipients() {
        long most = capabilities().limit("RCPTMAX").orElse(RECIPIENTS);
        return (int) Math.max(1, Math.min(most, RECIPIENTS));
    }

    /**
     * Hands over a message. BODY, SIZE and SMTPUTF8 are said where they are known there; whether the message can go without is the
     * caller's to see to.
     *
     * @return what became of it, for each recipient
     * @throws ClientProblem when the session broke: then nobody knows whether the other side has it, unless it was never told of its end
     */
    public Sent send(Envelope envelope, Payload content) throws ClientProblem {
        requireReady();
        try {
            Transaction transaction = new Transaction(envelope, content);
            Sent sent = transaction.run();
            wire.rest();
            wire.shrink();
            return sent;
        } catch (ClientProblem problem) {
            end();
            throw problem;
        } catch (IOException ours) {
            // The content can't be read: the other side must not take half of it for the whole.
            end();
            throw new ClientProblem(
                    ClientProblem.Kind.CLOSED,
                    Stage.CONTENT,
                    "the content could not be read: " + ours.getMessage(),
                    null,
                    ours);
        } catch (RuntimeException | Error bug) {
            end();
            throw bug;
        }
    }

    /** Whether the other side would take mail for {@code to}: its answer, and nothing is sent. */
    public Reply verify(ReversePath from, ForwardPath to) throws ClientProblem {
        return verify(from, List.of(to)).getLast();
    }

    /** The same for several, or for nobody yet: the answer to MAIL, and where that is positive to each RCPT. */
    public List<Reply> verify(ReversePath from, List<ForwardPath> to) throws ClientProblem {
        requireReady();
        try {
            var replies = new ArrayList<Reply>();
            wire.begin(Stage.MAIL, settings.deadlines.mail());
            inTransaction = true;
            replies.add(heard(exchange.ask("MAIL FROM:" + from.path())));
            Iterator<ForwardPath> left = to.iterator();
            while (replies.getFirst().isPositive() && !over && left.hasNext()) {
                wire.begin(Stage.RCPT, settings.deadlines.rcpt());
                replies.add(heard(exchange.ask("RCPT TO:" + left.next().path())));
            }
            wire.rest();
            return replies;
        } catch (ClientProblem problem) {
            end();
            throw problem;
        }
    }

    /** Whom the other side takes us for must not change under our feet, and whoever hung up on an idle session is not asked. */
    private void requireReady() throws ClientProblem {
        if (!isUsable()) {
            throw new IllegalStateException("this session takes no more messages");
        }
        wire.begin(Stage.MAIL, settings.deadlines.mail());
        if (wire.hasSpoken()) {
            Reply farewell = readFarewell();
            end();
            throw new ClientProblem(
                    ClientProblem.Kind.CLOSED, Stage.MAIL, "it ended the session: " + farewell, farewell, null);
        }
        if (secured.isPresent() && !secured.map(SSLSocket::getSession).equals(agreed)) {
            end();
            throw wire.problem(ClientProblem.Kind.GARBLED, "it began another TLS handshake within the session");
        }
    }

    private Reply readFarewell() throws ClientProblem {
        try {
            Reply reply = exchange.read();
            if (reply.code() == 421) {
                return reply;
            }
        } catch (ClientProblem problem) {
            end();
            throw problem;
        }
        end();
        throw wire.problem(ClientProblem.Kind.GARBLED, "it spoke before it was asked");
    }

    /** RFC 5321 §3.8: 421 ends the session, whatever it answers. */
    private Reply heard(Reply reply) {
        if (reply.code() == 421) {
            end();
        }
        return reply;
    }

    private void end() {
        over = true;
        wire.close();
    }

    /** One message on its way. */
    private final class Transaction {
        private final Envelope envelope;
        private final Payload content;
        private final boolean pipelining = capabilities().has(Extension.PIPELINING);
        private final boolean chunking = settings.chunking && capabilities().has(Extension.CHUNKING);
        private final Map<ForwardPath, Fate> fates = new LinkedHashMap<>();
        private final List<ForwardPath> asked;
        private final List<ForwardPath> accepted = new ArrayList<>();

        Transaction(Envelope envelope, Payload content) {
            this.envelope = envelope;
            this.content = content;
            List<ForwardPath> all = envelope.recipients();
            all.forEach(recipient -> fates.put(recipient, new Fate.LeftOver()));
            this.asked = all.subList(0, Math.min(all.size(), maxRecipients()));
        }

        Sent run() throws IOException {
            if (inTransaction) {
                wire.begin(Stage.OTHER, settings.deadlines.other());
                heard(exchange.ask("RSET"));
                if (over) {
                    throw wire.problem(ClientProblem.Kind.CLOSED, "it ended the session");
                }
            }
            exchange.requireSilence();
            inTransaction = true;
            if (chunking) {
                return withBdat();
            }
            return withData();
        }

        // --- the envelope

        private String mail() {
            var command = new StringBuilder("MAIL FROM:").append(envelope.from().path());
            Capabilities can = capabilities();
            if (can.has(Extension.SIZE)) {
                command.append(" SIZE=").append(content.octets());
            }
            if (envelope.parameters().body() == Body.EIGHT_BIT_MIME && can.has(Extension.EIGHT_BIT_MIME)) {
                command.append(" BODY=8BITMIME");
            }
            if (envelope.parameters().smtputf8() && can.has(Extension.SMTPUTF8)) {
                command.append(" SMTPUTF8");
            }
            return command.toString();
        }

        /** Says the envelope and hears the answers, and {@code behind} in the same packet where that may be; whether it was said. */
        private boolean envelope(Behind behind) throws IOException {
            wire.begin(Stage.MAIL, settings.deadlines.mail());
            if (!pipelining) {
                return oneByOne();
            }
            exchange.say(mail());
            boolean first = true;
            boolean said = false;
            for (int from = 0; from < asked.size() && !over; from += PIPELINED) {
                List<ForwardPath> some = asked.subList(from, Math.min(asked.size(), from + PIPELINED));
                for (ForwardPath recipient : some) {
                    exchange.say("RCPT TO:" + recipient.path());
                }
                if (from + PIPELINED >= asked.size()) {
                    behind.say();
                    said = true;
                }
                if (first) {
                    first = false;
                    Reply mail = heard(exchange.read());
                    if (!mail.isPositive()) {
                        return refusedMail(mail, some.size(), said);
                    }
                }
                for (ForwardPath recipient : some) {
                    wire.begin(Stage.RCPT, settings.deadlines.rcpt());
                    note(recipient, heard(exchange.read()));
                }
            }
            return said;
        }

        /** The answers to what was said behind a MAIL that was refused still come. */
        private boolean refusedMail(Reply mail, int rcpts, boolean said) throws ClientProblem {
            refuse(asked, Stage.MAIL, mail);
            for (int left = rcpts; left > 0 && !over; left--) {
                heard(exchange.read());
            }
            return said;
        }

        private boolean oneByOne() throws ClientProblem {
            Reply mail = heard(exchange.ask(mail()));
            if (!mail.isPositive()) {
                refuse(asked, Stage.MAIL, mail);
                return false;
            }
            for (ForwardPath recipient : asked) {
                wire.begin(Stage.RCPT, settings.deadlines.rcpt());
                note(recipient, heard(exchange.ask("RCPT TO:" + recipient.path())));
                if (over) {
                    return false;
                }
            }
            return false;
        }

        private void note(ForwardPath recipient, Reply reply) {
            if (reply.isPositive()) {
                accepted.add(recipient);
            } else {
                fates.put(recipient, new Fate.Refused(Stage.RCPT, reply));
            }
        }

        private void refuse(List<ForwardPath> recipients, Stage stage, Reply reply) {
            recipients.forEach(recipient -> fates.put(recipient, new Fate.Refused(stage, reply)));
        }

        /** Who was accepted, and could not be told the content, when the session was ended with the last reply. */
        private Sent ended() {
            Iterator<Fate> said = fates.values().iterator();
            Optional<Fate.Refused> last = Optional.empty();
            while (said.hasNext()) {
                if (said.next() instanceof Fate.Refused refused
                        && refused.reply().code() == 421) {
                    last = Optional.of(refused);
                }
            }
            last.ifPresent(refused -> refuse(accepted, refused.stage(), refused.reply()));
            return new Sent(fates);
        }

        // --- DATA: RFC 5321 §4.1.1.4

        private Sent withData() throws IOException {
            boolean said = envelope(() -> exchange.say("DATA"));
            if (over) {
                return ended();
            }
            if (!said) {
                if (accepted.isEmpty()) {
                    return new Sent(fates);
                }
                exchange.requireSilence();
                exchange.say("DATA");
            }
            wire.begin(Stage.DATA, settings.deadlines.data());
            Reply go = heard(exchange.read());
            if (go.code() != 354) {
                if (go.isPositive()) {
                    throw wire.problem(ClientProblem.Kind.GARBLED, "it said to DATA: " + go);
                }
                refuse(accepted, Stage.DATA, go);
                return new Sent(fates);
            }
            exchange.requireSilence();
            if (accepted.isEmpty()) {
                // RFC 2920 §3.1: it wants content all the same, and gets none.
                wire.begin(Stage.CONTENT, settings.deadlines.end());
                wire.write(END);
                heard(exchange.read());
                inTransaction = false;
                return new Sent(fates);
            }
            write();
            return hearFinal();
        }

        private void write() throws IOException {
            wire.begin(Stage.CONTENT, settings.deadlines.block());
            long octets = 0;
            try (InputStream in = content.open()) {
                var writer = new ContentWriter(in, true, content.octets());
                while (!writer.isLast()) {
                    writer.next();
                    wire.allow(settings.deadlines.block());
                    wire.write(writer.piece(), 0, writer.length());
                    octets += writer.length();
                }
            }
            if (wire.hasSpokenBehindTls()) {
                spokenTooEarly();
            }
            wire.write(END);
            heardContent(octets);
        }

        /** A reply before the end of the content can only be one that ends it all: taken for a yes, it would lose the message. */
        private void spokenTooEarly() throws ClientProblem {
            Reply reply = exchange.read();
            if (reply.isPositive()) {
                throw wire.problem(ClientProblem.Kind.GARBLED, "it answered before the end of the content: " + reply);
            }
            throw new ClientProblem(
                    ClientProblem.Kind.CLOSED, Stage.CONTENT, "it broke off within the content: " + reply, reply, null);
        }

        private void heardContent(long octets) {
            if (!settings.dialogue.isUnheard()) {
                settings.dialogue.sent("(" + octets + " octets of content)", wire.isSecured());
                settings.dialogue.sent(".", wire.isSecured());
            }
        }

        private Sent hearFinal() throws ClientProblem {
            wire.begin(Stage.CONTENT, settings.deadlines.end());
            inTransaction = false;
            if (settings.protocol == Protocol.LMTP) {
                // RFC 2033 §4.2: one for each that was accepted, in their order.
                try {
                    for (ForwardPath recipient : accepted) {
                        conclude(List.of(recipient), heard(exchange.read()));
                    }
                } catch (ClientProblem problem) {
                    throw problem.after(new Sent(fates));
                }
                messages++;
                return new Sent(fates);
            }
            conclude(accepted, heard(exchange.read()));
            messages++;
            return new Sent(fates);
        }

        private void conclude(List<ForwardPath> recipients, Reply reply) throws ClientProblem {
            if (reply.code() >= 300 && reply.code() < 400) {
                throw wire.problem(ClientProblem.Kind.GARBLED, "it said at the end of the content: " + reply);
            }
            if (reply.isPositive()) {
                recipients.forEach(recipient -> fates.put(recipient, new Fate.Taken(reply)));
            } else {
                refuse(recipients, Stage.CONTENT, reply);
            }
        }

        // --- BDAT: RFC 3030 §2

        private Sent withBdat() throws IOException {
            try (InputStream in = content.open()) {
                var writer = new ContentWriter(in, false, content.octets());
                writer.next();
                // A small message goes in the same packet as its envelope: if nobody is accepted, so be it.
                boolean whole = pipelining && writer.isLast();
                boolean said = envelope(() -> {
                    if (whole) {
                        chunk(writer, true);
                    }
                });
                if (over) {
                    return ended();
                }
                if (said && whole) {
                    return hearChunk();
                }
                if (accepted.isEmpty()) {
                    return new Sent(fates);
                }
                exchange.requireSilence();
                return chunks(writer);
            }
        }

        private Sent chunks(ContentWriter writer) throws IOException {
            wire.begin(Stage.CONTENT, settings.deadlines.block());
            while (true) {
                chunk(writer, writer.isLast());
                if (writer.isLast()) {
                    return hearFinal();
                }
                wire.allow(settings.deadlines.end());
                Reply reply = heard(exchange.read());
                if (!reply.isPositive()) {
                    refuse(accepted, Stage.CONTENT, reply);
                    return new Sent(fates);
                }
                exchange.requireSilence();
                writer.next();
                wire.allow(settings.deadlines.block());
            }
        }

        private void chunk(ContentWriter writer, boolean last) throws ClientProblem {
            exchange.say("BDAT " + writer.length() + (last ? " LAST" : ""));
            wire.write(writer.piece(), 0, writer.length());
            if (!settings.dialogue.isUnheard()) {
                settings.dialogue.sent("(" + writer.length() + " octets of content)", wire.isSecured());
            }
        }

        /** The answer to a whole message that went with its envelope. */
        private Sent hearChunk() throws ClientProblem {
            if (!accepted.isEmpty()) {
                return hearFinal();
            }
            wire.begin(Stage.CONTENT, settings.deadlines.end());
            Reply reply = heard(exchange.read());
            if (reply.isPositive()) {
                throw wire.problem(ClientProblem.Kind.GARBLED, "it took content for nobody: " + reply);
            }
            return new Sent(fates);
        }
    }

    /** What is said behind an envelope. */
    private interface Behind {
        void say() throws ClientProblem;
    }

    // --- who we are
    // ------------------------------------------------------------------------------------------------------------

    /**
     * Says who we are, RFC 4954, by the best of SCRAM-SHA-256, PLAIN and LOGIN that is offered.
     *
     * @return 235 when it is believed; 504 of our own when nothing is offered that we know
     * @throws ClientProblem before anything was told, when the session has no TLS with who shows a certificate for its name:
     *     {@link ClientProblem.Kind#NOT_CONFIDENTIAL}
     */
    public Reply authenticate(Credentials credentials) throws ClientProblem {
        return authenticate(credentials, Scram::new);
    }

    /** The same with {@code scrams} to begin SCRAM with. */
    Reply authenticate(Credentials credentials, Function<Credentials, Scram> scrams) throws ClientProblem {
        wire.begin(Stage.AUTH, settings.deadlines.mail());
        Optional<String> doubt = tls().map(Tls::doubt).orElse(Optional.of("it is in clear"));
        if (doubt.isPresent()) {
            throw wire.problem(
                    ClientProblem.Kind.NOT_CONFIDENTIAL, "the password was not told to it, for " + doubt.get());
        }
        try {
            Reply reply = new Authentication(exchange, capabilities(), scrams).say(credentials);
            wire.rest();
            return heard(reply);
        } catch (ClientProblem problem) {
            end();
            throw problem;
        }
    }

    // --- the end
    // ---------------------------------------------------------------------------------------------------------------

    /** Ends it, politely where that can be: QUIT, whose answer is waited for no longer than the deadline of such things. */
    @Override
    public void close() {
        if (over) {
            return;
        }
        try {
            wire.begin(Stage.OTHER, settings.deadlines.other());
            exchange.ask("QUIT");
        } catch (ClientProblem gone) {
            // It was to end anyway.
            settings.dialogue.noted(String.valueOf(gone.getMessage()));
        } finally {
            end();
        }
    }
}
