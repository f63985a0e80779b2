package org.postern.route;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postern.dns.Answer;
import org.postern.dns.Question;
import org.postern.dns.RecordType;
import org.postern.dns.Resolver;
import org.postern.dns.TestZone;
import org.postern.policy.Net;
import org.postern.route.LeftOut.Why;
import org.postern.smtp.AddressLiteral;
import org.postern.smtp.Domain;
import org.postern.smtp.Host;

/** RFC 5321 §5.1 and RFC 7505, against zones. */
class MxHostsTest {
    private static final Domain EXAMPLE = new Domain("example.com");
    private static final OwnHost OWN = new OwnHost(
            Set.of(new Domain("mx.ours.example"), new Domain("localhost")),
            Set.of(
                    InetAddress.ofLiteral("203.0.113.9"),
                    InetAddress.ofLiteral("2001:db8:9::9"),
                    InetAddress.ofLiteral("127.0.0.1"),
                    InetAddress.ofLiteral("::1")));
    private static final String ADDRESSES = """
        a.example.com. A 192.0.2.1
        b.example.com. A 192.0.2.2
        b.example.com. AAAA 2001:db8::2
        c.example.com. AAAA 2001:db8::3
        mx.ours.example. A 192.0.2.99
        other.ours.example. A 203.0.113.9
        other6.ours.example. AAAA 2001:db8:9::9
        """;

    private static MxHosts hosts(Resolver resolver, MxHosts.Bounds bounds, Net... allowed) {
        return new MxHosts(resolver, OWN, List.of(allowed), bounds, new Random(7));
    }

    private static MxHosts hosts(String records, Net... allowed) {
        return hosts(new TestZone(ADDRESSES + records).resolver(), MxHosts.Bounds.DEFAULT, allowed);
    }

    private static MxAnswer find(String records, Net... allowed) {
        return hosts(records, allowed).find(EXAMPLE);
    }

    private static Net net(String text) {
        return Net.parse(text).orElseThrow();
    }

    private static List<String> names(MxAnswer answer) {
        return switch (answer) {
            case MxAnswer.Hosts found ->
                found.hosts().stream().map(MxHost::toString).toList();
            case MxAnswer.None none -> List.of(none.reply().toString());
        };
    }

    private static String reply(MxAnswer answer) {
        assertThat(answer).isInstanceOf(MxAnswer.None.class);
        return ((MxAnswer.None) answer).reply().toString();
    }

    private static List<Why> reasons(MxAnswer answer) {
        return answer.trail().leftOut().stream().map(LeftOut::why).toList();
    }

    @Test
    void bestPreferenceComesFirst() {
        MxAnswer answer = find("""
            example.com. MX 30 c.example.com.
            example.com. MX 10 a.example.com.
            example.com. MX 20 b.example.com.
            """);

        assertThat(names(answer)).containsExactly("a.example.com (10)", "b.example.com (20)", "c.example.com (30)");
        assertThat(answer.words())
                .isEqualTo("mail for example.com goes to a.example.com (10), b.example.com (20), c.example.com (30)");
        assertThat(((MxAnswer.Hosts) answer).hosts().get(1).addresses())
                .containsExactlyInAnyOrder(InetAddress.ofLiteral("192.0.2.2"), InetAddress.ofLiteral("2001:db8::2"));
        assertThat(answer.story())
                .contains("A a.example.com: 192.0.2.1", "AAAA c.example.com: 2001:db8::3")
                .hasSize(7);
    }

    // Each preference's hosts in their place, each host once, and every order of equals comes about.
    @Test
    void equalsComeInEveryOrderAndNothingElseDoes() {
        var random = new Random(42);
        for (int round = 0; round < 200; round++) {
            int count = 1 + random.nextInt(8);
            var records = new StringBuilder();
            Map<String, Integer> preferences = new HashMap<>();
            for (int i = 0; i < count; i++) {
                String name = "h" + i + ".example.com";
                preferences.put(name, random.nextInt(3) * 10);
                records.append("example.com. MX %d %s.\n%s. A 198.51.100.%d\n"
                        .formatted(preferences.get(name), name, name, i));
            }
            MxHosts finder = hosts(new TestZone(records.toString()).resolver(), new MxHosts.Bounds(8, 4));
            Set<List<Host>> orders = new HashSet<>();
            for (int i = 0; i < 20; i++) {
                var found = (MxAnswer.Hosts) finder.find(EXAMPLE);
                assertThat(found.hosts())
                        .isSortedAccordingTo(Comparator.comparingInt(MxHost::preference))
                        .allSatisfy(host -> assertThat(preferences)
                                .containsEntry(host.name().toString(), host.preference()))
                        .extracting(MxHost::name)
                        .doesNotHaveDuplicates()
                        .hasSize(count);
                orders.add(found.hosts().stream().map(MxHost::name).toList());
            }
            boolean hasEquals = new HashSet<>(preferences.values()).size() < count;
            assertThat(orders.size() > 1).as(records.toString()).isEqualTo(hasEquals);
        }
    }

