package org.postern.smtp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.lists;
import static org.quicktheories.generators.SourceDSL.strings;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 5321 §4.1.1.1, RFC 1870 §4, RFC 9422 §4; and xtext, RFC 3461 §4. */
final class CapabilitiesTest {
    @Test
    void areReadFromTheReplyToEhlo() {
        Capabilities read = read(
                "250-mx.example.com SIZE",
                "250-size 1000",
                "250-LIMITS RCPTMAX=20 mailmax=3 X",
                "250-X-OWN a b",
                "250-bad_keyword",
                "250-",
                "250-SIZE 5",
                "250 STARTTLS");
        assertThat(read.keywords().keySet()).containsExactly("SIZE", "LIMITS", "X-OWN", "STARTTLS");
        assertThat(read.has(Extension.SIZE)).isTrue();
        assertThat(read.has(Extension.STARTTLS)).isTrue();
        assertThat(read.has(Extension.PIPELINING)).isFalse();
        assertThat(read.maxMessageBytes()).isEqualTo(OptionalLong.of(1000));
        assertThat(read.limit("RCPTMAX")).isEqualTo(OptionalLong.of(20));
        assertThat(read.limit("MAILMAX")).isEqualTo(OptionalLong.of(3));
        assertThat(read.limit("RCPTDOMAINMAX")).isEmpty();
        assertThat(read.keywords()).containsEntry("X-OWN", List.of("a", "b"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "250 SIZE",
                "250 SIZE 0",
                "250 SIZE -1",
                "250 SIZE 1234567890123456789",
                "250 SIZE x",
                "250 OTHER"
            })
    void noFixedLimitIsNone(String line) {
        assertThat(read("250-mx", line).maxMessageBytes()).isEmpty();
    }

    @Test
    void aKeywordWithOddParametersIsLeftOut() {
        assertThat(read("250-mx", "250 SIZE 1\u00e9").keywords()).isEmpty();
    }

    @Test
    void nonsenseIsRefused() {
        assertThatThrownBy(() -> new Capabilities(Map.of("x", List.of()))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Capabilities(Map.of("X", List.of("a b"))))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Capabilities(Map.of("X", List.of(""))))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void areWrittenAsTheReplyToEhlo() {
        Reply reply = Capabilities.NONE
                .with(Extension.PIPELINING)
                .with(Extension.SIZE, "10")
                .toReply("mx greets you");
        assertThat(new String(reply.toBytes(), UTF_8))
                .isEqualTo("250-mx greets you\r\n250-PIPELINING\r\n250 SIZE 10\r\n");
        assertThat(Capabilities.of(reply))
                .isEqualTo(Capabilities.NONE.with(Extension.PIPELINING).with(Extension.SIZE, "10"));
    }

    @Test
    void extensionsAreKnownByTheirKeywords() {
        for (Extension extension : Extension.values()) {
            assertThat(Extension.of(extension.keyword().toLowerCase(java.util.Locale.ROOT)))
                    .contains(extension);
        }
        assertThat(Extension.of("X-OWN")).isEmpty();
        assertThat(Extension.EIGHT_BIT_MIME.keyword()).isEqualTo("8BITMIME");
    }

    @Test
    void whatIsWrittenReadsBack() {
        qt().forAll(lists().of(strings().betweenCodePoints('!', '~').ofLengthBetween(1, 12))
                        .ofSizeBetween(0, 5))
                .checkAssert(parameters -> {
                    Capabilities one = Capabilities.NONE.with(Extension.LIMITS, parameters.toArray(String[]::new));
                    assertThat(Capabilities.of(
                                    Reply.parse(one.toReply("mx").toBytes()).orElseThrow()))
                            .isEqualTo(one);
                });
    }

    @Test
    void xtextHoldsAnyOctets() {
        qt().forAll(strings().basicMultilingualPlaneAlphabet().ofLengthBetween(0, 40))
                .checkAssert(text -> {
                    byte[] octets = text.getBytes(UTF_8);
                    String encoded = Xtext.encode(octets);
                    assertThat(encoded).matches("[!-*,-<>-~]*(\\+[0-9A-F]{2}[!-*,-<>-~]*)*");
                    assertThat(Xtext.decode(encoded))
                            .hasValueSatisfying(decoded ->
                                    assertThat(Arrays.equals(decoded, octets)).isTrue());
                });
        assertThat(Xtext.encode("a+b=c d".getBytes(UTF_8))).isEqualTo("a+2Bb+3Dc+20d");
        assertThat(Xtext.decodeAscii("a+2Bb+3Dc")).contains("a+b=c");
        assertThat(Xtext.decodeAscii("+C3+A9")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"+", "+2", "+2b", "+G0", "+0G", "a b", "=", "é", "a\u007f", "\u0000"})
    void whatIsNoXtextIsNone(String text) {
        assertThat(Xtext.decode(text)).isEmpty();
    }

    private static Capabilities read(String... lines) {
        return Capabilities.of(Reply.parse((String.join("\r\n", lines) + "\r\n").getBytes(UTF_8))
                .orElseThrow());
    }
}
