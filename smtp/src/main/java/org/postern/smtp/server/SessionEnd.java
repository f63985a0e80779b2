package org.postern.smtp.server;

import java.time.Duration;

/**
 * How a session ended.
 *
 * @param messages that were accepted
 * @param commands that came
 * @param refusals replies of 4xx and 5xx that were sent
 * @param octetsIn that were read on the connection so far, before TLS counted away
 * @param octetsOut that were written there so far, likewise
 */
public record SessionEnd(
        Reason reason, int messages, int commands, int refusals, long octetsIn, long octetsOut, Duration time) {

    /** Why. */
    public enum Reason {
        /** The client said QUIT. */
        QUIT,
        /** The client closed the connection, or it broke. */
        GONE,
        /** The client took longer than a limit allows. */
        TIMEOUT,
        /** We closed it: the client was refused or broke the protocol in a way that can't be mended. */
        REFUSED,
        /** Too many errors, or too many commands without mail. */
        LIMIT,
        /** The TLS handshake failed. */
        TLS,
        /** A front end named another client by XCLIENT: a session of that one follows on the connection. */
        NAMED,
        /** We are stopping. */
        STOPPED,
        /** Our own fault: a handler threw. */
        FAILED
    }
}
