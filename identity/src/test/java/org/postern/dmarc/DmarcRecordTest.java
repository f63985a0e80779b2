package org.postern.dmarc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.longs;
import static org.quicktheories.generators.SourceDSL.strings;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postern.dmarc.DmarcRecord.Failures;
import org.postern.dmarc.DmarcRecord.Mode;
import org.postern.dmarc.DmarcRecord.Requests;
import org.postern.dmarc.DmarcRecord.Suffix;

/** RFC 9989 §4.7 and §4.8. */
class DmarcRecordTest {
    private static DmarcRecord read(String text) {
        return DmarcRecord.parse(text).orElseThrow();
    }

    @Test
    void eachTagIsRead() {
        assertThat(read("v=DMARC1; p=reject; sp=quarantine; np=none; psd=n; t=y; adkim=s; aspf=s;"
                        + " rua=mailto:a@example.org,mailto:b@example.org; ruf=mailto:c@example.org; fo=1:d:s"))
                .isEqualTo(new DmarcRecord(
                        Optional.of(new Requests(
                                Disposition.REJECT,
                                Optional.of(Disposition.QUARANTINE),
                                Optional.of(Disposition.NONE))),
                        Suffix.NO,
                        true,
                        Mode.STRICT,
                        Mode.STRICT,
                        List.of("mailto:a@example.org", "mailto:b@example.org"),
                        List.of("mailto:c@example.org"),
                        Set.of(Failures.ANY_FAILS, Failures.DKIM_FAILS, Failures.SPF_FAILS)));
    }

    @Test
    void eachTagHasItsDefault() {
        assertThat(read("v=DMARC1"))
                .isEqualTo(new DmarcRecord(
                        Optional.of(new Requests(Disposition.NONE, Optional.empty(), Optional.empty())),
                        Suffix.UNSAID,
                        false,
                        Mode.RELAXED,
                        Mode.RELAXED,
                        List.of(),
                        List.of(),
                        Set.of(Failures.ALL_FAIL)));
    }

