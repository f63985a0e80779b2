package org.postern.message;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.lists;
import static org.quicktheories.generators.SourceDSL.strings;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 5322 §2.2. */
class HeaderTest {
    private static final int PLENTY = 1 << 20;

    private static OpenMessage open(String message) {
        return open(message, PLENTY).orElseThrow();
    }

    private static Optional<OpenMessage> open(String message, int maxHeaderBytes) {
        try {
            return OpenMessage.of(new ByteArrayInputStream(message.getBytes(ISO_8859_1)), maxHeaderBytes);
        } catch (IOException impossible) {
            throw new AssertionError(impossible);
        }
    }

    private static Header header(String message) {
        return open(message).header();
    }

    private static String whole(OpenMessage message) {
        try {
            return new String(message.octets().readAllBytes(), ISO_8859_1);
        } catch (IOException impossible) {
            throw new AssertionError(impossible);
        }
    }

    @Test
    void fieldsStandInTheirOrder() {
        assertThat(header("A: 1\r\nB: 2\r\na: 3\r\n\r\nC: 4\r\n").fields())
                .extracting(Field::name)
                .containsExactly("A", "B", "a");
    }

    @Test
    void namesAreFoundInWhateverCase() {
        Header header = header("Received: 1\r\nX: 2\r\nRECEIVED: 3\r\n\r\n");

        assertThat(header.count("received")).isEqualTo(2);
        assertThat(header.values("rEceived")).containsExactly("1", "3");
    }

    @ParameterizedTest
    @CsvSource({
        "'A: 1\r\n\tand more\r\n', 1\tand more",
        "'A:\r\n 1\r\n', 1",
        "'A:1\r\n', 1",
        "'A:   1  \r\n', 1",
        "'A: b: c\r\n', b: c",
        "'A:\r\n', ''",
    })
    void valueIsUnfolded(String field, String value) {
        assertThat(header(field + "\r\n").values("A")).containsExactly(value);
    }

    @ParameterizedTest
    @CsvSource({
        "' x\r\nA: 1\r\n\r\n', true",
        "'\tx', true",
        "' \r\n\r\nbody\r\n', true",
        "'A: 1\r\n x\r\n\r\n', false",
        "'x\r\n', false",
        "'\r\n body\r\n', false",
        "'', false",
    })
    void whatBeginsWithWhiteSpaceWouldGoOnWithAFieldBefore(String message, boolean would) {
        assertThat(header(message).beginsAsContinuation()).isEqualTo(would);
    }

    // RFC 5322 §4.5.8
    @Test
    void spacesBeforeTheColonAreNoPartOfTheName() {
        assertThat(header("A \t : 1\r\n\r\n").values("A")).containsExactly("1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "no colon\r\n",
                " starts with a space: 1\r\n",
                ": 1\r\n",
                "a b: 1\r\n",
                "\u0001: 1\r\n",
                "ü\u007f: 1\r\n"
            })
    void lineThatIsNoFieldIsKeptWithoutAName(String line) {
        List<Field> fields = header(line + "B: 2\r\n\r\n").fields();

        assertThat(fields).extracting(Field::name).containsExactly("", "B");
        assertThat(fields.getFirst().toBytes()).isEqualTo(line.getBytes(ISO_8859_1));
    }

    @Test
    void bodyIsNoHeader() {
        assertThat(header("\r\nA: 1\r\n").fields()).isEmpty();
    }

    @Test
    void messageThatIsAllHeaderIsRead() {
        assertThat(header("A: 1\r\nB: 2").values("B")).containsExactly("2");
    }

    @Test
    void nothingAtAllIsAMessageWithoutAHeader() {
        assertThat(header("").fields()).isEmpty();
    }

    @Test
    void headerOfTheLargestSizeIsReadAndNoLarger() {
        String header = "A: " + "x".repeat(995) + "\r\n";

        assertThat(open(header + "\r\nbody", 1_000)).isPresent();
        assertThat(open(header + "\r\nbody", 999)).isEmpty();
        assertThat(open(header, 999)).isEmpty();
    }

    @Test
    void endlessHeaderIsNotHeld() throws IOException {
        var endless = new InputStream() {
            private long given;

            @Override
            public int read() {
                given++;
                return 'x';
            }

            @Override
            public int read(byte[] into, int from, int length) {
                java.util.Arrays.fill(into, from, from + length, (byte) 'x');
                given += length;
                return length;
            }
        };

        assertThat(OpenMessage.of(endless, 100_000)).isEmpty();
        assertThat(endless.given).isLessThan(300_000);
    }

    @Test
    void whatWasReadIsReadAgain() {
        String message = "A: 1\r\n\r\n" + "body\r\n".repeat(10_000);

        assertThat(whole(open(message))).isEqualTo(message);
    }

    @Test
    void fieldsAreTheOctetsOfTheHeader() {
        qt().forAll(lists().of(strings().ascii().ofLengthBetween(0, 30)).ofSizeBetween(0, 20))
                .checkAssert(lines -> {
                    String message = String.join("\r\n", lines) + "\r\n\r\nbody";
                    var octets = new ByteArrayOutputStream();
                    header(message).fields().forEach(field -> octets.writeBytes(field.toBytes()));

                    assertThat(message).startsWith(octets.toString(ISO_8859_1));
                    assertThat(whole(open(message))).isEqualTo(message);
                });
    }

    @Test
    void whatIsWrittenReadsBack() {
        qt().forAll(
                        lists().of(strings().betweenCodePoints('a', 'z').ofLengthBetween(1, 20))
                                .ofSizeBetween(0, 20),
                        integers().between(0, 9))
                .checkAssert((names, fold) -> {
                    var text = new StringBuilder();
                    var expected = new ArrayList<String>();
                    for (String name : names) {
                        text.append(name)
                                .append(": ")
                                .append("\r\n ".repeat(fold))
                                .append("value\r\n");
                        expected.add(name);
                    }
                    assertThat(header(text + "\r\n").fields())
                            .extracting(Field::name)
                            .isEqualTo(expected);
                    assertThat(header(text + "\r\n").fields())
                            .allSatisfy(field -> assertThat(field.value()).isEqualTo("value"));
                });
    }

    // However the octets come in, the header is the same.
    @Test
    void piecesMakeNoDifference() {
        String message = "A: 1\r\n\tb\r\nB: 2\r\n\r\nbody\r\n";
        qt().forAll(integers().between(1, 8)).checkAssert(size -> {
            var pieces = new ByteArrayInputStream(message.getBytes(ISO_8859_1)) {
                @Override
                public synchronized int read(byte[] into, int from, int length) {
                    return super.read(into, from, Math.min(size, length));
                }
            };
            try {
                OpenMessage open = OpenMessage.of(pieces, PLENTY).orElseThrow();
                assertThat(open.header().values("a")).containsExactly("1\tb");
                assertThat(whole(open)).isEqualTo(message);
            } catch (IOException impossible) {
                throw new AssertionError(impossible);
            }
        });
    }
}
