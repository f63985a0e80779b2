package org.postern.dkim;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.util.Base64;
import java.util.List;
import java.util.OptionalLong;
import org.postern.message.Field;

/**
 * Any octets behind the field's name: what is read of them and written is read as the same, and what of them is signed is all but the value
 * of {@code b=} (RFC 6376 §3.7).
 */
final class SignatureFuzzTest {
    @FuzzTest(maxDuration = "10m")
    void signature(byte[] octets) throws IOException {
        List<Field> fields = Mail.open("DKIM-Signature:" + new String(octets, ISO_8859_1) + "\r\n\r\n")
                .header()
                .fields();
        Field field = fields.getFirst();
        Signature signature;
        try {
            signature = Signature.read(field, Signature.Kind.DKIM);
        } catch (Signature.Unreadable reason) {
            assertThat(reason).hasMessageMatching("[ -~\u0080-\u00ff]{1,80}");
            return;
        }
        assertThat(signature.names()).hasSizeBetween(1, Signature.MAX_NAMES);
        assertThat(read("DKIM-Signature: " + written(signature) + "\r\n")).isEqualTo(signature);
        String value = Signature.value(field);
        for (Form form : Form.values()) {
            String signed = new String(SignedHeader.ofSignature(field.toBytes(), form), ISO_8859_1);
            TagList left =
                    TagList.parse(signed.substring(signed.indexOf(':') + 1)).orElseThrow();
            TagList all = TagList.parse(value).orElseThrow();
            assertThat(left.value("b")).contains("");
            for (String tag : List.of("v", "a", "bh", "c", "d", "h", "i", "l", "q", "s", "t", "x", "z", "B")) {
                assertThat(left.compact(tag)).as(tag).isEqualTo(all.compact(tag));
            }
            byte[] once = SignedHeader.ofSignature(field.toBytes(), form);
            assertThat(SignedHeader.ofSignature(once, form)).isEqualTo(once);
        }
    }

    private static Signature read(String text) throws IOException {
        try {
            return Signature.read(Mail.open(text).header().fields().getFirst(), Signature.Kind.DKIM);
        } catch (Signature.Unreadable lost) {
            throw new AssertionError(text, lost);
        }
    }

    private static String written(Signature one) {
        Base64.Encoder base64 = Base64.getEncoder();
        return "v=1; a=" + one.algorithm().tag() + "; c=" + one.headerForm().word() + "/"
                + one.bodyForm().word() + "; d=" + one.domain() + "; s=" + one.selector() + ";\r\n h="
                + String.join(":", one.names()) + ";\r\n bh="
                + base64.encodeToString(one.bodyHash().bytes()) + "; b="
                + base64.encodeToString(one.value().bytes())
                + one.identity().map(identity -> "; i=" + identity).orElse("") + number("l", one.bodyLimit())
                + number("t", one.signedAt()) + number("x", one.expires());
    }

    private static String number(String tag, OptionalLong value) {
        return value.isPresent() ? "; " + tag + "=" + value.getAsLong() : "";
    }
}
