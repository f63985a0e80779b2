package org.postern.greeting;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postern.smtp.Greeting;

class HeloSyntaxTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "bad..name",
                "-x.example",
                "x-.example",
                "",
                "mail example",
                "<b>.example",
                "(comment",
                "[192.0.2.256]",
                "[IPv6:2001:db8::1",
                "[mail.example]",
                "m\u00fcller.example",
                "\u001b[31mred",
            })
    void whatIsNeitherNameNorLiteralFails(String greeting) {
        assertThat(HeloSyntax.check(Greeting.name(greeting))).hasToString("helo-syntax=fail");
    }

    @Test
    void aLabelOf64LettersFails() {
        assertThat(HeloSyntax.check(Greeting.name("a".repeat(64) + ".example"))).hasToString("helo-syntax=fail");
    }

    @Test
    void aNameOf256OctetsFails() {
        String name = "a.".repeat(124) + "example1";

        assertThat(HeloSyntax.check(Greeting.name(name))).hasToString("helo-syntax=fail");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"mail.example", "MAIL.EXAMPLE", "1.example", "localhost", "[192.0.2.1]", "[IPv6:2001:db8::1]"})
    void namesAndLiteralsPass(String greeting) {
        assertThat(HeloSyntax.check(Greeting.name(greeting))).hasToString("helo-syntax=pass");
    }

    @ParameterizedTest
    @CsvSource({
        "mail.example., 'mail.example is a domain name, written with a dot or a space behind it'",
        "'mail.example ', 'mail.example is a domain name, written with a dot or a space behind it'",
        "my_mail.example, 'my_mail.example is a domain name, with an underscore in it'",
        "mail.123, 'mail.123 is a domain name, with a top label that can''t be one'",
        "mail.x, 'mail.x is a domain name, with a top label that can''t be one'",
        "mail.example, mail.example is a domain name",
    })
    void whatIsOddIsNotedAndNotRefused(String greeting, String text) {
        assertThat(HeloSyntax.check(Greeting.name(greeting)).text()).isEqualTo(text);
        assertThat(HeloSyntax.check(Greeting.name(greeting))).hasToString("helo-syntax=pass");
    }

    @Test
    void aFailureSaysWhatIsWrong() {
        assertThat(HeloSyntax.check(Greeting.name("bad..name")).text()).isEqualTo("a label between the dots is empty");
    }

    @ParameterizedTest
    @ValueSource(strings = {"192.0.2.10", "2001:db8::1", "127.0.0.1"})
    void anAddressWithoutBracketsFailsHeloBareIpAlone(String greeting) {
        assertThat(HeloSyntax.checkBareIp(Greeting.name(greeting))).hasToString("helo-bare-ip=fail");
        assertThat(HeloSyntax.check(Greeting.name(greeting))).hasToString("helo-syntax=pass");
    }

    @ParameterizedTest
    @ValueSource(strings = {"mail.example", "[192.0.2.10]", "bad..name", "192.0.2.10.example", "1.2.3.4.5"})
    void whatIsNoBareAddressPassesHeloBareIp(String greeting) {
        assertThat(HeloSyntax.checkBareIp(Greeting.name(greeting))).hasToString("helo-bare-ip=pass");
    }

    @Test
    void aBareAddressIsToldItsBrackets() {
        assertThat(HeloSyntax.checkBareIp(Greeting.name("192.0.2.10")).text())
                .isEqualTo("an address stands in brackets: write [192.0.2.10], or better a host name");
    }
}
