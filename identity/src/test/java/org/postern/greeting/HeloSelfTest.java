package org.postern.greeting;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postern.finding.Finding;
import org.postern.smtp.Domain;
import org.postern.smtp.Greeting;

class HeloSelfTest {
    private static final Ourselves OURSELVES = new Ourselves(
            new Domain("mx.example.com"),
            Set.of(
                    InetAddress.ofLiteral("192.0.2.1"),
                    InetAddress.ofLiteral("2001:db8::1"),
                    InetAddress.ofLiteral("127.0.0.1")));

    private static Finding check(String greeting, String client) {
        return HeloSelf.check(Greeting.name(greeting), InetAddress.ofLiteral(client), OURSELVES);
    }

    @ParameterizedTest
    @ValueSource(strings = {"mx.example.com", "MX.Example.COM", "mx.example.com.", "[192.0.2.1]", "[IPv6:2001:db8::1]"})
    void aStrangerWithOurNameOrAddressFails(String greeting) {
        assertThat(check(greeting, "198.51.100.7")).hasToString("helo-self=fail");
    }

    @ParameterizedTest
    @ValueSource(strings = {"mail.example.com", "example.com", "amx.example.com", "[192.0.2.2]", "bad..name"})
    void aStrangerWithAnotherNamePasses(String greeting) {
        assertThat(check(greeting, "198.51.100.7")).hasToString("helo-self=pass");
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "127.9.9.9", "::1", "192.0.2.1", "2001:db8::1"})
    void aClientOnThisHostMayGreetAsIt(String client) {
        assertThat(check("mx.example.com", client)).hasToString("helo-self=pass");
    }

    @Test
    void theLoopbackLiteralIsNobodysOwn() {
        assertThat(check("[127.0.0.1]", "198.51.100.7")).hasToString("helo-self=pass");
    }

    @Test
    void aHostNameLeftAtLocalhostIsNobodysOwn() {
        var unnamed = new Ourselves(new Domain("localhost"), Set.of());

        assertThat(HeloSelf.check(Greeting.name("localhost"), InetAddress.ofLiteral("198.51.100.7"), unnamed))
                .hasToString("helo-self=pass");
    }

    @Test
    void theTextNamesBoth() {
        assertThat(check("mx.example.com", "198.51.100.7").text())
                .isEqualTo("198.51.100.7 greets as mx.example.com, which is this server; greet with your own name");
    }
}
