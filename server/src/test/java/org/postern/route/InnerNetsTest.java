package org.postern.route;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class InnerNetsTest {
    @ParameterizedTest
    @CsvSource({
        "0.0.0.0, unspecified",
        "0.1.2.3, unspecified",
        "::, unspecified",
        "127.0.0.1, loopback",
        "127.255.255.255, loopback",
        "::1, loopback",
        "10.0.0.0, private",
        "10.255.255.255, private",
        "172.16.0.1, private",
        "172.31.255.255, private",
        "192.168.77.1, private",
        "fc00::1, private",
        "fdff::1, private",
        "fec0::1, private",
        "100.64.0.1, of a carrier's NAT",
        "100.127.255.255, of a carrier's NAT",
        "169.254.169.254, link-local",
        "fe80::1, link-local",
        "febf::1, link-local",
        "224.0.0.1, multicast",
        "239.255.255.255, multicast",
        "ff02::1, multicast",
        "192.0.0.8, reserved",
        "240.0.0.1, reserved",
        "255.255.255.255, reserved",
        "::7f00:1, reserved",
        "64:ff9b::7f00:1, loopback",
        "64:ff9b::a00:1, private",
        "2002:7f00:1::1, loopback",
        "2002:c0a8:101::1, private"
    })
    void whatIsInsideHasItsKind(String address, String kind) {
        assertThat(InnerNets.kind(InetAddress.ofLiteral(address))).contains(kind);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1.0.0.0",
                "9.255.255.255",
                "11.0.0.0",
                "100.63.255.255",
                "100.128.0.0",
                "126.255.255.255",
                "128.0.0.1",
                "169.253.255.255",
                "169.255.0.0",
                "172.15.255.255",
                "172.32.0.0",
                "192.0.1.0",
                "192.0.2.1",
                "192.167.255.255",
                "192.169.0.0",
                "223.255.255.255",
                "2000::1",
                "2001:db8::1",
                "fbff::1",
                "64:ff9b::c000:201",
                "2002:c000:201::1"
            })
    void whatCouldBeAnybodysHasNone(String address) {
        assertThat(InnerNets.kind(InetAddress.ofLiteral(address))).isEmpty();
    }

    /** As a AAAA record can have it, where the JDK does not make an IPv4 address of it by itself. */
    @Test
    void mappedAddressIsTheOneInside() throws UnknownHostException {
        byte[] octets = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1, 127, 0, 0, 1};
        InetAddress mapped = Inet6Address.getByAddress(null, octets, -1);

        assertThat(mapped).isInstanceOf(Inet6Address.class);
        assertThat(InnerNets.kind(mapped)).contains("loopback");
        assertThat(InnerNets.plain(mapped)).isEqualTo(InetAddress.ofLiteral("127.0.0.1"));
    }
}
