package org.postern.queue;

import java.util.Optional;
import org.postern.smtp.EnhancedCode;
import org.postern.smtp.Reply;

/**
 * Why a recipient was not reached, for its sender and for the operator.
 *
 * @param status what kind of failure it is, RFC 3463
 * @param host who said so; empty when we did
 * @param reply its very words; empty when it said none
 * @param text in a sentence, fit for a terminal
 */
public record Diagnosis(EnhancedCode status, Optional<String> host, Optional<Reply> reply, String text) {
    /**
     * What we say ourselves.
     *
     * @param status as {@code 5.1.1}
     */
    public static Diagnosis of(String status, String text) {
        EnhancedCode code = EnhancedCode.parse(status).orElseThrow(() -> new IllegalArgumentException(status));
        return new Diagnosis(code, Optional.empty(), Optional.empty(), text);
    }

    /** What {@code host} said to {@code asked}. RFC 3463 §2: without an enhanced code of its own, its class alone is known. */
    public static Diagnosis of(String host, String asked, Reply reply) {
        EnhancedCode status = reply.enhanced().orElseGet(() -> new EnhancedCode(reply.isPermanent() ? 5 : 4, 0, 0));
        return new Diagnosis(status, Optional.of(host), Optional.of(reply), host + " said to " + asked + ": " + reply);
    }

    /** The same with other words. */
    Diagnosis saying(String other) {
        return new Diagnosis(status, host, reply, other);
    }
}
