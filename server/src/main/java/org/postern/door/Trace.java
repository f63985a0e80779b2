package org.postern.door;

import java.time.ZonedDateTime;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import org.postern.config.Quarantine;
import org.postern.dns.DnsName;
import org.postern.finding.AuthenticationResults;
import org.postern.finding.Check;
import org.postern.finding.Finding;
import org.postern.finding.FindingsHeader;
import org.postern.finding.ReceivedSpf;
import org.postern.finding.Result;
import org.postern.message.Field;
import org.postern.policy.Action;
import org.postern.policy.Judged;
import org.postern.policy.Verdict;
import org.postern.smtp.Domain;
import org.postern.smtp.Envelope;
import org.postern.smtp.Greeting;
import org.postern.smtp.Mailbox;
import org.postern.smtp.server.Session;

/**
 * The header fields that we put before a message: what was found about who brought it (RFC 8601 §5: above all others, so that a reader
 * knows from where on they are ours), then where it came through.
 *
 * @param receivedSpf whether Received-SPF is wanted as well
 */
record Trace(
        Session session, Domain hostname, Optional<DnsName> confirmed, boolean receivedSpf, Quarantine quarantine) {
    /**
     * Fields of a message that would pass for ours: RFC 8601 §5. The mark that others sort by is among them, whatever it says: a stranger's
     * would put honest mail away, or tell that nothing was found.
     */
    Predicate<Field> forged() {
        return field -> AuthenticationResults.claims(field, hostname.name())
                || field.is(FindingsHeader.FIELD)
                || quarantine.mark().filter(mark -> field.is(mark.name())).isPresent();
    }

    /** All of them, CRLF line ends. */
    String fields(Optional<Verdict> verdict, Envelope envelope, String id, ZonedDateTime now) {
        return verdict.map(one -> found(one, envelope)).orElse("")
                + Received.field(session, confirmed, hostname, envelope, id, now);
    }

    private String found(Verdict verdict, Envelope envelope) {
        List<Finding> findings =
                verdict.findings().stream().map(Judged::finding).toList();
        String helo =
                session.greeting().map(Greeting::name).map(Greeting.Name::text).orElse("");
        String mailFrom = envelope.from() instanceof Mailbox mailbox ? mailbox.toString() : "";
        var client = new AuthenticationResults.Client(
                session.client().getAddress(), confirmed.map(DnsName::text), helo, mailFrom);
        return AuthenticationResults.of(hostname.name(), client, findings).field()
                + FindingsHeader.field(findings, verdict.word(), verdict.decidedBy())
                + mark(verdict)
                + (receivedSpf ? spf(findings, helo, mailFrom) : "");
    }

    /** What the programs of next hops sort by; what is held here has none, for it goes on as good mail or not at all. */
    private String mark(Verdict verdict) {
        boolean isJunk = verdict.action() == Action.QUARANTINE && quarantine.place() == Quarantine.Place.JUNK;
        return isJunk ? quarantine.mark().map(Quarantine.Mark::field).orElse("") : "";
    }

    /** RFC 7208 §9.1: of MAIL FROM, and of the greeting where there is no sender. */
    private String spf(List<Finding> findings, String helo, String mailFrom) {
        Check check = mailFrom.isEmpty() ? Check.SPF_HELO : Check.SPF;
        return findings.stream()
                .filter(finding -> finding.check() == check && finding.result() != Result.POLICY)
                .findFirst()
                .map(finding -> new ReceivedSpf(
                                finding.result(),
                                mailFrom.isEmpty() ? ReceivedSpf.Identity.HELO : ReceivedSpf.Identity.MAILFROM,
                                session.client().getAddress(),
                                helo,
                                mailFrom,
                                hostname.name().toLowerCase(Locale.ROOT),
                                "",
                                finding.text())
                        .field())
                .orElse("");
    }
}
