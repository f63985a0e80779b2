package org.postern.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.lists;
import static org.quicktheories.generators.SourceDSL.strings;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postern.policy.Net;
import org.quicktheories.core.Gen;

/** Words hold what is meant by them, and the index's beginnings of them never less. */
class WordsTest {
    @Test
    void netHoldsTheAddressesThatLieInIt() {
        for (int length : List.of(4, 16)) {
            qt().withExamples(5_000)
                    .forAll(octets(length), octets(length), integers().between(0, length * 8))
                    .check((one, other, bits) -> {
                        // Half of the time one that shares the net's first bits, so that it is near its border.
                        byte[] near = (bits & 1) == 0 ? other : mixed(one, other, bits);
                        Net net = new Net(address(mixed(one, new byte[length], bits)), bits);
                        return Words.of(net).contains(Terms.client(address(near))) == net.contains(address(near));
                    });
        }
    }

    @Test
    void netHoldsItsFirstAndItsLast() {
        for (int length : List.of(4, 16)) {
            byte[] ones = new byte[length];
            java.util.Arrays.fill(ones, (byte) 0xff);
            for (int bits = 0; bits <= length * 8; bits++) {
                byte[] first = mixed(ones, new byte[length], bits);
                Words words = Words.of(new Net(address(first), bits));
                assertThat(words.contains(Terms.client(address(first)))).isTrue();
                assertThat(words.contains(Terms.client(address(ones)))).isTrue();
                assertThat(words.contains(Terms.client(address(new byte[length]))))
                        .isEqualTo(bits == 0);
            }
        }
    }

    @Test
    void familiesAreApart() {
        Words all = Words.of(Net.parse("0.0.0.0/0").orElseThrow());
        assertThat(all.contains(Terms.client(address(new byte[16])))).isFalse();
        assertThat(Words.of(Net.parse("::/0").orElseThrow()).contains(Terms.client(address(new byte[4]))))
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "mail.*, mail.example.org, true",
        "MAIL.*, mail.example.org, true",
        "mail.*, Mail.Example.org, true",
        "mail.*, mail., true",
        "mail.*, mail, false",
        "mail.*, mailx.example.org, false",
        "mail, mail.example.org, false",
        "*, anything, true",
        "<ann@example.org>, Ann@Example.ORG, true",
        "<>, <>, true",
        "ann@*, ann@example.org, true",
        "jörg@*, JÖRG@example.org, true",
        "ΑΣ*, ΑΣΑ, true",
        "İ*, İstanbul, true",
        "mail**, mail*x, true",
    })
    void beginningHoldsWhatBeginsSo(String sought, String text, boolean holds) {
        assertThat(Words.of(sought).contains(Terms.word(text))).isEqualTo(holds);
    }

    @Test
    void beginningOfATextHoldsIt() {
        qt().withExamples(5_000).forAll(texts(), integers().between(0, 300)).check((text, cut) -> {
            // Not within a character, which nobody can type.
            int letters = cut % (text.codePointCount(0, text.length()) + 1);
            String beginning = text.substring(0, text.offsetByCodePoints(0, letters));
            return Words.of(beginning + "*").contains(Terms.word(text));
        });
    }

    @Test
    void wordHoldsItself() {
        qt().withExamples(5_000)
                .forAll(texts())
                .assuming(text -> !text.endsWith("*") && Terms.bare(text).equals(text))
                .check(text -> Words.of(text).contains(Terms.word(text)));
    }

    @Test
    void whatIsHeldIsHeldByItsBeginnings() {
        qt().withExamples(5_000)
                .forAll(texts(), texts(), integers().between(0, 2))
                .check((one, other, way) -> {
                    Words words =
                            way == 0 ? Words.of(one) : way == 1 ? Words.of(one + "*") : Words.of(one + other + "*");
                    String word = Terms.word(one + other);
                    return !words.contains(word) || words.cut().contains(Terms.cut(word));
                });
    }

    private static Gen<String> texts() {
        return strings()
                .allPossible()
                .ofLengthBetween(0, 40)
                .mix(strings().basicLatinAlphabet().ofLengthBetween(0, 300), 30)
                .mix(lists().of(integers().between(0x1f600, 0x1f604))
                        .ofSizeBetween(50, 70)
                        .map(all -> all.stream().map(Character::toString).reduce("x", String::concat)));
    }

    private static Gen<byte[]> octets(int length) {
        return lists().of(integers().between(0, 255)).ofSize(length).map(all -> {
            var octets = new byte[length];
            for (int i = 0; i < length; i++) {
                octets[i] = (byte) (int) all.get(i);
            }
            return octets;
        });
    }

    /** So many bits of one, and the rest of another. */
    private static byte[] mixed(byte[] one, byte[] other, int bits) {
        byte[] mixed = other.clone();
        for (int bit = 0; bit < bits; bit++) {
            int mask = 0x80 >> bit % 8;
            mixed[bit / 8] = (byte) ((mixed[bit / 8] & ~mask) | (one[bit / 8] & mask));
        }
        return mixed;
    }

    private static InetAddress address(byte[] octets) {
        try {
            // ::ffff:192.0.2.1 would become one of the other family.
            if (octets.length == 16 && octets[10] == -1 && octets[11] == -1 && octets[0] == 0) {
                octets[0] = 1;
            }
            return InetAddress.getByAddress(octets);
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
