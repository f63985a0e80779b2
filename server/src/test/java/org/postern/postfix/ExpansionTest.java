package org.postern.postfix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.lists;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Names in values, as postconf(5) has them; ImportPostfixCommandTest holds them against postconf itself. */
class ExpansionTest {
    private static final Map<String, String> VALUES =
            Map.of("host", "mx.example.com", "empty", "", "twice", "$host $host", "loop", "$pool", "pool", "x $loop");

    private static String expanded(String text) throws Unreadable {
        return new Expansion(name -> Optional.ofNullable(VALUES.get(name))).of(text);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "plain | plain",
                "$host, localhost.$host | mx.example.com, localhost.mx.example.com",
                "${host} $(host) ${ host } | mx.example.com mx.example.com mx.example.com",
                "$twice | mx.example.com mx.example.com",
                "$nobody. | .",
                "$$host | $host",
                "$host?x | mx.example.com?x",
                "${host?yes}${empty?no}${nobody?no} | yes",
                "${host:no}${empty:a}${nobody:b} | ab",
                "${host?{yes}:{no}} ${empty?{yes}:{no}} ${empty?{yes}:no} | yes no no",
                "${host ? {yes} : {no}} | yes",
                "${host?at $host} | at mx.example.com",
                "${host?{a {b} c}} | a {b} c",
            })
    void namesAreReplaced(String text, String value) throws Unreadable {
        assertThat(expanded(text)).isEqualTo(value);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "$loop | lead back to itself",
                "${host | left open",
                "$(host | left open",
                "costs 5$ | no name behind",
                "${} | no name in",
                "${host!x} | no name, and no condition",
                "${host?{a}b} | behind a value in braces",
                "${{a} == {b} ? {c} : {d}} | run this where Postfix is installed",
            })
    void whatMakesNoSenseIsSaid(String text, String why) {
        assertThatExceptionOfType(Unreadable.class)
                .isThrownBy(() -> expanded(text))
                .withMessageContaining(why);
    }

    // Each name holds the next one twice: 2^60 words.
    @Test
    void doublingHasAnEnd() {
        var expansion = new Expansion(name -> Optional.of("$x" + name + " $x" + name));
        assertThatExceptionOfType(Unreadable.class).isThrownBy(() -> expansion.of("$a"));
        var sixty = new Expansion(name -> Optional.of(name.length() > 60 ? "word" : "$" + name + "x $" + name + "x"));
        assertThatExceptionOfType(Unreadable.class)
                .isThrownBy(() -> sixty.of("$a"))
                .withMessageContaining("more than the");
    }

    // The same of nothing: it takes no room, and yet has to end.
    @Test
    void doublingOfNothingHasAnEnd() {
        var expansion = new Expansion(name -> Optional.of(name.length() > 60 ? "" : "$" + name + "x$" + name + "x"));
        assertThatExceptionOfType(Unreadable.class).isThrownBy(() -> expansion.of("$a"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"${", "(", "{"})
    void deepNestingEnds(String open) {
        try {
            expanded("$" + open.repeat(100_000));
        } catch (Unreadable said) {
            assertThat(said).hasMessageContaining("");
        }
    }

    @Test
    void noTextCrashesOrHangs() {
        List<String> pieces =
                List.of("$", "{", "}", "(", ")", "?", ":", "host", "empty", "loop", " ", "$$", "=", "\\", "ä");
        qt().withExamples(20_000)
                .forAll(lists().of(integers().between(0, pieces.size() - 1)).ofSizeBetween(0, 12))
                .check(numbers -> {
                    try {
                        expanded(numbers.stream().map(pieces::get).collect(Collectors.joining()));
                    } catch (Unreadable said) {
                        return said.getMessage() != null;
                    }
                    return true;
                });
    }
}
