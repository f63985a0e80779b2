package org.postern.dnsbl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postern.dns.DnsName;
import org.postern.dns.RecordType;
import org.postern.dns.TestZone;
import org.postern.dnsbl.ListZone.Codes;
import org.postern.finding.Finding;

class ListZoneTest {
    private static final InetAddress CLIENT = InetAddress.ofLiteral("192.0.2.10");
    private static final InetAddress CLIENT6 = InetAddress.ofLiteral("2001:db8::a");
    private static final String AT = "10.2.0.192.bl.test. ";

    private static ListZone zone(String... codes) {
        return new ListZone(
                new DnsName("bl.test"),
                Stream.of(codes).map(code -> Codes.parse(code).orElseThrow()).toList());
    }

    private static Finding blocked(String records, String... codes) {
        return zone(codes).checkBlocked(CLIENT, new TestZone(records).resolver());
    }

    // --- listed or not
    // -----------------------------------------------------------------------------------------------------------------

    @Test
    void whoIsListedFails() {
        Finding finding = blocked(AT + "A 127.0.0.2\n", "127.0.0.2");

        assertThat(finding).hasToString("dnsbl=fail");
        assertThat(finding.text()).isEqualTo("192.0.2.10 is listed in bl.test (127.0.0.2)");
        assertThat(finding.subject()).isEqualTo("bl.test 127.0.0.2");
    }