    @Test
    void eachOfThreeEqualsIsFirstAboutAsOften() {
        MxHosts finder = hosts("""
            example.com. MX 10 a.example.com.
            example.com. MX 10 b.example.com.
            example.com. MX 10 c.example.com.
            """);
        Map<String, Integer> first = new HashMap<>();
        for (int i = 0; i < 3_000; i++) {
            first.merge(names(finder.find(EXAMPLE)).getFirst(), 1, Integer::sum);
        }

        assertThat(first).hasSize(3).allSatisfy((_, times) -> assertThat(times).isBetween(850, 1_150));
    }

    @Test
    void hostNamedTwiceIsTriedOnceAtItsBest() {
        assertThat(names(find("""
            example.com. MX 30 a.example.com.
            example.com. MX 20 b.example.com.
            example.com. MX 10 A.EXAMPLE.com.
            """))).hasSize(2).first().asString().isEqualToIgnoringCase("a.example.com (10)");
    }

    @Test
    void noMoreThanSoManyHostsAndAddressesAreTried() {
        var records = new StringBuilder();
        for (int i = 0; i < 30; i++) {
            records.append("example.com. MX %d h%d.example.com.\n".formatted(i, i));
            for (int j = 0; j < 6; j++) {
                records.append("h%d.example.com. A 198.51.100.%d\n".formatted(i, j));
                records.append("h%d.example.com. AAAA 2001:db8::%d\n".formatted(i, j));
            }
        }
        var counting = new TestZone.Counting(new TestZone(records.toString()).resolver());
        var found = (MxAnswer.Hosts) hosts(counting, new MxHosts.Bounds(3, 2)).find(EXAMPLE);

        assertThat(found.hosts()).extracting(MxHost::preference).containsExactly(0, 1, 2);
        assertThat(found.hosts())
                .allSatisfy(host -> assertThat(host.addresses()).hasSize(4));
        assertThat(counting.asked()).hasSize(41);
        assertThat(reasons(found)).containsOnly(Why.NOT_NEEDED).hasSize(27);
    }

    @Test
    void theNextHostServesWhereTheFirstHasNoAddress() {
        MxAnswer answer = find("""
            example.com. MX 10 nowhere.example.com.
            example.com. MX 10 text.example.com.
            text.example.com. TXT "no address"
            example.com. MX 20 a.example.com.
            """);

        assertThat(names(answer)).containsExactly("a.example.com (20)");
        assertThat(answer.words())
                .contains("nowhere.example.com (10) is no name in DNS", "text.example.com (10) has no address in DNS");
    }

    @Test
    void domainItselfServesWhereItHasNoMx() {
        MxAnswer answer = find("example.com. A 192.0.2.7\n");

        assertThat(names(answer)).containsExactly("example.com (0)");
    }

    // RFC 5321 §5.1: not if nobody knows whether there is one.
    @ParameterizedTest
    @ValueSource(strings = {"SERVFAIL", "REFUSED"})
    void domainItselfDoesNotServeWhereItsMxCantBeHad(String code) {
        var zone = new TestZone("example.com. A 192.0.2.7\n").failing(RecordType.MX, "example.com", code);
        MxAnswer answer = hosts(zone.resolver(), MxHosts.Bounds.DEFAULT).find(EXAMPLE);

        assertThat(answer).isInstanceOf(MxAnswer.Trouble.class);
        assertThat(reply(answer))
                .isEqualTo("451 4.4.3 the hosts for example.com can't be looked up now: MX example.com: " + code);
    }

    // RFC 5321 §5.1: an implicit MX is no help to exchangers that can't be used.
    @Test
    void domainItselfDoesNotServeWhereItsHostsHaveNoAddress() {
        MxAnswer answer = find("example.com. A 192.0.2.7\nexample.com. MX 10 nowhere.example.com.\n");

        assertThat(answer).isInstanceOf(MxAnswer.NoUsableHost.class);
        assertThat(reply(answer))
                .isEqualTo("550 5.4.4 no host for example.com can be used: nowhere.example.com (10) is no name in DNS");
    }

