package org.postern.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.postern.dns.DnsName;
import org.postern.dnsbl.ListZone;
import org.postern.dnsbl.ListZone.Codes;
import org.postern.finding.Check;
import org.postern.finding.Finding;
import org.postern.finding.Result;
import org.postern.smtp.Greeting;
import org.postern.smtp.ReversePath;

class PolicyTest {
    private static final Policy OBSERVE = Policy.of(Profile.OBSERVE);
    private static final Policy STANDARD = Policy.of(Profile.STANDARD);
    private static final Policy STRICT = Policy.of(Profile.STRICT);

    private static Policy with(Profile profile, Check check, Result result, Action action) {
        return new Policy(profile, Map.of(check, Map.of(result, action)), List.of(), List.of(), List.of());
    }

    private static Policy excepting(Condition who, Check... checks) {
        return new Policy(
                Profile.STANDARD, Map.of(), List.of(), List.of(), List.of(new PolicyException(who, Set.of(checks))));
    }

    /** As {@code reject iprev}. */
    private static String said(Verdict verdict) {
        return verdict.word()
                + verdict.decidedBy().map(one -> " " + one.check().id()).orElse("");
    }

    /** Trust lets doubtful mail in; what is refused is refused all the same. */
    @ParameterizedTest
    @CsvSource({"quarantine, accept", "greylist, accept", "defer, defer iprev", "reject, reject iprev"})
    void exceptionReachesNoHarderThanItSays(String action, String verdict) {
        Policy policy = with(
                        Profile.STANDARD, Check.IPREV, Result.FAIL, Action.valueOf(action.toUpperCase(Locale.ROOT)))
                .with(List.of(new PolicyException(Condition.ANYBODY, Set.of(Check.IPREV), Action.QUARANTINE)));
        Verdict given = policy.verdict(Cases.found("iprev=fail helo-rdns=fail"));
        assertThat(said(given)).isEqualTo(verdict);
        assertThat(given.findings())
                .extracting(judged -> judged.finding().toString())
                .contains("iprev=fail");
    }

