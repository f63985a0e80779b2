package org.postern.iprev;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.postern.dns.DnsName;
import org.postern.dns.RecordType;
import org.postern.dns.TestZone;

class IprevTest {
    private static final InetAddress CLIENT = InetAddress.ofLiteral("192.0.2.10");
    private static final InetAddress CLIENT6 = InetAddress.ofLiteral("2001:db8::a");
    private static final String PTR = "10.2.0.192.in-addr.arpa. PTR ";
    private static final String PTR6 = "a.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa. PTR ";

    private static Iprev.Outcome check(String zone) {
        return Iprev.check(CLIENT, new TestZone(zone).resolver());
    }

    @Test
    void aNameThatLeadsBackPasses() {
        Iprev.Outcome outcome = check(PTR + "mail.example.\nmail.example. A 192.0.2.10\n");

        assertThat(outcome.finding()).hasToString("iprev=pass");
        assertThat(outcome.finding().text()).isEqualTo("192.0.2.10 is mail.example, which resolves back to it");
        assertThat(outcome.confirmed()).containsExactly(new DnsName("mail.example"));
    }

    @Test
    void anIpv6NameThatLeadsBackPasses() {
        var zone = new TestZone(PTR6 + "mail.example.\nmail.example. AAAA 2001:db8::a\nmail.example. A 192.0.2.10\n");

        assertThat(Iprev.check(CLIENT6, zone.resolver()).finding()).hasToString("iprev=pass");
    }

    @Test
    void anIpv6ClientIsNotFoundByItsNamesA() {
        var zone = new TestZone(PTR6 + "mail.example.\nmail.example. A 192.0.2.10\n");

        assertThat(Iprev.check(CLIENT6, zone.resolver()).finding()).hasToString("iprev=fail");
    }

    @Test
    void aNameThatLeadsElsewhereFails() {
        Iprev.Outcome outcome = check(PTR + "liar.example.\nliar.example. A 192.0.2.77\n");

        assertThat(outcome.finding()).hasToString("iprev=fail");
        assertThat(outcome.finding().text())
                .isEqualTo("192.0.2.10 has the name liar.example, which resolves to 192.0.2.77; make both agree");
        assertThat(outcome.names()).containsExactly(new DnsName("liar.example"));
        assertThat(outcome.confirmed()).isEmpty();
    }

    @Test
    void aNameThatLeadsNowhereFails() {
        Iprev.Outcome outcome = check(PTR + "nowhere.example.\n");

        assertThat(outcome.finding()).hasToString("iprev=fail");
        assertThat(outcome.finding().text())
                .isEqualTo("192.0.2.10 has the name nowhere.example, which resolves to no address; make both agree");
    }

    @Test
    void noNameIsAPermerror() {
        Iprev.Outcome outcome = check("");

        assertThat(outcome.finding()).hasToString("iprev=permerror");
        assertThat(outcome.finding().text())
                .isEqualTo("192.0.2.10 has no PTR record; ask the owner of that address to set one that resolves back"
                        + " to it");
        assertThat(outcome.names()).isEmpty();
    }

    @Test
    void whenTheNameCannotBeHadItIsATemperror() {
        var zone = new TestZone("").failing(RecordType.PTR, "10.2.0.192.in-addr.arpa", "SERVFAIL");

        Iprev.Outcome outcome = Iprev.check(CLIENT, zone.resolver());

        assertThat(outcome.finding()).hasToString("iprev=temperror");
        assertThat(outcome.finding().text()).startsWith("the name of 192.0.2.10 can't be had now: ");
    }

    @Test
    void whenTheAddressCannotBeHadItIsATemperror() {
        var zone = new TestZone(PTR + "liar.example.\n" + PTR + "mail.example.\nliar.example. A 192.0.2.77\n")
                .failing(RecordType.A, "mail.example", "SERVFAIL");

        Iprev.Outcome outcome = Iprev.check(CLIENT, zone.resolver());

        assertThat(outcome.finding()).hasToString("iprev=temperror");
        assertThat(outcome.finding().text()).contains("can't be had now: ").doesNotEndWith(": ");
    }

    @Test
    void oneThatLeadsBackIsEnoughBesideOneThatFails() {
        var zone = new TestZone(PTR + "a.example.\n" + PTR + "b.example.\n" + PTR + "c.example.\n"
                        + "b.example. A 192.0.2.10\nc.example. A 192.0.2.11\n")
                .failing(RecordType.A, "a.example", "SERVFAIL");

        Iprev.Outcome outcome = Iprev.check(CLIENT, zone.resolver());

        assertThat(outcome.finding()).hasToString("iprev=pass");
        assertThat(outcome.confirmed()).containsExactly(new DnsName("b.example"));
        assertThat(outcome.names()).hasSize(3);
    }

    @Test
    void allThatLeadBackAreConfirmed() {
        Iprev.Outcome outcome = check(PTR + "a.example.\n" + PTR + "b.example.\na.example. A 192.0.2.10\n"
                + "b.example. A 192.0.2.9\nb.example. A 192.0.2.10\n");

        assertThat(outcome.confirmed()).containsExactlyInAnyOrder(new DnsName("a.example"), new DnsName("b.example"));
    }

    @Test
    @Tag("dns-1")
    void of500NamesTenAreLookedAt() {
        String names = IntStream.range(0, 500)
                .mapToObj(i -> PTR + "n" + i + ".example.\nn" + i + ".example. A 192.0.2.10\n")
                .collect(Collectors.joining());
        var counting = new TestZone.Counting(new TestZone(names).resolver());

        Iprev.Outcome outcome = Iprev.check(CLIENT, counting);

        assertThat(counting.asked()).hasSize(11);
        assertThat(outcome.names()).hasSize(10);
        assertThat(outcome.finding()).hasToString("iprev=pass");
    }

    @Test
    @Tag("dns-1")
    @Tag("xss-1")
    void aNameOfOddOctetsIsToldInVisibleAscii() {
        Iprev.Outcome outcome = check(PTR + "a\\013\\010b\\027[31m\\226\\128\\174.example.\n");

        assertThat(outcome.finding()).hasToString("iprev=fail");
        assertThat(outcome.finding().text())
                .isEqualTo("192.0.2.10 has the name a\\013\\010b\\027[31m\\226\\128\\174.example, which resolves to no"
                        + " address; make both agree");
        assertThat(outcome.finding().evidence())
                .allSatisfy(evidence ->
                        assertThat(evidence.question() + evidence.answer()).matches("[ -~]*"));
    }

    @Test
    void theEvidenceIsAllThatWasAsked() {
        assertThat(check(PTR + "mail.example.\nmail.example. A 192.0.2.10\n")
                        .finding()
                        .evidence())
                .extracting("question")
                .containsExactly("PTR 10.2.0.192.in-addr.arpa", "A mail.example");
    }
}