    @Test
    void nullMxTakesNoMail() {
        MxAnswer answer = find("example.com. MX 0 .\nexample.com. A 192.0.2.7\n");

        assertThat(answer).isInstanceOf(MxAnswer.NullMx.class);
        assertThat(reply(answer)).isEqualTo("556 5.1.10 example.com takes no mail (null MX)");
    }

    @Test
    void nullMxBesideOthersMeansNothing() {
        MxAnswer answer = find("example.com. MX 0 .\nexample.com. MX 10 a.example.com.\n");

        assertThat(names(answer)).containsExactly("a.example.com (10)");
        assertThat(reasons(answer)).containsExactly(Why.NO_HOST_NAME);
    }

    @Test
    void domainThatIsNotThereIsSaidSo() {
        MxAnswer answer = find("");

        assertThat(answer).isInstanceOf(MxAnswer.NoSuchDomain.class);
        assertThat(reply(answer)).isEqualTo("550 5.1.2 there is no domain example.com in DNS");
    }

    @Test
    void domainWithoutMxAndAddressIsSaidSo() {
        MxAnswer answer = find("example.com. TXT \"nothing\"\n");

        assertThat(answer).isInstanceOf(MxAnswer.NoAddress.class);
        assertThat(reply(answer)).isEqualTo("550 5.4.4 example.com has neither MX nor address in DNS");
    }

    @Test
    void hostThatCantBeLookedUpNowIsWaitedForWhereNoOtherServes() {
        var zone = new TestZone("""
            example.com. MX 10 a.example.com.
            example.com. MX 20 nowhere.example.com.
            a.example.com. TXT ""
            """).failing(RecordType.AAAA, "a.example.com", "SERVFAIL");
        MxAnswer answer = hosts(zone.resolver(), MxHosts.Bounds.DEFAULT).find(EXAMPLE);

        assertThat(answer).isInstanceOf(MxAnswer.Trouble.class);
        assertThat(reply(answer))
                .isEqualTo("451 4.4.3 the hosts for example.com can't be looked up now: a.example.com (10) can't be"
                        + " looked up now: AAAA: SERVFAIL");
    }

    @Test
    void hostThatCantBeLookedUpNowIsPassedOverWhereAnotherServes() {
        var zone = new TestZone(ADDRESSES + "example.com. MX 10 x.example.com.\nexample.com. MX 20 b.example.com.\n")
                .failing(RecordType.A, "x.example.com", "SERVFAIL")
                .failing(RecordType.AAAA, "b.example.com", "SERVFAIL");
        MxAnswer answer = hosts(zone.resolver(), MxHosts.Bounds.DEFAULT).find(EXAMPLE);

        assertThat(names(answer)).containsExactly("b.example.com (20)");
        assertThat(reasons(answer)).containsExactly(Why.NOT_KNOWN_NOW);
    }

    // RFC 5321 §5.1 for the domain; RFC 2181 §10.3 forbids it of an exchanger, and all follow it.
    @Test
    void aliasesAreFollowed() {
        MxAnswer answer = find("""
            example.com. CNAME real.example.
            real.example. MX 10 alias.example.com.
            alias.example.com. CNAME a.example.com.
            """);

        assertThat(names(answer)).containsExactly("alias.example.com (10)");
        assertThat(((MxAnswer.Hosts) answer).hosts().getFirst().addresses())
                .containsExactly(InetAddress.ofLiteral("192.0.2.1"));
    }

    @Test
    void aliasThatLeadsNowhereIsNoDomain() {
        assertThat(find("example.com. CNAME nowhere.example.\n")).isInstanceOf(MxAnswer.NoSuchDomain.class);
    }

    @ParameterizedTest
    @CsvSource({
        "a\\032b.example.com., a\\032b.example.com (10) is no host name",
        "\\027[31mred.example.com., \\027[31mred.example.com (10) is no host name",
        "-a.example.com., -a.example.com (10) is no host name",
        "192.0.2.1., 192.0.2.1 (10) is an address where a name belongs"
    })
    void nameThatNoHostCanHaveIsLeftOut(String host, String words) {
        MxAnswer answer = find("example.com. MX 10 " + host + "\nexample.com. MX 20 a.example.com.\n");

        assertThat(names(answer)).containsExactly("a.example.com (20)");
        assertThat(answer.words()).endsWith("left out: " + words);
    }

