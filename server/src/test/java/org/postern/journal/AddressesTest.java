package org.postern.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.strings;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Addresses are found in whatever stands around them, and in no more time than it takes to read it. */
class AddressesTest {
    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '^',
            value = {
                "ann@example.org, (ann@example.org)",
                "<ann@example.org>, <(ann@example.org)>",
                "<@relay.example:ann@example.org>, <@relay.example:(ann@example.org)>",
                "no ann@example.org.  here, no (ann@example.org).  here",
                "no 'ann@example.org', no '(ann@example.org)'",
                "<'ann@example.org>, <('ann@example.org)>",
                "a+b=c@x.example;d@[192.0.2.1]!, (a+b=c@x.example);(d@[192.0.2.1])!",
                "<\"ann b\"@x.example>, <(\"ann b\"@x.example)>",
                "<\"a\\\"n@n\"@x.example>, <\"a\\\"(n@n)\"@x.example>",
                "jörg@bücher.example, (jörg@bücher.example)",
                "a@b@c, (a@b)@c",
                "@ at a @ b@, @ at a @ b@",
                "a@localhost, (a@localhost)",
                "x@y..z, (x@y)..z",
                "a@[192.0.2.1, a@[192.0.2.1",
            })
    void addressesAreFound(String text, String marked) {
        assertThat(Addresses.change(text, address -> "(" + address + ")")).isEqualTo(marked);
    }

    @Test
    void whatIsNoAddressStaysAsItIs() {
        qt().withExamples(10_000)
                .forAll(strings().allPossible().ofLengthBetween(0, 60))
                .check(text -> Addresses.change(text, address -> address).equals(text));
        qt().withExamples(10_000)
                .forAll(strings().betweenCodePoints('!', 'B').ofLengthBetween(0, 60))
                .check(text -> Addresses.change(text, address -> address).equals(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "\"", "\\\"", "@", "a@", "@[", "\"a", "a.", "\"\\", "a@b ", "\\\"@"})
    @Timeout(20)
    void strangersTextTakesNoLongerThanToReadIt(String part) {
        String text = part.repeat(400_000 / part.length());
        long before = System.nanoTime();
        assertThat(Addresses.change(text + "@x", address -> address)).isEqualTo(text + "@x");
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(5));
    }
}
