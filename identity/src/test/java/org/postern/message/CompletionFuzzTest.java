package org.postern.message;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;

/** Whatever a program hands over: once whole, it stays as it is. */
class CompletionFuzzTest {
    private static final Completion COMPLETION = new Completion(
            "mx.example.com",
            ZonedDateTime.of(2026, 11, 27, 12, 0, 0, 0, ZoneOffset.UTC),
            "m-1",
            "root@mx.example.com");

    private static byte[] completed(byte[] message) throws IOException {
        OpenMessage opened = OpenMessage.of(new ByteArrayInputStream(message), Integer.MAX_VALUE)
                .orElseThrow();
        return COMPLETION.complete(opened).octets().readAllBytes();
    }

    @FuzzTest(maxDuration = "10m")
    void wholeMessageStaysAsItIs(byte[] message) throws IOException {
        byte[] whole = completed(message);
        assertThat(completed(whole)).isEqualTo(whole);
        assertThat(AddressList.addresses(new String(message, ISO_8859_1))).doesNotContain("");
    }
}
