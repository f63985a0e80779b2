package org.postern.greeting;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postern.dns.DnsName;
import org.postern.dns.Question;
import org.postern.dns.RecordType;
import org.postern.dns.TestZone;
import org.postern.smtp.Greeting;

class HeloAddressesTest {
    private static final InetAddress CLIENT = InetAddress.ofLiteral("192.0.2.10");
    private static final InetAddress CLIENT6 = InetAddress.ofLiteral("2001:db8::a");

    private static final TestZone ZONE = new TestZone("""
        both.example. A 192.0.2.9
        both.example. A 192.0.2.10
        both.example. AAAA 2001:db8::a
        four.example. A 192.0.2.10
        six.example. AAAA 2001:db8::a
        alias.example. CNAME both.example.
        dangling.example. CNAME nowhere.example.
        mx.example. MX 10 both.example.
        text.example. TXT "hello"
        loop.example. A 127.0.0.1
        a-fails.example. AAAA 2001:db8::a
        aaaa-fails.example. A 192.0.2.10
        all-fail.example. TXT "hello"
        mx-fails.example. TXT "hello"
        """)
            .failing(RecordType.A, "a-fails.example", "SERVFAIL")
            .failing(RecordType.AAAA, "aaaa-fails.example", "SERVFAIL")
            .failing(RecordType.A, "all-fail.example", "SERVFAIL")
            .failing(RecordType.AAAA, "all-fail.example", "SERVFAIL")
            .failing(RecordType.MX, "mx-fails.example", "SERVFAIL");

    private static HeloAddresses ask(String greeting) {
        return HeloAddresses.ask(Greeting.name(greeting), CLIENT, ZONE.resolver());
    }

    private static HeloAddresses ask6(String greeting) {
        return HeloAddresses.ask(Greeting.name(greeting), CLIENT6, ZONE.resolver());
    }

    @ParameterizedTest
    @CsvSource({
        "both.example, pass",
        "BOTH.example, pass",
        "four.example, pass",
        "six.example, pass",
        "alias.example, pass",
        "mx.example, pass",
        "a-fails.example, pass",
        "aaaa-fails.example, pass",
        "text.example, fail",
        "dangling.example, fail",
        "nowhere.example, fail",
        "all-fail.example, temperror",
        "mx-fails.example, temperror",
        "localhost, none",
        "printer.local, none",
        "DESKTOP-1, none",
        "[192.0.2.10], none",
        "bad..name, none",
    })
    void heloResolvesIsAboutAnyRecordOfTheName(String greeting, String result) {
        assertThat(ask(greeting).resolves()).hasToString("helo-resolves=" + result);
    }

    @ParameterizedTest
    @CsvSource({
        "both.example, pass",
        "four.example, pass",
        "alias.example, pass",
        "aaaa-fails.example, pass",
        "six.example, fail",
        "loop.example, fail",
        "mx.example, fail",
        "nowhere.example, fail",
        "a-fails.example, temperror",
        "all-fail.example, temperror",
        "printer.local, none",
        "[192.0.2.10], none",
    })
    void heloMatchesOfAnIpv4ClientIsAboutA(String greeting, String result) {
        assertThat(ask(greeting).matches()).hasToString("helo-matches=" + result);
    }

    @ParameterizedTest
    @CsvSource({
        "both.example, pass",
        "six.example, pass",
        "a-fails.example, pass",
        "four.example, fail",
        "aaaa-fails.example, temperror",
    })
    void heloMatchesOfAnIpv6ClientIsAboutAaaa(String greeting, String result) {
        assertThat(ask6(greeting).matches()).hasToString("helo-matches=" + result);
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "printer.local", "[192.0.2.10]", "192.0.2.10", "bad..name"})
    void nothingIsAskedAboutWhatIsNoPublicName(String greeting) {
        var counting = new TestZone.Counting(ZONE.resolver());

        HeloAddresses.ask(Greeting.name(greeting), CLIENT, counting);

        assertThat(counting.asked()).isEmpty();
    }

    @Test
    void mxIsAskedForOnlyWhereThereIsNoAddress() {
        var counting = new TestZone.Counting(ZONE.resolver());

        HeloAddresses.ask(Greeting.name("four.example"), CLIENT, counting);
        HeloAddresses.ask(Greeting.name("mx.example"), CLIENT, counting);

        assertThat(counting.asked())
                .containsKey(new Question(new DnsName("mx.example"), RecordType.MX))
                .doesNotContainKey(new Question(new DnsName("four.example"), RecordType.MX));
    }

    @Test
    void theTextsSayWhatWasFound() {
        assertThat(ask("four.example").resolves().text()).isEqualTo("four.example resolves to 192.0.2.10");
        assertThat(ask("four.example").matches().text()).isEqualTo("four.example resolves to 192.0.2.10");
        assertThat(ask("loop.example").matches().text())
                .isEqualTo("192.0.2.10 is not among the addresses of loop.example: 127.0.0.1");
        assertThat(ask("nowhere.example").resolves().text())
                .isEqualTo("nowhere.example has neither address nor MX in DNS; greet with a name that has");
        assertThat(ask("all-fail.example").resolves().text())
                .startsWith("all-fail.example can't be looked up now: ")
                .doesNotEndWith(": ");
    }

    @Test
    void theEvidenceIsAllThatWasAsked() {
        assertThat(ask("mx.example").resolves().evidence())
                .extracting("question")
                .containsExactly("A mx.example", "AAAA mx.example", "MX mx.example");
        assertThat(ask6("both.example").matches().evidence())
                .extracting("question")
                .containsExactly("AAAA both.example");
    }
}
