package org.postern.greeting;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postern.smtp.Greeting;

class HeloLiteralTest {
    @ParameterizedTest
    @CsvSource({
        "[192.0.2.10], 192.0.2.10, pass",
        "[192.0.2.99], 192.0.2.10, fail",
        "[IPv6:2001:db8::a], 2001:db8::a, pass",
        "[IPv6:2001:DB8:0:0:0:0:0:A], 2001:db8::a, pass",
        "[IPv6:2001:db8::b], 2001:db8::a, fail",
        "[IPv6:2001:db8::a], 192.0.2.10, fail",
        "[192.0.2.10], 2001:db8::a, fail",
        "mail.example.com, 192.0.2.10, none",
        "192.0.2.10, 192.0.2.10, none",
        "bad..name, 192.0.2.10, none",
    })
    void onlyALiteralIsAskedAndOnlyItsOwnAddressPasses(String greeting, String client, String result) {
        assertThat(HeloLiteral.check(Greeting.name(greeting), InetAddress.ofLiteral(client)))
                .hasToString("helo-literal=" + result);
    }

    @Test
    void theTextNamesBoth() {
        assertThat(HeloLiteral.check(Greeting.name("[192.0.2.99]"), InetAddress.ofLiteral("192.0.2.10"))
                        .text())
                .isEqualTo("it greets as [192.0.2.99] and comes from 192.0.2.10; greet with your host name");
    }
}
