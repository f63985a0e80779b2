package org.postern.message;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;

/** Any value at all is read, and shown without harm. */
final class EncodedWordsFuzzTest {
    @FuzzTest(maxDuration = "10m")
    void value(byte[] octets) {
        String read = EncodedWords.read(new String(octets, ISO_8859_1));
        assertThat(Printable.text(read).codePoints()).allMatch(Printable::isHarmless);
        assertThat(read.length()).isLessThanOrEqualTo(octets.length * 2 + 2);
    }
}
