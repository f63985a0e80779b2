package org.postern.policy;

import org.postern.finding.Check;
import org.postern.finding.Finding;
import org.postern.finding.Result;
import org.postern.greeting.FromDomain;
import org.postern.smtp.Reply;

/** How a client is told no: the code, the enhanced code (RFC 3463, RFC 7372) and what was found. */
final class Refusal {
    /** Of what a zone or a client wrote, so much is repeated to it. */
    private static final int MAX_TEXT = 400;

    private Refusal() {}

    static Reply of(Finding finding, Action action) {
        String text = finding.text();
        return reply(finding, action, text.length() > MAX_TEXT ? text.substring(0, MAX_TEXT) + "..." : text);
    }

    private static Reply reply(Finding finding, Action action, String text) {
        if (action == Action.GREYLIST) {
            return Reply.of(450, "4.7.1", "greylisted, come again later: " + text);
        }
        boolean reject = action == Action.REJECT;
        return switch (finding.check()) {
            // The greeting's own replies carry no enhanced code: RFC 2034 §4.
            case HELO_SYNTAX, HELO_BARE_IP -> reject ? Reply.of(501, text) : Reply.of(450, text);
            // RFC 7504 §4: and closes.
            case EARLY_TALK -> reject ? Reply.of(521, "5.7.1", text) : Reply.of(421, "4.7.0", text);
            // RFC 7372 §3.3.
            case IPREV -> reject ? Reply.of(550, "5.7.25", text) : Reply.of(451, "4.7.25", text);
            // RFC 7372 §3.2.
            case SPF_HELO, SPF ->
                finding.result() == Result.FAIL || finding.result() == Result.SOFTFAIL
                        ? reject ? Reply.of(550, "5.7.23", text) : Reply.of(451, "4.7.23", text)
                        : reject ? Reply.of(550, "5.7.24", text) : Reply.of(451, "4.7.24", text);
            case FROM_DOMAIN -> {
                // RFC 7505 §4.2.
                String detail = FromDomain.isNullMx(finding) ? "7.27" : "1.8";
                yield reject ? Reply.of(550, "5." + detail, text) : Reply.of(451, "4." + detail, text);
            }
            // RFC 7372 §3.1: no signature passed.
            case DKIM -> reject ? Reply.of(550, "5.7.20", text) : Reply.of(451, "4.7.20", text);
            // RFC 8617 §7.2.
            case ARC -> reject ? Reply.of(550, "5.7.29", text) : Reply.of(451, "4.7.29", text);
            // RFC 7372 §3.4: SPF and DKIM, both.
            case DMARC -> reject ? Reply.of(550, "5.7.26", text) : Reply.of(451, "4.7.26", text);
            case FILTER -> reject ? Reply.of(550, "5.7.1", text) : Reply.of(451, "4.7.1", text);
            case OWN_LIST,
                    HELO_FQDN,
                    HELO_SELF,
                    HELO_LITERAL,
                    HELO_RESOLVES,
                    HELO_MATCHES,
                    HELO_RDNS,
                    HELO_DYNAMIC,
                    HELO_CHANGED,
                    DNSBL,
                    DNSWL -> reject ? Reply.of(550, "5.7.1", text) : Reply.of(450, "4.7.1", text);
        };
    }

    /** Whether a check that fails breaks the protocol itself, and is answered when it is found. */
    static boolean isProtocol(Check check) {
        return check == Check.EARLY_TALK || check == Check.HELO_SYNTAX || check == Check.HELO_BARE_IP;
    }
}
