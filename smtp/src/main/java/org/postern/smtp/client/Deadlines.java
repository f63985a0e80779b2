package org.postern.smtp.client;

import java.time.Duration;

/**
 * How long each step may take, from its first octet to its last, however slowly they come: RFC 5321 §4.5.3.2.
 *
 * @param connect until the connection stands
 * @param banner §4.5.3.2.1
 * @param greeting EHLO, HELO, LHLO
 * @param handshake of TLS
 * @param mail §4.5.3.2.2
 * @param rcpt §4.5.3.2.3, each
 * @param data §4.5.3.2.4
 * @param block §4.5.3.2.5: until the other side has taken 64 KiB of content
 * @param end §4.5.3.2.6: after the final dot
 * @param other RSET, NOOP, QUIT
 */
public record Deadlines(
        Duration connect,
        Duration banner,
        Duration greeting,
        Duration handshake,
        Duration mail,
        Duration rcpt,
        Duration data,
        Duration block,
        Duration end,
        Duration other) {
    /** The RFC's, and for what it doesn't mention what others take. */
    public static final Deadlines DEFAULT = new Deadlines(
            Duration.ofSeconds(30),
            Duration.ofMinutes(5),
            Duration.ofMinutes(5),
            Duration.ofMinutes(1),
            Duration.ofMinutes(5),
            Duration.ofMinutes(5),
            Duration.ofMinutes(2),
            Duration.ofMinutes(3),
            Duration.ofMinutes(10),
            Duration.ofSeconds(20));

    /** {@code each} for every step. */
    public static Deadlines of(Duration each) {
        return new Deadlines(each, each, each, each, each, each, each, each, each, each);
    }

    /** These with another time to connect. */
    public Deadlines withConnect(Duration time) {
        return new Deadlines(time, banner, greeting, handshake, mail, rcpt, data, block, end, other);
    }
}
