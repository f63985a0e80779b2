package org.postern.dns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.UnixOperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.postern.dns.Answer.Security;
import org.postern.dns.Answer.Status;
import org.postern.dns.DnsSettings.Dnssec;
import org.xbill.DNS.ExtendedErrorCodeOption;

/** Against a small server on loopback. */
@Tag("dns-1")
class CachingResolverTest {
    private static final String ZONE = """
        mail.good.test. A 192.0.2.10
        mail.good.test. AAAA 2001:db8::10
        good.test. MX 10 mail.good.test.
        null.test. MX 0 .
        good.test. TXT "v=spf1 " "a -all"
        alias.test. CNAME other.test.
        other.test. 120 CNAME mail.good.test.
        odd\\032name\\010.test. A 192.0.2.11
        10.2.0.192.in-addr.arpa. PTR mail.good.test.
        11.2.0.192.in-addr.arpa. PTR odd\\032na\\(me\\010.test.
        a.loop.test. CNAME b.loop.test.
        b.loop.test. CNAME a.loop.test.
        short.test. 1 A 192.0.2.12
        """;

    /** No machine is so slow: whoever takes longer waits for what never comes. */
    private static final Duration HANG = Duration.ofSeconds(60);

    private final TestZone zone = new TestZone(ZONE)
            .failing(RecordType.A, "broken.test", "SERVFAIL")
            .failing(RecordType.A, "refused.test", "REFUSED")
            .failing(RecordType.TXT, "bogus.test", "SERVFAIL")
            .explaining("bogus.test", ExtendedErrorCodeOption.SIGNATURE_EXPIRED, "for\r\nged " + "x".repeat(500));
    private final AtomicLong now = new AtomicLong(5_000_000_000L);
    private NameServer server;