    @Test
    void domainBeyondAsciiIsAskedForByItsALabels() {
        MxAnswer answer = hosts("xn--bcher-kva.example. MX 10 a.example.com.\n").find(new Domain("Bücher.example"));

        assertThat(names(answer)).containsExactly("a.example.com (10)");
        assertThat(answer.words()).startsWith("mail for xn--bcher-kva.example goes to");
    }

    @Test
    void domainThatCantStandInDnsIsNoDomain() {
        Resolver nobody = _ -> {
            throw new AssertionError("nothing is to be asked");
        };

        assertThat(hosts(nobody, MxHosts.Bounds.DEFAULT).find(new Domain("a\uFF0Eb\u00DF.example")))
                .isInstanceOf(MxAnswer.NoSuchDomain.class);
    }

    @Test
    void weDropOutWithAllThatAreNoBetter() {
        MxAnswer answer = find("""
            example.com. MX 10 a.example.com.
            example.com. MX 20 MX.ours.example.
            example.com. MX 20 b.example.com.
            example.com. MX 30 c.example.com.
            """);

        assertThat(names(answer)).containsExactly("a.example.com (10)");
        assertThat(reasons(answer))
                .containsExactlyInAnyOrder(Why.OURSELVES, Why.NO_BETTER_THAN_US, Why.NO_BETTER_THAN_US);
    }

    @ParameterizedTest
    @ValueSource(strings = {"mx.ours.example", "other.ours.example", "other6.ours.example"})
    @Tag("relay-4")
    void mailThatWouldComeBackToUsLoops(String us) {
        MxAnswer answer = find("example.com. MX 10 " + us + ".\nexample.com. MX 10 a.example.com.\n"
                + "example.com. MX 20 b.example.com.\n");

        assertThat(answer).isInstanceOf(MxAnswer.Loop.class);
        assertThat(reply(answer))
                .isEqualTo("554 5.4.6 mail for example.com loops back to myself: no other host stands before this"
                        + " one");
        assertThat(reasons(answer))
                .containsExactlyInAnyOrder(Why.OURSELVES, Why.NO_BETTER_THAN_US, Why.NO_BETTER_THAN_US);
    }

    @Test
    void domainWithoutMxThatIsUsLoops() {
        assertThat(find("example.com. A 203.0.113.9\n")).isInstanceOf(MxAnswer.Loop.class);
        assertThat(hosts("").find(new Domain("mx.ours.example"))).isInstanceOf(MxAnswer.Loop.class);
    }

    // A backup whose better hosts are gone can't deliver, but it is not that mail would come back.
    @Test
    void betterHostWithoutAddressIsNoLoop() {
        MxAnswer answer = find("example.com. MX 10 nowhere.example.com.\nexample.com. MX 20 mx.ours.example.\n");

        assertThat(answer).isInstanceOf(MxAnswer.NoUsableHost.class);
    }

    @Test
    void betterHostThatCantBeLookedUpNowIsWaitedFor() {
        var zone = new TestZone(ADDRESSES + "example.com. MX 10 x.example.com.\nexample.com. MX 20 mx.ours.example.\n")
                .failing(RecordType.A, "x.example.com", "SERVFAIL");

        assertThat(hosts(zone.resolver(), MxHosts.Bounds.DEFAULT).find(EXAMPLE)).isInstanceOf(MxAnswer.Trouble.class);
    }

    /** attacks.md relay-4. */
    @Tag("relay-4")
    @ParameterizedTest
    @CsvSource({
        "A 127.0.0.1, loopback",
        "AAAA ::1, loopback",
        "A 0.0.0.0, unspecified",
        "AAAA ::, unspecified",
        "A 10.1.2.3, private",
        "A 172.20.0.1, private",
        "A 192.168.1.1, private",
        "A 100.64.0.1, of a carrier's NAT",
        "A 169.254.169.254, link-local",
        "A 224.0.0.1, multicast",
        "A 255.255.255.255, reserved",
        "AAAA fd00::1, private",
        "AAAA fe80::1, link-local",
        "AAAA ff02::1, multicast",
        "AAAA ::ffff:127.0.0.1, loopback",
        "AAAA ::ffff:10.0.0.1, private"
    })
    void exchangerThatLeadsInsideIsLeftOut(String record, String kind) {
        String inside = "example.com. MX 10 in.example.com.\nin.example.com. " + record + "\n";
        MxAnswer alone = find(inside);

        assertThat(alone).isInstanceOf(MxAnswer.NoUsableHost.class);
        assertThat(reply(alone))
                .startsWith("550 5.4.4 no host for example.com can be used: in.example.com (10) has the address ")
                .endsWith(", which is " + kind + "; delivery.allow-nets would let mail go there");
        // It is nobody's to say that the worse ones are ours too.
        assertThat(names(find(inside + "example.com. MX 20 a.example.com.\n"))).containsExactly("a.example.com (20)");
        assertThat(reply(find("example.com. " + record + "\n")))
                .startsWith("550 5.4.4 ")
                .contains(kind);
    }

