package org.postern.message;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Mail of local programs, made whole. */
class CompletionTest {
    private static final Completion COMPLETION = new Completion(
            "mx.example.com",
            ZonedDateTime.of(2026, 11, 27, 12, 0, 0, 0, ZoneOffset.UTC),
            "m-1",
            "root@mx.example.com");
    private static final String DATE = "Date: Fri, 27 Nov 2026 12:00:00 +0000\n";
    private static final String FROM = "From: root@mx.example.com\n";
    private static final String ID = "Message-ID: <m-1@mx.example.com>\n";

    private static OpenMessage complete(String message) throws IOException {
        byte[] octets = message.replace("\n", "\r\n").getBytes(ISO_8859_1);
        return COMPLETION.complete(
                OpenMessage.of(new ByteArrayInputStream(octets), 1 << 20).orElseThrow());
    }

    private static String completed(String message) throws IOException {
        return new String(complete(message).octets().readAllBytes(), ISO_8859_1).replace("\r\n", "\n");
    }

    @Test
    void whatIsMissingIsAdded() throws IOException {
        assertThat(completed("Subject: x\n\nhello\n")).isEqualTo("Subject: x\n" + DATE + FROM + ID + "\nhello\n");
        assertThat(completed("\nhello\n")).isEqualTo(DATE + FROM + ID + "\nhello\n");
        assertThat(complete("Subject: x\n\n").header().count("Message-ID")).isOne();
    }

    @Test
    void whatIsWholeIsLeftAlone() throws IOException {
        String whole = "DATE: x\nfrom: Ann <ann@example.com>\nMessage-Id: <1@a>\nTo: bob@example.org\n\nhello\n.\n";
        assertThat(completed(whole)).isEqualTo(whole);
    }

    /** As {@code echo hello | sendmail ann} writes it. */
    @Test
    void textWithoutAHeaderIsABody() throws IOException {
        assertThat(completed("hello\nyou\n\nthere\n")).isEqualTo(DATE + FROM + ID + "\nhello\nyou\n\nthere\n");
        assertThat(completed("Subject: x\nhello: world of\nhello you\n"))
                .isEqualTo("Subject: x\nhello: world of\n" + DATE + FROM + ID + "\nhello you\n");
        assertThat(completed("")).isEqualTo(DATE + FROM + ID);
    }

    @Test
    void lineOfAnMboxFileIsNoHeader() throws IOException {
        assertThat(completed("From ann  Fri Nov 27 12:00:00 2026\nSubject: x\n\nhello\n"))
                .isEqualTo("Subject: x\n" + DATE + FROM + ID + "\nhello\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "root|root@D",
                "root, bob@example.org,ann|root@D, bob@example.org,ann@D",
                "Root <root>, \"a, b\" <x@y.example>|Root <root@D>, \"a, b\" <x@y.example>",
                "root (the one, and only)|root@D (the one, and only)",
                "\"two words\"|\"two words\"@D",
                "two words|two words",
                "friends: ann, bob@example.org;, eve|friends: ann@D, bob@example.org;, eve@D",
                "undisclosed-recipients:;|undisclosed-recipients:;",
                "<>|<>",
                "ann @ example.org|ann @ example.org",
                "ann@[IPv6:::1], bob|ann@[IPv6:::1], bob@D",
                "<@a.example,@b.example:ann@c.example>|<@a.example,@b.example:ann@c.example>",
                "\"unended|\"unended",
                "(unended|(unended"
            })
    void bareNamesGetTheDomain(String value, String qualified) throws IOException {
        String all = "Date: x\nFrom: a@b.example\nMessage-ID: <1@a>\n";
        assertThat(completed(all + "To: " + value + "\nX-To: root\n\n"))
                .isEqualTo(all + "To: " + qualified.replace("@D", "@mx.example.com") + "\nX-To: root\n\n");
    }

    @Test
    void foldsStayWhereTheyAre() throws IOException {
        assertThat(completed("Cc: ann,\n\tbob@example.org\n  , eve\n\n"))
                .startsWith("Cc: ann@mx.example.com,\n\tbob@example.org\n  , eve@mx.example.com\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "Ann (x) <ann@example.com> , bob|ann@example.com bob",
                "\"a b\" @ example.com (c)|\"a b\"@example.com",
                "list: a@b.example, <@r.example:c@d.example>;|a@b.example c@d.example",
                ",, ,|~~"
            })
    void addressesAreFound(String value, String addresses) {
        assertThat(String.join(" ", AddressList.addresses(value))).isEqualTo(addresses);
    }
}
