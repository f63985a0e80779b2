package org.postern.finding;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.postern.message.Field;
import org.postern.message.OpenMessage;

/** What was written, read as others would. */
final class Written {
    private Written() {}

    /** Its lines, having looked that it is one field of visible ASCII, folded as RFC 5322 §2.2.3 has it. */
    static List<String> linesOf(String field) {
        assertThat(field).endsWith("\r\n").matches("[ -~\r\n]*");
        List<String> lines = List.of(field.substring(0, field.length() - 2).split("\r\n", -1));
        assertThat(lines).allMatch(line -> !line.isBlank() && line.indexOf('\r') < 0 && line.indexOf('\n') < 0);
        assertThat(lines.subList(1, lines.size())).allMatch(line -> line.startsWith(" "));
        return lines;
    }

    /** The only field of that text. */
    static Field fieldOf(String text) {
        try {
            List<Field> fields = OpenMessage.of(new ByteArrayInputStream(text.getBytes(ISO_8859_1)), 1 << 20)
                    .orElseThrow()
                    .header()
                    .fields();
            assertThat(fields).hasSize(1);
            return fields.getFirst();
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    static String valueOf(String field) {
        return fieldOf(field).value();
    }
}
