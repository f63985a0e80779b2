package org.postern.dmarc;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.Locale;
import java.util.Optional;

/**
 * Any text at all: what is a record begins with its version, is written in visible ASCII and read as the same, and asks for nothing that
 * doesn't stand there.
 */
final class DmarcRecordFuzzTest {
    @FuzzTest(maxDuration = "10m")
    void record(byte[] octets) {
        String text = new String(octets, ISO_8859_1);
        Optional<DmarcRecord> parsed = DmarcRecord.parse(text);
        String first = text.split(";", -1)[0];
        assertThat(parsed.isPresent()
                        || !text.startsWith("v=DMARC1;")
                        || text.toLowerCase(Locale.ROOT).substring(9).contains("v"))
                .isTrue();
        parsed.ifPresent(record -> {
            assertThat(first).matches("(?s)[\\s\\x1c-\\x1f]*[vV][\\s\\x1c-\\x1f]*=[ \\t\\r\\n]*DMARC1[ \\t\\r\\n]*");
            assertThat(record.toString()).matches("[ -~]+");
            assertThat(DmarcRecord.parse(record.toString())).contains(record);
            assertThat(DmarcRecord.parse(text + ";unknown=1")).contains(record);
            record.requests()
                    .filter(asked -> asked.own() == Disposition.REJECT || asked.missing() == Disposition.REJECT)
                    .ifPresent(asked -> assertThat(text).containsIgnoringCase("reject"));
            assertThat(record.isInTest() && !text.toLowerCase(Locale.ROOT).contains("t"))
                    .isFalse();
        });
    }
}
