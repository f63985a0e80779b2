package org.postern.begin;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.postern.begin.Standing.Kind;
import org.postern.begin.Standing.State;
import org.postern.dns.Answer;
import org.postern.dns.Data;
import org.postern.dns.DnsName;
import org.postern.dns.RecordType;
import org.postern.dns.Resolver;
import org.postern.dns.ZoneLine;
import org.postern.finding.Result;
import org.postern.route.NextHop;
import org.postern.smtp.AddressLiteral;
import org.postern.smtp.Domain;
import org.postern.spf.Parsed;
import org.postern.spf.Spf;
import org.postern.spf.SpfQuery;
import org.postern.spf.SpfRecord;
import org.postern.spf.SpfResult;

/** Looks whether a name permits this host to send for it, RFC 7208, by the code that judges others. */
final class SpfRecords {
    private static final String VERSION = "v=spf1";

    private final Domain hostname;
    private final List<OwnAddress> own;
    private final Optional<NextHop.Host> smarthost;
    private final Resolver resolver;
    private final Clock clock;

    /**
     * @param own from where mail leaves; empty when that is not known
     * @param smarthost by whom it leaves instead
     */
    SpfRecords(
            Domain hostname, List<OwnAddress> own, Optional<NextHop.Host> smarthost, Resolver resolver, Clock clock) {
        this.hostname = hostname;
        this.own = smarthost.isPresent() ? List.of() : own;
        this.smarthost = smarthost;
        this.resolver = resolver;
        this.clock = clock;
    }

    /** Of the name that we greet by: §2.3. From there comes only what comes from its addresses. */
    Standing ofHost(DnsName name) {
        return look(name, VERSION + " a -all");
    }

    /** Of a domain that mail is from. What comes from elsewhere is doubtful, and no more until all of its senders are known. */
    Standing ofDomain(DnsName name) {
        if (smarthost.isEmpty()) {
            return look(name, VERSION + " mx ~all");
        }
        NextHop.Host host = smarthost.get();
        boolean isName = AddressLiteral.parseAddress(host.name()).isEmpty();
        String mechanism = isName ? "a:" : host.name().contains(":") ? "ip6:" : "ip4:";
        Standing standing = look(name, VERSION + " mx " + mechanism + host.name() + " ~all");
        return standing.noting(
                standing.note().isEmpty()
                        ? "mail leaves by " + host.name() + ": ask who runs it which include: this record needs"
                        : standing.note());
    }

    /** @param wanted what to publish where there is none */
    private Standing look(DnsName name, String wanted) {
        Answer answer = resolver.ask(name, RecordType.TXT);
        List<String> records =
                answer.texts().stream().filter(SpfRecords::isRecord).toList();
        List<String> publish = List.of(ZoneLine.text(name, wanted));
        if (answer.isFailed()) {
            return standing(name, State.UNKNOWN, answer.said(), publish, "");
        }
        if (records.isEmpty()) {
            return standing(name, State.MISSING, "no SPF record", publish, "");
        }
        String found = String.join(
                ", ",
                records.stream().map(text -> new Data.Text(text).toString()).toList());
        if (records.size() > 1) {
            // RFC 7208 §4.5.
            return standing(
                    name, State.OTHER, found, publish, "only one such record may stand there: put one in place of all");
        }
        String record = records.getFirst();
        if (SpfRecord.parse(record) instanceof Parsed.Malformed malformed) {
            return standing(
                    name,
                    State.OTHER,
                    found,
                    publish,
                    "it can't be read: \"" + malformed.term() + "\", " + malformed.why());
        }
        // What it wants of DNS beside it is looked at there.
        return record.equalsIgnoreCase(wanted)
                ? Standing.right(Kind.SPF, name.text(), found)
                : judged(name, record, found);
    }

    private Standing judged(DnsName name, String record, String found) {
        var refused = new ArrayList<InetAddress>();
        for (OwnAddress address : own) {
            SpfResult result = Spf.check(
                    resolver,
                    SpfQuery.mailFrom(
                            address.address(),
                            hostname.canonical(),
                            "postmaster",
                            name.text(),
                            hostname.canonical(),
                            clock));
            if (result.result() == Result.TEMPERROR) {
                return standing(name, State.UNKNOWN, found, List.of(), result.reason());
            }
            if (result.result() == Result.PERMERROR) {
                return standing(name, State.OTHER, found, List.of(), result.reason());
            }
            if (result.result() != Result.PASS) {
                refused.add(address.address());
            }
        }
        if (refused.isEmpty()) {
            return Standing.right(Kind.SPF, name.text(), found);
        }
        String note = "it does not permit "
                + String.join(
                        " and ", refused.stream().map(AddressLiteral::text).toList())
                + ": put this in its place";
        return standing(name, State.OTHER, found, List.of(ZoneLine.text(name, permitting(record, refused))), note);
    }

    /** Directives count in their order (§4.6.2), so what is new stands first. */
    private static String permitting(String record, List<InetAddress> addresses) {
        var amended = new StringBuilder(VERSION);
        for (InetAddress address : addresses) {
            amended.append(address instanceof Inet4Address ? " ip4:" : " ip6:").append(AddressLiteral.text(address));
        }
        return amended.append(record.substring(VERSION.length())).toString();
    }

    private static boolean isRecord(String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        return lower.equals(VERSION) || lower.startsWith(VERSION + " ");
    }

    private static Standing standing(DnsName name, State state, String found, List<String> publish, String note) {
        return new Standing(Kind.SPF, name.text(), state, found, publish, note);
    }
}
