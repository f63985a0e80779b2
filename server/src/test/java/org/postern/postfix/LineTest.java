package org.postern.postfix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Lines, and those that go on with them. */
class LineTest {
    private static final Path FILE = Path.of("/etc/postfix/main.cf");

    @TempDir
    Path directory;

    @Test
    void linesGoOnOverRemarksAndEmptyLines() {
        assertThat(Line.join(FILE, "# first\na = b\n  c\n\n # not this\n# nor this\n\td # but this\ne=f"))
                .containsExactly(new Line(FILE, 2, "a = b c d # but this"), new Line(FILE, 8, "e=f"));
    }

    @Test
    void carriageReturnsAreWhiteSpace() {
        assertThat(Line.join(FILE, "a = b\r\n\r\nc = d\r\n"))
                .extracting(Line::text)
                .containsExactly("a = b", "c = d");
    }

    @Test
    void hugeFilesAreRefused() throws IOException {
        Path huge = directory.resolve("huge");
        try (var file = new RandomAccessFile(huge.toFile(), "rw")) {
            file.setLength(1L << 40);
        }
        assertThatExceptionOfType(Unreadable.class)
                .isThrownBy(() -> Line.read(huge))
                .withMessage(huge + " has more than the 16777216 octets that are read of one file");
    }

    @Test
    void whatIsNoFileIsRefused() {
        assertThatExceptionOfType(Unreadable.class)
                .isThrownBy(() -> Line.read(directory))
                .withMessageContaining("no regular file");
        assertThatExceptionOfType(Unreadable.class)
                .isThrownBy(() -> Line.read(Path.of("/dev/zero")))
                .withMessageContaining("no regular file");
        assertThatExceptionOfType(Unreadable.class)
                .isThrownBy(() -> Line.read(directory.resolve("none")))
                .withMessageContaining("there is no ");
    }

    @Test
    void rowsHaveKeysInQuotesAndPatterns() {
        assertThat(Line.join(FILE, "ann x y\n\"a b\": c\n/a b\\/c/i REJECT\nalone\nbob: ann\n\"open x"))
                .map(Row::of)
                .extracting(Row::key)
                .containsExactly("ann", "a b:", "/a b\\/c/i", "alone", "bob:", "open");
    }
}
