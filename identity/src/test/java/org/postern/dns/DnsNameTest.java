package org.postern.dns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.strings;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;

class DnsNameTest {
    // RFC 1035 §3.5, RFC 3596 §2.5.
    @Test
    void addressHasAReverseName() throws UnknownHostException {
        assertThat(DnsName.reverse(InetAddress.getByName("192.0.2.10")).text()).isEqualTo("10.2.0.192.in-addr.arpa");
        assertThat(DnsName.reverse(InetAddress.getByName("2001:db8::1f")).text())
                .isEqualTo("f.1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa");
    }

    // RFC 4343 §3.
    @Test
    void caseDoesNotMatter() {
        assertThat(new DnsName("Mail.Example"))
                .isEqualTo(new DnsName("mail.example."))
                .hasSameHashCodeAs(new DnsName("MAIL.EXAMPLE"));
    }

    // RFC 1035 §2.3.4.
    @Test
    void lengthsAreBounded() {
        assertThat(DnsName.ofLabels("a".repeat(63) + ".test")).isPresent();
        assertThat(DnsName.ofLabels("a".repeat(64) + ".test")).isEmpty();
        assertThat(DnsName.ofLabels("a.".repeat(127))).isPresent();
        assertThat(DnsName.ofLabels("a.".repeat(128))).isEmpty();
        assertThat(DnsName.ofLabels("a..test")).isEmpty();
        assertThat(DnsName.ofLabels(".test")).isEmpty();
        assertThat(DnsName.ofLabels("")).isEmpty();
        assertThat(DnsName.ofLabels("\u0100.test")).isEmpty();
    }

    @Test
    void anyOctetsMakeANameAndComeBack() {
        qt().forAll(strings().betweenCodePoints(0, 255).ofLengthBetween(1, 60))
                .assuming(text -> !text.contains("."))
                .check(text -> {
                    DnsName name = DnsName.ofLabels(text + ".test").orElseThrow();
                    return name.octets().equals(text + ".test")
                            && new DnsName(name.text()).equals(name)
                            && name.text().chars().allMatch(c -> c > ' ' && c <= '~');
                });
    }
}
