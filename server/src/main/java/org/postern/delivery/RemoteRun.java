package org.postern.delivery;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;
import org.postern.queue.Courier;
import org.postern.queue.Courier.Outcome;
import org.postern.queue.Diagnosis;
import org.postern.route.NextHop;
import org.postern.route.NextHopMailboxes.Answer;
import org.postern.smtp.EnhancedCode;
import org.postern.smtp.ForwardPath;
import org.postern.smtp.Mailbox;
import org.postern.smtp.Reply;
import org.postern.smtp.ReversePath;
import org.postern.smtp.client.ClientProblem;
import org.postern.smtp.client.ClientSession;
import org.postern.smtp.client.Credentials;
import org.postern.smtp.client.Security;
import org.postern.smtp.client.Sent;
import org.postern.smtp.client.SmtpClient;
import org.postern.smtp.client.Stage;
import org.postern.spool.Recipient;
import org.postern.spool.SpoolProblem;
import org.postern.spool.SpooledMessage;

/**
 * Hands messages to one destination: over one connection, as long as that is good, and by its next host when one fails. For one thread.
 */
final class RemoteRun implements Courier.Run {
    /** RFC 5321 §4.5.3.1.10: who takes no more recipients in one transaction takes the rest in another. */
    private static final int TRANSACTIONS = 20;

    private final Remotes remotes;
    private final Way way;

    private final Brake brake = new Brake();

    private @Nullable ClientSession session;
    private String label = "";
    private long opened;
    private Iterator<Target> untried = List.<Target>of().iterator();

    /** What happened at the hosts so far that were tried for this message. */
    private StringJoiner story = new StringJoiner("; ");

    private @Nullable Diagnosis refusal;

    RemoteRun(Remotes remotes, Way way) {
        this.remotes = remotes;
        this.way = way;
    }

    /** What becomes of all that is left, for nobody takes it. */
    private static final class NoWay extends Exception {
        private static final long serialVersionUID = 1;
        private final transient Outcome outcome;

        NoWay(Outcome outcome) {
            this.outcome = outcome;
        }
    }

    @Override
    public Map<ForwardPath, Outcome> deliver(SpooledMessage message, List<Recipient> due) throws IOException {
        Map<ForwardPath, Outcome> outcomes = new HashMap<>();
        startOver();
        brake.arm();
        try {
            return deliver(message, due.stream().map(Recipient::path).toList(), outcomes);
        } finally {
            brake.disarm();
        }
    }

    private Map<ForwardPath, Outcome> deliver(
            SpooledMessage message, List<ForwardPath> to, Map<ForwardPath, Outcome> outcomes) throws IOException {
        List<ForwardPath> left = to;
        for (int round = 0; !left.isEmpty() && round < TRANSACTIONS; round++) {
            try {
                left = transaction(message, left, outcomes);
            } catch (NoWay none) {
                // Some may have their answer already: LMTP gives one for each.
                left.forEach(path -> outcomes.putIfAbsent(path, none.outcome));
                return outcomes;
            }
        }
        left.forEach(path -> outcomes.put(
                path, new Outcome.Later(Diagnosis.of("4.5.3", label + " takes too few recipients at once"))));
        return outcomes;
    }

    /** Asks whether there is such a mailbox: a host that can't be talked to says nothing. */
    Answer ask(Mailbox mailbox) {
        startOver();
        try {
            Reply reply = session().verify(new ReversePath.Null(), mailbox);
            return reply.isPositive()
                    ? new Answer.Exists()
                    : reply.isPermanent() ? new Answer.Unknown(reply) : new Answer.Silent(label + " said: " + reply);
        } catch (NoWay none) {
            return new Answer.Silent(none.outcome.problem().orElse("nobody to ask"));
        } catch (ClientProblem problem) {
            drop();
            return new Answer.Silent(label + ": " + problem.getMessage());
        }
    }

    private void startOver() {
        untried = List.<Target>of().iterator();
        story = new StringJoiner("; ");
        refusal = null;
    }

