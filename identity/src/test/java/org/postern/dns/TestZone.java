package org.postern.dns;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.postern.dns.Answer.Security;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.ExtendedErrorCodeOption;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Master;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.RRset;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.SetResponse;
import org.xbill.DNS.Type;
import org.xbill.DNS.Zone;

/**
 * The names of a test, in the notation of zone files with all names absolute, under a root of its own. Answers as a recursive server
 * would, aliases followed; {@code A} or {@code TXT} questions for names that it was told to fail get that error.
 */
public final class TestZone {
    private static final String ROOT = """
        $TTL 300
        . SOA ns.root.test. ann.root.test. 1 3600 600 86400 60
        . NS ns.root.test.
        ns.root.test. A 127.0.0.1
        """;

    private final Zone zone;
    private final Map<Question, Integer> codes = new ConcurrentHashMap<>();
    private final Map<DnsName, ExtendedErrorCodeOption> reasons = new ConcurrentHashMap<>();

    /** Reads {@code records}. */
    public TestZone(String records) {
        try {
            var all = new ArrayList<Record>();
            var master = new Master(
                    new ByteArrayInputStream((ROOT + records).getBytes(StandardCharsets.ISO_8859_1)), Name.root);
            for (Record record = master.nextRecord(); record != null; record = master.nextRecord()) {
                all.add(record);
            }
            zone = new Zone(Name.root, all.toArray(new Record[0]));
        } catch (IOException problem) {
            throw new UncheckedIOException(problem);
        }
    }

    /** From now on that question gets {@code rcode}, as {@code SERVFAIL}. */
    public TestZone failing(RecordType type, String name, String rcode) {
        codes.put(new Question(new DnsName(name), type), Rcode.value(rcode));
        return this;
    }

    /** From now on a failure for {@code name} says why: RFC 8914. */
    public TestZone explaining(String name, int code, String text) {
        reasons.put(new DnsName(name), new ExtendedErrorCodeOption(code, text));
        return this;
    }

    /** Asks the zone itself, with nothing between. Its time is always a millisecond, its server {@code zone}. */
    public Resolver resolver() {
        return questions -> questions.stream()
                .map(question -> Replies.answer(
                        question, reply(query(question)), "zone", Duration.ofMillis(1), Security.UNCHECKED))
                .toList();
    }

    /** Counts the questions. */
    public static final class Counting implements Resolver {
        private final Resolver resolver;
        private final Map<Question, Integer> asked = new HashMap<>();

        /** Asks {@code resolver}. */
        public Counting(Resolver resolver) {
            this.resolver = resolver;
        }

        @Override
        public synchronized List<Answer> ask(List<Question> questions) {
            questions.forEach(question -> asked.merge(question, 1, Integer::sum));
            return resolver.ask(questions);
        }

        /** How often each was asked. */
        public synchronized Map<Question, Integer> asked() {
            return Map.copyOf(asked);
        }
    }

    static Message query(Question question) {
        return Message.newQuery(
                Record.newRecord(question.name().name(), question.type().number(), DClass.IN));
    }

    /** What a server with these names says to {@code query}. */
    Message reply(Message query) {
        Record asked = query.getQuestion();
        var reply = new Message(query.getHeader().getID());
        reply.getHeader().setFlag(Flags.QR);
        reply.getHeader().setFlag(Flags.RD);
        reply.getHeader().setFlag(Flags.RA);
        reply.addRecord(asked, Section.QUESTION);
        Integer code = codes.get(new Question(DnsName.of(asked.getName()), type(asked.getType())));
        if (code != null) {
            reply.getHeader().setRcode(code);
            ExtendedErrorCodeOption reason = reasons.get(DnsName.of(asked.getName()));
            if (reason != null) {
                reply.addRecord(new OPTRecord(1_232, 0, 0, 0, List.of(reason)), Section.ADDITIONAL);
            }
            return reply;
        }
        Name name = asked.getName();
        for (int aliases = 0; aliases < 20; aliases++) {
            SetResponse found = zone.findRecords(name, asked.getType());
            if (found.isCNAME()) {
                CNAMERecord alias = found.getCNAME();
                reply.addRecord(
                        Record.newRecord(name, Type.CNAME, DClass.IN, alias.getTTL(), alias.rdataToWireCanonical()),
                        Section.ANSWER);
                name = alias.getTarget();
                continue;
            }
            if (found.isSuccessful()) {
                for (RRset set : found.answers()) {
                    set.rrs().forEach(record -> reply.addRecord(record, Section.ANSWER));
                }
                return reply;
            }
            if (found.isNXDOMAIN()) {
                reply.getHeader().setRcode(Rcode.NXDOMAIN);
            }
            reply.addRecord(zone.getSOA(), Section.AUTHORITY);
            return reply;
        }
        return reply;
    }

    private static RecordType type(int number) {
        for (RecordType type : RecordType.values()) {
            if (type.number() == number) {
                return type;
            }
        }
        return RecordType.A;
    }
}