    // §4.7: the whole is ignored.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ";",
                "v",
                "v=",
                "v=DMARC2; p=reject",
                "v=dmarc1; p=reject",
                "v=DMARC1 p=reject",
                "v=DMARC1, p=reject",
                "v=DMARC10",
                "p=reject; v=DMARC1",
                "x=y; v=DMARC1; p=reject",
                "; v=DMARC1; p=reject",
                "v=DMARC1; p=reject; v=DMARC1",
                "\"v=DMARC1; p=reject\"",
                "v=spf1 -all"
            })
    void whatDoesNotBeginWithTheVersionIsNoRecord(String text) {
        assertThat(DmarcRecord.parse(text)).isEmpty();
    }

    // §4.8: syntax errors give way to defaults, unknown tags are ignored; §9.3: pct, rf and ri are history.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "v=DMARC1;p=reject | v=DMARC1; p=reject",
                "v=DMARC1;p=reject; | v=DMARC1; p=reject",
                "v = DMARC1 ; p = reject ; | v=DMARC1; p=reject",
                "V=DMARC1; P=Reject; ASPF=S | v=DMARC1; p=reject; aspf=s",
                "v=DMARC1;; p=reject | v=DMARC1; p=reject",
                "v=DMARC1; p=reject; nonsense | v=DMARC1; p=reject",
                "v=DMARC1; p=reject; =x; 1=2; a b=c | v=DMARC1; p=reject",
                "v=DMARC1; p=reject; pct=0; rf=afrf; ri=86400 | v=DMARC1; p=reject",
                "v=DMARC1; future=1; p=reject; future=2 | v=DMARC1; p=reject",
                "v=DMARC1; p=none; adkim=x; aspf=; psd=z; t=1; fo=x | v=DMARC1; p=none",
                "v=DMARC1; p=none; adkim=s; adkim=s | v=DMARC1; p=none",
                "v=DMARC1; sp=reject | v=DMARC1; p=none; sp=reject",
                "v=DMARC1; p=none; psd=Y | v=DMARC1; p=none; psd=y",
                "v=DMARC1; p=none; psd=u; t=n; adkim=r; aspf=r | v=DMARC1; p=none",
                "v=DMARC1; p=none; fo=d | v=DMARC1; p=none",
                "v=DMARC1; p=none; ruf=mailto:a@b.example | v=DMARC1; p=none; ruf=mailto:a@b.example; fo=0",
                "v=DMARC1; p=none; ruf=mailto:a@b.example; fo=s : d | v=DMARC1; p=none; ruf=mailto:a@b.example; fo=d:s",
                "v=DMARC1; p=none; ruf=mailto:a@b.example; fo=0:1 | v=DMARC1; p=none; ruf=mailto:a@b.example; fo=0",
                "v=DMARC1; p=none; ruf=mailto:a@b.example; fo=d:d | v=DMARC1; p=none; ruf=mailto:a@b.example; fo=0",
                "v=DMARC1; p=none; rua=mailto:a@b.example!10m , https://b.example/x | v=DMARC1; p=none;"
                        + " rua=mailto:a@b.example,https://b.example/x",
                "v=DMARC1; p=none; rua=a@b.example,mailto:,mailto:a,mailto:a@b!x,,mailto:a b@c,x:y | v=DMARC1; p=none;"
                        + " rua=x:y",
                "v=DMARC1; p=none; rua=mailto:a@b.example?subject=x | v=DMARC1; p=none;"
                        + " rua=mailto:a@b.example?subject=x",
                // §4.10.1: without rua nothing is asked for, with it none is.
                "v=DMARC1; p=bogus | v=DMARC1; p=?",
                "v=DMARC1; p= | v=DMARC1; p=?",
                "v=DMARC1; p=reject; p=reject | v=DMARC1; p=?",
                "v=DMARC1; p=reject; sp=bogus | v=DMARC1; p=?",
                "v=DMARC1; p=reject; np=quarantäne | v=DMARC1; p=?",
                "v=DMARC1; p=reject; sp=none; sp=reject; rua=nonsense | v=DMARC1; p=?",
                "v=DMARC1; p=bogus; sp=reject; rua=nonsense,mailto:a@b.example | v=DMARC1; p=none;"
                        + " rua=mailto:a@b.example",
                "v=DMARC1; p=reject; np=bogus; rua=mailto:a@b.example | v=DMARC1; p=none; rua=mailto:a@b.example",
            })
    void whatMakesNoSenseCountsAsNotSaid(String text, String meant) {
        assertThat(read(text)).hasToString(meant);
    }

    // §4.7: p, sp and np.
    @ParameterizedTest
    @CsvSource({
        "p=reject, reject, reject",
        "p=reject; sp=none, none, none",
        "p=none; np=reject, none, reject",
        "p=reject; sp=quarantine; np=none, quarantine, none",
    })
    void whatIsNotSaidFollowsFromTheOthers(String tags, String existing, String missing) {
        Requests requests = read("v=DMARC1; " + tags).requests().orElseThrow();
        assertThat(requests.existing().word()).isEqualTo(existing);
        assertThat(requests.missing().word()).isEqualTo(missing);
    }

    @Test
    void whatIsWrittenIsReadAsTheSame() {
        qt().forAll(longs().all()).checkAssert(seed -> {
            var random = new Random(seed);
            var ruf = uris(random);
            var failures = List.of(
                            Set.of(Failures.ALL_FAIL),
                            Set.of(Failures.ANY_FAILS, Failures.SPF_FAILS),
                            Set.of(Failures.DKIM_FAILS),
                            Set.of(Failures.ALL_FAIL, Failures.DKIM_FAILS, Failures.SPF_FAILS))
                    .get(ruf.isEmpty() ? 0 : random.nextInt(4));
            boolean isSound = random.nextInt(4) > 0;
            var record = new DmarcRecord(
                    isSound
                            ? Optional.of(new Requests(
                                    disposition(random),
                                    random.nextBoolean() ? Optional.of(disposition(random)) : Optional.empty(),
                                    random.nextBoolean() ? Optional.of(disposition(random)) : Optional.empty()))
                            : Optional.empty(),
                    List.of(Suffix.values()).get(random.nextInt(3)),
                    random.nextBoolean(),
                    List.of(Mode.values()).get(random.nextInt(2)),
                    List.of(Mode.values()).get(random.nextInt(2)),
                    isSound ? uris(random) : List.of(),
                    ruf,
                    failures);
            assertThat(DmarcRecord.parse(record.toString())).contains(record);
        });
    }

    private static Disposition disposition(Random random) {
        return List.of(Disposition.values()).get(random.nextInt(3));
    }

    private static List<String> uris(Random random) {
        var uris = new ArrayList<String>();
        for (int i = random.nextInt(3); i > 0; i--) {
            uris.add(List.of("mailto:a@b.example", "https://b.example/%2C%21?x=y", "MAILTO:x%40y@z.example")
                    .get(random.nextInt(3)));
        }
        return uris;
    }

    @Test
    void whateverIsReadIsWrittenAndReadAgain() {
        qt().withExamples(5_000)
                .forAll(strings().betweenCodePoints(9, 0xff).ofLengthBetween(0, 60))
                .checkAssert(text -> {
                    DmarcRecord record = read("v=DMARC1;" + text.replaceAll("[vV]", "p"));
                    assertThat(DmarcRecord.parse(record.toString())).contains(record);
                });
    }

    /** A TXT record may have 65,535 octets. */
    @Test
    void timeIsLinear() {
        for (String one :
                List.of(";", "p=none;", "=", "rua=,", "a!1", "mailto:a@b,", " ", "x=y;", "@", "!1", "fo=d:")) {
            String text = "v=DMARC1;rua=" + one.repeat(2_000_000 / one.length());
            assertTimeoutPreemptively(Duration.ofSeconds(20), () -> DmarcRecord.parse(text));
        }
    }

    @Test
    void itHoldsNoNonsense() {
        assertThatThrownBy(() -> new DmarcRecord(
                        Optional.empty(),
                        Suffix.NO,
                        false,
                        Mode.RELAXED,
                        Mode.RELAXED,
                        List.of("mailto:a@b.example"),
                        List.of(),
                        Set.of(Failures.ALL_FAIL)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
