package org.postern.finding;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.postern.dns.Answer;
import org.postern.dns.DnsName;
import org.postern.dns.RecordType;
import org.postern.dns.TestZone;

class FindingTest {
    @Test
    @Tag("xss-1")
    void itsTextIsOneLineOfVisibleAsciiWhateverAZoneWrote() {
        String hostile = IntStream.rangeClosed(0, 0x2100)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();

        Finding finding = Finding.of(Check.DNSBL, Result.FAIL, hostile);

        assertThat(finding.text())
                .hasSameSizeAs(hostile)
                .matches("[ -~]*")
                .contains(" !\"#")
                .contains("xyz{|}~?");
    }

    @Test
    @Tag("xss-1")
    void itsEvidenceIsVisibleAscii() {
        var zone = new TestZone("x.example. TXT \"a\\013\\010b\\027[0m\\226\\128\\174\\\"\"\n");

        Finding finding = Finding.of(
                Check.DNSBL, Result.FAIL, "x", zone.resolver().ask(new DnsName("x.example"), RecordType.TXT));

        assertThat(finding.evidence())
                .singleElement()
                .satisfies(evidence ->
                        assertThat(evidence.answer()).isEqualTo("\"a\\013\\010b\\027[0m\\226\\128\\174\\\"\""));
    }

    @Test
    void evidenceSaysHowTheAnswerCame() {
        Answer answer = new TestZone("x.example. A 192.0.2.1\n").resolver().ask(new DnsName("x.example"), RecordType.A);

        assertThat(Evidence.of(answer))
                .isEqualTo(new Evidence(
                        "A x.example", "192.0.2.1", answer.ttl(), answer.time(), "zone", Answer.Security.UNCHECKED));
    }

    @Test
    void itPrintsAsAuthenticationResultsWritesIt() {
        assertThat(Finding.of(Check.HELO_BARE_IP, Result.TEMPERROR, "")).hasToString("helo-bare-ip=temperror");
    }

    @Test
    void itIsOfOneCheckAndOneResult() {
        Finding finding = Finding.of(Check.IPREV, Result.PASS, "");

        assertThat(finding.is(Check.IPREV, Result.PASS)).isTrue();
        assertThat(finding.is(Check.IPREV, Result.FAIL)).isFalse();
        assertThat(finding.is(Check.SPF, Result.PASS)).isFalse();
    }

    @Test
    void whatItIsAboutChangesNothingElse() {
        Finding finding = new Finding(Check.IPREV, Result.PASS, "", "well", List.of());

        assertThat(finding.about("x")).isEqualTo(new Finding(Check.IPREV, Result.PASS, "x", "well", List.of()));
    }

    @Test
    void eachCheckIsFoundByItsId() {
        for (Check check : Check.values()) {
            assertThat(Check.of(check.id())).contains(check);
        }
        assertThat(Check.of("HELO_RDNS")).isEmpty();
        assertThat(Check.HELO_RDNS.id()).isEqualTo("helo-rdns");
    }
}