    @Tag("relay-4")
    @Test
    void onlyTheInnerAddressesOfAHostAreLeftOut() {
        MxAnswer answer = find("""
            example.com. MX 10 in.example.com.
            in.example.com. A 10.0.0.1
            in.example.com. A 192.0.2.50
            in.example.com. AAAA ::1
            """);

        assertThat(((MxAnswer.Hosts) answer).hosts().getFirst().addresses())
                .containsExactly(InetAddress.ofLiteral("192.0.2.50"));
        assertThat(reasons(answer)).containsExactly(Why.INNER, Why.INNER);
    }

    @Tag("relay-4")
    @Test
    void allowedNetsAreUsedAllTheSame() {
        String zone = "example.com. MX 10 in.example.com.\nin.example.com. A 127.0.0.1\n";

        assertThat(names(find(zone, net("127.0.0.0/8")))).containsExactly("in.example.com (10)");
        assertThat(find(zone, net("127.0.0.2"))).isInstanceOf(MxAnswer.NoUsableHost.class);
        assertThat(names(find("example.com. MX 10 other.ours.example.\n", net("203.0.113.0/24"))))
                .containsExactly("other.ours.example (10)");
        assertThat(names(find(
                        "example.com. MX 10 m.example.com.\nm.example.com. AAAA ::ffff:10.0.0.1\n", net("10.0.0.0/8"))))
                .containsExactly("m.example.com (10)");
    }

    @Test
    void addressLiteralNeedsNoDns() {
        Resolver nobody = _ -> {
            throw new AssertionError("nothing is to be asked");
        };
        MxHosts finder = hosts(nobody, MxHosts.Bounds.DEFAULT);

        assertThat(names(finder.find(literal("[192.0.2.1]")))).containsExactly("[192.0.2.1] (0)");
        assertThat(names(finder.find(literal("[IPv6:2001:db8::1]")))).containsExactly("[IPv6:2001:db8::1] (0)");
        assertThat(finder.find(literal("[203.0.113.9]"))).isInstanceOf(MxAnswer.Loop.class);
        assertThat(reply(finder.find(literal("[x400:c=de]"))))
                .endsWith("[x400:c=de] (0) is an address of no known kind");
    }

    @Tag("relay-4")
    @ParameterizedTest
    @ValueSource(
            strings = {
                "[127.0.0.1]",
                "[10.0.0.1]",
                "[IPv6:::1]",
                "[IPv6:::ffff:10.0.0.1]",
                "[IPv6:fe80::1]",
                "[0.0.0.0]"
            })
    void addressLiteralLeadsNowhereInsideEither(String literal) {
        assertThat(find("", net("192.0.2.0/24"))).isInstanceOf(MxAnswer.NoSuchDomain.class);
        assertThat(hosts("").find(literal(literal))).isInstanceOf(MxAnswer.NoUsableHost.class);
    }

    @Test
    void whatDnssecSaysIsKept() {
        Resolver zone = new TestZone(ADDRESSES + "example.com. MX 10 b.example.com.\n").resolver();
        Resolver signed = questions -> {
            var answers = new ArrayList<Answer>();
            for (Answer answer : zone.ask(questions)) {
                answers.add(with(answer, secureBut(answer.question())));
            }
            return answers;
        };
        MxHost host = ((MxAnswer.Hosts) hosts(signed, MxHosts.Bounds.DEFAULT).find(EXAMPLE))
                .hosts()
                .getFirst();

        assertThat(host.named()).isEqualTo(Answer.Security.SECURE);
        assertThat(host.located()).isEqualTo(Answer.Security.INSECURE);
    }

    private static Answer.Security secureBut(Question question) {
        return question.type() == RecordType.AAAA ? Answer.Security.INSECURE : Answer.Security.SECURE;
    }

    private static Answer with(Answer answer, Answer.Security security) {
        return new Answer(
                answer.question(),
                answer.status(),
                answer.data(),
                answer.aliases(),
                answer.ttl(),
                answer.time(),
                answer.server(),
                security,
                answer.problem());
    }

    private static AddressLiteral literal(String text) {
        return AddressLiteral.parse(text).orElseThrow();
    }
}
