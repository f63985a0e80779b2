package org.postern.greeting;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postern.smtp.Greeting;

class HeloFqdnTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "mail.example.com",
                "example.com",
                "mail.example",
                "mail.xn--p1ai",
                "mail.xn--fiqs8s",
                "my_mail.example.com",
                "local.example.com",
                "home.example.com",
                "x.arpa",
                "[192.0.2.1]",
                "[IPv6:2001:db8::1]",
            })
    void whatTheWorldCouldFindPasses(String greeting) {
        assertThat(HeloFqdn.check(Greeting.name(greeting))).hasToString("helo-fqdn=pass");
    }

    @ParameterizedTest
    @CsvSource({
        "localhost, is a name of an inner network",
        "localhost.localdomain, is a name of an inner network",
        "printer.local, is a name of an inner network",
        "PRINTER.LOCAL, is a name of an inner network",
        "nas.lan, is a name of an inner network",
        "db.internal, is a name of an inner network",
        "router.home.arpa, is a name of an inner network",
        "exchange.corp, is a name of an inner network",
        "x.onion, is a name of an inner network",
        "x.invalid, is a name of an inner network",
        "DESKTOP-3507CDS, is not fully qualified",
        "com, is not fully qualified",
        "mail.123, has a top label that can't be one",
        "mail.c, has a top label that can't be one",
        "mail.c0m, has a top label that can't be one",
        "host.example-1, has a top label that can't be one",
    })
    void whatTheWorldCouldNotFindFails(String greeting, String why) {
        var finding = HeloFqdn.check(Greeting.name(greeting));

        assertThat(finding).hasToString("helo-fqdn=fail");
        assertThat(finding.text())
                .isEqualTo(greeting + " " + why + "; greet with a name that the world can find in DNS");
    }

    @ParameterizedTest
    @ValueSource(strings = {"bad..name", "192.0.2.1", ""})
    void whatIsNoNameFails(String greeting) {
        assertThat(HeloFqdn.check(Greeting.name(greeting))).hasToString("helo-fqdn=fail");
    }
}
