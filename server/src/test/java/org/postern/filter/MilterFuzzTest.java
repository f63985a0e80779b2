package org.postern.filter;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import org.postern.message.OpenMessage;

/** Whatever a milter sends: it comes to an opinion or to an {@code IOException}, and what it adds is one field each. */
final class MilterFuzzTest {
    @FuzzTest(maxDuration = "10m")
    void milter(byte[] octets) throws IOException {
        OpenMessage message = OpenMessage.of(new ByteArrayInputStream(Looks.MESSAGE.getBytes(US_ASCII)), 1_000)
                .orElseThrow();
        var wire = new MilterWire(new ByteArrayInputStream(octets), OutputStream.nullOutputStream());
        try {
            Opinion opinion = new MilterDialogue(wire, Looks.TRANSACTION).about(message.header(), message.rest());
            assertThat(opinion.word()).matches("accept|reject|tempfail|discard|quarantine");
            assertThat(opinion.fields()).hasSizeLessThanOrEqualTo(AddedField.MAX_FIELDS);
            assertThat(opinion.fields()).allMatch(FilterParsersTest::isOneField);
        } catch (IOException noOpinion) {
            assertThat(noOpinion.getMessage()).isNotBlank();
        }
    }
}
