package org.postern.dmarc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postern.dmarc.Identifier.Mechanism;
import org.postern.dns.CachingResolver;
import org.postern.dns.DnsName;
import org.postern.dns.DnsSettings;
import org.postern.dns.DnsSettings.Dnssec;
import org.postern.dns.NameServer;
import org.postern.dns.Question;
import org.postern.dns.RecordType;
import org.postern.dns.Resolver;
import org.postern.dns.TestZone;
import org.postern.finding.Evidence;
import org.postern.finding.Result;
import org.postern.smtp.Domain;

/** RFC 9989, each case by its section, against a real server on loopback. Here {@code example} publishes nothing, and {@code bank} psd=y. */
class DmarcTest {
    private static final TestZone ZONE = new TestZone("""
        _dmarc.ours.example. TXT "v=DMARC1; p=reject; sp=quarantine; np=reject; rua=mailto:dmarc@ours.example"
        ours.example. A 192.0.2.1
        mail.ours.example. A 192.0.2.1
        a.mail.ours.example. A 192.0.2.1
        alias.ours.example. CNAME nowhere.example.
        unsure.ours.example. TXT "x"
        _dmarc.dept.ours.example. TXT "v=DMARC1; p=none; psd=n"
        dept.ours.example. A 192.0.2.1
        _dmarc.deep.ours.example. TXT "v=DMARC1; p=none"
        deep.ours.example. A 192.0.2.1
        _dmarc.plain.example. TXT "v=DMARC1; " "p=reject"
        _dmarc.sp.example. TXT "v=DMARC1; p=reject; sp=none"
        _dmarc.strict.example. TXT "v=DMARC1; p=quarantine; adkim=s; aspf=s"
        _dmarc.dkim-strict.example. TXT "v=DMARC1; p=quarantine; adkim=s"
        _dmarc.spf-strict.example. TXT "v=DMARC1; p=quarantine; aspf=s"
        _dmarc.tries.example. TXT "v=DMARC1; p=reject; sp=quarantine; np=none; t=y"
        mail.tries.example. A 192.0.2.1
        _dmarc.bank. TXT "v=DMARC1; p=reject; sp=quarantine; np=reject; psd=y"
        first.bank. A 192.0.2.1
        second.bank. A 192.0.2.1
        _dmarc.own.bank. TXT "v=DMARC1; p=none"
        mail.own.bank. A 192.0.2.1
        _dmarc.twice.example. TXT "v=DMARC1; p=reject"
        _dmarc.twice.example. TXT "v=DMARC1; p=none"
        _dmarc.twice.ours.example. TXT "v=DMARC1; p=none"
        _dmarc.twice.ours.example. TXT "v=DMARC1; p=reject"
        twice.ours.example. A 192.0.2.1
        _dmarc.beside.example. TXT "v=spf1 -all"
        _dmarc.beside.example. TXT "v=DMARC1; p=reject"
        _dmarc.bogus.example. TXT "v=DMARC1; p=bogus"
        _dmarc.told.example. TXT "v=DMARC1; p=bogus; sp=reject; rua=mailto:dmarc@told.example"
        _dmarc.silent.example. TXT "v=DMARC1"
        _dmarc.none.example. TXT "p=reject"
        _dmarc.below.half.example. TXT "v=DMARC1; p=reject"
        _dmarc.aliased.example. CNAME _dmarc.plain.example.
        _dmarc.xn--mller-kva.example. TXT "v=DMARC1; p=reject"
        """)
            .failing(RecordType.TXT, "_dmarc.fails.example", "SERVFAIL")
            .failing(RecordType.TXT, "_dmarc.half.example", "SERVFAIL")
            .failing(RecordType.MX, "unsure.ours.example", "SERVFAIL");

    private static NameServer server;
    private static CachingResolver resolver;

    @BeforeAll
    static void start() throws IOException {
        server = NameServer.with(ZONE);
        resolver = new CachingResolver(DnsSettings.of(List.of(server.address())).with(Dnssec.OFF));
    }

