package org.postern.greeting;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postern.dns.DnsName;
import org.postern.finding.Finding;
import org.postern.smtp.Domain;
import org.postern.smtp.Greeting;

class HeloRdnsTest {
    private static Finding check(String greeting, String... confirmed) {
        return HeloRdns.check(
                Greeting.name(greeting), Stream.of(confirmed).map(DnsName::new).toList());
    }

    @ParameterizedTest
    @CsvSource({
        "mail.example.com, mail.example.com, pass",
        "MAIL.example.com, mail.Example.com, pass",
        "mail.example.com, out.example.com, pass",
        "example.com, out.eu.example.com, pass",
        "mail.example.com, mail.example.net, fail",
        "mail.example.co.uk, out.example.co.uk, pass",
        "mail.example.co.uk, mail.other.co.uk, fail",
        "ann.github.io, bob.github.io, fail",
        "mail.ann.github.io, out.ann.github.io, pass",
        "ec2-192-0-2-1.compute-1.amazonaws.com, ec2-192-0-2-2.compute-1.amazonaws.com, fail",
        "a.compute-1.amazonaws.com, b.compute-1.amazonaws.com, fail",
        "a.compute-1.amazonaws.com, compute-1.amazonaws.com, fail",
        "co.uk, mail.co.uk, fail",
        "mail.corp.zzzzunknown, out.corp.zzzzunknown, pass",
        "mail.corp.zzzzunknown, mail.other.zzzzunknown, fail",
        "mail.xn--mller-kva.example, out.xn--mller-kva.example, pass",
        "mail.xn--mller-kva.de, mail.muller.de, fail",
        "mail.xn--80ak6aa92e.xn--p1ai, out.xn--80ak6aa92e.xn--p1ai, pass",
        "mail.a.xn--p1ai, mail.b.xn--p1ai, fail",
    })
    void namesOfOneOrganisationPass(String greeting, String confirmed, String result) {
        assertThat(check(greeting, confirmed)).hasToString("helo-rdns=" + result);
    }

    @Test
    void anyConfirmedNameWillDo() {
        assertThat(check("mail.example.com", "a.example.net", "b.example.org", "out.example.com"))
                .hasToString("helo-rdns=pass");
    }

    @Test
    void withoutAConfirmedNameThereIsNothingToCompare() {
        assertThat(check("mail.example.com")).hasToString("helo-rdns=none");
    }

    @Test
    void aNameOfOddOctetsIsNothingToCompareWith() {
        assertThat(HeloRdns.check(Greeting.name("mail.example.com"), List.of(new DnsName("a\\032b.example.com"))))
                .hasToString("helo-rdns=none");
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "DESKTOP-1", "[192.0.2.1]", "bad..name"})
    void whatIsNoPublicNameIsNotCompared(String greeting) {
        assertThat(check(greeting, "mail.example.com")).hasToString("helo-rdns=none");
    }

    @Test
    void theTextsNameBoth() {
        assertThat(check("mail.example.com", "mail.example.com").text())
                .isEqualTo("mail.example.com is its name in reverse DNS");
        assertThat(check("mail.example.com", "x.example.net", "out.example.com").text())
                .isEqualTo(
                        "it greets as mail.example.com, and reverse DNS says out.example.com: the same organisation");
        assertThat(check("mail.example.com", "x.example.net", "y.example.net").text())
                .isEqualTo("it greets as mail.example.com, and reverse DNS says x.example.net");
    }

    @ParameterizedTest
    @CsvSource({
        "mail.example.co.uk, example.co.uk",
        "Mail.EXAMPLE.com, example.com",
        "example.com, example.com",
        "co.uk, co.uk",
        "com, com",
        "localhost, localhost",
        "a.compute-1.amazonaws.com, a.compute-1.amazonaws.com",
        "city.kobe.jp, city.kobe.jp",
        "a.kobe.jp, a.kobe.jp",
        "a.b.github.io, b.github.io",
        "a.b.zzzzunknown, b.zzzzunknown",
        "zzzzunknown, zzzzunknown",
        "my_host.example.com, example.com",
    })
    void anOrganisationIsALabelBelowAPublicSuffix(String name, String organisation) {
        assertThat(PublicSuffixes.organisation(new Domain(name))).isEqualTo(organisation);
    }
}
