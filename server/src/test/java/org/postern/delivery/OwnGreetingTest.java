package org.postern.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postern.delivery.OwnGreeting.Kind;
import org.postern.delivery.OwnGreeting.Warning;
import org.postern.dns.RecordType;
import org.postern.dns.Resolver;
import org.postern.dns.TestZone;
import org.postern.smtp.Domain;

class OwnGreetingTest {
    private static final Domain NAME = new Domain("mx.example.com");
    private static final String PTR = "10.2.0.192.in-addr.arpa. PTR ";
    private static final String RIGHT = PTR + "mx.example.com.\nmx.example.com. A 192.0.2.10\n";
    private static final Resolver NOBODY = _ -> {
        throw new AssertionError("nothing is to be asked");
    };

    private static Egress egress(String address) {
        return new Egress(InetAddress.ofLiteral(address), Optional.empty(), NAME);
    }

    private static List<String> look(String zone, Egress... egresses) {
        return OwnGreeting.look(new TestZone(zone).resolver(), NAME, List.of(egresses)).stream()
                .map(Warning::toString)
                .toList();
    }

    @Test
    void nameAndAddressThatLeadToEachOtherNeedNoWarning() {
        assertThat(look(RIGHT, egress("192.0.2.10"))).isEmpty();
    }

    // Many an honest host greets by another name than its PTR record's.
    @Test
    void anotherNameInThePtrRecordNeedsNoneWhenBothLeadBack() {
        assertThat(look(
                        PTR + "host10.isp.example.\nhost10.isp.example. A 192.0.2.10\nmx.example.com. A 192.0.2.10\n",
                        egress("192.0.2.10")))
                .isEmpty();
    }

    @Test
    void missingPtrIsSaidWithTheAnswer() {
        assertThat(look("mx.example.com. A 192.0.2.10\n", egress("192.0.2.10")))
                .containsExactly("192.0.2.10 has no PTR record; ask the owner of that address to set one that resolves"
                        + " back to it (PTR 10.2.0.192.in-addr.arpa: no such name)");
    }

    @Test
    void ptrThatLeadsElsewhereIsSaidWithTheAnswers() {
        assertThat(look(
                        PTR + "old.example.com.\nold.example.com. A 192.0.2.77\nmx.example.com. A 192.0.2.10\n",
                        egress("192.0.2.10")))
                .containsExactly("192.0.2.10 has the name old.example.com, which resolves to 192.0.2.77; make both"
                        + " agree (PTR 10.2.0.192.in-addr.arpa: old.example.com; A old.example.com: 192.0.2.77)");
    }

    @Test
    void nameThatLeadsElsewhereIsSaidWithTheAnswer() {
        assertThat(look(
                        PTR + "h.example.com.\nh.example.com. A 192.0.2.10\nmx.example.com. A 192.0.2.99\n",
                        egress("192.0.2.10")))
                .containsExactly("192.0.2.10 is not among the addresses of mx.example.com: 192.0.2.99 (A"
                        + " mx.example.com: 192.0.2.99)");
    }

    @Test
    void nameThatLeadsNowhereIsSaidOnce() {
        assertThat(look(PTR + "h.example.com.\nh.example.com. A 192.0.2.10\n", egress("192.0.2.10")))
                .containsExactly("mx.example.com has neither address nor MX in DNS; greet with a name that has (A"
                        + " mx.example.com: no such name; AAAA mx.example.com: no such name; MX mx.example.com: no"
                        + " such name)");
    }

    @Test
    void eachFamilyIsLookedAt() {
        assertThat(look(RIGHT, egress("192.0.2.10"), egress("2001:db8::a")))
                .hasSize(2)
                .satisfiesExactly(
                        text -> assertThat(text).startsWith("2001:db8::a has no PTR record;"),
                        text -> assertThat(text)
                                .startsWith("2001:db8::a is not among the addresses of mx.example.com: no AAAA"));
    }

    @Test
    void whatCantBeLookedUpNowIsNoFault() {
        var zone = new TestZone(RIGHT)
                .failing(RecordType.PTR, "10.2.0.192.in-addr.arpa", "SERVFAIL")
                .failing(RecordType.A, "mx.example.com", "REFUSED")
                .failing(RecordType.AAAA, "mx.example.com", "REFUSED")
                .failing(RecordType.MX, "mx.example.com", "REFUSED");

        assertThat(OwnGreeting.look(zone.resolver(), NAME, List.of(egress("192.0.2.10"))))
                .extracting(Warning::kind)
                .containsExactly(Kind.NOT_KNOWN_NOW, Kind.NOT_KNOWN_NOW);
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.0.0.5", "172.17.0.2", "100.64.7.7", "fd00::5"})
    void innerAddressIsAHintAndNothingIsAsked(String address) {
        assertThat(OwnGreeting.look(NOBODY, NAME, List.of(egress(address))))
                .singleElement()
                .satisfies(warning -> {
                    assertThat(warning.kind()).isEqualTo(Kind.NOT_KNOWN_HERE);
                    assertThat(warning.text())
                            .startsWith("mail leaves from " + address + ", which is ")
                            .contains("what others see is not known here");
                });
    }

    @Test
    void addressThatOthersSeeIsTheOneLookedAt() {
        var translated =
                new Egress(InetAddress.ofLiteral("10.0.0.5"), Optional.of(InetAddress.ofLiteral("192.0.2.10")), NAME);

        assertThat(look(RIGHT, translated)).isEmpty();
        assertThat(look("mx.example.com. A 192.0.2.10\n", translated))
                .singleElement()
                .asString()
                .startsWith("192.0.2.10 has no PTR record");
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "mx", "mx.internal"})
    void nameThatTheWorldCantFindIsSaidThoughNothingCanLeave(String name) {
        assertThat(OwnGreeting.look(NOBODY, new Domain(name), List.of()))
                .singleElement()
                .satisfies(warning -> {
                    assertThat(warning.kind()).isEqualTo(Kind.FAULT);
                    assertThat(warning.text()).startsWith(name + " is ");
                });
    }

    @Test
    void nameBeyondAsciiIsLookedAtAsOthersGetIt() {
        var name = new Domain("mx.bücher.example");
        var zone = new TestZone(PTR + "mx.xn--bcher-kva.example.\nmx.xn--bcher-kva.example. A 192.0.2.10\n");
        var egress = new Egress(InetAddress.ofLiteral("192.0.2.10"), Optional.empty(), name);

        assertThat(OwnGreeting.look(zone.resolver(), name, List.of(egress))).isEmpty();
    }

    @Test
    void systemLeavesFromAddressesOfItsOwnOneOfAFamily() throws SocketException {
        List<Egress> egresses = Egress.chosenBySystem(NAME);

        assertThat(egresses).hasSizeLessThanOrEqualTo(2);
        assertThat(egresses)
                .extracting(egress -> egress.address() instanceof Inet4Address)
                .doesNotHaveDuplicates();
        for (Egress egress : egresses) {
            assertThat(egress.ehlo()).isEqualTo(NAME);
            assertThat(egress.address().isLoopbackAddress()).isFalse();
            assertThat(NetworkInterface.getByInetAddress(egress.address())).isNotNull();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.5", "::1"})
    void nothingLeavesByLoopback(String far) {
        assertThat(Egress.leavingFor(InetAddress.ofLiteral(far))).isEmpty();
    }
}
