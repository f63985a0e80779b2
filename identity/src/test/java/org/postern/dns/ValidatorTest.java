package org.postern.dns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postern.dns.Answer.Security;
import org.postern.dns.DnsSettings.Dnssec;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.DNSKEYRecord;
import org.xbill.DNS.DNSSEC;
import org.xbill.DNS.DSRecord;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.RRSIGRecord;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** Against zones that make it dear to validate: KeyTrap, CVE-2023-50387. */
@Tag("dns-2")
class ValidatorTest {
    private static final Name TRAP = Name.fromConstantString("trap.test.");
    private static final Duration DEADLINE = Duration.ofSeconds(15);
    private static final int TAG = 12_345;

    private final Random random = new Random(1);
    private NameServer server;

    @BeforeEach
    void start() throws IOException {
        server = NameServer.with(new TestZone(""));
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    private CachingResolver resolver(DNSKEYRecord anchor) {
        var ds = new DSRecord(TRAP, DClass.IN, 300, DNSSEC.Digest.SHA256, anchor);
        return new CachingResolver(DnsSettings.of(List.of(server.address()))
                .with(Dnssec.VALIDATE)
                .withTrustAnchors(ds.toString())
                .with(Duration.ofSeconds(5), DEADLINE));
    }

    /** An RSA key that fits no signature, with the tag {@link #TAG}. */
    private DNSKEYRecord key() {
        byte[] octets = new byte[3 + 1 + 256];
        random.nextBytes(octets);
        octets[0] = 3;
        octets[1] = 1;
        octets[2] = 0;
        octets[3] = 1;
        octets[4] |= (byte) 0x80;
        octets[100] = 0;
        octets[101] = 0;
        // RFC 4034 appendix B: a sum, so one pair of octets makes it what it should be, give or take a carry.
        int missing = TAG - key(octets).getFootprint();
        for (int pair = missing - 1; pair <= missing + 1; pair++) {
            octets[100] = (byte) (pair >> 8);
            octets[101] = (byte) pair;
            if (key(octets).getFootprint() == TAG) {
                return key(octets);
            }
        }
        throw new AssertionError("no such key");
    }

    private static DNSKEYRecord key(byte[] octets) {
        return new DNSKEYRecord(
                TRAP, DClass.IN, 300, 0x101, DNSKEYRecord.Protocol.DNSSEC, DNSSEC.Algorithm.RSASHA256, octets.clone());
    }

    private List<Record> keys(int count) {
        var keys = new ArrayList<Record>();
        for (int i = 0; i < count; i++) {
            keys.add(key());
        }
        return keys;
    }

    private List<Record> signatures(Name of, int type, int count) {
        var signatures = new ArrayList<Record>();
        for (int i = 0; i < count; i++) {
            byte[] octets = new BigInteger(2_040, random).toByteArray();
            signatures.add(new RRSIGRecord(
                    of,
                    DClass.IN,
                    300,
                    type,
                    DNSSEC.Algorithm.RSASHA256,
                    300,
                    Instant.now().plusSeconds(1_000),
                    Instant.now().minusSeconds(1_000),
                    TAG,
                    TRAP,
                    octets));
        }
        return signatures;
    }

    private static Message reply(Message query, int code, List<Record> records) {
        var reply = new Message(query.getHeader().getID());
        reply.getHeader().setFlag(Flags.QR);
        reply.getHeader().setRcode(code);
        reply.addRecord(query.getQuestion(), Section.QUESTION);
        records.forEach(record -> reply.addRecord(record, Section.ANSWER));
        return reply;
    }

    private UnaryOperator<Message> trap(List<Record> keys, int signatures) {
        List<Record> keySet = new ArrayList<>(keys);
        keySet.addAll(signatures(TRAP, Type.DNSKEY, signatures));
        return query -> {
            Name name = query.getQuestion().getName();
            if (query.getQuestion().getType() == Type.DNSKEY) {
                return reply(query, Rcode.NOERROR, keySet);
            }
            var answer = new ArrayList<Record>();
            answer.add(new ARecord(name, DClass.IN, 300, InetAddress.getLoopbackAddress()));
            if (name.subdomain(TRAP)) {
                answer.addAll(signatures(name, Type.A, signatures));
            }
            return reply(query, Rcode.NOERROR, answer);
        };
    }

    @ParameterizedTest
    @CsvSource({
        "80, 60, more than 24 keys of one zone",
        "20, 60, more than 2 keys with one tag",
        "2, 200, more than 200 signatures for one answer",
        "2, 99, SERVFAIL (",
        "1, 1, SERVFAIL ("
    })
    void keyTrapGetsNoAnswerAndSoon(int keys, int signatures, String said) throws Exception {
        List<Record> all = keys(keys);
        // The DS leads to one, and all have its tag.
        server.answer(trap(all, signatures));
        CachingResolver resolver = resolver((DNSKEYRecord) all.getFirst());
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            long start = System.nanoTime();
            var trapped = threads.submit(() -> resolver.ask(new DnsName("www.trap.test"), RecordType.A));
            for (int i = 0; i < 20; i++) {
                // Not below the anchor.
                Answer other = resolver.ask(new DnsName("n" + i + ".test"), RecordType.A);
                assertThat(other.said()).isEqualTo("127.0.0.1");
                assertThat(other.security()).isEqualTo(Security.INSECURE);
            }
            Answer answer = trapped.get();
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(DEADLINE.multipliedBy(4));
            assertThat(answer.isFailed()).isTrue();
            assertThat(answer.said()).contains(said);
            assertThat(answer.security()).isEqualTo(said.startsWith("S") ? Security.BOGUS : Security.UNCHECKED);
        }
    }

