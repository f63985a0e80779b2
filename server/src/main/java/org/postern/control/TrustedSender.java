package org.postern.control;

import java.time.Instant;
import java.util.List;
import org.postern.finding.Check;
import org.postern.quarantine.Trust;
import org.postern.spool.MessageId;

/**
 * A sender whom the operator trusts.
 *
 * @param id the message of his that was released; by it the trust is taken back
 * @param sender an address, or a domain for all of its addresses
 * @param proof what must prove him: {@code spf example.org}, {@code organisation example.net}, {@code client 192.0.2.1/32}
 * @param checks whose findings put no message of his into quarantine
 */
public record TrustedSender(MessageId id, Instant since, String sender, String proof, List<String> checks) {
    public TrustedSender {
        checks = List.copyOf(checks);
    }

    static TrustedSender of(Trust trust) {
        return new TrustedSender(
                trust.message(),
                trust.since(),
                trust.sender().toString(),
                trust.proof().toString(),
                trust.checks().stream().sorted().map(Check::id).toList());
    }
}
