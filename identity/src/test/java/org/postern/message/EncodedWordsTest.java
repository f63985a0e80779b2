package org.postern.message;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.strings;

import java.time.Duration;
import java.util.Base64;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EncodedWordsTest {
    /** The first rows are of RFC 2047 §8. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        (=?ISO-8859-1?Q?a?=)                                          | (a)
        (=?ISO-8859-1?Q?a?= b)                                        | (a b)
        (=?ISO-8859-1?Q?a?= =?ISO-8859-1?Q?b?=)                       | (ab)
        (=?ISO-8859-1?Q?a?=      =?ISO-8859-1?Q?b?=)                  | (ab)
        (=?ISO-8859-1?Q?a_b?=)                                        | (a b)
        (=?ISO-8859-1?Q?a?= =?ISO-8859-2?Q?_b?=)                      | (a b)
        =?iso-8859-1?q?Keld_J=F8rn_Simonsen?= <keld@dkuug.dk>         | Keld Jørn Simonsen <keld@dkuug.dk>
        =?UTF-8?B?R3LDvMOfZQ==?=                                      | Grüße
        =?utf-8?B?R3LDvMOfZQ?=                                        | Grüße
        =?utf-8*de?Q?Gr=C3=BC=C3=9Fe?=                                | Grüße
        =?utf-8?Q?=F0=9F?= =?utf-8?Q?=98=80?=                         | 😀
        =?utf-8?B?//?=                                                | \ufffd
        =?unknown-8bit?Q?a?= b                                        | =?unknown-8bit?Q?a?= b
        =?utf-8?B?***?= c                                             | =?utf-8?B?***?= c
        =?utf-8?Q?a=ZZ=?=                                             | a=ZZ=
        =?utf-8?X?a?=                                                 | =?utf-8?X?a?=
        plain                                                         | plain
        """)
    void wordsAreReadAsTheyAreMeant(String written, String read) {
        assertThat(EncodedWords.read(written)).isEqualTo(read.replace("\\ufffd", "\ufffd"));
    }

    /** RFC 6532 §3.1; what is no UTF-8 names no charset. */
    @Test
    void octetsBeyondAsciiAreUtf8OrNothing() {
        assertThat(EncodedWords.read(new String("Grüße".getBytes(UTF_8), ISO_8859_1)))
                .isEqualTo("Grüße");
        assertThat(EncodedWords.read("Gr\u00fc\u00dfe")).isEqualTo("Gr\ufffd\ufffde");
    }

    @Test
    void whatIsEncodedReadsBack() {
        qt().forAll(strings().allPossible().ofLengthBetween(0, 40)).checkAssert(text -> {
            byte[] octets = text.getBytes(UTF_8);
            String word = "=?UTF-8?B?" + Base64.getEncoder().encodeToString(octets) + "?=";
            assertThat(EncodedWords.read(word)).isEqualTo(new String(octets, UTF_8));
        });
    }

    @Test
    void longNonsenseTakesNoTime() {
        String nonsense = "=?a?q?".repeat(50_000) + "=?utf-8?q?x?= ".repeat(20_000) + "=?".repeat(50_000);
        org.junit.jupiter.api.Assertions.assertTimeout(
                Duration.ofSeconds(20),
                () -> assertThat(EncodedWords.read(nonsense)).isNotEmpty());
    }

    @Test
    @Tag("xss-1")
    void whatActsIsEscapedWhenItIsShown() {
        assertThat(Printable.text("a\u001b[31mb\r\n\u202e\u2028\u0085 \ud83d\ude00 \ud83d"))
                .isEqualTo("a\\u001b[31mb\\u000d\\u000a\\u202e\\u2028\\u0085 \ud83d\ude00 \\ud83d");
        assertThat(Printable.text("\ud83d\ude00\ud83d\ude00b", 2)).isEqualTo("\ud83d\ude00\ud83d\ude00...");
        assertThat(Printable.text("ab", 2)).isEqualTo("ab");
    }
}
