package org.postern.spf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postern.dns.Answer;
import org.postern.dns.Answer.Security;
import org.postern.dns.Answer.Status;
import org.postern.dns.Budget;
import org.postern.dns.Data;
import org.postern.dns.Question;
import org.postern.dns.RecordType;
import org.postern.dns.Resolver;
import org.postern.dns.TestZone;
import org.postern.finding.Result;
import org.postern.smtp.AddressLiteral;
import org.xbill.DNS.Address;

/** Whatever a zone publishes, an evaluation ends soon, and asks and keeps little: RFC 7208 §4.6.4, CVE-2021-20314, CVE-2023-42118. */
@Tag("spf-1")
class SpfLimitsTest {
    private static final Duration SOON = Duration.ofSeconds(5);
    private static final int TXT_OCTETS = 65_000;

    private static SpfQuery query(String localPart, String domain) {
        try {
            return SpfQuery.mailFrom(
                    Address.getByAddress("192.0.2.9"), "mx.example.org", localPart, domain, "", SpfCases.CLOCK);
        } catch (UnknownHostException impossible) {
            throw new AssertionError(impossible);
        }
    }

    /** Answers every TXT question with {@code text}, and every other with nothing. */
    private static Resolver publishing(String text) {
        return questions -> questions.stream()
                .map(question -> question.type() == RecordType.TXT
                        ? answer(question, Status.FOUND, List.of(new Data.Text(text)))
                        : answer(question, Status.NO_DATA, List.of()))
                .toList();
    }

    private static Answer answer(Question question, Status status, List<Data> data) {
        return new Answer(
                question, status, data, List.of(), Duration.ZERO, Duration.ZERO, "test", Security.UNCHECKED, "");
    }

