package org.postern.dkim;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What of a header is signed, RFC 6376 §3.7 and §5.4.2. */
class SignedHeaderTest {
    private static String selected(String header, String... names) throws IOException {
        return new String(
                SignedHeader.selected(Mail.open(header + "\r\n").header().fields(), List.of(names), Form.RELAXED),
                ISO_8859_1);
    }

    @Test
    void ofSeveralFieldsOfOneNameTheLastComesFirst() throws IOException {
        assertThat(selected("To: a\r\nTO : b\r\nFrom: c\r\nto: d\r\n", "tO", "from", "to", "to", "to", "cc"))
                .isEqualTo("to:d\r\nfrom:c\r\nto:b\r\nto:a\r\n");
    }

    /** With {@code h=from::to} nothing is signed by the empty name, least of all a line that is no field. */
    @Test
    void anEmptyNameSelectsNothing() throws IOException {
        assertThat(selected("From: a\r\nno field at all\r\nTo: b\r\n", "from", "", "to"))
                .isEqualTo("from:a\r\nto:b\r\n");
    }
}
