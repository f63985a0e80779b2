package org.postern.smtp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.strings;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 5321 §4.2, RFC 2034, RFC 3463 §2. */
final class ReplyTest {
    @Test
    void everyLineHasTheCodes() {
        var reply = new Reply(550, EnhancedCode.parse("5.1.1"), List.of("no such", "mailbox"));
        assertThat(wire(reply)).isEqualTo("550-5.1.1 no such\r\n550 5.1.1 mailbox\r\n");
        assertThat(reply).hasToString("550 5.1.1 no such mailbox");
        assertThat(reply.text()).isEqualTo("no such mailbox");
        assertThat(wire(Reply.of(220, "hello"))).isEqualTo("220 hello\r\n");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 199, 260, 299, 360, 460, 560, 600, 1000})
    void codesOutsideTheGrammarAreRefused(int code) {
        assertThatThrownBy(() -> Reply.of(code, "x"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("not a reply code: " + code);
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 259, 354, 421, 559})
    void codesOfTheGrammarAreTaken(int code) {
        assertThat(Reply.of(code, "x").code()).isEqualTo(code);
    }

    @ParameterizedTest
    @CsvSource({
        "250,true,false,false",
        "299,x,x,x",
        "354,false,false,false",
        "400,false,true,false",
        "459,false,true,false",
        "500,false,false,true"
    })
    void theClassIsTheFirstDigit(int code, String positive, String temporary, String permanent) {
        if (positive.equals("x")) {
            return;
        }
        Reply reply = Reply.of(code, "x");
        assertThat(List.of(reply.isPositive(), reply.isTransient(), reply.isPermanent()))
                .containsExactly(Boolean.valueOf(positive), Boolean.valueOf(temporary), Boolean.valueOf(permanent));
    }

    @Test
    void theEnhancedCodeIsOfTheSameClass() {
        assertThatThrownBy(() -> Reply.of(550, "4.1.1", "x")).hasMessage("550 can't go with 4.1.1");
        assertThatThrownBy(() -> Reply.of(550, "x", "x")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aReplyHasALineAndNoControlCharacters() {
        assertThatThrownBy(() -> new Reply(250, Optional.empty(), List.of()))
                .isInstanceOf(IllegalArgumentException.class);
        for (String bad :
                List.of("a\rb", "a\nb", "\u0000", "\u001f", "\u007f", "\u0080", "\u009f", "\u2028", "\u2029")) {
            assertThatThrownBy(() -> new Reply(250, Optional.empty(), List.of(bad)))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(new Reply(250, Optional.empty(), List.of(" ~\u00a0é")).lines())
                .containsExactly(" ~\u00a0é");
    }

    @Test
    void textFromOutsideCannotBreakAReply() {
        assertThat(wire(Reply.of(550, "5.1.1", "a\r\n250 ok\u0000é\u007f~ ")))
                .isEqualTo("550 5.1.1 a??250 ok???~ \r\n");
    }

    @Test
    void aLongTextGoesOnInFurtherLinesOf512OctetsAtMost() {
        assertThat(Reply.of(250, "x".repeat(496)).lines()).hasSize(1);
        assertThat(Reply.of(250, "x".repeat(497)).lines()).hasSize(2);
        Reply words =
                Reply.of(550, "5.999.999", ("w".repeat(99) + " ").repeat(20).strip());
        assertThat(wire(words).split("(?<=\n)", 0))
                .allMatch(line -> line.length() <= Reply.MAX_LINE_OCTETS)
                .hasSize(5);
        assertThat(words.text()).isEqualTo(("w".repeat(99) + " ").repeat(20).strip());
        assertThat(String.join("", Reply.of(250, "x".repeat(5_000)).lines())).isEqualTo("x".repeat(5_000));
        assertThat(wire(Reply.of(550, "5.999.999", "x".repeat(496))).length()).isEqualTo(Reply.MAX_LINE_OCTETS);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\r\n",
                "250 ok",
                "25\r\n",
                "2x0 ok\r\n",
                "250x\r\n",
                "150 ok\r\n",
                "650 ok\r\n",
                "260 ok\r\n",
                "250-ok\r\n",
                "250 a\r\n250 b\r\n",
                "250-a\r\n251 b\r\n",
                "250-a\r\n\r\n250 b\r\n",
                "/50 ok\r\n",
                "2/0 ok\r\n",
                "25: ok\r\n",
                "25/ ok\r\n",
                "250 ok\r\nx"
            })
    void whatIsNoWholeReplyIsNone(String text) {
        assertThat(Reply.parse(text.getBytes(UTF_8))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            ignoreLeadingAndTrailingWhitespace = false,
            value = {
                "250|250 ",
                "250 |250 ",
                "250 ok|250 ok",
                "250 2.0.0|250 2.0.0 ",
                "250 2.0.0 ok|250 2.0.0 ok",
                "250 5.0.0 ok|250 5.0.0 ok",
                "550 5.1 x|550 5.1 x",
                "559 x|559 x",
                "209 x|209 x"
            })
    void wholeRepliesAreRead(String text, String shown) {
        assertThat(Reply.parse((text + "\r\n").getBytes(UTF_8)))
                .map(Reply::toString)
                .contains(shown);
        assertThat(Reply.parse((text + "\n").getBytes(UTF_8)))
                .map(Reply::toString)
                .contains(shown);
    }

    @Test
    void theEnhancedCodeIsThatOfTheFirstLine() {
        Optional<Reply> reply = Reply.parse("550-5.1.1 a\r\n550-5.1.1\r\n550-5.1.2 c\r\n550 d\r\n".getBytes(UTF_8));
        assertThat(reply).map(Reply::lines).contains(List.of("a", "", "5.1.2 c", "d"));
        assertThat(reply.flatMap(Reply::enhanced)).isEqualTo(EnhancedCode.parse("5.1.1"));
    }

    @Test
    void controlCharactersOfAnotherServerAreShown() {
        assertThat(Reply.parse("250 a\tb\u0000c\u001b[31m\r\n".getBytes(ISO_8859_1)))
                .map(Reply::text)
                .contains("a?b?c?[31m");
    }

    @Test
    void wordsAtTheEndStandOnTheLastLine() {
        Reply reply = new Reply(550, EnhancedCode.parse("5.7.1"), List.of("one", "two"));

        assertThat(reply.endingWith("[x]").lines()).containsExactly("one", "two [x]");
    }

    @Test
    void wordsAtTheEndThatWouldMakeALineTooLongStandOnTheirOwn() {
        String most = "x".repeat(492);

        assertThat(Reply.of(550, "5.7.1", most).endingWith("[x]").lines()).containsExactly(most + " [x]");
        assertThat(Reply.of(550, "5.7.1", most + "y").endingWith("[x]").lines()).containsExactly(most + "y", "[x]");
    }

    @Test
    void whatIsWrittenReadsBack() {
        qt().forAll(strings().basicLatinAlphabet().ofLengthBetween(0, 1_500)).checkAssert(text -> {
            Reply reply = Reply.of(550, "5.7.1", text);
            assertThat(Reply.parse(reply.toBytes())).contains(reply);
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"2.0.0", "4.3.2", "5.7.999", "5.999.0"})
    void enhancedCodesAreRead(String text) {
        assertThat(EnhancedCode.parse(text)).map(Object::toString).contains(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "5",
                "5.1",
                "5.1.",
                "3.1.1",
                "6.1.1",
                "5.01.1",
                "5.1.1000",
                "5.1000.1",
                "5.1.1.1",
                "5.-1.1",
                "5.1.x",
                "55.1.1",
                "5.00.0"
            })
    void othersAreNone(String text) {
        assertThat(EnhancedCode.parse(text)).isEmpty();
    }

    @Test
    void anEnhancedCodeCannotHoldNonsense() {
        for (int[] bad : new int[][] {{3, 0, 0}, {5, -1, 0}, {5, 0, -1}, {5, 1000, 0}, {5, 0, 1000}, {0, 0, 0}}) {
            assertThatThrownBy(() -> new EnhancedCode(bad[0], bad[1], bad[2]))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(new EnhancedCode(5, 999, 999)).hasToString("5.999.999");
    }

    private static String wire(Reply reply) {
        return new String(reply.toBytes(), UTF_8);
    }
}
