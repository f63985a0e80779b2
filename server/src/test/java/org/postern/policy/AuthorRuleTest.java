package org.postern.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postern.finding.Check;
import org.postern.finding.Finding;
import org.postern.finding.Result;
import org.postern.smtp.Domain;

/** What DMARC earns, and what it lifts: greeting-checks.md, RFC 9989 §7.4. */
class AuthorRuleTest {
    private static final String VOUCHED = "arc=pass:lists.example_0_vouched";

    /** Reads {@code dmarc=fail:sender.example_reject}, the words of a subject with underscores between. */
    private static Case found(String findings) {
        return Cases.of(Arrays.stream(findings.split(" "))
                .map(text -> {
                    String[] parts = text.split(":", 2);
                    Finding finding = Cases.finding(parts[0]);
                    return parts.length == 1 ? finding : finding.about(parts[1].replace('_', ' '));
                })
                .toArray(Finding[]::new));
    }

    private static String said(Verdict verdict) {
        return verdict.word()
                + verdict.decidedBy().map(one -> " " + one.check().id()).orElse("");
    }

    private static Policy trusting(Profile profile, String... sealers) {
        Policy plain = Policy.of(profile);
        return new Policy(
                profile,
                plain.actions(),
                List.of(),
                List.of(),
                List.of(),
                Set.copyOf(Arrays.stream(sealers).map(Domain::new).toList()),
                List.of());
    }

    @ParameterizedTest
    @CsvSource({
        "dmarc=fail:s.example_none, accept, accept",
        "dmarc=fail:s.example_quarantine, quarantine dmarc, quarantine dmarc",
        "dmarc=fail:s.example_reject, quarantine dmarc, reject dmarc",
        // Another check of this message failed, too.
        "dmarc=fail:s.example_reject spf=fail, reject dmarc, reject spf",
        "dmarc=fail:s.example_reject iprev=permerror, reject dmarc, reject iprev",
        "dmarc=fail:s.example_reject dnsbl=fail, reject dmarc, reject dmarc",
        "dmarc=fail:s.example_quarantine iprev=fail, quarantine iprev, reject iprev",
        // It came by a list, or by hosts that sealed it.
        "dmarc=fail:s.example_reject_indirect, quarantine dmarc, quarantine dmarc",
        "dmarc=fail:s.example_reject arc=pass:lists.example_0, quarantine dmarc, quarantine dmarc",
        "dmarc=fail:s.example_reject arc=fail:lists.example_0, quarantine dmarc, reject dmarc",
        // Nobody can say yet.
        "dmarc=temperror:s.example_reject, defer dmarc, defer dmarc",
        "dmarc=temperror:s.example_none, accept, accept",
        "dmarc=temperror:s.example, accept, accept",
        // No author, and a policy that makes no sense.
        "dmarc=permerror, quarantine dmarc, reject dmarc",
        "dmarc=permerror:s.example, accept, accept",
        "dmarc=none:s.example, accept, accept",
        // An author who is authenticated outweighs a sloppy host, and what SPF would refuse.
        "dmarc=pass:s.example_none iprev=fail, accept, reject iprev",
        "dmarc=pass:s.example_none iprev=permerror spf-helo=fail, accept, reject iprev",
        "dmarc=pass:s.example_none spf-helo=fail, accept, accept",
        "dmarc=pass:s.example_none spf=fail, accept, accept",
        "dmarc=pass:s.example_none helo-literal=fail, accept, accept",
        "dmarc=pass:s.example_none helo-matches=fail, accept, accept",
        "dmarc=pass:s.example_none helo-self=fail, reject helo-self, reject helo-self",
        "dmarc=pass:s.example_none from-domain=fail, reject from-domain, reject from-domain",
    })
    void eachProfileSaysWhatItEarns(String findings, String standard, String strict) {
        assertThat(said(Policy.of(Profile.STANDARD).verdict(found(findings)))).isEqualTo(standard);
        assertThat(said(Policy.of(Profile.STRICT).verdict(found(findings)))).isEqualTo(strict);
        assertThat(said(Policy.of(Profile.OBSERVE).verdict(found(findings)))).isEqualTo("accept");
    }

    @Test
    @Tag("arc-1")
    void onlyASealerWhomTheOperatorTrustsVouches() {
        Case one = found("dmarc=fail:s.example_reject spf=fail " + VOUCHED);

        assertThat(said(trusting(Profile.STANDARD).verdict(one))).isEqualTo("reject dmarc");
        assertThat(said(trusting(Profile.STANDARD, "other.example").verdict(one)))
                .isEqualTo("reject dmarc");
        Verdict trusted = trusting(Profile.STANDARD, "LISTS.example").verdict(one);
        assertThat(said(trusted)).isEqualTo("accept");
        assertThat(trusted.findings())
                .filteredOn(judged -> judged.finding().check() == Check.DMARC)
                .extracting(Judged::why)
                .containsExactly("lists.example says that it came authenticated");
    }

    @Test
    @Tag("arc-1")
    void aTrustedSealerWhoSawNoAuthenticationVouchesForNothing() {
        Case unproven = found("dmarc=fail:s.example_reject arc=pass:lists.example_0");
        Case broken = found("dmarc=fail:s.example_reject arc=fail:lists.example_0_vouched");

        assertThat(said(trusting(Profile.STANDARD, "lists.example").verdict(unproven)))
                .isEqualTo("quarantine dmarc");
        assertThat(said(trusting(Profile.STANDARD, "lists.example").verdict(broken)))
                .isEqualTo("quarantine dmarc");
    }

    @Test
    void whatTheOperatorSaysStandsUnderTheOwnersPolicy() {
        var hard = new Policy(
                Profile.STANDARD,
                Map.of(Check.DMARC, Map.of(Result.FAIL, Action.REJECT)),
                List.of(),
                List.of(),
                List.of());

        assertThat(said(hard.verdict(found("dmarc=fail:s.example_quarantine")))).isEqualTo("reject dmarc");
        assertThat(said(hard.verdict(found("dmarc=fail:s.example_none")))).isEqualTo("accept");
    }

    @Test
    void oneSignatureThatHoldsIsEnough() {
        var hard = new Policy(
                Profile.STANDARD,
                Map.of(Check.DKIM, Map.of(Result.FAIL, Action.REJECT)),
                List.of(),
                List.of(),
                List.of());

        assertThat(said(hard.verdict(found("dkim=fail:a.example_k")))).isEqualTo("reject dkim");
        assertThat(said(hard.verdict(found("dkim=fail:a.example_k dkim=pass:b.example_k"))))
                .isEqualTo("accept");
    }

    @Test
    void whatSpfRefusesWaitsOnlyUntilTheAuthorIsKnown() {
        Policy policy = Policy.of(Profile.STANDARD);

        assertThat(policy.verdict(found("spf-helo=fail")).unlessDmarc()).isTrue();
        assertThat(policy.verdict(found("spf-helo=fail dmarc=none:s.example")).unlessDmarc())
                .isFalse();
    }
}