    // Many in the trap at once cost no more than their own time.
    @Test
    void manyInTheTrapLeaveRoomForOthers() throws Exception {
        List<Record> all = keys(2);
        server.answer(trap(all, 90));
        CachingResolver resolver = resolver((DNSKEYRecord) all.getFirst());
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 100; i++) {
                String name = "n" + i + ".trap.test";
                threads.execute(() -> resolver.ask(new DnsName(name), RecordType.A));
            }
            long start = System.nanoTime();
            assertThat(resolver.ask(new DnsName("other.test"), RecordType.A).said())
                    .isEqualTo("127.0.0.1");
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(DEADLINE.multipliedBy(4));
        }
    }

    @Test
    void serverThatFailsInBetweenMakesNothingBogus() {
        List<Record> all = keys(1);
        UnaryOperator<Message> trap = trap(all, 1);
        server.answer(query ->
                query.getQuestion().getType() == Type.A ? trap.apply(query) : reply(query, Rcode.SERVFAIL, List.of()));
        Answer answer = resolver((DNSKEYRecord) all.getFirst()).ask(new DnsName("www.trap.test"), RecordType.A);
        assertThat(answer.said()).isEqualTo("SERVFAIL");
        assertThat(answer.security()).isEqualTo(Security.UNCHECKED);
    }

    // The validator passes over what it can't ask when a name is said not to be; what it then says is no verdict.
    @Test
    void serverThatFailsInBetweenMakesNothingInsecure() {
        List<Record> all = keys(1);
        server.answer(query ->
                query.getQuestion().getType() == Type.A ? negative(query) : reply(query, Rcode.SERVFAIL, List.of()));
        Answer answer = resolver((DNSKEYRecord) all.getFirst()).ask(new DnsName("www.trap.test"), RecordType.A);
        assertThat(answer.said()).isEqualTo("SERVFAIL");
        assertThat(answer.security()).isEqualTo(Security.UNCHECKED);
    }

    private static Message negative(Message query) {
        Message reply = reply(query, Rcode.NXDOMAIN, List.of());
        reply.addRecord(new SOARecord(TRAP, DClass.IN, 300, TRAP, TRAP, 1, 1, 1, 1, 60), Section.AUTHORITY);
        return reply;
    }

    @Test
    void serverThatFallsSilentInBetweenIsAFailureInTime() {
        List<Record> all = keys(1);
        UnaryOperator<Message> trap = trap(all, 1);
        server.answer(query -> {
            if (query.getQuestion().getType() != Type.A) {
                server.behave(NameServer.Manner.MUTE);
            }
            return trap.apply(query);
        });
        long start = System.nanoTime();
        Answer answer = resolver((DNSKEYRecord) all.getFirst()).ask(new DnsName("www.trap.test"), RecordType.A);
        assertThat(answer.said()).isEqualTo("timed out");
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(DEADLINE.multipliedBy(4));
    }

    @Test
    void questionsForOneAnswerAreCounted() {
        server.serve(new TestZone("a.test. A 192.0.2.1\n"));
        var wire = new Wire(server.address(), Duration.ofSeconds(2), 0);
        var validation =
                new Validation(wire, System.nanoTime() + Duration.ofSeconds(60).toNanos());
        Message query = TestZone.query(new Question(new DnsName("a.test"), RecordType.A));
        for (int i = 0; i < Validation.MAX_QUESTIONS; i++) {
            assertThat(validation.ask(query).join().getRcode()).isEqualTo(Rcode.NOERROR);
        }
        assertThatThrownBy(() -> validation.ask(query).get())
                .isInstanceOf(ExecutionException.class)
                .hasMessageContaining("40 questions");
        assertThat(validation.problem())
                .hasValueSatisfying(words -> assertThat(words).contains("40 questions"));
    }

    // Without one, everything would pass for not signed.
    @ParameterizedTest
    @ValueSource(strings = {"", "test. IN A 192.0.2.1", "test. IN DS never"})
    void withoutAnAnchorNothingIsValidated(String anchors) {
        DnsSettings settings =
                DnsSettings.of(List.of(server.address())).with(Dnssec.VALIDATE).withTrustAnchors(anchors);
        assertThatThrownBy(() -> new CachingResolver(settings))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("anchor");
    }
}
