package org.postern.finding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class FindingsHeaderTest {
    private static final Finding IPREV = Finding.of(Check.IPREV, Result.FAIL, "x\r\ny", List.of());
    private static final Finding LIST = Finding.of(Check.DNSBL, Result.PASS, "a; verdict=accept\r\n", List.of());

    @Test
    void findingsStandInTheirOrder() {
        assertThat(FindingsHeader.field(List.of(IPREV, LIST, LIST)))
                .isEqualTo("X-Postern-Findings: iprev=fail dnsbl=pass dnsbl=pass\r\n");
        assertThat(FindingsHeader.field(List.of())).isEqualTo("X-Postern-Findings: none\r\n");
    }

    @Test
    void verdictStandsBeforeThem() {
        assertThat(FindingsHeader.field(List.of(IPREV, LIST), "quarantine", Optional.of(IPREV)))
                .isEqualTo("X-Postern-Findings: verdict=quarantine by=iprev; iprev=fail dnsbl=pass\r\n");
        assertThat(FindingsHeader.field(List.of(), "accept", Optional.empty()))
                .isEqualTo("X-Postern-Findings: verdict=accept; none\r\n");
    }

    @Test
    void otherVerdictTakesThePlaceOfTheFirst() {
        String before = "Authentication-Results: mx.example.com; iprev=fail\r\n";
        String behind = "X: verdict=quarantine\r\n";
        String ours = FindingsHeader.field(List.of(IPREV), "quarantine", Optional.of(IPREV));
        String released = FindingsHeader.field(List.of(IPREV), "released", Optional.of(IPREV));
        assertThat(FindingsHeader.judgedAs(before + ours + behind, "released")).isEqualTo(before + released + behind);
        assertThat(FindingsHeader.judgedAs(before, "released")).isEqualTo(before);
    }

    @Tag("ar-2")
    @Test
    void verdictIsAKeyword() {
        assertThatThrownBy(() -> FindingsHeader.field(List.of(), "accept\r\nX: y", Optional.empty()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void manyFindingsAreFoldedAndBounded() {
        String field = FindingsHeader.field(Collections.nCopies(1_000, IPREV));
        assertThat(Written.linesOf(field)).allMatch(line -> line.length() <= 78);
        assertThat(field).endsWith("iprev=fail more=900\r\n").hasSizeLessThan(1_300);
    }
}
