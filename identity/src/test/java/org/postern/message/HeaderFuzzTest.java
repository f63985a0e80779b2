package org.postern.message;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;

/** Any message at all: its header's fields are its octets up to the empty line, none lost, and the whole is read once more. */
final class HeaderFuzzTest {
    @FuzzTest(maxDuration = "10m")
    void header(byte[] octets) throws IOException {
        OpenMessage message = OpenMessage.of(new ByteArrayInputStream(octets), Integer.MAX_VALUE)
                .orElseThrow();
        var fields = new ByteArrayOutputStream();
        for (Field field : message.header().fields()) {
            fields.writeBytes(field.toBytes());
            String name = field.name();
            assertThat(name.chars()).as(name).allMatch(c -> c > ' ' && c != 0x7f && c != ':');
            assertThat(field.value()).doesNotContain("\r\n");
            assertThat(message.header().count(name)).isPositive();
        }
        String text = new String(octets, ISO_8859_1);
        int end = text.startsWith("\r\n") ? 0 : text.indexOf("\r\n\r\n") + 2;
        String header = end == 1 ? text : text.substring(0, end);
        assertThat(fields.toString(ISO_8859_1)).isEqualTo(header);
        assertThat(message.octets().readAllBytes()).isEqualTo(octets);
    }
}
