package org.postern.finding;

import java.time.Duration;
import org.postern.dns.Answer;

/**
 * A question and its answer, on which a finding rests, in words.
 *
 * @param question as {@code A mail.example.com}
 * @param answer as {@code 192.0.2.10}, {@code no such name}, {@code timed out}
 * @param ttl how long it may be believed from the time of the finding
 * @param time how long it took
 * @param server who said so
 * @param dnssec as {@code secure}
 */
public record Evidence(
        String question, String answer, Duration ttl, Duration time, String server, Answer.Security dnssec) {
    /** What {@code answer} was. */
    public static Evidence of(Answer answer) {
        return new Evidence(
                answer.question().toString(),
                answer.said(),
                answer.ttl(),
                answer.time(),
                answer.server(),
                answer.security());
    }

    /** What a program beside us said, that is no name server: it holds for this once. */
    public static Evidence of(String question, String answer, Duration time, String server) {
        return new Evidence(question, answer, Duration.ZERO, time, server, Answer.Security.UNCHECKED);
    }
}