    /** One transaction; whom it has not decided about. */
    private List<ForwardPath> transaction(
            SpooledMessage message, List<ForwardPath> to, Map<ForwardPath, Outcome> outcomes)
            throws NoWay, IOException {
        boolean isReused = session != null;
        ClientSession open = session();
        try {
            var parcel = new Parcel(remotes.spool(), message, to, open);
            parcel.refusals().forEach(outcomes::put);
            if (parcel.recipients().isEmpty()) {
                return List.of();
            }
            Sent sent = open.send(parcel.envelope(), brake.released(parcel.payload()));
            // What is left may go to any of the hosts again.
            startOver();
            return sorted(sent, parcel.recipients(), outcomes);
        } catch (ClientProblem problem) {
            if (problem.getCause() instanceof SpoolProblem ours) {
                drop();
                throw ours;
            }
            problem.partly().ifPresent(sent -> sorted(sent, to, outcomes));
            drop();
            boolean wasIdle = isReused && problem.stage() == Stage.MAIL && problem.kind() == ClientProblem.Kind.CLOSED;
            if (!wasIdle) {
                note(label, problem);
                // Whether it has the message is not known: the next host may get it, too.
                if (problem.stage() == Stage.CONTENT) {
                    throw new NoWay(new Outcome.Later(diagnosis(label, problem)));
                }
            }
            return to.stream().filter(path -> !outcomes.containsKey(path)).toList();
        }
    }

    private List<ForwardPath> sorted(Sent sent, List<ForwardPath> asked, Map<ForwardPath, Outcome> outcomes) {
        var left = new ArrayList<ForwardPath>();
        boolean anyTaken = sent.fates().values().stream().anyMatch(Sent.Fate.Taken.class::isInstance);
        for (ForwardPath path : asked) {
            switch (sent.fates().getOrDefault(path, new Sent.Fate.LeftOver())) {
                case Sent.Fate.Taken(Reply reply) -> outcomes.put(path, new Outcome.Delivered(how(reply)));
                case Sent.Fate.LeftOver _ -> left.add(path);
                case Sent.Fate.Refused(Stage stage, Reply reply) -> {
                    // Too many at once: the rest goes in another transaction, if this one has brought anything.
                    if (anyTaken && stage == Stage.RCPT && reply.code() == 452 && isTooMany(reply)) {
                        left.add(path);
                    } else {
                        outcomes.put(path, outcome(stage, reply));
                    }
                }
            }
        }
        return left;
    }

    private static boolean isTooMany(Reply reply) {
        return reply.enhanced()
                .map(code -> code.subject() == 5 && code.detail() == 3)
                .orElse(true);
    }

    private Outcome outcome(Stage stage, Reply reply) {
        Diagnosis why = Diagnosis.of(label, asked(stage), reply);
        return reply.isPermanent() ? new Outcome.Failed(why) : new Outcome.Later(why);
    }

    private static String asked(Stage stage) {
        return switch (stage) {
            case MAIL -> "MAIL";
            case RCPT -> "RCPT";
            case DATA -> "DATA";
            case CONTENT -> "the content";
            case CONNECT, BANNER, GREETING, STARTTLS, AUTH, OTHER -> stage.toString();
        };
    }

    private String how(Reply reply) {
        ClientSession open = session;
        String tls = open == null
                ? ""
                : open.tlsProtocol().map(protocol -> " (" + protocol + ")").orElse("");
        return label + tls + ": " + reply;
    }

    // --- the session
    // -----------------------------------------------------------------------------------------------------------

    /** The one that is open, or one with the next host that is to be had. */
    private ClientSession session() throws NoWay {
        ClientSession open = session;
        if (open != null && isGood(open)) {
            return open;
        }
        drop();
        if (!untried.hasNext() && story.length() == 0) {
            find();
        }
        while (untried.hasNext() && !brake.isPulled()) {
            Target target = untried.next();
            try {
                open = open(target);
                authenticate(open, target);
                session = open;
                label = target.label();
                opened = System.nanoTime();
                return open;
            } catch (ClientProblem problem) {
                requireNotOurs(target, problem);
                note(target.label(), problem);
            }
        }
        if (brake.isPulled()) {
            story.add(Brake.WHY);
        }
        throw new NoWay(new Outcome.Unreachable(unreachable()));
    }

    private boolean isGood(ClientSession open) {
        return open.isUsable()
                && open.messages() < remotes.settings().messagesPerConnection()
                && System.nanoTime() - opened
                        < remotes.settings().connectionTime().toNanos();
    }

    private void find() throws NoWay {
        switch (remotes.targets().of(way.hop(), way.domain())) {
            case Targets.Found.Some(List<Target> targets, String leftOut) -> {
                untried = targets.iterator();
                if (!leftOut.isEmpty()) {
                    story.add(leftOut);
                }
            }
            case Targets.Found.None(Outcome outcome) -> throw new NoWay(outcome);
        }
    }

