package org.postern.smtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 5321 §2.3.5, §4.1.2. */
final class DomainTest {
    private static final String LABEL_63 = "a".repeat(63);
    private static final String NAME_255 = LABEL_63 + "." + LABEL_63 + "." + LABEL_63 + "." + LABEL_63;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "example.com",
                "localhost",
                "a",
                "A-1.b9.x",
                "xn--bcher-kva.example",
                "1.2.3",
                "my_host.example",
                "bücher.example",
                "例.example",
                "𠜎.example"
            })
    void namesAreNames(String text) {
        assertThat(Domain.parse(text)).contains(new Domain(text));
        assertThat(new Domain(text)).hasToString(text);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''|a domain name is missing",
                ".|a label between the dots is empty",
                "a.|a label between the dots is empty",
                ".a|a label between the dots is empty",
                "a..b|a label between the dots is empty",
                "-a|a label neither begins nor ends with a hyphen",
                "a-|a label neither begins nor ends with a hyphen",
                "a.b-.c|a label neither begins nor ends with a hyphen",
                "a b|a label has letters, digits and hyphens only",
                "a/b|a label has letters, digits and hyphens only",
                "a:b|a label has letters, digits and hyphens only",
                "a@b|a label has letters, digits and hyphens only",
                "a[b|a label has letters, digits and hyphens only",
                "a`b|a label has letters, digits and hyphens only",
                "a{b|a label has letters, digits and hyphens only",
                "[1.2.3.4]|a label has letters, digits and hyphens only",
                "a\u0080b|a label has letters, digits and hyphens only",
                "a\u009fb|a label has letters, digits and hyphens only",
                "a\u00a0b|a label has letters, digits and hyphens only",
                "a\u2028b|a label has letters, digits and hyphens only",
                "a\ud800b|a label has letters, digits and hyphens only",
                "a\udc00b|a label has letters, digits and hyphens only",
                "a\ud800|a label has letters, digits and hyphens only",
                "\udc00a|a label has letters, digits and hyphens only",
            })
    void othersAreNotAndTheProblemSaysWhy(String text, String problem) {
        assertThat(Domain.parse(text)).isEmpty();
        assertThat(Domain.problem(text)).contains(problem);
        assertThatThrownBy(() -> new Domain(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(problem);
    }

    @Test
    void aLabelHas63OctetsAtMost() {
        assertThat(Domain.parse(LABEL_63)).isPresent();
        assertThat(Domain.problem(LABEL_63 + "a")).contains("a label has at most 63 octets");
        assertThat(Domain.parse("é".repeat(31))).isPresent();
        assertThat(Domain.problem("é".repeat(32))).contains("a label has at most 63 octets");
    }

    @Test
    void aNameHas255OctetsAtMost() {
        assertThat(NAME_255).hasSize(255);
        assertThat(Domain.parse(NAME_255)).isPresent();
        assertThat(Domain.problem(NAME_255 + ".a")).contains("a domain name has at most 255 octets");
    }

    @Test
    void caseDoesNotCount() {
        assertThat(new Domain("Example.COM"))
                .isEqualTo(new Domain("example.com"))
                .hasSameHashCodeAs(new Domain("example.com"));
        assertThat(new Domain("Example.COM").canonical()).isEqualTo("example.com");
        assertThat(new Domain("example.com"))
                .isNotEqualTo(new Domain("example.org"))
                .isNotEqualTo("example.com");
    }

    @ParameterizedTest
    @CsvSource({
        "bücher.example,xn--bcher-kva.example",
        "BÜCHER.example,XN--BCHER-KVA.EXAMPLE",
        "☃.bücher.example,xn--n3h.xn--bcher-kva.example"
    })
    void anALabelAndItsULabelAreOneName(String unicode, String ascii) {
        assertThat(new Domain(unicode)).isEqualTo(new Domain(ascii)).hasSameHashCodeAs(new Domain(ascii));
        assertThat(new Domain(unicode).canonical()).isEqualTo(new Domain(ascii).canonical());
    }

    /** IDNA 2003, which the JDK knows, makes these ASCII; RFC 5890 has them as other names or as none. */
    @ParameterizedTest
    @CsvSource({"straße.example,strasse.example", "ｅxample.com,example.com", "ex。com,ex.com"})
    void whatOnlyLooksLikeItIsAnotherName(String unicode, String ascii) {
        assertThat(new Domain(unicode)).isNotEqualTo(new Domain(ascii)).isEqualTo(new Domain(unicode));
    }

    @Test
    void tellsWhatIsAscii() {
        assertThat(new Domain("example.com").isAscii()).isTrue();
        assertThat(new Domain("bücher.example").isAscii()).isFalse();
        assertThat(new Domain("example.com").isHostName()).isTrue();
        assertThat(new Domain("my_host.example").isHostName()).isFalse();
        assertThat(new Domain("bücher.example").isHostName()).isFalse();
    }
}
