package org.postern.smtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.lists;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 5321 §4.1.3; RFC 4291 §2.2; RFC 5952. */
final class AddressLiteralTest {
    @ParameterizedTest
    @CsvSource({
        "[192.0.2.1],[192.0.2.1]",
        "[0.0.0.0],[0.0.0.0]",
        "[255.255.255.255],[255.255.255.255]",
        "[010.001.0.09],[10.1.0.9]",
        "[IPv6:::],[IPv6:::]",
        "[IPv6:::1],[IPv6:::1]",
        "[ipv6:1::],[IPv6:1::]",
        "[IPv6:2001:DB8:0:0:0:0:0:1],[IPv6:2001:db8::1]",
        "[IPv6:2001:db8::0001],[IPv6:2001:db8::1]",
        "[IPv6:1:2:3:4:5:6:7:8],[IPv6:1:2:3:4:5:6:7:8]",
        "[IPv6:1:2:3:4:5:6:7::],[IPv6:1:2:3:4:5:6:7:0]",
        "[IPv6:::2:3:4:5:6:7:8],[IPv6:0:2:3:4:5:6:7:8]",
        "[IPv6:1:0:0:2:0:0:0:3],[IPv6:1:0:0:2::3]",
        "[IPv6:1:0:0:2:3:0:0:4],[IPv6:1::2:3:0:0:4]",
        "[IPv6:1:0:2:3:4:5:6:7],[IPv6:1:0:2:3:4:5:6:7]",
        "[IPv6:0:0:0:0:0:0:0:1],[IPv6:::1]",
        "[IPv6:::ffff:192.0.2.1],[IPv6:::ffff:c000:201]",
        "[IPv6:1:2:3:4:5:6:192.0.2.1],[IPv6:1:2:3:4:5:6:c000:201]",
        "[tag:content],[tag:content]",
        "[x-9:a.b:c],[x-9:a.b:c]",
    })
    void literalsAreReadAndWrittenInOneForm(String text, String written) {
        assertThat(AddressLiteral.parse(text)).map(Object::toString).contains(written);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[",
                "[]",
                "192.0.2.1",
                "[192.0.2.1",
                "192.0.2.1]",
                "[1.2.3]",
                "[1.2.3.4.5]",
                "[1.2.3.256]",
                "[1.2.3.]",
                "[.1.2.3]",
                "[1..2.3]",
                "[1.2.3.0004]",
                "[1.2.3.a]",
                "[1.2.3.4 ]",
                "[IPv6:]",
                "[IPv6:1]",
                "[IPv6::1]",
                "[IPv6:1:2:3:4:5:6:7]",
                "[IPv6:1:2:3:4:5:6:7:8:9]",
                "[IPv6:1::2::3]",
                "[IPv6:12345::]",
                "[IPv6:g::]",
                "[IPv6:1:2:3:4:5:6:7:1.2.3.4]",
                "[IPv6:1.2.3.4::]",
                "[IPv6:1:2:3:4::5:6:7:8]",
                "[IPv6:::1.2.3]",
                "[IPv6:1:::2]",
                "[IPv6:fe80::1%eth0]",
                "[2001:db8::1]x",
                "[tag:]",
                "[:x]",
                "[-:x]",
                "[tag-:x]",
                "[tag:a b]",
                "[tag:a[b]",
                "[tag:a]b]",
                "[tag:a\\b]",
                "[t/g:x]",
                "[IPv6:\u0661::]"
            })
    void othersAreNone(String text) {
        assertThat(AddressLiteral.parse(text)).isEmpty();
    }

    @Test
    void isBoundedInLength() {
        assertThat(AddressLiteral.parse("[x:" + "a".repeat(251) + "]")).isPresent();
        assertThat(AddressLiteral.parse("[x:" + "a".repeat(252) + "]")).isEmpty();
    }

    @Test
    void aGeneralLiteralIsNotHidingAnIpv6One() {
        assertThatThrownBy(() -> new AddressLiteral.General("ipV6", "::1"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new AddressLiteral.General("x", "")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void anIpv4MappedAddressStaysIpv6() {
        assertThat(AddressLiteral.parseIpv6("::ffff:192.0.2.1")).containsInstanceOf(Inet6Address.class);
    }

    @Test
    void theScopeOfAnAddressIsLeftOut() throws UnknownHostException {
        var scoped =
                Inet6Address.getByAddress(null, InetAddress.getByName("fe80::1").getAddress(), 1);
        assertThat(AddressLiteral.of(scoped)).hasToString("[IPv6:fe80::1]");
    }

    @Test
    void everyAddressReadsBack() {
        qt().forAll(lists().of(integers().between(0, 3)).ofSize(16))
                .checkAssert(octets -> readsBack(bytes(octets, 85)));
        qt().forAll(lists().of(integers().between(0, 255)).ofSize(16))
                .checkAssert(octets -> readsBack(bytes(octets, 1)));
        qt().forAll(lists().of(integers().between(0, 255)).ofSize(4))
                .checkAssert(octets -> readsBack(bytes(octets, 1)));
    }

    private static void readsBack(byte[] octets) {
        try {
            InetAddress address =
                    octets.length == 4 ? InetAddress.getByAddress(octets) : Inet6Address.getByAddress(null, octets, -1);
            AddressLiteral literal = AddressLiteral.of(address);
            assertThat(AddressLiteral.parse(literal.toString())).contains(literal);
            assertThat(InetAddress.getByName(AddressLiteral.text(address)).getAddress().length)
                    .isIn(4, 16);
        } catch (UnknownHostException wrong) {
            throw new AssertionError(wrong);
        }
    }

    private static byte[] bytes(List<Integer> numbers, int factor) {
        var octets = new byte[numbers.size()];
        for (int i = 0; i < octets.length; i++) {
            octets[i] = (byte) (numbers.get(i) * factor);
        }
        return octets;
    }
}
