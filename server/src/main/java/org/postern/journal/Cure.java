package org.postern.journal;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.postern.finding.Check;
import org.postern.finding.Finding;
import org.postern.finding.Result;
import org.postern.policy.Judged;

/** What the owner of a host, a name or a domain should change, so that its mail is believed; each a sentence without its full stop. */
public final class Cure {
    private Cure() {}

    /** For what is not as it should be, the check that decided first; empty when all is well. */
    public static List<String> of(Entry.Transaction one) {
        Set<String> cures = new LinkedHashSet<>();
        var decided = new ArrayList<Finding>();
        var others = new ArrayList<Finding>();
        for (Judged judged : Recorded.findings(one)) {
            Finding finding = judged.finding();
            if (isFault(finding)) {
                boolean decides = finding.check().id().equals(one.decided().by());
                (decides ? decided : others).add(finding);
            }
        }
        decided.forEach(finding -> cures.add(of(finding, one.caller())));
        others.forEach(finding -> cures.add(of(finding, one.caller())));
        return List.copyOf(cures);
    }

    /** A name that is only unlike another is no fault by itself. */
    private static boolean isFault(Finding finding) {
        return switch (finding.result()) {
            case FAIL, SOFTFAIL, PERMERROR, TEMPERROR ->
                finding.check() != Check.HELO_RDNS && finding.check() != Check.DNSWL;
            case NONE, PASS, NEUTRAL, POLICY -> false;
        };
    }

    private static String of(Finding finding, Entry.Caller caller) {
        if (finding.result() == Result.TEMPERROR) {
            return "for " + finding.check().id() + ": see that the name servers asked about it answer ("
                    + finding.text() + ")";
        }
        String client = caller.client();
        String name = caller.name();
        return switch (finding.check()) {
            case OWN_LIST -> "ask the operator of this server to take it off the list (" + finding.text() + ")";
            case EARLY_TALK ->
                "the program that sends must wait for the banner, and for each reply to a greeting,"
                        + " before it says more (RFC 5321 section 4.3.1)";
            case HELO_SYNTAX -> "greet by a full host name, as EHLO mail.example.com: letters, digits and hyphens only";
            case HELO_BARE_IP -> "greet by a host name; an address is written in brackets, as EHLO " + literal(client);
            case HELO_FQDN ->
                "greet by a full host name that the public DNS knows, in place of " + name
                        + " (Postfix: myhostname or smtp_helo_name)";
            case HELO_SELF -> "greet by its own name, not by that of the server it talks to";
            case HELO_LITERAL -> "greet by its own address, " + literal(client) + ", or better by its host name";
            case HELO_RESOLVES ->
                "publish an address for " + name + ": " + record(client, name) + "; or greet by a name that has one";
            case HELO_MATCHES ->
                "let " + name + " lead to " + client + ": " + record(client, name) + "; or greet by the name that does";
            case IPREV ->
                finding.result() == Result.PERMERROR
                        ? "ask the owner of " + client + " (its provider) to set a PTR record to "
                                + (name.contains(".") ? name : "its host name") + ", and let that name lead back to "
                                + client
                        : "let the name of the PTR record of " + client + " lead back to " + client
                                + ", or have the PTR changed to the name that does";
            case HELO_DYNAMIC ->
                "send from a static address whose PTR is a name like mail.example.com; what looks"
                        + " dynamic is believed by few";
            case HELO_CHANGED -> "greet by one name throughout a session";
            case SPF_HELO ->
                "let the SPF record of " + name + " permit " + client + ": v=spf1 "
                        + (client.contains(":") ? "ip6:" : "ip4:") + client + " -all, or v=spf1 a -all";
            case SPF ->
                "let the SPF record of " + finding.subject(0) + " permit " + client + ", or send by a host"
                        + " that it permits";
            case DNSBL ->
                "see " + finding.subject(0) + " for why " + client + " is listed, mend that, and ask to be"
                        + " taken off";
            case FROM_DOMAIN -> "send from a domain that takes mail: an MX or an address record, and no null MX";
            case DKIM ->
                "sign anew, with a key whose record stands in DNS, and change nothing afterwards (" + finding.text()
                        + ")";
            case ARC -> "who sends the message on should seal it as RFC 8617 section 5.1 says";
            case DMARC ->
                finding.result() == Result.PERMERROR
                        ? "write one From field with one address, and one DMARC record that makes sense"
                        : "sign by DKIM as " + finding.subject(0)
                                + ", or send from an address that its SPF record permits"
                                + " with a MAIL FROM of that domain";
            case FILTER -> "see what the filter did not like (" + finding.text() + ")";
            case HELO_RDNS, DNSWL -> finding.text();
        };
    }

    /** RFC 5321 §4.1.3. */
    private static String literal(String client) {
        return client.contains(":") ? "[IPv6:" + client + "]" : "[" + client + "]";
    }

    private static String record(String client, String name) {
        return name + (client.contains(":") ? " AAAA " : " A ") + client;
    }
}