    private static SpfResult soon(Resolver resolver, SpfQuery query) {
        return assertTimeoutPreemptively(SOON, () -> Spf.check(resolver, query));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "%{l100r}",
                "%{l}",
                "%{s9999999999r.-+,/_=}",
                "%{S}",
                "%%",
                "%{d}.",
                "a.",
                "x",
                "include:%{d} ",
                "a ",
                "mx ",
                "ptr ",
                "/24",
                "exists:%{l}.example ",
                "ip4:1.2.3.4 ",
                "ip6:::",
                "ip6:1:",
                "%{",
                "-",
                "a:",
                "x=y ",
                "redirect=",
                "a=%{l100r} ",
                "::",
                "99999999",
                "\u0000",
                "\u00ff",
                " ",
                "(",
                "%{p}",
                "a:%{p}.example "
            })
    void textOf65000OctetsIsJudgedSoon(String piece) {
        String repeated = piece.repeat(TXT_OCTETS / piece.length());
        String local = "a.-+".repeat(80);

        for (String before : List.of(
                "v=spf1 ", "v=spf1 exists:", "v=spf1 a:x", "v=spf1 include:", "v=spf1 redirect=", "v=spf1 -all exp=")) {
            SpfResult result = soon(publishing(before + repeated), query(local, "example.com"));

            assertThat(result.answers()).hasSizeLessThan(25);
            assertThat(result.reason()).hasSizeLessThan(500).matches("[ -~]+");
            assertThat(result.mechanism()).hasSizeLessThan(101).matches("[ -~]*");
        }
        SpfResult explained = soon(
                questions -> publishing(
                                questions.getFirst().name().text().equals("example.com")
                                        ? "v=spf1 -all exp=e.example"
                                        : repeated)
                        .ask(questions),
                query(local, "example.com"));
        assertThat(explained.result()).isEqualTo(Result.FAIL);
        assertThat(explained.explanation()).hasSizeLessThan(201).matches("[ -~]*");
    }

    @Test
    void longTermOfMacrosIsCutToAName() {
        String many = "%{l100r}.".repeat(7_000);

        SpfResult result = soon(
                publishing("v=spf1 exists:" + many + "example.com -all"),
                query("abc.".repeat(15) + "d", "example.com"));

        assertThat(result.answers()).hasSize(2);
        assertThat(result.answers().get(1).question().name().text())
                .hasSizeLessThan(254)
                .endsWith(".example.com");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"include:%{d}", "include:%{d1r}.%{d}", "include:a.%{d}", "redirect=%{d}", "redirect=a.%{d}"})
    void circlesEndAtTheLimit(String term) {
        SpfResult result = soon(publishing("v=spf1 " + term), query("ann", "example.com"));

        assertThat(result.result()).isEqualTo(Result.PERMERROR);
        assertThat(result.answers()).hasSizeLessThan(12);
    }

    /** A tree of includes, each with ten more: without one count for all, 10^10 questions. */
    @Test
    void includesThatBranchEndAtTheLimit() {
        String ten =
                IntStream.range(0, 10).mapToObj(i -> " include:i" + i + ".%{d}").collect(Collectors.joining());

        SpfResult result = soon(publishing("v=spf1" + ten), query("ann", "example.com"));

        assertThat(result.result()).isEqualTo(Result.PERMERROR);
        assertThat(result.answers()).hasSize(11);
    }

    /** CVE-2021-20314 and kin: the most that ten terms may make us ask. */
    @Test
    void tenMailExchangersWithTenAddressesEachAskAHundredQuestionsAtMost() {
        var zone = new StringBuilder("example.com. TXT \"v=spf1" + " mx:m.example.com".repeat(10) + " -all\"\n");
        for (int host = 0; host < 10; host++) {
            zone.append("m.example.com. MX 1 h%d.example.com.\n".formatted(host));
            for (int address = 0; address < 10; address++) {
                zone.append("h%d.example.com. A 10.0.%d.%d\n".formatted(host, host, address));
            }
        }
        Resolver resolver = new TestZone(zone.toString()).resolver();

        SpfResult result = soon(resolver, query("ann", "example.com"));

        assertThat(result.result()).isEqualTo(Result.FAIL);
        assertThat(result.answers()).hasSize(1 + 10 * 11);
    }

    @Test
    void namesOfOneAnswerAreAskedForSideBySide() {
        var batches = new ArrayList<Integer>();
        Resolver zone = new TestZone("""
            example.com. TXT "v=spf1 mx ptr -all"
            example.com. MX 1 a.example.com.
            example.com. MX 2 b.example.com.
            9.2.0.192.in-addr.arpa. PTR c.example.com.
            9.2.0.192.in-addr.arpa. PTR d.example.com.
            9.2.0.192.in-addr.arpa. PTR e.example.com.
            """).resolver();
        Resolver counting = questions -> {
            batches.add(questions.size());
            return zone.ask(questions);
        };

        soon(counting, query("ann", "example.com"));

        assertThat(batches).containsExactly(1, 1, 2, 1, 3);
    }

    @Test
    void thirdVoidLookupIsTheLast() {
        SpfResult result =
                soon(publishing("v=spf1" + " a:%{i}.victim.example".repeat(10)), query("ann", "example.com"));

        assertThat(result.result()).isEqualTo(Result.PERMERROR);
        assertThat(result.answers()).hasSize(4);
    }

    /** The bound on the whole of it is the resolver's: what that lets fail, fails for now and not for good. */
    @Test
    void spentBudgetIsATemperror() {
        Resolver resolver = new Budget(publishing("v=spf1 include:a.%{d}"), 4);

        SpfResult result = soon(resolver, query("ann", "example.com"));

        assertThat(result.result()).isEqualTo(Result.TEMPERROR);
        assertThat(result.reason()).contains("this session has asked its 4 questions");
    }

    /** CVE-2023-42118 is an overflow by macros: whatever they hold, a name is a name or is not asked for. */
    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "a..b", "\u0000", "x@y@z", "\"a b\"", "%{d}", "%", "\u00e9", "\ud83d\ude00"})
    void oddLocalPartsAndGreetingsAreOnlyText(String odd) throws Exception {
        var query =
                new SpfQuery(Address.getByAddress("192.0.2.9"), odd, odd, "example.com", odd, SpfCases.CLOCK.instant());
        Resolver resolver =
                publishing("v=spf1 a:%{h} exists:%{s} exists:%{h2r}.%{l}.x.example -all exp=%{h}.%{l}.e.example");

        SpfResult result = soon(resolver, query);

        assertThat(result.reason()).matches("[ -~]+");
        assertThat(AddressLiteral.text(query.client())).isEqualTo("192.0.2.9");
    }

    @Test
    void oddDomainsAreOnlyText() {
        for (String odd : List.of(
                "",
                ".",
                "..",
                "a..b",
                "a.\u0000",
                "a b.example",
                "\r\n.example",
                "[::1]",
                "é",
                "\ud83d.example",
                "x".repeat(70_000))) {
            SpfResult result = soon(publishing("v=spf1 -all"), query("ann", odd));

            assertThat(result.reason()).matches("[ -~]+").hasSizeLessThan(400);
        }
    }
}