    // --- which decides
    // -----------------------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({
        "iprev=pass helo-resolves=pass, accept",
        "helo-rdns=fail helo-changed=fail helo-matches=fail, accept",
        "helo-literal=fail helo-self=fail, reject helo-self",
        "from-domain=fail iprev=fail, reject from-domain",
        "iprev=fail helo-literal=fail, quarantine helo-literal",
        "helo-literal=fail iprev=fail, quarantine helo-literal",
        "from-domain=fail helo-self=fail, reject helo-self",
        "spf-helo=fail from-domain=fail, reject from-domain",
        "spf-helo=fail iprev=permerror, reject spf-helo",
        "own-list=fail helo-self=fail, reject own-list",
    })
    void theHardestDecidesAndAmongEqualsTheFirstOfTheTable(String findings, String verdict) {
        assertThat(said(STANDARD.verdict(Cases.found(findings)))).isEqualTo(verdict);
    }

    @Test
    void actionsAreOrderedByHowHardTheyAre() {
        assertThat(Action.values())
                .containsExactly(Action.NOTE, Action.GREYLIST, Action.QUARANTINE, Action.DEFER, Action.REJECT);
    }

    @ParameterizedTest
    @CsvSource({
        "NOTE, GREYLIST, greylist iprev",
        "GREYLIST, QUARANTINE, quarantine iprev",
        "QUARANTINE, DEFER, defer iprev",
        "DEFER, REJECT, reject iprev",
    })
    void eachActionOutweighsTheOneBefore(Action weaker, Action harder, String verdict) {
        var policy = new Policy(
                Profile.OBSERVE,
                Map.of(
                        Check.HELO_FQDN, Map.of(Result.FAIL, weaker),
                        Check.IPREV, Map.of(Result.FAIL, harder)),
                List.of(),
                List.of(),
                List.of());

        assertThat(said(policy.verdict(Cases.found("helo-fqdn=fail iprev=fail"))))
                .isEqualTo(verdict);
    }

    @Test
    void theFindingsAreToldInTheOrderOfTheTable() {
        assertThat(STANDARD.verdict(Cases.found("spf=fail iprev=fail helo-syntax=pass"))
                        .findings())
                .extracting(judged -> judged.finding().check())
                .containsExactly(Check.HELO_SYNTAX, Check.IPREV, Check.SPF);
    }

    @Test
    void theReplyIsThatOfTheFindingThatDecides() {
        assertThat(STANDARD.verdict(Cases.found("helo-self=fail from-domain=fail"))
                        .reply())
                .hasValueSatisfying(reply -> assertThat(reply).hasToString("550 5.7.1 helo-self came to it"));
    }

    @Test
    void whatIsTakenHasNoReply() {
        assertThat(STANDARD.verdict(Cases.found("iprev=fail")).reply()).isEmpty();
        assertThat(STANDARD.verdict(Cases.found("iprev=pass")).reply()).isEmpty();
    }

    @Test
    void takenIsWhatIsAcceptedOrQuarantined() {
        assertThat(STANDARD.verdict(Cases.found("iprev=fail")).isTaken()).isTrue();
        assertThat(STANDARD.verdict(Cases.found("iprev=pass")).isTaken()).isTrue();
        assertThat(STANDARD.verdict(Cases.found("helo-self=fail")).isTaken()).isFalse();
        assertThat(STRICT.verdict(Cases.found("iprev=temperror")).isTaken()).isFalse();
        assertThat(with(Profile.STANDARD, Check.IPREV, Result.FAIL, Action.GREYLIST)
                        .verdict(Cases.found("iprev=fail"))
                        .isTaken())
                .isFalse();
    }

    @Test
    void anAcceptedVerdictKeepsItsFindingsAlone() {
        Verdict accepted = STANDARD.verdict(Cases.found("spf-helo=fail")).accepted();

        assertThat(accepted.word()).isEqualTo("accept");
        assertThat(accepted.decidedBy()).isEmpty();
        assertThat(accepted.reply()).isEmpty();
        assertThat(accepted.unlessDmarc()).isFalse();
        assertThat(accepted.findings()).hasSize(1);
    }

    @Test
    void verdictsAreTheSameWhenTheyDoTheSameForTheSameReason() {
        Verdict iprev = STANDARD.verdict(Cases.found("iprev=fail"));

        assertThat(iprev.isAs(STANDARD.verdict(Cases.found("iprev=permerror helo-rdns=fail"))))
                .isTrue();
        assertThat(iprev.isAs(STANDARD.verdict(Cases.found("helo-literal=fail"))))
                .isFalse();
        assertThat(iprev.isAs(STRICT.verdict(Cases.found("iprev=fail")))).isFalse();
    }

    // --- temperror
    // --------------------------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @EnumSource(Check.class)
    void aTemperrorNeverRejects(Check check) {
        for (Profile profile : Profile.values()) {
            Policy policy = with(profile, check, Result.TEMPERROR, Action.REJECT);
            Case one = Cases.of(Finding.of(check, Result.TEMPERROR, "unknown"));

            assertThat(policy.verdict(one).action()).isNotEqualTo(Action.REJECT);
        }
    }

    @Test
    void aTemperrorThatTheOperatorRejectsIsDeferred() {
        Verdict verdict = with(Profile.STANDARD, Check.SPF, Result.TEMPERROR, Action.REJECT)
                .verdict(Cases.found("spf=temperror"));

        assertThat(said(verdict)).isEqualTo("defer spf");
        assertThat(verdict.unlessDmarc()).isFalse();
    }

    // --- the condition of helo-resolves
    // -------------------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({
        "iprev=pass, accept",
        "iprev=fail, quarantine helo-resolves",
        "iprev=permerror, quarantine helo-resolves",
        "iprev=temperror, quarantine helo-resolves",
        "helo-rdns=pass, quarantine helo-resolves",
    })
    void underStandardHeloResolvesCountsOnlyWhereIprevDoesNotPass(String other, String verdict) {
        assertThat(said(STANDARD.verdict(Cases.found("helo-resolves=fail " + other))))
                .isEqualTo(verdict);
    }

    @Test
    void underStrictHeloResolvesCountsAlways() {
        assertThat(said(STRICT.verdict(Cases.found("helo-resolves=fail iprev=pass"))))
                .isEqualTo("quarantine helo-resolves");
    }

    @Test
    void whatTheOperatorSaysOfHeloResolvesHoldsWithoutThatCondition() {
        assertThat(said(with(Profile.STANDARD, Check.HELO_RESOLVES, Result.FAIL, Action.REJECT)
                        .verdict(Cases.found("helo-resolves=fail iprev=pass"))))
                .isEqualTo("reject helo-resolves");
    }

    @Test
    void whereIprevPassesOtherChecksStillCount() {
        assertThat(said(STANDARD.verdict(Cases.found("helo-literal=fail iprev=pass"))))
                .isEqualTo("quarantine helo-literal");
    }

    // --- what waits for the content
    // -----------------------------------------------------------------------------------------------

    @Test
    void whatSpfRejectsADmarcPassWouldLift() {
        assertThat(STANDARD.verdict(Cases.found("spf-helo=fail")).unlessDmarc()).isTrue();
        assertThat(STRICT.verdict(Cases.found("spf=fail")).unlessDmarc()).isTrue();
        assertThat(STANDARD.verdict(Cases.found("helo-self=fail")).unlessDmarc())
                .isFalse();
        assertThat(STANDARD.verdict(Cases.found("iprev=fail")).unlessDmarc()).isFalse();
        assertThat(STANDARD.verdict(Cases.found("iprev=pass")).unlessDmarc()).isFalse();
    }

    @Test
    void beforeTheContentWhatSpfRejectsIsNotCounted() {
        assertThat(said(STANDARD.verdictBeforeContent(Cases.found("spf-helo=fail iprev=fail"))))
                .isEqualTo("quarantine iprev");
        assertThat(said(STRICT.verdictBeforeContent(Cases.found("spf=fail")))).isEqualTo("accept");
    }

    @Test
    void beforeTheContentWhatSpfDefersCounts() {
        assertThat(said(STRICT.verdictBeforeContent(Cases.found("spf-helo=temperror"))))
                .isEqualTo("defer spf-helo");
    }

    @Test
    void atTheGreetingNobodyIsGreylisted() {
        Policy policy = with(Profile.STANDARD, Check.HELO_SELF, Result.FAIL, Action.GREYLIST);

        assertThat(said(policy.verdictAtGreeting(Cases.found("helo-self=fail iprev=fail"))))
                .isEqualTo("quarantine iprev");
        assertThat(said(policy.verdictAtGreeting(Cases.found("helo-self=fail"))))
                .isEqualTo("accept");
    }

    @Test
    void atTheGreetingWhatSpfRejectsIsNotCounted() {
        assertThat(said(STANDARD.verdictAtGreeting(Cases.found("spf-helo=fail"))))
                .isEqualTo("accept");
        assertThat(said(STANDARD.verdictAtGreeting(Cases.found("helo-self=fail"))))
                .isEqualTo("reject helo-self");
    }

    @ParameterizedTest
    @CsvSource({
        "early-talk=fail, reject early-talk",
        "helo-syntax=fail, reject helo-syntax",
        "helo-bare-ip=fail, reject helo-bare-ip",
        "helo-self=fail, accept",
        "own-list=fail, accept",
        "spf-helo=fail, accept",
    })
    void theProtocolsOwnChecksAreSaidAtOnce(String findings, String verdict) {
        assertThat(said(STANDARD.verdictOfProtocol(Cases.found(findings)))).isEqualTo(verdict);
    }

    @Test
    void whoBreaksTheProtocolIsNotGreylistedAtTheGreeting() {
        assertThat(said(with(Profile.STANDARD, Check.HELO_SYNTAX, Result.FAIL, Action.GREYLIST)
                        .verdictOfProtocol(Cases.found("helo-syntax=fail"))))
                .isEqualTo("accept");
    }

    // --- the operator's words
    // -------------------------------------------------------------------------------------------------------

    @Test
    void anActionOfTheOperatorsStandsInThePlaceOfTheProfiles() {
        assertThat(said(with(Profile.STANDARD, Check.IPREV, Result.FAIL, Action.REJECT)
                        .verdict(Cases.found("iprev=fail"))))
                .isEqualTo("reject iprev");
        assertThat(said(with(Profile.STANDARD, Check.HELO_SELF, Result.FAIL, Action.NOTE)
                        .verdict(Cases.found("helo-self=fail"))))
                .isEqualTo("accept");
    }

    @Test
    void itIsForItsResultAlone() {
        assertThat(said(with(Profile.STANDARD, Check.IPREV, Result.FAIL, Action.REJECT)
                        .verdict(Cases.found("iprev=permerror"))))
                .isEqualTo("quarantine iprev");
    }

    @Test
    void aResultThatNoProfileMindsCanBeMinded() {
        assertThat(said(with(Profile.STANDARD, Check.SPF, Result.SOFTFAIL, Action.QUARANTINE)
                        .verdict(Cases.found("spf=softfail"))))
                .isEqualTo("quarantine spf");
    }

    @Test
    void underObserveTheOperatorsWordHoldsToo() {
        assertThat(said(with(Profile.OBSERVE, Check.HELO_SELF, Result.FAIL, Action.REJECT)
                        .verdict(Cases.found("helo-self=fail"))))
                .isEqualTo("reject helo-self");
    }

    // --- lists in DNS
    // ---------------------------------------------------------------------------------------------------------------

    private static final DnsName ZONE = new DnsName("bl.test");

    private static ListRule rule(String zone, String codes, Action action) {
        return ListRule.of(
                new DnsName(zone), List.of(new ListRule.Row(Codes.parse(codes).orElseThrow(), action)));
    }

    private static Finding listed(String subject) {
        return Finding.of(Check.DNSBL, Result.FAIL, "listed").about(subject);
    }

    private static Policy blocking(Profile profile) {
        var rule = ListRule.of(
                ZONE,
                List.of(
                        new ListRule.Row(Codes.parse("127.0.0.2-127.0.0.3").orElseThrow(), Action.NOTE),
                        new ListRule.Row(Codes.parse("127.0.0.4").orElseThrow(), Action.REJECT),
                        new ListRule.Row(Codes.parse("127.0.0.4-127.0.0.10").orElseThrow(), Action.QUARANTINE)));
        return new Policy(
                profile, Map.of(), List.of(rule("other.test", "127.0.0.2", Action.DEFER), rule), List.of(), List.of());
    }

    @ParameterizedTest
    @CsvSource({
        "bl.test 127.0.0.2, accept",
        "bl.test 127.0.0.4, reject dnsbl",
        "BL.test 127.0.0.4, reject dnsbl",
        "bl.test 127.0.0.10, quarantine dnsbl",
        "bl.test 127.0.0.11, accept",
        "bl.test 127.0.0.2 127.0.0.4 127.0.0.10, reject dnsbl",
        "bl.test 127.0.0.2 127.0.0.10, quarantine dnsbl",
        "other.test 127.0.0.2, defer dnsbl",
        "third.test 127.0.0.2, accept",
        "bl.test, accept",
        "bl.test nonsense, accept",
    })
    void ofAListTheHardestOfItsCodesCounts(String subject, String verdict) {
        assertThat(said(blocking(Profile.STANDARD).verdict(Cases.of(listed(subject)))))
                .isEqualTo(verdict);
        assertThat(said(blocking(Profile.STRICT).verdict(Cases.of(listed(subject)))))
                .isEqualTo(verdict);
    }

    @Test
    void underObserveAListIsNoted() {
        assertThat(said(blocking(Profile.OBSERVE).verdict(Cases.of(listed("bl.test 127.0.0.4")))))
                .isEqualTo("accept");
    }

    @Test
    void aListThatCannotBeAskedIsNoted() {
        Finding off = Finding.of(Check.DNSBL, Result.TEMPERROR, "off").about("bl.test");

        assertThat(said(blocking(Profile.STRICT).verdict(Cases.of(off)))).isEqualTo("accept");
    }

    private static Policy welcoming(Check... checks) {
        var zone = new ListZone(new DnsName("wl.test"), List.of());
        return new Policy(
                Profile.STANDARD,
                Map.of(),
                List.of(rule("bl.test", "127.0.0.2", Action.REJECT)),
                List.of(new WelcomeList(zone, Set.of(checks))),
                List.of());
    }

    private static Finding welcome(Result result, String subject) {
        return Finding.of(Check.DNSWL, result, "").about(subject);
    }

    @Test
    void whoIsOnAWelcomeListHasItsChecksNotedOnly() {
        Verdict verdict = welcoming(Check.DNSBL)
                .verdict(Cases.of(
                        listed("bl.test 127.0.0.2"),
                        welcome(Result.PASS, "wl.test 127.0.2.1"),
                        Cases.finding("iprev=fail")));

        assertThat(said(verdict)).isEqualTo("quarantine iprev");
        assertThat(verdict.findings())
                .filteredOn(judged -> judged.finding().check() == Check.DNSBL)
                .extracting(Judged::action, Judged::why)
                .containsExactly(tuple(Action.NOTE, "it is listed in wl.test"));
    }

    @Test
    void aWelcomeListWithoutChecksIsForAll() {
        assertThat(said(welcoming()
                        .verdict(Cases.of(
                                welcome(Result.PASS, "wl.test 127.0.2.1"),
                                Cases.finding("iprev=fail"),
                                Cases.finding("helo-self=fail")))))
                .isEqualTo("accept");
    }

    @Test
    void noWelcomeListOutweighsWhomTheOperatorDenies() {
        assertThat(said(welcoming()
                        .verdict(Cases.of(welcome(Result.PASS, "wl.test 127.0.2.1"), Cases.finding("own-list=fail")))))
                .isEqualTo("reject own-list");
    }

    @ParameterizedTest
    @CsvSource({"NONE, wl.test", "TEMPERROR, wl.test", "PASS, other.test 127.0.2.1", "PASS, wl.test.other 127.0.2.1"})
    void whoIsNotOnItIsNotSpared(Result result, String subject) {
        assertThat(said(welcoming().verdict(Cases.of(welcome(result, subject), listed("bl.test 127.0.0.2")))))
                .isEqualTo("reject dnsbl");
    }

    // --- exceptions and own lists
    // --------------------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({
        "client 192.0.2.0/24, accept",
        "client 192.0.3.0/24, reject",
        "greeting *.good.example, accept",
        "greeting mail.other.example, reject",
        "sender ann@sender.example, accept",
        "sender bob@sender.example, reject",
        "recipient @example.com, accept",
        "recipient @example.net, reject",
    })
    void anExceptionIsForWhomItSays(String who, String verdict) throws Exception {
        Condition condition = ConditionTest.read(who);

        assertThat(excepting(condition).verdict(Cases.found("helo-self=fail")).word())
                .isEqualTo(verdict);
    }

    @Test
    void anExceptionIsForTheChecksThatItNames() {
        Policy policy = excepting(Condition.ANYBODY, Check.HELO_SELF, Check.IPREV);

        assertThat(said(policy.verdict(Cases.found("helo-self=fail helo-literal=fail iprev=fail"))))
                .isEqualTo("quarantine helo-literal");
    }

    @Test
    void withAnExceptionTheFindingStaysAndSaysWhyItIsNoted() {
        assertThat(excepting(Condition.ofClient(Net.parse("192.0.2.0/24").orElseThrow()), Check.HELO_SELF)
                        .verdict(Cases.found("helo-self=fail"))
                        .findings())
                .containsExactly(
                        new Judged(Cases.finding("helo-self=fail"), Action.NOTE, "exception for client 192.0.2.0/24"));
    }

    @Test
    void whatIsNotedAnywayNeedsNoWhy() {
        assertThat(excepting(Condition.ANYBODY)
                        .verdict(Cases.found("helo-rdns=fail"))
                        .findings())
                .containsExactly(new Judged(Cases.finding("helo-rdns=fail"), Action.NOTE, ""));
    }

    @Test
    void whomTheOperatorLetsInIsLetInWhateverIsFound() {
        Verdict verdict = STRICT.verdict(Cases.found("own-list=pass helo-self=fail iprev=fail spf-helo=fail"));

        assertThat(said(verdict)).isEqualTo("accept");
        assertThat(verdict.findings())
                .filteredOn(judged -> judged.finding().check() == Check.IPREV)
                .extracting(Judged::why)
                .containsExactly("the operator's list lets it in");
    }

    @Test
    void butNotWithABrokenProtocol() {
        assertThat(said(STANDARD.verdict(Cases.found("own-list=pass helo-syntax=fail"))))
                .isEqualTo("reject helo-syntax");
    }

    @Test
    void whomTheOperatorDeniesIsRefusedUnderObserveToo() {
        assertThat(said(OBSERVE.verdict(Cases.found("own-list=fail")))).isEqualTo("reject own-list");
    }

    // --- the case
    // --------------------------------------------------------------------------------------------------------------------

    @Test
    void aCaseGrowsByFindingsAndIsForARecipient() {
        Case bare = new Case(
                InetAddress.ofLiteral("192.0.2.10"),
                Greeting.name("mail.good.example"),
                new ReversePath.Null(),
                Optional.empty(),
                List.of());
        var more = new ArrayList<>(List.of(Cases.finding("iprev=fail")));

        assertThat(bare.with(Cases.finding("iprev=fail")).findings()).isEqualTo(more);
        assertThat(bare.to(Cases.of().to().orElseThrow()).to())
                .isEqualTo(Cases.of().to());
        assertThat(bare.to(Cases.of().to().orElseThrow()).from()).isEqualTo(new ReversePath.Null());
    }
}
