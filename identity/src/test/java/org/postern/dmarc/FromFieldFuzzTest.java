package org.postern.dmarc;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.ByteArrayOutputStream;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.postern.smtp.Domain;

/**
 * Any header at all: the domains that are accepted are those which a plain search for {@code @} finds, in the one From field that a plain
 * search for lines finds; written in the plainest way they are read as the same; and another From field voids it.
 */
@Tag("dmarc-1")
final class FromFieldFuzzTest {
    private static final Pattern FIELD = Pattern.compile("(?im)^from:(.*(?:\\n[ \\t].*)*)");
    private static final Pattern DOMAIN = Pattern.compile("@([^\\s<>(),@]+)");

    @FuzzTest(maxDuration = "10m")
    void author(byte[] octets) {
        FromField read = FromField.of(Headers.of(octets));
        Set<Domain> domains =
                switch (read) {
                    case FromField.One one -> Set.of(one.domain());
                    case FromField.Several several -> Set.copyOf(several.domains());
                    case FromField.Unusable unusable -> {
                        assertThat(unusable.reason()).matches("[ -~]{1,120}");
                        yield Set.of();
                    }
                };
        if (domains.isEmpty()) {
            return;
        }
        assertThat(found(octets)).isEqualTo(domains);
        assertThat(domains).allMatch(domain -> domain.name().equals(domain.canonical()) && domain.isAscii());

        String plain = "From: a@"
                + String.join(", a@", domains.stream().map(Domain::name).toList()) + "\r\n";
        FromField again = FromField.of(Headers.of(plain.getBytes(US_ASCII)));
        if (read instanceof FromField.One) {
            assertThat(again).isEqualTo(read);
        } else {
            assertThat(again).isInstanceOf(FromField.Several.class);
        }
        var twice = new ByteArrayOutputStream();
        twice.writeBytes("from: a@b.example\r\n".getBytes(US_ASCII));
        twice.writeBytes(octets);
        assertThat(FromField.of(Headers.of(twice.toByteArray()))).isInstanceOf(FromField.Unusable.class);
    }

    private static Set<Domain> found(byte[] octets) {
        String text = new String(octets, UTF_8);
        int end = text.startsWith("\r\n") ? 0 : text.indexOf("\r\n\r\n");
        String header = (end < 0 ? text : text.substring(0, end)).replace("\r\n", "\n");
        var fields = FIELD.matcher(header).results().toList();
        assertThat(fields).hasSize(1);
        var domains = new LinkedHashSet<Domain>();
        DOMAIN.matcher(withoutQuotes(fields.getFirst().group(1)))
                .results()
                .forEach(found -> domains.add(new Domain(new Domain(found.group(1)).canonical())));
        return domains;
    }

    /** Quoted strings become one letter; comments hold no address, so they stay. But a quotation mark in a comment begins nothing. */
    private static String withoutQuotes(String body) {
        var text = new StringBuilder();
        int depth = 0;
        boolean isQuoted = false;
        for (int i = 0; i < body.length(); i++) {
            char c = body.charAt(i);
            if (c == '\\' && (isQuoted || depth > 0)) {
                i++;
            } else if (isQuoted) {
                isQuoted = c != '"';
            } else if (c == '"' && depth == 0) {
                isQuoted = true;
                text.append('q');
            } else {
                depth += c == '(' ? 1 : c == ')' ? -1 : 0;
                text.append(c);
            }
        }
        return text.toString();
    }
}
