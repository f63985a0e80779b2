package org.postern.filter;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;

/** Whatever rspamd answers: it is an opinion of one line, or gibberish; and what it adds is one field each. */
final class RspamdFuzzTest {
    @FuzzTest(maxDuration = "10m")
    void rspamd(byte[] octets) {
        try {
            Opinion opinion = RspamdAnswer.parse(octets).opinion();
            assertThat(opinion.word()).matches("[a-z0-9-]{1,32}");
            assertThat(opinion.text()).hasSizeLessThan(5_000);
            assertThat(opinion.fields()).hasSizeLessThanOrEqualTo(AddedField.MAX_FIELDS);
            assertThat(opinion.fields()).allMatch(FilterParsersTest::isOneField);
        } catch (Gibberish none) {
            assertThat(none.getMessage()).isNotBlank();
        }
    }
}
