package org.postern.smtp.server;

import java.io.IOException;
import java.io.InputStream;
import org.postern.smtp.Envelope;
import org.postern.smtp.ForwardPath;
import org.postern.smtp.Greeting;
import org.postern.smtp.MailParameters;
import org.postern.smtp.Reply;
import org.postern.smtp.ReversePath;

/**
 * What an embedder implements: decides about one session, and keeps its mail. One handler serves one session, on that session's
 * virtual thread, so it needs no locks of its own and may block.
 *
 * <p>Each question is answered by the reply that the client gets: a 2xx goes on, a 4xx or 5xx refuses this step, and 421 or 521
 * close the connection as well (RFC 5321 §3.8, RFC 7504). A refusal that doesn't say {@link Session#id} gets it at its end. The
 * protocol itself (sequence, syntax, limits, framing, TLS) is the session's; a handler only sees what is in order.
 *
 * <p>A handler that throws costs its session: the client gets 421 4.3.0 and {@link #failed} is told.
 */
public interface SessionHandler {
    /** A connection: {@code banner} lets it in, anything negative is said in its place. */
    default Reply connected(Reply banner) {
        return banner;
    }

    /** Whether a client that talks out of turn ({@link Session#earlyTalk}) may go on all the same; else it gets 521. */
    default boolean toleratesEarlyTalk() {
        return false;
    }

    /**
     * A greeting; {@code welcome} accepts it. By default a malformed name is refused (RFC 5321 §4.1.1.1).
     */
    default Reply greeted(Greeting greeting, Reply welcome) {
        return greeting.name() instanceof Greeting.Malformed malformed ? Reply.of(501, malformed.why()) : welcome;
    }

    /** MAIL; its size is within the limits already. */
    default Reply mail(ReversePath from, MailParameters parameters) {
        return Reply.of(250, "2.1.0", "go on");
    }

    /** RCPT; the number of recipients is within the limits already. */
    default Reply rcpt(ForwardPath to) {
        return Reply.of(250, "2.1.5", "go on");
    }

    /**
     * A message. With a 2xx the responsibility for it passes to us (RFC 5321 §6.1): say it when the message is safe, not before.
     *
     * @param content to read to its end (-1): the message with CRLF line ends and without SMTP's dots. Reading throws when the
     *     client breaks the connection or the rules; let that exception pass, keep nothing, and the client gets the right reply.
     * @throws IOException passed on from {@code content}, or of the handler's own: then {@link #failed} is told and the client gets
     *     451 4.3.0 and may try again
     */
    Reply message(Envelope envelope, InputStream content) throws IOException;

    /** VRFY, RFC 5321 §3.5.3: by default neither yes nor no. */
    default Reply verify(String who) {
        return Reply.of(252, "2.0.0", "send it, and see: mailboxes are not told here");
    }

    /** A client was refused: what it asked, fit for a log (no secrets, no control characters), and what it was told. */
    default void refused(String asked, Reply reply) {}

    /** A method of this handler threw, or what it keeps mail with did. By default written to the JDK's system logger. */
    default void failed(String asked, Exception problem) {
        System.getLogger(SessionHandler.class.getName()).log(System.Logger.Level.ERROR, asked, problem);
    }

    /** The session is over; called once, last. */
    default void ended(SessionEnd end) {}
}