    @AfterAll
    static void stop() throws IOException {
        server.close();
    }

    private static FromField from(String authors) {
        return FromField.of(Headers.of(("From: " + authors + "\r\n").getBytes(UTF_8)));
    }

    /** As {@code spf=pass mail.example, dkim=fail example}. */
    private static List<Identifier> identifiers(String text) {
        return Arrays.stream(text.split(",", -1))
                .map(String::strip)
                .filter(one -> !one.isEmpty())
                .map(one -> one.split("[= ]", -1))
                .map(parts -> new Identifier(
                        Mechanism.valueOf(parts[0].toUpperCase(Locale.ROOT)),
                        new Domain(parts[2]),
                        Result.valueOf(parts[1].toUpperCase(Locale.ROOT))))
                .toList();
    }

    private static Dmarc.Outcome check(String author, String identifiers, Resolver from) {
        return Dmarc.check(from("ann@" + author), identifiers(identifiers), from);
    }

    private static Dmarc.Outcome check(String author, String identifiers) {
        return check(author, identifiers, resolver);
    }

    @ParameterizedTest(name = "{0}: {1}, {2}")
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            value = {
                // section | author | SPF and DKIM | result | asked for | policy of
                // §4.4: aligned.
                "4.4.1 the same domain | plain.example | dkim=pass plain.example | pass | reject | plain.example",
                "4.4.1 case does not count | PLAIN.example | dkim=pass plain.EXAMPLE | pass | reject | plain.example",
                "4.4.2 MAIL FROM | plain.example | spf=pass plain.example | pass | reject | plain.example",
                "3.2.10.1 relaxed, below | plain.example | dkim=pass a.b.plain.example | pass | reject | plain.example",
                "3.2.10.1 relaxed, above | mail.ours.example | dkim=pass ours.example | pass | quarantine |"
                        + " ours.example",
                "3.2.10.1 relaxed, beside | mail.ours.example | spf=pass bounce.ours.example | pass | quarantine |"
                        + " ours.example",
                "4.4.1 any of several | plain.example | dkim=fail plain.example, dkim=pass x.example, dkim=pass"
                        + " m.plain.example | pass | reject | plain.example",
                "3.2.4 HELO for the null path | plain.example | spf=pass mx.plain.example | pass | reject |"
                        + " plain.example",
                "5.3.1 A-labels | m\u00fcller.example | dkim=pass xn--mller-kva.example | pass | reject |"
                        + " xn--mller-kva.example",
                "5.3.1 A-labels | xn--mller-kva.example | spf=pass a.m\u00fcller.example | pass | reject |"
                        + " xn--mller-kva.example",
                // §4.4: not aligned.
                "5.3.5 nothing passes | plain.example | | fail | reject | plain.example",
                "5.3.5 only a pass counts | plain.example | spf=softfail plain.example, dkim=neutral plain.example |"
                        + " fail | reject | plain.example",
                "5.3.5 only a pass counts | plain.example | spf=none plain.example, dkim=policy plain.example | fail |"
                        + " reject | plain.example",
                "5.3.5 only a pass counts | plain.example | spf=permerror plain.example, dkim=fail plain.example |"
                        + " fail | reject | plain.example",
                "4.4.2 a stranger | plain.example | spf=pass evil.example, dkim=pass evil.example | fail | reject |"
                        + " plain.example",
                "4.4.2 ends alike | plain.example | dkim=pass notplain.example | fail | reject | plain.example",
                "4.4.1 a top-level domain | plain.example | dkim=pass example | fail | reject | plain.example",
                "7.4 a list: DKIM broke, SPF is its own | ours.example | spf=pass lists.else.example, dkim=fail"
                        + " ours.example, dkim=pass lists.else.example | fail | reject | ours.example",
                // §4.7: adkim, aspf.
                "4.7 adkim=s | strict.example | dkim=pass strict.example | pass | quarantine | strict.example",
                "4.7 adkim=s | strict.example | dkim=pass mail.strict.example | fail | quarantine | strict.example",
                "4.7 aspf=s | strict.example | spf=pass strict.example | pass | quarantine | strict.example",
                "4.7 aspf=s | strict.example | spf=pass mail.strict.example | fail | quarantine | strict.example",
                "4.7 adkim alone | dkim-strict.example | spf=pass a.dkim-strict.example, dkim=pass"
                        + " b.dkim-strict.example | pass | quarantine | dkim-strict.example",
                "4.7 adkim alone | dkim-strict.example | dkim=pass b.dkim-strict.example | fail | quarantine |"
                        + " dkim-strict.example",
                "4.7 aspf alone | spf-strict.example | dkim=pass b.spf-strict.example | pass | quarantine |"
                        + " spf-strict.example",
                "4.7 aspf alone | spf-strict.example | spf=pass b.spf-strict.example | fail | quarantine |"
                        + " spf-strict.example",
                "4.7 strict below an organisation | a.strict.example | dkim=pass strict.example | fail | quarantine |"
                        + " strict.example",
                // §4.10.1: whose policy, and which tag.
                "4.10.1 p | ours.example | | fail | reject | ours.example",
                "4.10.1 sp, it exists | mail.ours.example | | fail | quarantine | ours.example",
                "4.10.1 sp, deep below | a.mail.ours.example | | fail | quarantine | ours.example",
                "4.10.1 np, it does not exist | nobody.ours.example | | fail | reject | ours.example",
                "3.2.13 an alias exists | alias.ours.example | | fail | quarantine | ours.example",
                "3.2.13 nobody knows whether it exists | unsure.ours.example | | temperror | reject | ours.example",
                "3.2.13 it matters to a fail only | unsure.ours.example | dkim=pass ours.example | pass | reject |"
                        + " ours.example",
                "4.7 np without np is sp | nobody.sp.example | | fail | none | sp.example",
                "4.7 sp without sp is p | nobody.plain.example | | fail | reject | plain.example",
                "4.10.1 the author's own goes first | deep.ours.example | | fail | none | deep.ours.example",
                "4.10.1 own policy, common organisation | deep.ours.example | dkim=pass ours.example | pass | none |"
                        + " deep.ours.example",
                // §4.7: t=y.
                "4.7 t=y, reject | tries.example | | fail | quarantine | tries.example",
                "4.7 t=y, quarantine | mail.tries.example | | fail | none | tries.example",
                "4.7 t=y, none | nobody.tries.example | | fail | none | tries.example",
                "4.7 t=y, a pass | tries.example | spf=pass tries.example | pass | quarantine | tries.example",
                // §4.10.2: psd.
                "4.10.2 psd=y above | first.bank | dkim=pass mail.first.bank | pass | quarantine | bank",
                "4.10.2 psd=y parts neighbours | first.bank | dkim=pass second.bank | fail | quarantine | bank",
                "4.10.2 psd=y, it does not exist | nobody.bank | | fail | reject | bank",
                "4.10.2 psd=y is the author | bank | dkim=pass bank | pass | reject | bank",
                "4.10.2 psd=y is the author | bank | dkim=pass first.bank | fail | reject | bank",
                "4.10.2 the suffix may not sign | first.bank | dkim=pass bank | fail | quarantine | bank",
                "4.10.1 the organisation's before the suffix's | mail.own.bank | | fail | none | own.bank",
                "4.10.2 psd=n is an organisation | x.dept.ours.example | spf=pass dept.ours.example | pass | none |"
                        + " dept.ours.example",
                "4.10.2 psd=n parts it from above | dept.ours.example | spf=pass ours.example | fail | none |"
                        + " dept.ours.example",
                "4.10.2 psd=n parts it from below | ours.example | spf=pass dept.ours.example | fail | reject |"
                        + " ours.example",
                "4.10.2 psd=n parts it from beside | dept.ours.example | dkim=pass mail.ours.example | fail | none |"
                        + " dept.ours.example",
                // §4.10: records that are none.
                "4.10 step 2, several void each other | twice.example | spf=pass twice.example | none | none | -",
                "4.10 step 2, then the one above | twice.ours.example | | fail | quarantine | ours.example",
                "4.10 step 2, other texts don't count | beside.example | | fail | reject | beside.example",
                "4.10 step 2, no version | none.example | dkim=pass none.example | none | none | -",
                "5.3.2 no record | nothing.example | dkim=pass nothing.example | none | none | -",
                "5.3.2 no record, one label | example | dkim=pass example | none | none | -",
                "4.10.1 p makes no sense | bogus.example | dkim=pass bogus.example | permerror | none | -",
                "4.10.1 p makes no sense, but rua | told.example | | fail | none | told.example",
                "4.10.1 p makes no sense, but rua | mail.told.example | dkim=pass told.example | pass | none |"
                        + " told.example",
                "4.7 no p is none | silent.example | | fail | none | silent.example",
                "4.5 an alias of a record | aliased.example | | fail | reject | aliased.example",
                // §5.3.6: what can't be known.
                "5.3.6 the record | fails.example | dkim=pass fails.example | temperror | none | -",
                "5.3.6 the record above | mail.fails.example | | temperror | none | -",
                "5.3.6 the organisation | below.half.example | dkim=pass half.example | temperror | reject |"
                        + " below.half.example",
                "4.10.2 the same needs no walk | below.half.example | dkim=pass below.half.example | pass | reject |"
                        + " below.half.example",
                "5.3.6 no identifier needs the walk | below.half.example | dkim=fail half.example | fail | reject |"
                        + " below.half.example",
                "5.3.6 DKIM | plain.example | spf=pass evil.example, dkim=temperror plain.example | temperror | reject"
                        + " | plain.example",
                "5.3.6 SPF | plain.example | spf=temperror mail.plain.example | temperror | reject | plain.example",
                "5.3.6 SPF, but DKIM passes | plain.example | spf=temperror plain.example, dkim=pass plain.example |"
                        + " pass | reject | plain.example",
                "5.3.6 a stranger's does not matter | plain.example | dkim=temperror evil.example, spf=fail"
                        + " plain.example | fail | reject | plain.example",
                "5.3.6 strict, it does not matter | strict.example | dkim=temperror a.strict.example | fail |"
                        + " quarantine | strict.example",
            })
    void eachCaseHasItsSection(
            String section, String author, String identifiers, String result, String requested, String policy) {
        Dmarc.Outcome outcome = check(author, identifiers == null ? "" : identifiers);

        assertThat(outcome.finding()).as(outcome.finding().text()).hasToString("dmarc=" + result);
        assertThat(outcome.requested().word()).isEqualTo(requested);
        assertThat(outcome.policyDomain().map(Domain::name)).isEqualTo(Optional.ofNullable(policy));
        assertThat(outcome.record().isPresent()).isEqualTo(policy != null);
        assertThat(outcome.finding().subject(0)).isEqualTo(new Domain(author).canonical());
        assertThat(outcome.aligned().isEmpty()).isEqualTo(!result.equals("pass"));
    }

    @Test
    void theOutcomeSaysWhetherSpfOrDkimWasUndecided() {
        assertThat(check("plain.example", "dkim=temperror plain.example").isAuthenticationUndecided())
                .isTrue();
        assertThat(check("plain.example", "dkim=temperror evil.example").isAuthenticationUndecided())
                .isFalse();
        assertThat(check("below.half.example", "dkim=pass half.example").isAuthenticationUndecided())
                .isFalse();
    }

    @Test
    void theOutcomeSaysWhoAuthenticates() {
        assertThat(check("plain.example", "spf=pass evil.example, dkim=pass a.plain.example, spf=pass plain.example")
                        .aligned())
                .extracting(Identifier::toString)
                .containsExactly("DKIM=pass a.plain.example", "SPF=pass plain.example");
    }

    @Test
    void theTextsSayWhatToChange() {
        assertThat(check("plain.example", "dkim=pass a.plain.example").finding().text())
                .isEqualTo("plain.example is authenticated by DKIM=pass a.plain.example; _dmarc.plain.example asks for"
                        + " p=reject");
        assertThat(check("nobody.ours.example", "spf=pass evil.example, dkim=fail ours.example")
                        .finding()
                        .text())
                .isEqualTo("nothing authenticates nobody.ours.example: SPF=pass evil.example, DKIM=fail ours.example;"
                        + " _dmarc.ours.example asks for np=reject; sign with DKIM for that domain, or send"
                        + " with a MAIL FROM in it that SPF permits");
        assertThat(check("tries.example", "").finding().text())
                .startsWith("nothing authenticates tries.example: neither SPF nor DKIM was for any domain;"
                        + " _dmarc.tries.example asks for p=reject in test; sign");
        assertThat(check("nothing.example", "").finding().text()).isEqualTo("nothing.example has no DMARC policy");
        assertThat(check("twice.example", "").finding().text())
                .isEqualTo("_dmarc.twice.example has several DMARC records, which void each other; leave one");
        assertThat(check("fails.example", "").finding().text())
                .startsWith("the DMARC policy of fails.example can't be had now: ");
        assertThat(check("bogus.example", "").finding().text())
                .isEqualTo(
                        "the DMARC policy at _dmarc.bogus.example asks for something that is neither none, quarantine"
                                + " nor reject");
        assertThat(check("plain.example", "dkim=temperror plain.example")
                        .finding()
                        .text())
                .isEqualTo(
                        "whether plain.example is authenticated can't be found out now: DKIM=temperror plain.example;"
                                + " _dmarc.plain.example asks for p=reject");
        assertThat(check("below.half.example", "dkim=pass half.example")
                        .finding()
                        .text())
                .startsWith("which organisation these are of can't be found out now: DKIM=pass half.example; ");
        assertThat(check("unsure.ours.example", "").finding().text())
                .startsWith("whether unsure.ours.example exists can't be found out now: ");
    }

    @Test
    void theEvidenceIsWhatWasAsked() {
        assertThat(check("nobody.ours.example", "").finding().evidence())
                .extracting(Evidence::question)
                .containsExactly(
                        "TXT _dmarc.nobody.ours.example",
                        "TXT _dmarc.ours.example",
                        "TXT _dmarc.example",
                        "MX nobody.ours.example");
    }

    // §4.10.2: there is no need to.
    @Test
    void nothingIsAskedThatDoesNotMatter() {
        var counting = new TestZone.Counting(resolver);
        check("plain.example", "dkim=pass plain.example, spf=pass evil.test, spf=fail x.plain.example", counting);
        check("strict.example", "dkim=pass a.strict.example", counting);

        assertThat(counting.asked())
                .containsOnlyKeys(
                        new Question(new DnsName("_dmarc.plain.example"), RecordType.TXT),
                        new Question(new DnsName("_dmarc.strict.example"), RecordType.TXT));
    }

    @Test
    void nothingIsAskedTwice() {
        var counting = new TestZone.Counting(resolver);
        check(
                "mail.ours.example",
                "dkim=pass a.dept.ours.example, spf=pass a.dept.ours.example, dkim=pass b.dept.ours.example,"
                        + " dkim=temperror b.dept.ours.example",
                counting);

        assertThat(counting.asked().values()).allMatch(times -> times == 1);
        assertThat(counting.asked()).hasSize(3 + 1 + 3);
    }

    @Test
    void onlyTenIdentifiersAreAskedAbout() {
        String strangers = IntStream.range(0, 30)
                .mapToObj(i -> "dkim=pass x" + i + ".dept.ours.example")
                .reduce("", (all, one) -> all + one + ",");
        var counting = new TestZone.Counting(resolver);

        assertThat(check("ours.example", strangers + "dkim=pass mail.ours.example", counting)
                        .finding())
                .hasToString("dmarc=fail");
        assertThat(counting.asked()).hasSize(2 + 1 + Evaluation.MAX_IDENTIFIERS);
        // The same domain needs no question, wherever it stands.
        assertThat(check("ours.example", strangers + "dkim=pass ours.example").finding())
                .hasToString("dmarc=pass");
    }

    // §5.3.1, §11.5
    @Tag("dmarc-1")
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "plain.example, strict.example | dkim=pass strict.example | fail | reject",
                "strict.example, plain.example | dkim=pass plain.example | fail | quarantine",
                "strict.example, plain.example | dkim=pass evil.example | fail | reject",
                "plain.example, strict.example | dkim=pass plain.example, dkim=pass strict.example | permerror | none",
                "plain.example, nothing.example | dkim=pass nothing.example | fail | reject",
                "plain.example, nothing.example | dkim=pass plain.example | permerror | none",
                "a.nothing.example, nothing.example | dkim=pass nothing.example | none | none",
                "fails.example, plain.example | dkim=pass plain.example | temperror | none",
                "fails.example, plain.example | dkim=pass evil.example | fail | reject",
                "a.plain.example, b.plain.example, c.plain.example, d.plain.example | | fail | reject",
                "a.plain.example, b.plain.example, c.plain.example, d.plain.example, plain.example | | permerror |"
                        + " none",
            })
    void authorsOfSeveralDomainsNeverPass(String authors, String identifiers, String result, String requested) {
        Dmarc.Outcome outcome = Dmarc.check(
                from("ann@" + authors.replace(", ", ", ann@")),
                identifiers(identifiers == null ? "" : identifiers),
                resolver);

        assertThat(outcome.finding()).as(outcome.finding().text()).hasToString("dmarc=" + result);
        assertThat(outcome.requested().word()).isEqualTo(requested);
        assertThat(outcome.finding().subject()).isEmpty();
        assertThat(outcome.aligned()).isEmpty();
    }

    // §4.4, §11.5
    @Tag("dmarc-1")
    @ParameterizedTest
    @ValueSource(
            strings = {
                "From: ann@plain.example\r\nFrom: ann@evil.example\r\n",
                "From: ann@plain.example\r\nFrom : ann@plain.example\r\n",
                "Subject: x\r\n",
                "From: plain.example:;\r\n",
                "From: All: ann@plain.example;\r\n",
                "From: <@plain.example:ann@evil.example>\r\n",
                "From: \"ann@plain.example\"@evil.example\r\n",
                "From: =?utf-8?q?ann=40plain.example=00?=@evil.example\r\n",
                "From: ann@plain.example (ann@evil.example)\r\n",
                "From: ann@plain.example\0.evil.example\r\n",
            })
    void anUnusableFromFieldNeverPassesAndAsksNothing(String header) {
        var counting = new TestZone.Counting(resolver);
        Dmarc.Outcome outcome = Dmarc.check(
                Headers.of(header.getBytes(UTF_8)),
                identifiers("dkim=pass plain.example, spf=pass plain.example, dkim=pass evil.example"),
                counting);

        assertThat(outcome.finding()).hasToString("dmarc=permerror");
        assertThat(outcome.finding().subject()).isEmpty();
        assertThat(outcome.finding().text())
                .endsWith(", so its author can't be authenticated; send one From field with one address in it");
        assertThat(outcome.requested()).isEqualTo(Disposition.NONE);
        assertThat(counting.asked()).isEmpty();
    }

    // §9.1
    @Test
    void thePolicyIsToldOfWhereThereIsOne() {
        assertThat(check("mail.ours.example", "").finding().subject(1)).isEqualTo("quarantine");
        assertThat(check("nothing.example", "").finding().subject(1)).isEmpty();
        assertThat(check("bogus.example", "").finding().subject(1)).isEmpty();
    }
}
