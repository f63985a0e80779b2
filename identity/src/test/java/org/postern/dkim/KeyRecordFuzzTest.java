package org.postern.dkim;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.Base64;
import java.util.List;

/** Any text of a zone: what is read of it and written is read as the same; the key in it, if there is one, is one of its type. */
final class KeyRecordFuzzTest {
    @FuzzTest(maxDuration = "10m")
    void record(byte[] octets) {
        String text = new String(octets, ISO_8859_1);
        KeyRecord.parse(text).ifPresent(record -> {
            assertThat(List.of(
                            record.type(),
                            String.join(":", record.hashes()),
                            String.join(":", record.services()),
                            String.join(":", record.flags())))
                    .isEqualTo(List.of(
                            word(text, "k", "rsa"), word(text, "h", ""), word(text, "s", "*"), word(text, "t", "")));
            assertThat(KeyRecord.parse(written(record))).contains(record);
            assertThat(record.key().bytes()).hasSizeLessThan(4_100);
            if (record.type().equals("rsa") || record.type().equals("ed25519")) {
                assertThatItsKeyIsReadAgain(record);
            }
        });
    }

    /** What a tag says; colons at the end of a list say nothing. */
    private static String word(String text, String tag, String otherwise) {
        String word = TagList.parse(text).orElseThrow().compact(tag).orElse(otherwise);
        return tag.equals("k") ? word : word.replaceAll(":+\\z", "");
    }

    private static String written(KeyRecord record) {
        return "v=DKIM1; k=" + record.type() + list("h", record.hashes()) + list("t", record.flags()) + "; s="
                + (record.services().isEmpty() ? ":" : String.join(":", record.services())) + "; p="
                + base64(record.key().bytes());
    }

    private static String list(String tag, List<String> words) {
        return words.isEmpty() ? "" : "; " + tag + "=" + String.join(":", words);
    }

    private static String base64(byte[] octets) {
        return Base64.getEncoder().encodeToString(octets);
    }

    /** Written as most publish it, it is the same key. */
    private static void assertThatItsKeyIsReadAgain(KeyRecord record) {
        PublicKey key;
        try {
            key = record.publicKey();
        } catch (GeneralSecurityException none) {
            return;
        }
        try {
            if (key instanceof RSAPublicKey rsa) {
                assertThat(record.type()).isEqualTo("rsa");
                assertThat(KeyRecord.bits(rsa)).isBetween(512, 16_384);
                var again = KeyRecord.parse("p=" + base64(key.getEncoded())).orElseThrow();
                assertThat(again.publicKey()).isEqualTo(key);
            } else {
                assertThat(record.type()).isEqualTo("ed25519");
                assertThat(record.key().bytes()).hasSize(32);
            }
        } catch (GeneralSecurityException lost) {
            throw new AssertionError(lost);
        }
    }
}
