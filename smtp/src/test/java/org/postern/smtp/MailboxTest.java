package org.postern.smtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.strings;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 5321 §4.1.2. */
final class MailboxTest {
    private static final Domain EXAMPLE = new Domain("example.org");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "ann@example.org|ann|ann@example.org",
                "a.b.c@example.org|a.b.c|a.b.c@example.org",
                "!#$%&'*+-/=?^_`{}x@example.org|!#$%&'*+-/=?^_`{}x|!#$%&'*+-/=?^_`{}x@example.org",
                "\"ann\"@example.org|ann|ann@example.org",
                "\"ann lee\"@example.org|ann lee|\"ann lee\"@example.org",
                "\"ann\\ lee\"@example.org|ann lee|\"ann lee\"@example.org",
                "\"a\\\"b\\\\c\"@example.org|a\"b\\c|\"a\\\"b\\\\c\"@example.org",
                "\"\"@example.org|~~|\"\"@example.org",
                "\".a\"@example.org|.a|\".a\"@example.org",
                "\"a.\"@example.org|a.|\"a.\"@example.org",
                "\"a..b\"@example.org|a..b|\"a..b\"@example.org",
                "\"x@y\"@example.org|x@y|\"x@y\"@example.org",
                "jürgen@bücher.example|jürgen|jürgen@bücher.example",
                "ann@[192.0.2.1]|ann|ann@[192.0.2.1]",
                "ann@[IPv6:2001:db8::1]|ann|ann@[IPv6:2001:db8::1]",
            })
    void mailboxesAreReadForWhatTheyMean(String text, String localPart, String written) {
        assertThat(Mailbox.parse(text)).map(Mailbox::localPart).contains(localPart);
        assertThat(Mailbox.parse(text)).map(Mailbox::toString).contains(written);
        assertThat(Mailbox.parse(text)).map(Mailbox::path).contains("<" + written + ">");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "ann",
                "@example.org",
                "ann@",
                ".ann@example.org",
                "ann.@example.org",
                "a..b@example.org",
                "a b@example.org",
                "a@b@example.org",
                "\"ann@example.org",
                "\"ann\"x@example.org",
                "\"a\tb\"@example.org",
                "\"a\\\tb\"@example.org",
                "\"a\u007fb\"@example.org",
                "\"\\é\"@example.org",
                "\"a\\",
                "a\u0085b@example.org",
                "ann@example.org>",
                "ann@example.org x",
                "ann@[192.0.2.1",
                "ann@[1]",
                "ann@-x.example",
                "<ann@example.org>",
                "@one.example:ann@example.org",
                "ann@example..org",
                "a(b)@example.org",
                "a,b@example.org"
            })
    void othersAreNone(String text) {
        assertThat(Mailbox.parse(text)).isEmpty();
    }

    @Test
    void aLocalPartHas64OctetsAtMostAsWritten() {
        assertThat(Mailbox.parse("a".repeat(64) + "@example.org")).isPresent();
        assertThat(Mailbox.parse("a".repeat(65) + "@example.org")).isEmpty();
        assertThat(new Mailbox(" ".repeat(62), EXAMPLE).toString()).hasSize(64 + "@example.org".length());
        assertThatThrownBy(() -> new Mailbox(" ".repeat(63), EXAMPLE)).hasMessage("a local part has at most 64 octets");
        assertThatThrownBy(() -> new Mailbox("é".repeat(33), EXAMPLE)).hasMessage("a local part has at most 64 octets");
        assertThat(new Mailbox("é".repeat(32), EXAMPLE).localPart()).hasSize(32);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\nb", "a\rb", "a\u0000b", "\u001f", "\u007f", "\u0080", "\u009f", "\ud800"})
    void aLocalPartThatCannotBeWrittenIsRefused(String localPart) {
        assertThatThrownBy(() -> new Mailbox(localPart, EXAMPLE)).hasMessage("a local part has no control characters");
        assertThat(Mailbox.of(localPart, EXAMPLE)).isEmpty();
    }

    @Test
    void tellsWhatNeedsSmtputf8() {
        assertThat(Mailbox.parse("ann@example.org").filter(Mailbox::isAscii)).isPresent();
        assertThat(Mailbox.parse("jürgen@example.org").filter(Mailbox::isAscii)).isEmpty();
        assertThat(Mailbox.parse("ann@bücher.example").filter(Mailbox::isAscii)).isEmpty();
        assertThat(Mailbox.parse("ann@[192.0.2.1]").filter(Mailbox::isAscii)).isPresent();
    }

    @Test
    void localPartsDifferByCaseAndDomainsDoNot() {
        assertThat(Mailbox.parse("ann@EXAMPLE.org")).isEqualTo(Mailbox.parse("ann@example.org"));
        assertThat(Mailbox.parse("Ann@example.org")).isNotEqualTo(Mailbox.parse("ann@example.org"));
    }

    @Test
    void whatIsWrittenReadsBack() {
        qt().forAll(strings().basicLatinAlphabet().ofLengthBetween(0, 20)).checkAssert(MailboxTest::readsBack);
        qt().forAll(strings().basicMultilingualPlaneAlphabet().ofLengthBetween(0, 10))
                .checkAssert(MailboxTest::readsBack);
    }

    private static void readsBack(String localPart) {
        Mailbox.of(localPart, EXAMPLE)
                .ifPresent(one -> assertThat(Mailbox.parse(one.toString())).contains(one));
    }
}
