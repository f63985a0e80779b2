package org.postern.delivery;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;
import org.postern.queue.Courier;
import org.postern.queue.Courier.Outcome;
import org.postern.queue.Diagnosis;
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

    /** Of the session, for logs: empty in clear. */
    private String security = "";

    /** Of the last session, in full. */
    private String cipher = "";

    private Iterator<Target> untried = List.<Target>of().iterator();

    /** Whether {@link #untried} has been found for this message. */
    private boolean searched;

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
        List<Leg> legs;
        try {
            legs = remotes.legs().of(message, due);
        } catch (IOException problem) {
            due.forEach(recipient -> outcomes.put(
                    recipient.path(), new Outcome.Later("its sender can't be rewritten: " + problem.getMessage())));
            return outcomes;
        }
        cipher = session == null ? "" : cipher;
        brake.arm();
        try {
            for (Leg leg : legs) {
                startOver();
                deliver(message, leg, outcomes);
            }
        } catch (NoWay none) {
            // Some may have their answer already: LMTP gives one for each.
            legs.forEach(leg -> leg.to().forEach(path -> outcomes.putIfAbsent(path, none.outcome)));
        } finally {
            brake.disarm();
        }
        Map<ForwardPath, Outcome> byRecipient = new HashMap<>();
        for (Recipient recipient : due) {
            ForwardPath told = remotes.legs().told(recipient.path());
            byRecipient.put(recipient.path(), Objects.requireNonNull(outcomes.get(told)));
        }
        return byRecipient;
    }

    private void deliver(SpooledMessage message, Leg leg, Map<ForwardPath, Outcome> outcomes)
            throws NoWay, IOException {
        List<ForwardPath> left = leg.to();
        for (int round = 0; !left.isEmpty() && round < TRANSACTIONS; round++) {
            left = transaction(message, leg.with(left), outcomes);
        }
        left.forEach(path -> outcomes.put(
                path, new Outcome.Later(Diagnosis.of("4.5.3", label + " takes too few recipients at once"))));
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
        searched = false;
        story = new StringJoiner("; ");
        refusal = null;
    }

    /** One transaction; whom it has not decided about. */
    private List<ForwardPath> transaction(SpooledMessage message, Leg leg, Map<ForwardPath, Outcome> outcomes)
            throws NoWay, IOException {
        List<ForwardPath> to = leg.to();
        boolean isReused = session != null;
        ClientSession open = session();
        try {
            var parcel = new Parcel(remotes, message, leg, open);
            parcel.refusals().forEach(outcomes::put);
            if (parcel.recipients().isEmpty()) {
                return List.of();
            }
            Sent sent = open.send(parcel.envelope(), brake.released(parcel.payload()));
            List<ForwardPath> left = sorted(sent, parcel.recipients(), outcomes);
            // What is left may go to any of the hosts again.
            startOver();
            return left;
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
                case Sent.Fate.Taken(Reply reply) ->
                    outcomes.put(path, new Outcome.Delivered(how(reply), Optional.of(new Outcome.Said(label, reply))));
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
        String before = story.length() == 0 ? "" : "; before: " + story;
        return label + (open == null ? "" : security) + ": " + reply + before;
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
        // Also where a connection broke that an earlier message had left open: there are others.
        if (!searched) {
            searched = true;
            find();
        }
        while (untried.hasNext() && !brake.isPulled()) {
            Target target = untried.next();
            try {
                open = open(target);
                authenticate(open, target);
                session = open;
                label = target.label();
                security = security(open);
                cipher = open.tls()
                        .map(tls -> tls.protocol() + " " + tls.cipher())
                        .orElse("");
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

    /** Whom it is with is known but from DNS, where no certificate shows it: whoever reads the log has to know that. */
    private static String security(ClientSession open) {
        return open.tls()
                .map(tls -> " (" + tls.protocol()
                        + tls.doubt().map(doubt -> ", not verified: " + doubt).orElse("") + ")")
                .or(() -> open.tlsProblem().map(problem -> " (in clear: " + problem + ")"))
                .orElse("");
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
        SmtpClient client = remotes.client().withChunking(way.chunking()).withSecurity(wanted());
        return new Caller(client, remotes.connector()).call(way.hop(), target, brake);
    }

    private Security wanted() {
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
            credentials = Credentials.read(way.credentials().get());
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
        // "Not now" too: 432 wants another password (RFC 4954 §6), and some say 454 to one that has expired. No sender
        // can help it.
        if (reply.code() != 421) {
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
    public String security() {
        return cipher;
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
