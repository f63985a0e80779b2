package org.postern.dns;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.postern.dns.Answer.Security;
import org.postern.dns.Answer.Status;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.EDNSOption;
import org.xbill.DNS.ExtendedErrorCodeOption;
import org.xbill.DNS.MXRecord;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.PTRRecord;
import org.xbill.DNS.RRSIGRecord;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.TXTRecord;
import org.xbill.DNS.Type;

/** Makes an {@link Answer} of a server's message. */
final class Replies {
    /** Longer chains of aliases than this are taken for a loop. */
    private static final int MAX_ALIASES = 8;

    /** However many records a server sends, so many are looked at. */
    private static final int MAX_RECORDS = 500;

    /** RFC 2181 §8, RFC 8767 §4: no record is believed for longer. */
    private static final Duration LONGEST = Duration.ofDays(1);

    /** RFC 2308 §5: no negative answer is. */
    private static final Duration LONGEST_NEGATIVE = Duration.ofHours(1);

    /** However much a server has to say about its failure, in characters. */
    private static final int MAX_WORDS = 200;

    private Replies() {}

    static Answer answer(Question question, Message reply, String server, Duration time, Security security) {
        int code = reply.getRcode();
        if (code != Rcode.NOERROR && code != Rcode.NXDOMAIN) {
            return failed(question, server, time, security, refusal(reply));
        }
        List<Record> records = reply.getSection(Section.ANSWER);
        var aliases = new ArrayList<DnsName>();
        Name name = question.name().name();
        long ttl = LONGEST.toSeconds();
        Optional<CNAMERecord> next = alias(records, name);
        while (next.isPresent()) {
            if (aliases.size() == MAX_ALIASES) {
                return failed(
                        question, server, time, security, "more than " + MAX_ALIASES + " aliases, or a loop of them");
            }
            ttl = Math.min(ttl, next.get().getTTL());
            name = next.get().getTarget();
            aliases.add(DnsName.of(name));
            next = alias(records, name);
        }
        var data = new ArrayList<Data>();
        for (Record record : records.subList(0, Math.min(records.size(), MAX_RECORDS))) {
            // Nothing of another name counts, whatever else the message holds.
            if (record.getType() == question.type().number() && record.getName().equals(name)) {
                data.add(data(record));
                ttl = Math.min(ttl, record.getTTL());
            }
        }
        if (!data.isEmpty()) {
            if (security == Security.SECURE) {
                ttl = Math.min(ttl, signed(records));
            }
            return new Answer(
                    question, Status.FOUND, data, aliases, Duration.ofSeconds(ttl), time, server, security, "");
        }
        return new Answer(
                question,
                code == Rcode.NXDOMAIN ? Status.NO_SUCH_NAME : Status.NO_DATA,
                List.of(),
                aliases,
                negativeTtl(reply),
                time,
                server,
                security,
                "");
    }

    static Answer failed(Question question, String server, Duration time, Security security, String problem) {
        return new Answer(
                question, Status.FAILED, List.of(), List.of(), Duration.ZERO, time, server, security, problem);
    }

    private static Optional<CNAMERecord> alias(List<Record> records, Name name) {
        for (Record record : records) {
            if (record instanceof CNAMERecord alias && alias.getName().equals(name)) {
                return Optional.of(alias);
            }
        }
        return Optional.empty();
    }

    /** RFC 4035 §5.3.3: nothing is believed for longer than it was signed for. */
    private static long signed(List<Record> records) {
        long ttl = LONGEST.toSeconds();
        for (Record record : records) {
            if (record instanceof RRSIGRecord signature) {
                long left =
                        Duration.between(Instant.now(), signature.getExpire()).toSeconds();
                ttl = Math.min(ttl, Math.min(signature.getOrigTTL(), Math.max(0, left)));
            }
        }
        return ttl;
    }

    private static Data data(Record record) {
        return switch (record) {
            case ARecord a -> new Data.Address(a.getAddress());
            case AAAARecord aaaa -> new Data.Address(aaaa.getAddress());
            case PTRRecord pointer -> new Data.Pointer(DnsName.of(pointer.getTarget()));
            case MXRecord exchange -> new Data.Exchange(exchange.getPriority(), DnsName.of(exchange.getTarget()));
            case TXTRecord text -> new Data.Text(joined(text));
            default -> throw new IllegalArgumentException("not asked for: " + Type.string(record.getType()));
        };
    }

    private static String joined(TXTRecord text) {
        var octets = new StringBuilder();
        text.getStringsAsByteArrays().forEach(string -> octets.append(new String(string, ISO_8859_1)));
        return octets.toString();
    }

    /** RFC 2308 §5: the smaller of the SOA's own time and its minimum; without one it is not to be remembered. */
    private static Duration negativeTtl(Message reply) {
        return reply.getSection(Section.AUTHORITY).stream()
                .filter(SOARecord.class::isInstance)
                .map(SOARecord.class::cast)
                .findFirst()
                .map(soa -> Duration.ofSeconds(
                        Math.min(Math.min(soa.getTTL(), soa.getMinimum()), LONGEST_NEGATIVE.toSeconds())))
                .orElse(Duration.ZERO);
    }

    /** A server's failure in its words, with what it adds (RFC 8914): one line of visible ASCII, of bounded length. */
    static String refusal(Message reply) {
        var words = new StringBuilder(Rcode.string(reply.getRcode()));
        errors(reply).findFirst().ifPresent(error -> {
            words.append(" (").append(ExtendedErrorCodeOption.text(error.getErrorCode()));
            if (error.getText() != null && !error.getText().isEmpty()) {
                words.append(": ").append(harmless(error.getText()));
            }
            words.append(')');
        });
        return words.toString();
    }

    /** Whether the server failed because signatures do not hold. */
    static boolean saysBogus(Message reply) {
        return errors(reply).anyMatch(error -> switch (error.getErrorCode()) {
            case ExtendedErrorCodeOption.DNSSEC_BOGUS,
                    ExtendedErrorCodeOption.SIGNATURE_EXPIRED,
                    ExtendedErrorCodeOption.SIGNATURE_NOT_YET_VALID,
                    ExtendedErrorCodeOption.DNSKEY_MISSING,
                    ExtendedErrorCodeOption.RRSIGS_MISSING,
                    ExtendedErrorCodeOption.NO_ZONE_KEY_BIT_SET,
                    ExtendedErrorCodeOption.NSEC_MISSING -> true;
            default -> false;
        });
    }

    private static Stream<ExtendedErrorCodeOption> errors(Message reply) {
        OPTRecord options = reply.getOPT();
        return (options == null ? List.<EDNSOption>of() : options.getOptions())
                .stream().filter(ExtendedErrorCodeOption.class::isInstance).map(ExtendedErrorCodeOption.class::cast);
    }

    private static String harmless(String text) {
        var safe = new StringBuilder();
        text.chars().limit(MAX_WORDS).forEach(c -> safe.append(c < ' ' || c > '~' ? '?' : (char) c));
        return safe.append(text.length() > MAX_WORDS ? "..." : "").toString();
    }
}
