package org.postern.quarantine;

import org.postern.finding.Check;

/** What it means that a check did not come out well, for who does not know mail: a sentence with its full stop. */
final class Meaning {
    /** Of what nothing was kept. */
    static final String UNTOLD = "Something about the computer that brought it is not as it should be.";

    private Meaning() {}

    static String of(Check check) {
        return switch (check) {
            case OWN_LIST -> "The operator of this server has put its sender on a list.";
            case EARLY_TALK -> "The computer that brought it does not keep to the rules of mail: it spoke out of turn.";
            case HELO_SYNTAX, HELO_BARE_IP, HELO_FQDN, HELO_LITERAL, HELO_CHANGED ->
                "The computer that brought it did not say a proper name, as mail servers do.";
            case HELO_SELF -> "The computer that brought it said our name in place of its own.";
            case HELO_RESOLVES -> "The computer that brought it said a name that does not exist.";
            case HELO_MATCHES, HELO_RDNS ->
                "The computer that brought it said a name that belongs to another one, or to none.";
            case IPREV -> "The computer that brought it has no proper name in the Internet, as mail servers have.";
            case HELO_DYNAMIC ->
                "The computer that brought it looks like one of a home or an office, not like a mail server.";
            case SPF_HELO -> "The owner of the name that it was sent by does not know the computer that brought it.";
            case DNSBL -> "The computer that brought it is on a list of those that send unwanted mail.";
            case DNSWL -> "The computer that brought it is not on a list of those that are known.";
            case FROM_DOMAIN -> "No answer could reach its sender: the sender's domain takes no mail, or is not there.";
            case SPF -> "The owner of the sender's domain does not send mail from that computer: it may be forged.";
            case DKIM -> "Its signature is not right: it may have been changed on its way, or be forged.";
            case ARC -> "What others say who handed it on can't be believed.";
            case DMARC -> "The owner of the author's domain does not vouch for it: its author may be forged.";
            case FILTER -> "A filter finds that it looks like unwanted mail.";
        };
    }
}
