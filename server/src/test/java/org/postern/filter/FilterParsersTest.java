package org.postern.filter;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.strings;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postern.message.Header;
import org.postern.message.OpenMessage;

/** Properties of what is read from filters. */
class FilterParsersTest {
    /** Whether it stands before a message as one field, and nothing else. */
    static boolean isOneField(AddedField field) {
        try {
            Header header = OpenMessage.of(
                            new ByteArrayInputStream((field.text() + "\r\n").getBytes(US_ASCII)), Integer.MAX_VALUE)
                    .orElseThrow()
                    .header();
            return header.fields().size() == 1
                    && header.fields().getFirst().name().equals(field.name())
                    && field.text().lines().allMatch(line -> line.length() <= 998);
        } catch (IOException never) {
            throw new AssertionError(never);
        }
    }

    @Test
    void whateverAFilterAddsIsOneFieldOrNone() {
        qt().forAll(
                        strings().allPossible().ofLengthBetween(0, 70),
                        strings().allPossible().ofLengthBetween(0, 3_000))
                .check((name, value) -> AddedField.of(name, value)
                        .map(FilterParsersTest::isOneField)
                        .orElse(true));
        qt().forAll(strings().betweenCodePoints(0, 0x7f).ofLengthBetween(0, 3_000))
                .check(value -> AddedField.of("X-A", value)
                        .map(FilterParsersTest::isOneField)
                        .orElseGet(() -> value.isBlank() || value.codePoints().allMatch(Character::isWhitespace)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "From", "SUBJECT", "Return-Path", "X-Postern-Findings", "a b", "a:", "a\r\nb", "\u00e4"})
    void aNameThatIsNotTheirsIsNone(String name) {
        assertThat(AddedField.of(name, "value")).isEmpty();
    }

    @Test
    void aFieldIsNoLargerThanMayBe() {
        assertThat(AddedField.of("A", "x".repeat(AddedField.MAX_OCTETS - 1)))
                .hasValueSatisfying(field -> assertThat(isOneField(field)).isTrue());
        assertThat(AddedField.of("A", "x".repeat(AddedField.MAX_OCTETS))).isEmpty();
    }

    @Test
    void packetsReadBackToWhatWasWritten() {
        qt().forAll(integers().between(0, 0xff), strings().allPossible().ofLengthBetween(0, 5_000))
                .check((kind, text) -> {
                    try {
                        var out = new ByteArrayOutputStream();
                        var wire = new MilterWire(new ByteArrayInputStream(new byte[0]), out);
                        byte[] data = text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
                        wire.write((char) kind.intValue(), data);
                        wire.flush();
                        MilterWire.Packet packet = new MilterWire(
                                        new ByteArrayInputStream(out.toByteArray()), OutputStream.nullOutputStream())
                                .read();
                        return packet.kind() == kind && java.util.Arrays.equals(packet.data(), data);
                    } catch (IOException problem) {
                        throw new AssertionError(problem);
                    }
                });
    }

    @ParameterizedTest
    @CsvSource({
        "http://127.0.0.1:11333, http://127.0.0.1:11333",
        "https://rspamd.example.com:443/, https://rspamd.example.com:443",
        "http://[::1]:11333, http://[::1]:11333",
        "tcp://127.0.0.1:8891, tcp://127.0.0.1:8891",
        "inet:localhost:8891, tcp://localhost:8891",
        "unix:/run/x.sock, unix:/run/x.sock",
    })
    void addressesAreReadAndWritten(String text, String written) {
        Optional<FilterAddress> address = FilterAddress.parse(text);

        assertThat(address).hasValueSatisfying(one -> assertThat(one).hasToString(written));
        assertThat(FilterAddress.parse(written)).isEqualTo(address);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "127.0.0.1:8891",
                "http://127.0.0.1",
                "tcp://a:0",
                "tcp://a:65536",
                "unix:run/x",
                "ftp://a:1",
                "http://a:1/path",
                "http://user@a:1"
            })
    void whatIsNoAddressIsNone(String text) {
        assertThat(FilterAddress.parse(text)).isEmpty();
    }
}
