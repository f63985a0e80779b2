package org.postern.greeting;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postern.dns.DnsName;
import org.postern.dns.Question;
import org.postern.dns.RecordType;
import org.postern.dns.TestZone;
import org.postern.finding.Finding;
import org.postern.smtp.Mailbox;
import org.postern.smtp.ReversePath;

class FromDomainTest {
    private static final TestZone ZONE = new TestZone("""
        mx.example. MX 10 mail.example.
        a.example. A 192.0.2.1
        aaaa.example. AAAA 2001:db8::1
        null.example. MX 0 .
        null.example. A 192.0.2.1
        nearly-null.example. MX 0 .
        nearly-null.example. MX 10 mail.example.
        text.example. TXT "hello"
        xn--mller-kva.example. MX 10 mail.example.
        alias.example. CNAME mx.example.
        mx-fails.example. A 192.0.2.1
        a-fails.example. TXT "hello"
        a-fails.example. AAAA 2001:db8::1
        all-fail.example. TXT "hello"
        """)
            .failing(RecordType.MX, "mx-fails.example", "SERVFAIL")
            .failing(RecordType.A, "a-fails.example", "SERVFAIL")
            .failing(RecordType.A, "all-fail.example", "SERVFAIL")
            .failing(RecordType.AAAA, "all-fail.example", "SERVFAIL");

    private static Finding check(String from) {
        return FromDomain.check(Mailbox.parse(from).orElseThrow(), ZONE.resolver());
    }

    @ParameterizedTest
    @CsvSource({
        "mx.example, pass",
        "MX.Example, pass",
        "a.example, pass",
        "aaaa.example, pass",
        "alias.example, pass",
        "nearly-null.example, pass",
        "a-fails.example, pass",
        "m\u00fcller.example, pass",
        "null.example, fail",
        "text.example, fail",
        "nowhere.example, fail",
        "localhost, fail",
        "mx-fails.example, temperror",
        "all-fail.example, temperror",
        "[192.0.2.1], none",
        "[IPv6:2001:db8::1], none",
    })
    void theDomainHasToTakeMail(String domain, String result) {
        assertThat(check("ann@" + domain)).hasToString("from-domain=" + result);
    }

    @Test
    void theNullPathNamesNone() {
        Finding finding = FromDomain.check(new ReversePath.Null(), ZONE.resolver());

        assertThat(finding).hasToString("from-domain=none");
        assertThat(finding.text()).isEqualTo("<> names no domain");
    }

    @Test
    void onlyTheNullMxIsOne() {
        assertThat(FromDomain.isNullMx(check("ann@null.example"))).isTrue();
        assertThat(FromDomain.isNullMx(check("ann@nowhere.example"))).isFalse();
        assertThat(FromDomain.isNullMx(check("ann@text.example"))).isFalse();
        assertThat(FromDomain.isNullMx(check("ann@nearly-null.example"))).isFalse();
    }

    @Test
    void anAddressIsAskedForOnlyWhereThereIsNoMx() {
        var counting = new TestZone.Counting(ZONE.resolver());

        FromDomain.check(Mailbox.parse("ann@mx.example").orElseThrow(), counting);
        FromDomain.check(Mailbox.parse("ann@nowhere.example").orElseThrow(), counting);

        assertThat(counting.asked())
                .containsOnlyKeys(
                        new Question(new DnsName("mx.example"), RecordType.MX),
                        new Question(new DnsName("nowhere.example"), RecordType.MX));
    }

    @Test
    void theFindingIsAboutTheDomainAsDnsHasIt() {
        assertThat(check("ann@MX.Example").subject()).isEqualTo("mx.example");
        assertThat(check("ann@m\u00fcller.example").subject()).isEqualTo("xn--mller-kva.example");
    }

    @Test
    void theTextsSayWhatToChange() {
        assertThat(check("ann@mx.example").text())
                .isEqualTo("the sender's domain mx.example takes mail: 10 mail.example");
        assertThat(check("ann@null.example").text())
                .isEqualTo("the sender's domain null.example takes no mail (null MX), so nothing can be sent from it"
                        + " either");
        assertThat(check("ann@nowhere.example").text())
                .isEqualTo("the sender's domain nowhere.example does not exist; send from a domain that does");
        assertThat(check("ann@text.example").text())
                .isEqualTo("the sender's domain text.example has neither MX nor address, so no answer could reach it");
        assertThat(check("ann@all-fail.example").text())
                .startsWith("the sender's domain all-fail.example can't be looked up now: ");
    }
}
