package org.postern.app;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.postern.message.NotConvertible;
import org.postern.message.SevenBit;
import org.postern.smtp.EnhancedCode;
import org.postern.smtp.Envelope;
import org.postern.smtp.Extension;
import org.postern.smtp.ForwardPath;
import org.postern.smtp.MailParameters;
import org.postern.smtp.MailParameters.Body;
import org.postern.smtp.Mailbox;
import org.postern.smtp.Reply;
import org.postern.smtp.ReversePath;
import org.postern.smtp.client.ClientProblem;
import org.postern.smtp.client.ClientSession;
import org.postern.smtp.client.Credentials;
import org.postern.smtp.client.Payload;
import org.postern.smtp.client.Sent;
import org.postern.smtp.client.Stage;

/**
 * What {@code postern send} does once a session is open.
 *
 * @param last how far to go; empty for all the way
 */
record Handover(ClientSession session, PrintWriter out, Optional<Stage> last) {
    /** It goes no further, and why. */
    static final class Failed extends Exception {
        private static final long serialVersionUID = 1;
        private final int code;

        Failed(int code, String why) {
            super(why);
            this.code = code;
        }

        /** Of {@link Sysexits}. */
        int code() {
            return code;
        }

        String why() {
            return String.valueOf(getMessage());
        }
    }

    /** Hands the message over, or goes as far as is wanted; the exit code. */
    int of(ReversePath sender, List<ForwardPath> recipients, byte[] message, Optional<Credentials> credentials)
            throws ClientProblem, Failed {
        if (isLast(Stage.BANNER) || isLast(Stage.GREETING) || isLast(Stage.STARTTLS)) {
            return Sysexits.OK;
        }
        if (credentials.isPresent()) {
            Reply reply = session.authenticate(credentials.get());
            if (reply.code() != 235) {
                throw new Failed(reply.isTransient() ? Sysexits.TEMP_FAIL : Sysexits.NO_PERMISSION, "AUTH: " + reply);
            }
        }
        if (isLast(Stage.AUTH)) {
            return Sysexits.OK;
        }
        if (isLast(Stage.MAIL)) {
            return verified(session.verify(sender, List.of()));
        }
        if (isLast(Stage.RCPT)) {
            return verified(session.verify(sender, recipients));
        }
        return send(sender, recipients, message);
    }

    private boolean isLast(Stage stage) {
        return last.filter(one -> one == stage).isPresent();
    }

    private static int verified(List<Reply> replies) throws Failed {
        for (Reply reply : replies) {
            if (!reply.isPositive()) {
                throw new Failed(code(replies.size() == 1 ? Stage.MAIL : Stage.RCPT, reply), "refused: " + reply);
            }
        }
        return Sysexits.OK;
    }

    private int send(ReversePath sender, List<ForwardPath> recipients, byte[] message) throws ClientProblem, Failed {
        boolean eightBit = hasEightBit(message);
        boolean converts = eightBit && !session.capabilities().has(Extension.EIGHT_BIT_MIME);
        boolean international = recipients.stream().anyMatch(path -> path instanceof Mailbox box && !box.isAscii())
                || (sender instanceof Mailbox box && !box.isAscii());
        if (international && !session.capabilities().has(Extension.SMTPUTF8)) {
            throw new Failed(Sysexits.DATA_ERROR, "the other side takes no address that isn't ASCII (SMTPUTF8)");
        }
        Body body = eightBit && !converts ? Body.EIGHT_BIT_MIME : Body.UNSAID;
        var envelope = new Envelope(sender, new MailParameters(OptionalLong.empty(), body, international), recipients);
        return outcome(session.send(envelope, converts ? converted(message) : Payload.of(message)));
    }

    private static boolean hasEightBit(byte[] octets) {
        int all = 0;
        for (byte octet : octets) {
            all |= octet;
        }
        return all < 0;
    }

    /** RFC 6152 §3. */
    private static Payload converted(byte[] written) throws Failed {
        // As they go out anyway.
        byte[] message =
                new String(written, ISO_8859_1).replaceAll("\r\n|\r|\n", "\r\n").getBytes(ISO_8859_1);
        try {
            SevenBit plan = SevenBit.plan(() -> new ByteArrayInputStream(message));
            try (InputStream in = plan.convert(new ByteArrayInputStream(message))) {
                return Payload.of(in.readAllBytes());
            }
        } catch (NotConvertible problem) {
            throw new Failed(
                    Sysexits.DATA_ERROR,
                    "the other side takes no 8-bit content, and the message can't be converted: " + problem.why());
        } catch (IOException impossible) {
            throw new AssertionError("in memory", impossible);
        }
    }

    private int outcome(Sent sent) {
        int worst = Sysexits.OK;
        out.println();
        for (Map.Entry<ForwardPath, Sent.Fate> one : sent.fates().entrySet()) {
            String whom = one.getKey().path();
            switch (one.getValue()) {
                case Sent.Fate.Taken taken -> out.println(whom + " taken: " + taken.reply());
                case Sent.Fate.Refused refused -> {
                    out.println(whom + " refused at " + refused.stage() + ": " + refused.reply());
                    worst = worse(worst, code(refused.stage(), refused.reply()));
                }
                case Sent.Fate.LeftOver _ -> {
                    out.println(whom + " not asked about: fewer are taken at once");
                    worst = worse(worst, Sysexits.TEMP_FAIL);
                }
            }
        }
        out.flush();
        return worst;
    }

    /** What is for good is worse than what may still come right. */
    private static int worse(int one, int other) {
        return one == Sysexits.OK || one == Sysexits.TEMP_FAIL ? other : one;
    }

    private static int code(Stage stage, Reply reply) {
        if (!reply.isPermanent()) {
            return Sysexits.TEMP_FAIL;
        }
        int subject = reply.enhanced().map(EnhancedCode::subject).orElse(0);
        if (subject == 7) {
            return Sysexits.NO_PERMISSION;
        }
        return stage == Stage.RCPT && subject <= 1 ? Sysexits.NO_USER : Sysexits.UNAVAILABLE;
    }

    /** For a session that broke, or did not come about. */
    static int code(ClientProblem problem) {
        if (problem.reply().isPresent()) {
            return code(problem.stage(), problem.reply().get());
        }
        return switch (problem.kind()) {
            case UNREACHABLE, CLOSED, TIMED_OUT -> Sysexits.TEMP_FAIL;
            case GARBLED -> Sysexits.PROTOCOL;
            case REFUSED, NO_TLS, TLS_FAILED -> Sysexits.UNAVAILABLE;
            case NOT_VERIFIED, NOT_CONFIDENTIAL -> Sysexits.NO_PERMISSION;
        };
    }
}