    private ClientSession open(Target target) throws ClientProblem {
        SmtpClient client = remotes.client().withChunking(way.chunking()).withSecurity(security());
        if (way.hop() instanceof NextHop.Host host) {
            client = client.withImplicitTls(host.scheme() == NextHop.Scheme.SMTPS);
        }
        boolean lmtp = way.hop() instanceof NextHop.Socket
                || (way.hop() instanceof NextHop.Host host && host.scheme() == NextHop.Scheme.LMTP);
        if (lmtp) {
            client = client.withProtocol(SmtpClient.Protocol.LMTP);
        }
        return switch (target) {
            case Target.Local(var address) -> client.connect(address);
            case Target.Host host -> client.withHost(host.name()).connect(() -> dial(host));
        };
    }

    private Socket dial(Target.Host host) throws IOException {
        try {
            return switch (remotes.connector()
                    .connect(host.name(), host.addresses(), host.port(), Connector.Sources.ANY)) {
                case Reached.Connected won -> brake.watch(won.socket());
                case Reached.Unreachable nobody -> throw new IOException(nobody.words());
            };
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", stop);
        }
    }

    private Security security() {
        // Whom a password is told must be known.
        return way.credentials().isPresent()
                ? Security.VERIFIED
                : switch (way.tls()) {
                    case NONE -> Security.NONE;
                    case MAY -> Security.OPPORTUNISTIC;
                    case REQUIRE -> Security.REQUIRED;
                    case VERIFY -> Security.VERIFIED;
                };
    }

    private void authenticate(ClientSession open, Target target) throws ClientProblem, NoWay {
        if (way.credentials().isEmpty()) {
            return;
        }
        Credentials credentials;
        try {
            List<String> lines = Files.readAllLines(way.credentials().get());
            if (lines.size() < 2) {
                throw new IOException("its first line is the user, its second the password");
            }
            credentials = new Credentials(lines.get(0).strip(), lines.get(1).strip());
        } catch (IOException | IllegalArgumentException problem) {
            open.close();
            throw new NoWay(new Outcome.Ours(
                    "the credentials in " + way.credentials().get() + " can't be used: " + problem.getMessage()));
        }
        Reply reply = open.authenticate(credentials);
        if (reply.code() == 235) {
            return;
        }
        open.close();
        if (!reply.isTransient()) {
            throw new NoWay(new Outcome.Ours(target.label() + " does not believe the user " + credentials.user()
                    + " of " + way.credentials().get() + ": " + reply));
        }
        throw new NoWay(new Outcome.Unreachable(Diagnosis.of(target.label(), "AUTH", reply)));
    }

    /** Whom we have a password for, and can't be sure of, is for the operator to see to. */
    private void requireNotOurs(Target target, ClientProblem problem) throws NoWay {
        boolean isTls =
                switch (problem.kind()) {
                    case NO_TLS, NOT_VERIFIED, NOT_CONFIDENTIAL -> true;
                    case UNREACHABLE, CLOSED, TIMED_OUT, GARBLED, REFUSED, TLS_FAILED -> false;
                };
        if (isTls && way.credentials().isPresent()) {
            throw new NoWay(new Outcome.Ours("the password for " + target.label()
                    + " is told inside TLS that was verified only: " + problem.getMessage()));
        }
    }

    private void note(String host, ClientProblem problem) {
        story.add(host + ": " + problem.getMessage());
        if (problem.reply().isPresent()) {
            refusal = diagnosis(host, problem);
        }
    }

    private static Diagnosis diagnosis(String host, ClientProblem problem) {
        EnhancedCode status = new EnhancedCode(
                4,
                4,
                switch (problem.kind()) {
                    // RFC 3463 §3.5: no answer from host; bad connection.
                    case UNREACHABLE -> 1;
                    case CLOSED, TIMED_OUT, GARBLED, REFUSED -> 2;
                    case NO_TLS, TLS_FAILED, NOT_VERIFIED, NOT_CONFIDENTIAL -> 0;
                });
        return new Diagnosis(status, Optional.of(host), problem.reply(), host + ": " + problem.getMessage());
    }

    private Diagnosis unreachable() {
        Diagnosis said = refusal;
        String text = "nobody takes mail for it now: " + story;
        return said == null
                ? Diagnosis.of("4.4.1", text)
                : new Diagnosis(said.status(), said.host(), said.reply(), text);
    }

    private void drop() {
        ClientSession open = session;
        session = null;
        if (open != null) {
            open.close();
        }
    }

    @Override
    public void hurry() {
        brake.pull();
    }

    @Override
    public Duration patience() {
        return session == null ? Duration.ZERO : remotes.settings().idleTime();
    }

    @Override
    public void close() {
        drop();
    }
}
