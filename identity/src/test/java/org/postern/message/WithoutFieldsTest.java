package org.postern.message;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.lists;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("ar-1")
class WithoutFieldsTest {
    private static OpenMessage without(String message, Predicate<Field> unwanted) {
        try {
            return OpenMessage.of(new ByteArrayInputStream(message.getBytes(ISO_8859_1)), 1 << 20)
                    .orElseThrow()
                    .without(unwanted);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    private static String whole(OpenMessage message) {
        try {
            return new String(message.octets().readAllBytes(), ISO_8859_1);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "null",
            value = {
                "'A: 1\r\nX: 2\r\nB: 3\r\n\r\nX: 4\r\n', 'A: 1\r\nB: 3\r\n\r\nX: 4\r\n'",
                "'X: 1\r\n\tand\r\n  more\r\nB: 3\r\n\r\nbody', 'B: 3\r\n\r\nbody'",
                "'X: 1\r\nx: 2\r\nX : 3\r\n\r\nbody', '\r\nbody'",
                "'X: 1\r\n\r\n', '\r\n'",
                "'X: 1\r\n', ''",
                "'A: 1\r\nX: 1', 'A: 1\r\n'",
                "'X: 1\r\nA: 1', 'A: 1'",
                "' X: 1\r\nX: 2\r\nA: 1\r\n\r\n', ' X: 1\r\nA: 1\r\n\r\n'",
                "'no field\r\nX: 2\r\n\r\n', 'no field\r\n\r\n'",
                "'\r\nX: 1\r\n', '\r\nX: 1\r\n'",
                "'XX: 1\r\nX-X: 2\r\n\r\n', 'XX: 1\r\nX-X: 2\r\n\r\n'",
                "'', ''",
            })
    void fieldsGoWithTheirLinesAndNothingElse(String message, String left) {
        OpenMessage changed = without(message, field -> field.is("X"));
        assertThat(changed.header().count("X")).isZero();
        assertThat(whole(changed)).isEqualTo(left);
    }

    @Test
    void bodyStreamsThrough() {
        String body = "X: body\r\n".repeat(100_000);
        OpenMessage changed = without("X: 1\r\n".repeat(2_000) + "A: 2\r\n\r\n" + body, field -> field.is("X"));
        assertThat(whole(changed)).isEqualTo("A: 2\r\n\r\n" + body);
    }

    @Test
    void twiceIsOnceEach() throws IOException {
        OpenMessage changed = without("X: 1\r\nY: 2\r\nA: 3\r\n\r\nbody", field -> field.is("X"))
                .without(field -> field.is("y"));
        assertThat(whole(changed)).isEqualTo("A: 3\r\n\r\nbody");
    }

    // Read again, what is left has the fields that were left, whatever lines a message is made of.
    @Test
    void whatIsLeftReadsAsWhatWasLeft() {
        List<String> lines = List.of(
                "X: 1\r\n", "A: 1\r\n", " more\r\n", "\tX: 2\r\n", "none\r\n", "\r\n", "x :3\r\n", "A:\rX: 1\r\n");
        qt().forAll(lists().of(integers().between(0, lines.size() - 1)).ofSizeBetween(0, 12))
                .check(picks -> {
                    String message =
                            String.join("", picks.stream().map(lines::get).toList());
                    OpenMessage changed = without(message, field -> field.is("X"));
                    List<String> kept = texts(changed);
                    List<String> wanted = texts(without(message, _ -> false)).stream()
                            .filter(field -> !field.matches("(?si)X ?:.*"))
                            .toList();
                    return kept.equals(wanted)
                            && texts(without(whole(changed), _ -> false)).equals(wanted);
                });
    }

    private static List<String> texts(OpenMessage message) {
        return message.header().fields().stream()
                .map(field -> new String(field.toBytes(), ISO_8859_1))
                .toList();
    }
}
