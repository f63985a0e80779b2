package org.postern.smtp.server;

import java.time.Duration;

/**
 * What a server allows, each with a name, a default and a line in {@code docs/limits.md}. Trusted clients have no limits per
 * client, of errors and of idle commands; all others hold for everybody.
 *
 * @param sessions at once; past it 421 in place of the banner
 * @param sessionsPerClient at once from one IPv4 address or IPv6 /64; past it 421 in place of the banner
 * @param recipients of one transaction; past it 452 4.5.3 (RFC 5321 §4.5.3.1.8 asks for 100 at least)
 * @param errorsPerSession refusals after which a session ends with 421 4.7.0
 * @param idleCommands commands that bring no mail forward (NOOP, RSET, HELP, VRFY, EHLO, a chunk without an octet...) after which a
 *     session ends with 421 4.7.0, counted anew from a transaction's first recipient and from an accepted message
 * @param messageBytes of one message, line ends counted as two; said in EHLO as SIZE; past it 552 5.3.4
 * @param contentLineBytes of one line of content without its line end; past it 554 5.6.0
 * @param commandTime from our reply to the end of the next command; past it 421 4.4.2 (RFC 5321 §4.5.3.2.7 asks for 5 minutes)
 * @param commandTimeUnderLoad the same while more than four fifths of {@code sessions} are in use
 * @param contentTime from one arrival of content to the next, past it 421 4.4.2
 * @param contentBytesPerSecond that content must bring on average, after its first minute (or {@code contentTime}, if that is less),
 *     the waits between chunks counted; below it 421 4.4.2; 0 for any pace
 * @param sessionTime after which a session ends with 421 4.4.2 once its transaction is over
 * @param replyTime until the client has taken our reply; past it the connection is closed
 * @param handshakeTime for TLS; past it the connection is closed
 * @param proxyTime until a listed front end begins its PROXY header, past it it is greeted as itself and may use XCLIENT; and from
 *     then until the header is whole, past it the connection is closed
 */
public record Limits(
        int sessions,
        int sessionsPerClient,
        int recipients,
        int errorsPerSession,
        int idleCommands,
        long messageBytes,
        int contentLineBytes,
        Duration commandTime,
        Duration commandTimeUnderLoad,
        Duration contentTime,
        int contentBytesPerSecond,
        Duration sessionTime,
        Duration replyTime,
        Duration handshakeTime,
        Duration proxyTime) {

    /** The defaults. */
    public static final Limits DEFAULT = new Limits(
            10_000,
            50,
            1_000,
            20,
            100,
            26_214_400,
            65_536,
            Duration.ofMinutes(5),
            Duration.ofSeconds(20),
            Duration.ofMinutes(5),
            500,
            Duration.ofHours(1),
            Duration.ofMinutes(1),
            Duration.ofSeconds(30),
            Duration.ofSeconds(2));

    public Limits {
        requireFrom("sessions", 1, sessions);
        requireFrom("sessionsPerClient", 1, sessionsPerClient);
        requireFrom("recipients", 1, recipients);
        requireFrom("errorsPerSession", 1, errorsPerSession);
        requireFrom("idleCommands", 1, idleCommands);
        requireFrom("messageBytes", 1, messageBytes);
        // RFC 5321 §4.5.3.1.6: 1,000 octets with CR LF.
        requireFrom("contentLineBytes", 998, contentLineBytes);
        requireFrom("contentBytesPerSecond", 0, contentBytesPerSecond);
        for (Duration time : new Duration[] {
            commandTime, commandTimeUnderLoad, contentTime, sessionTime, replyTime, handshakeTime, proxyTime
        }) {
            if (!time.isPositive()) {
                throw new IllegalArgumentException("a time is more than nothing: " + time);
            }
        }
    }

    /** The same with that many sessions at once. */
    public Limits withSessions(int atOnce) {
        return new Limits(
                atOnce,
                sessionsPerClient,
                recipients,
                errorsPerSession,
                idleCommands,
                messageBytes,
                contentLineBytes,
                commandTime,
                commandTimeUnderLoad,
                contentTime,
                contentBytesPerSecond,
                sessionTime,
                replyTime,
                handshakeTime,
                proxyTime);
    }

    /** Whether so many sessions are more than four fifths of all that there may be. */
    boolean isLoad(int sessionsNow) {
        return sessionsNow > sessions * 4L / 5;
    }

    private static void requireFrom(String name, long least, long value) {
        if (value < least) {
            throw new IllegalArgumentException(name + " is at least " + least + ": " + value);
        }
    }
}