    @BeforeEach
    void start() throws IOException {
        server = NameServer.with(zone);
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    private CachingResolver resolver(InetSocketAddress... servers) {
        return resolver(DnsSettings.of(List.of(servers))
                .with(Dnssec.OFF)
                .with(Duration.ofMillis(1_200), Duration.ofSeconds(10)));
    }

    private CachingResolver resolver(DnsSettings settings) {
        return new CachingResolver(
                settings.servers().stream()
                        .<Exchange>map(one -> new ServerExchange(one, settings))
                        .toList(),
                settings,
                now::get);
    }

    private static Question question(RecordType type, String name) {
        return new Question(new DnsName(name), type);
    }

    private void pass(Duration time) {
        now.addAndGet(time.toNanos());
    }

    @Test
    void eachTypeIsRead() {
        CachingResolver resolver = resolver(server.address());
        assertThat(resolver.ask(List.of(
                        question(RecordType.A, "mail.good.test"),
                        question(RecordType.AAAA, "mail.good.test"),
                        question(RecordType.MX, "good.test"),
                        question(RecordType.TXT, "good.test"),
                        question(RecordType.PTR, "10.2.0.192.in-addr.arpa"))))
                .extracting(Answer::said)
                .containsExactly(
                        "192.0.2.10", "2001:db8::10", "10 mail.good.test", "\"v=spf1 a -all\"", "mail.good.test");
        assertThat(resolver.ask(question(RecordType.MX, "null.test"))
                        .exchanges()
                        .getFirst()
                        .isNull())
                .isTrue();
    }

    @Test
    void answerTellsHowItCame() {
        Answer answer = resolver(server.address()).ask(question(RecordType.A, "MAIL.good.test"));
        assertThat(answer.ttl()).isEqualTo(Duration.ofMinutes(5));
        assertThat(answer.time()).isPositive();
        assertThat(answer.server()).isEqualTo("127.0.0.1:" + server.address().getPort());
        assertThat(answer.security()).isEqualTo(Security.UNCHECKED);
    }

    @Test
    void aliasesAreFollowedAndTheShortestTtlCounts() {
        Answer answer = resolver(server.address()).ask(question(RecordType.A, "alias.test"));
        assertThat(answer.said()).isEqualTo("192.0.2.10");
        assertThat(answer.aliases()).extracting(DnsName::text).containsExactly("other.test", "mail.good.test");
        assertThat(answer.ttl()).isEqualTo(Duration.ofMinutes(2));
    }

    // RFC 2308 §2.1 and §2.2, RFC 8020 §2.
    @Test
    void noSuchNameAndNoDataAreTwoThings() {
        CachingResolver resolver = resolver(server.address());
        assertThat(resolver.ask(question(RecordType.A, "nowhere.test")).status())
                .isEqualTo(Status.NO_SUCH_NAME);
        assertThat(resolver.ask(question(RecordType.MX, "mail.good.test")).status())
                .isEqualTo(Status.NO_DATA);
    }

    @Test
    void loopOfAliasesIsAFailure() {
        Answer answer = resolver(server.address()).ask(question(RecordType.A, "a.loop.test"));
        assertThat(answer.isFailed()).isTrue();
        assertThat(answer.problem()).contains("loop");
    }

    @Test
    void serversErrorIsAFailureInItsWords() {
        CachingResolver resolver = resolver(server.address());
        assertThat(resolver.ask(question(RecordType.A, "broken.test")).said()).isEqualTo("SERVFAIL");
        assertThat(resolver.ask(question(RecordType.A, "refused.test")).said()).isEqualTo("REFUSED");
    }

    @ParameterizedTest
    @EnumSource(names = {"MUTE", "ABOUT_ANOTHER_NAME", "WRONG_ID", "GARBAGE"})
    void serverThatMakesNoSenseIsAFailureInTime(NameServer.Manner manner) {
        server.behave(manner);
        long start = System.nanoTime();
        Answer answer = resolver(server.address()).ask(question(RecordType.A, "mail.good.test"));
        assertThat(answer.isFailed()).isTrue();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(HANG);
    }

    @Test
    void whatDoesNotFitIsAskedByTcp() {
        server.behave(NameServer.Manner.TRUNCATING);
        assertThat(resolver(server.address())
                        .ask(question(RecordType.A, "mail.good.test"))
                        .said())
                .isEqualTo("192.0.2.10");
        assertThat(server.askedByTcp()).isEqualTo(1);
    }

    // 500 names of one address: by TCP, and all in bounds.
    @Test
    void manyRecordsAreBounded() {
        server.serve(new TestZone(IntStream.range(0, 900)
                .mapToObj(i -> "9.2.0.192.in-addr.arpa. PTR host" + i + ".test.\n")
                .collect(Collectors.joining())));
        Answer answer = resolver(server.address()).ask(question(RecordType.PTR, "9.2.0.192.in-addr.arpa"));
        assertThat(answer.pointers()).hasSize(500);
    }

    @Test
    void namesWithOddOctetsAreVisibleAscii() {
        Answer answer = resolver(server.address()).ask(question(RecordType.PTR, "11.2.0.192.in-addr.arpa"));
        assertThat(answer.said()).isEqualTo("odd\\032na\\(me\\010.test");
        assertThat(answer.pointers().getFirst().octets()).isEqualTo("odd na(me\n.test");
        assertThat(answer.pointers().getFirst().domain()).isEmpty();
    }

    @Test
    void nextServerIsAskedWhenOneFails() throws IOException {
        try (NameServer second = NameServer.with(zone)) {
            server.behave(NameServer.Manner.MUTE);
            Answer answer = resolver(server.address(), second.address()).ask(question(RecordType.A, "mail.good.test"));
            assertThat(answer.said()).isEqualTo("192.0.2.10");
            assertThat(answer.server())
                    .isEqualTo("127.0.0.1:" + second.address().getPort());
        }
    }

    // A datagram may be lost on its way.
    @Test
    void lostDatagramIsSentAgain() {
        server.behave(NameServer.Manner.LOSING_THE_FIRST);
        assertThat(resolver(server.address())
                        .ask(question(RecordType.A, "mail.good.test"))
                        .said())
                .isEqualTo("192.0.2.10");
    }

    // RFC 5452 §9.1: whoever guesses neither wins nor spoils it.
    @ParameterizedTest
    @EnumSource(names = {"GUESSED_AT", "GUESSED_AT_WITHOUT_END"})
    void guessesArePassedOver(NameServer.Manner manner) {
        server.behave(manner);
        assertThat(resolver(server.address())
                        .ask(question(RecordType.A, "mail.good.test"))
                        .said())
                .isEqualTo("192.0.2.10");
        assertThat(server.askedByTcp()).isEqualTo(manner == NameServer.Manner.GUESSED_AT ? 0 : 1);
    }

    // Each octet comes in time, the answer never would.
    @Test
    void octetNowAndThenWinsNoTime() {
        server.behave(NameServer.Manner.TRICKLING);
        long start = System.nanoTime();
        assertThat(resolver(server.address())
                        .ask(question(RecordType.A, "mail.good.test"))
                        .said())
                .isEqualTo("timed out");
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(HANG);
    }

    @Test
    void serverThatIsNotThereIsAFailureAtOnce() throws IOException {
        InetSocketAddress empty = server.address();
        server.close();
        // It would say that it timed out, had it waited.
        assertThat(resolver(empty).ask(question(RecordType.A, "mail.good.test")).said())
                .isEqualTo("nobody listens there");
    }

    @Test
    void serverMayHaveAnIpv6Address() throws IOException {
        try (NameServer six = NameServer.with(zone, InetAddress.ofLiteral("::1"))) {
            Answer answer = resolver(six.address()).ask(question(RecordType.A, "mail.good.test"));
            assertThat(answer.said()).isEqualTo("192.0.2.10");
            assertThat(answer.server()).isEqualTo("[::1]:" + six.address().getPort());
        }
    }

    @Test
    void deadlineHoldsHoweverManyServersAreMute() {
        server.behave(NameServer.Manner.MUTE);
        DnsSettings settings = DnsSettings.of(Collections.nCopies(10, server.address()))
                .with(Duration.ofMillis(400), Duration.ofSeconds(1));
        CachingResolver resolver = resolver(settings);
        long start = System.nanoTime();
        assertThat(resolver.ask(question(RecordType.A, "mail.good.test")).said())
                .isEqualTo("timed out");
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(HANG);
        // Not all ten, twice each.
        assertThat(server.asked()).isLessThan(15);
    }

    // While others' answers come all the time, those that never will must not keep their sockets.
    @Test
    void socketsAreClosedUnderLoad() throws Exception {
        server.behave(NameServer.Manner.MUTE);
        CachingResolver resolver = resolver(server.address());
        long before = openFiles();
        try (NameServer busy = NameServer.with(zone);
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            CachingResolver other = resolver(busy.address());
            List<Callable<Answer>> askers = IntStream.range(0, 200)
                    .<Callable<Answer>>mapToObj(i -> () -> resolver.ask(question(RecordType.A, "n" + i + ".mute.test")))
                    .toList();
            var late = threads.submit(() -> threads.invokeAll(askers));
            for (int i = 0; !late.isDone(); i++) {
                other.ask(question(RecordType.A, "n" + i + ".test"));
            }
            assertThat(openFiles() - before).isLessThan(60);
        }
    }

    private static long openFiles() {
        return ((UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getOpenFileDescriptorCount();
    }

    @Test
    void whoIsInterruptedGetsAFailureAndOthersTheAnswer() {
        server.delay(Duration.ofMillis(100));
        CachingResolver resolver = resolver(server.address());
        Thread.currentThread().interrupt();
        Answer mine = resolver.ask(question(RecordType.A, "mail.good.test"));
        assertThat(Thread.interrupted()).isTrue();
        assertThat(mine.problem()).isEqualTo("the server stops");
        assertThat(resolver.ask(question(RecordType.A, "mail.good.test")).said())
                .isEqualTo("192.0.2.10");
        assertThat(server.asked()).isEqualTo(1);
    }

    // RFC 8914: a failure is bogus only where the server says so; its words are one line.
    @Test
    void bogusIsNotAnyFailure() {
        CachingResolver resolver = resolver(DnsSettings.of(List.of(server.address())));
        assertThat(resolver.ask(question(RecordType.A, "broken.test")).security())
                .isEqualTo(Security.UNCHECKED);
        Answer bogus = resolver.ask(question(RecordType.TXT, "bogus.test"));
        assertThat(bogus.security()).isEqualTo(Security.BOGUS);
        assertThat(bogus.said())
                .startsWith("SERVFAIL (")
                .contains(": for??ged xxx")
                .endsWith("...)")
                .hasSizeLessThan(300);
        assertThat(resolver.ask(question(RecordType.TXT, "bogus.test")))
                .returns("cache", Answer::server)
                .returns(Security.BOGUS, Answer::security);
    }

    // A zone full of large texts does not fill the memory.
    @Test
    void largeAnswerCountsAsManyInTheCache() {
        server.serve(new TestZone(IntStream.range(0, 20)
                .mapToObj(i -> "big" + i + ".test. TXT "
                        + ("\"" + "x".repeat(250) + "\" ").repeat(16)
                        + "\nsmall" + i + ".test. TXT x\n")
                .collect(Collectors.joining())));
        DnsSettings settings = new DnsSettings(
                List.of(server.address()), Duration.ofSeconds(3), Duration.ofSeconds(10), Dnssec.OFF, "", 20, 10);
        assertThat(remembered(resolver(settings), "small")).isEqualTo(20);
        // Asking for one that is forgotten puts another out: so not to the number.
        assertThat(remembered(resolver(settings), "big")).isLessThan(10);
    }

    private static long remembered(CachingResolver resolver, String names) {
        List<Question> questions = IntStream.range(0, 20)
                .mapToObj(i -> question(RecordType.TXT, names + i + ".test"))
                .toList();
        questions.forEach(resolver::ask);
        return questions.stream()
                .filter(question -> resolver.ask(question).server().equals("cache"))
                .count();
    }

    @Test
    void nameIsNoServer() {
        List<InetSocketAddress> servers = List.of(InetSocketAddress.createUnresolved("dns.test", 53));
        assertThatThrownBy(() -> DnsSettings.of(servers)).hasMessageContaining("dns.test");
    }

    // RFC 4035 §4.9.3: Docker's server is on loopback, and hands on what another said.
    @Test
    void adIsBelievedOnlyFromAServerOfThisHost() {
        assertThat(DnsSettings.of(List.of(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 53)))
                        .dnssec())
                .isEqualTo(Dnssec.TRUST_AD);
        assertThat(DnsSettings.of(List.of(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.11"), 53)))
                        .dnssec())
                .isEqualTo(Dnssec.OFF);
        assertThat(DnsSettings.of(List.of(new InetSocketAddress(InetAddress.ofLiteral("192.0.2.53"), 53)))
                        .dnssec())
                .isEqualTo(Dnssec.OFF);
        assertThat(DnsSettings.of(List.of()).dnssec()).isEqualTo(Dnssec.OFF);
    }

    @Test
    void withoutAServerNothingHangs() {
        assertThat(resolver().ask(question(RecordType.A, "mail.good.test")).problem())
                .contains("dns.servers");
    }

    @Test
    void answerIsRememberedForItsTtl() {
        CachingResolver resolver = resolver(server.address());
        resolver.ask(question(RecordType.A, "mail.good.test"));
        pass(Duration.ofSeconds(299));
        Answer again = resolver.ask(question(RecordType.A, "Mail.Good.Test"));
        assertThat(again.server()).isEqualTo("cache");
        assertThat(again.ttl()).isEqualTo(Duration.ofSeconds(1));
        assertThat(server.asked()).isEqualTo(1);
        pass(Duration.ofSeconds(2));
        resolver.ask(question(RecordType.A, "mail.good.test"));
        assertThat(server.asked()).isEqualTo(2);
    }

    @Test
    void figuresTellWhatItDid() {
        CachingResolver resolver = resolver(server.address());
        resolver.ask(question(RecordType.A, "mail.good.test"));
        resolver.ask(question(RecordType.A, "mail.good.test"));
        resolver.ask(question(RecordType.A, "nowhere.test"));
        assertThat(resolver.figures()).isEqualTo(new CachingResolver.Figures(2, 0, 1, 2, 0));

        CachingResolver alone = resolver();
        alone.ask(question(RecordType.A, "mail.good.test"));
        assertThat(alone.figures().failed()).isEqualTo(1);
    }

    // RFC 2308 §5: for the SOA's minimum.
    @Test
    void noIsRememberedToo() {
        CachingResolver resolver = resolver(server.address());
        resolver.ask(question(RecordType.A, "nowhere.test"));
        pass(Duration.ofSeconds(59));
        resolver.ask(question(RecordType.A, "nowhere.test"));
        assertThat(server.asked()).isEqualTo(1);
        pass(Duration.ofSeconds(2));
        resolver.ask(question(RecordType.A, "nowhere.test"));
        assertThat(server.asked()).isEqualTo(2);
    }

    // RFC 9520 §3.2.
    @Test
    void failureIsRememberedForAMoment() {
        CachingResolver resolver = resolver(server.address());
        resolver.ask(question(RecordType.A, "broken.test"));
        int asked = server.asked();
        resolver.ask(question(RecordType.A, "broken.test"));
        assertThat(server.asked()).isEqualTo(asked);
        pass(Duration.ofSeconds(3));
        resolver.ask(question(RecordType.A, "broken.test"));
        assertThat(server.asked()).isGreaterThan(asked);
    }

    @Test
    void oneQuestionOnItsWayAnswersAllWhoAskIt() throws Exception {
        server.delay(Duration.ofMillis(100));
        CachingResolver resolver = resolver(server.address());
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<Answer>> askers = IntStream.range(0, 50)
                    .<Callable<Answer>>mapToObj(_ -> () -> resolver.ask(question(RecordType.A, "mail.good.test")))
                    .toList();
            for (Future<Answer> answer : threads.invokeAll(askers)) {
                assertThat(answer.get().said()).isEqualTo("192.0.2.10");
            }
        }
        assertThat(server.asked()).isEqualTo(1);
    }

    @Test
    void sessionHasABudget() {
        var budget = new Budget(resolver(server.address()), 2);
        assertThat(budget.ask(List.of(
                        question(RecordType.A, "mail.good.test"),
                        question(RecordType.MX, "good.test"),
                        question(RecordType.TXT, "good.test"))))
                .extracting(Answer::isFailed)
                .containsExactly(false, false, true);
        assertThat(budget.ask(question(RecordType.A, "mail.good.test")).problem())
                .contains("2 questions");
        assertThat(server.asked()).isEqualTo(2);
    }

    @Test
    void whatIsKnownIsHadWithoutAsking() {
        CachingResolver resolver = resolver(server.address());
        Question known = question(RecordType.A, "mail.good.test");
        assertThat(resolver.known(known)).isEmpty();
        assertThat(server.asked()).isZero();
        resolver.ask(known);
        assertThat(resolver.known(known)).map(Answer::said).contains("192.0.2.10");
        assertThat(server.asked()).isEqualTo(1);
    }

    @Test
    void whatIsKnownCountsForTheBudget() {
        CachingResolver resolver = resolver(server.address());
        Question known = question(RecordType.A, "mail.good.test");
        resolver.ask(known);
        var budget = new Budget(resolver, 1);
        assertThat(budget.known(question(RecordType.MX, "good.test"))).isEmpty();
        assertThat(budget.asked()).isZero();
        assertThat(budget.known(known)).isPresent();
        assertThat(budget.known(known)).isEmpty();
        assertThat(budget.ask(known).problem()).contains("1 questions");
    }
}