    @Test
    void whoIsNotListedPasses() {
        Finding finding = blocked("", "127.0.0.2");

        assertThat(finding).hasToString("dnsbl=pass");
        assertThat(finding.text()).isEqualTo("192.0.2.10 is not listed in bl.test");
        assertThat(finding.subject()).isEqualTo("bl.test");
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, pass",
        "127.0.0.2, fail",
        "127.0.0.7, fail",
        "127.0.0.11, fail",
        "127.0.0.12, pass",
        "127.0.1.4, fail",
        "127.1.0.2, pass",
    })
    void onlyTheConfiguredCodesCount(String code, String result) {
        assertThat(blocked(AT + "A " + code + "\n", "127.0.0.2-127.0.0.11", "127.0.1.4"))
                .hasToString("dnsbl=" + result);
    }

    @Test
    void allCodesAreToldTheSmallestFirstWhateverTheirOrder() {
        Finding finding = blocked(
                AT + "A 127.0.0.11\n" + AT + "A 127.0.0.9\n" + AT + "A 127.0.0.10\n" + AT + "A 127.0.0.2\n",
                "127.0.0.9-127.0.0.11");

        assertThat(finding.subject()).isEqualTo("bl.test 127.0.0.9 127.0.0.10 127.0.0.11");
        assertThat(finding.text()).isEqualTo("192.0.2.10 is listed in bl.test (127.0.0.9, 127.0.0.10, 127.0.0.11)");
    }

    @Test
    void theZonesReasonIsToldInOneLineOfVisibleAscii() {
        Finding finding = blocked(
                AT + "A 127.0.0.2\n" + AT + "TXT \"see https://bl.test/\\013\\010250 ok\\027[0m\"\n", "127.0.0.2");

        assertThat(finding.text())
                .isEqualTo("192.0.2.10 is listed in bl.test (127.0.0.2): see https://bl.test/??250 ok?[0m");
    }

    @Test
    void theReasonIsAskedOnlyOfWhoIsListed() {
        var counting = new TestZone.Counting(new TestZone("").resolver());

        zone("127.0.0.2").checkBlocked(CLIENT, counting);

        assertThat(counting.asked().keySet()).extracting("type").containsExactly(RecordType.A);
    }

    @Test
    void anIpv6AddressIsAskedByItsNibbles() {
        var records =
                new TestZone("a.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.bl.test. A 127.0.0.2\n");

        assertThat(zone("127.0.0.2").checkBlocked(CLIENT6, records.resolver())).hasToString("dnsbl=fail");
    }

    @Test
    void ofAWelcomeListWhoIsListedPassesAndWhoIsNotIsNone() {
        var records = new TestZone(AT + "A 127.0.2.1\n").resolver();

        assertThat(zone("127.0.2.1").checkWelcome(CLIENT, records)).hasToString("dnswl=pass");
        assertThat(zone("127.0.2.2").checkWelcome(CLIENT, records)).hasToString("dnswl=none");
        assertThat(zone("127.0.2.1").checkWelcome(CLIENT6, records)).hasToString("dnswl=none");
    }

    // --- faults
    // ------------------------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(
            strings = {"127.255.255.0", "127.255.255.252", "127.255.255.254", "127.255.255.255", "192.0.2.1", "10.0.0.1"
            })
    @Tag("dns-2")
    void anAnswerThatSaysThatWeAreNotServedIsATemperror(String code) {
        Finding finding = blocked(AT + "A 127.0.0.2\n" + AT + "A " + code + "\n", "127.0.0.0-127.255.255.255");

        assertThat(finding).hasToString("dnsbl=temperror");
        assertThat(finding.text()).isEqualTo("bl.test answers " + code + ", which says that it does not serve us");
        assertThat(finding.subject()).isEqualTo("bl.test");
    }

    @Test
    void anAnswerJustBelowThoseCounts() {
        assertThat(blocked(AT + "A 127.255.254.255\n", "127.0.0.0-127.255.255.255"))
                .hasToString("dnsbl=fail");
    }

    @Test
    void aWelcomeListThatDoesNotServeUsWelcomesNobody() {
        var records = new TestZone(AT + "A 127.255.255.254\n").resolver();

        assertThat(zone("127.0.0.0-127.255.255.255").checkWelcome(CLIENT, records))
                .hasToString("dnswl=temperror");
    }

    @Test
    void aZoneThatCannotBeAskedIsATemperror() {
        var records = new TestZone("").failing(RecordType.A, "10.2.0.192.bl.test", "REFUSED");

        Finding finding = zone("127.0.0.2").checkBlocked(CLIENT, records.resolver());

        assertThat(finding).hasToString("dnsbl=temperror");
        assertThat(finding.text()).startsWith("bl.test can't be asked now: ").doesNotEndWith(": ");
    }

    @Test
    void aReasonThatCannotBeHadIsLeftOut() {
        var records = new TestZone(AT + "A 127.0.0.2\n").failing(RecordType.TXT, "10.2.0.192.bl.test", "SERVFAIL");

        assertThat(zone("127.0.0.2").checkBlocked(CLIENT, records.resolver()).text())
                .isEqualTo("192.0.2.10 is listed in bl.test (127.0.0.2)");
    }

    // --- the rule of RFC 5782 §5
    // --------------------------------------------------------------------------------------------------

    private static final String ALWAYS = "2.0.0.127.bl.test. A 127.0.0.2\n";

    @Test
    void aZoneWithItsTestEntryAloneIsInOrder() {
        assertThat(zone("127.0.0.2").fault(new TestZone(ALWAYS).resolver())).isEmpty();
    }

    @Test
    @Tag("dns-2")
    void aZoneThatListsNothingIsOutOfOrder() {
        assertThat(zone("127.0.0.2").fault(new TestZone("").resolver()))
                .contains("127.0.0.2 must be listed in it, and the answer is: no such name");
    }

    @Test
    @Tag("dns-2")
    void aZoneThatListsAllIsOutOfOrder() {
        assertThat(zone("127.0.0.2").fault(new TestZone("*.bl.test. A 127.0.0.2\n").resolver()))
                .contains("127.0.0.1 must not be listed in it, and the answer is: 127.0.0.2");
    }

    @Test
    @Tag("dns-2")
    void aZoneThatRefusesUsIsOutOfOrder() {
        assertThat(zone("127.0.0.2").fault(new TestZone("*.bl.test. A 127.255.255.254\n").resolver()))
                .contains("127.0.0.2 must be listed in it, and the answer is: 127.255.255.254");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.0.0.127.bl.test", "2.0.0.127.bl.test"})
    void aZoneThatCannotBeAskedIsOutOfOrder(String name) {
        var records = new TestZone(ALWAYS).failing(RecordType.A, name, "SERVFAIL");

        assertThat(zone("127.0.0.2").fault(records.resolver()))
                .hasValueSatisfying(fault ->
                        assertThat(fault).startsWith("it can't be asked: ").contains("SERVFAIL"));
    }

    // --- codes
    // -------------------------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.2", "127.0.0.2-127.0.0.11", "127.0.0.0-127.255.255.255"})
    void codesReadBackAsTheyAreWritten(String text) {
        assertThat(Codes.parse(text)).map(Codes::toString).contains(text);
    }

    @Test
    void aRangeOfOneIsWrittenAsOne() {
        assertThat(Codes.parse("127.0.0.2-127.0.0.2")).map(Codes::toString).contains("127.0.0.2");
        assertThat(Codes.parse("127.0.0.2 - 127.0.0.4")).map(Codes::toString).contains("127.0.0.2-127.0.0.4");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "-",
                "127.0.0.2-",
                "-127.0.0.2",
                "127.0.0",
                "126.0.0.1",
                "128.0.0.1",
                "126.0.0.1-127.0.0.2",
                "127.0.0.2-128.0.0.0",
                "127.0.0.3-127.0.0.2",
                "127.0.0.2-127.0.0.3-127.0.0.4",
                "reject",
            })
    void otherTextsAreNoCodes(String text) {
        assertThat(Codes.parse(text)).isEmpty();
    }

    @Test
    void codesThatMakeNoSenseCannotBe() {
        assertThatThrownBy(() -> new Codes(0x7f000003, 0x7f000002)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Codes(0x7e000003, 0x7f000002)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Codes(0x7f000003, 0x80000002)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theLongestZoneHasRoomForAnIpv6Address() {
        String longest = String.join(".", "a".repeat(63), "b".repeat(63), "c".repeat(61));

        assertThat(new ListZone(new DnsName(longest), List.of()).checkBlocked(CLIENT6, new TestZone("").resolver()))
                .hasToString("dnsbl=pass");
        assertThatThrownBy(() -> new ListZone(new DnsName(longest + "c"), List.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a zone of 190 octets has no room for an address");
    }
}
