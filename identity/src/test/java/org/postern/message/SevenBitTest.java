package org.postern.message;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.lists;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;

/** RFC 6152 §3: 8-bit content for who takes 7 bits only. An octet is a character here, and {@code ö} is one octet. */
class SevenBitTest {
    private static String converted(String message) throws IOException {
        byte[] octets = message.replace("\n", "\r\n").getBytes(ISO_8859_1);
        return converted(octets).replace("\r\n", "\n");
    }

    private static String converted(byte[] octets) throws IOException {
        SevenBit plan = SevenBit.plan(() -> new ByteArrayInputStream(octets));
        byte[] made;
        try (var out = plan.convert(new ByteArrayInputStream(octets))) {
            made = out.readAllBytes();
        }
        assertThat(plan.octets()).isEqualTo(made.length);
        return new String(made, ISO_8859_1);
    }

    @Test
    void textBecomesQuotedPrintable() throws IOException {
        assertThat(converted("""
            Subject: x
            Content-Type: text/plain; charset=iso-8859-1
            Content-Transfer-Encoding: 8bit
            MIME-Version: 1.0

            schön = wahr\s
            .
            """)).isEqualTo("""
                Subject: x
                Content-Type: text/plain; charset=iso-8859-1
                MIME-Version: 1.0
                Content-Transfer-Encoding: quoted-printable

                sch=F6n =3D wahr=20
                .
                """);
    }

    @Test
    void textMostlyOfEightBitsBecomesBase64() throws IOException {
        String text = "ÄÖÜäöüßäöü\n";
        String made = converted("MIME-Version: 1.0\nContent-Type: text/plain; charset=koi8-r\n\n" + text);
        assertThat(made).contains("\nContent-Transfer-Encoding: base64\n\n").endsWith("\n");
        String body = made.substring(made.indexOf("\n\n") + 2);
        assertThat(new String(Base64.getMimeDecoder().decode(body), ISO_8859_1)).isEqualTo("ÄÖÜäöüßäöü\r\n");
    }

    /** RFC 1428 §3. */
    @Test
    void whatIsNoMimeMessageBecomesOne() throws IOException {
        assertThat(converted("Subject: x\n\nein schönes Beispiel, gänzlich ohne Angaben\n"))
                .isEqualTo("""
                    Subject: x
                    MIME-Version: 1.0
                    Content-Type: text/plain; charset=unknown-8bit
                    Content-Transfer-Encoding: quoted-printable

                    ein sch=F6nes Beispiel, g=E4nzlich ohne Angaben
                    """);
    }

    @Test
    void longLinesAreBrokenSoftly() throws IOException {
        String made = converted("Content-Type: text/plain\n\n" + "aä".repeat(40) + "b".repeat(2_000) + "\n");
        assertThat(made.lines()).allMatch(line -> line.length() <= 76);
        assertThat(made.replace("=\n", "")).contains("a=E4".repeat(40) + "b".repeat(2_000) + "\n");
    }

    @Test
    void onlyThePartsThatNeedItAreEncoded() throws IOException {
        assertThat(converted("""
            MIME-Version: 1.0
            Content-Type: multipart/mixed; boundary="a b" (a comment)
            Content-Transfer-Encoding: 8bit

            für niemand
            --a b
            Content-Type: text/plain
            Content-Transfer-Encoding: 8bit

            plain
            --a b
            Content-Type: text/html; charset=iso-8859-1

            <p>schön ist das alles hier</p>

            --a b
            Content-Type: application/octet-stream
            Content-Transfer-Encoding: binary

            äb
            --a b
            Content-Type: application/pdf
            Content-Transfer-Encoding: base64

            AAAA
            --a b--
            ünten
            """)).isEqualTo("""
                MIME-Version: 1.0
                Content-Type: multipart/mixed; boundary="a b" (a comment)
                Content-Transfer-Encoding: 7bit

                f?r niemand
                --a b
                Content-Type: text/plain
                Content-Transfer-Encoding: 7bit

                plain
                --a b
                Content-Type: text/html; charset=iso-8859-1
                Content-Transfer-Encoding: quoted-printable

                <p>sch=F6n ist das alles hier</p>

                --a b
                Content-Type: application/octet-stream
                Content-Transfer-Encoding: base64

                5GI=
                --a b
                Content-Type: application/pdf
                Content-Transfer-Encoding: base64

                AAAA
                --a b--
                ?nten
                """);
    }

    @Test
    void forwardedMessagesAreConvertedInside() throws IOException {
        assertThat(converted("""
            MIME-Version: 1.0
            Content-Type: multipart/digest; boundary=outer

            --outer

            Subject: inner

            eine schöne Nachricht von gestern
            --outer
            Content-Type: message/rfc822
            Content-Transfer-Encoding: 8bit

            MIME-Version: 1.0
            Content-Type: multipart/mixed; boundary=inner

            --inner

            noch eine schöne Nachricht
            --outer--
            """)).isEqualTo("""
                MIME-Version: 1.0
                Content-Type: multipart/digest; boundary=outer

                --outer

                Subject: inner
                MIME-Version: 1.0
                Content-Type: text/plain; charset=unknown-8bit
                Content-Transfer-Encoding: quoted-printable

                eine sch=F6ne Nachricht von gestern
                --outer
                Content-Type: message/rfc822
                Content-Transfer-Encoding: 7bit

                MIME-Version: 1.0
                Content-Type: multipart/mixed; boundary=inner

                --inner
                Content-Transfer-Encoding: quoted-printable

                noch eine sch=F6ne Nachricht
                --outer--
                """);
    }

    @Test
    void manyForwardedMessagesAreNotDeep() throws IOException {
        String one = "--x\n\nSubject: y\n\nz\n";
        String message = "Content-Type: multipart/digest; boundary=x\n\n" + one.repeat(300) + "--x--\n";
        assertThat(converted(message)).isEqualTo(message);
    }

    @Test
    void whatHasNoLineEndGetsOneThatIsNotOfItsContent() throws IOException {
        assertThat(converted("Content-Type: text/plain\n\nein schönes Ende, ohne Ende"))
                .endsWith("Ende, ohne Ende=\n");
    }

    private static void refused(String message, String why) {
        assertThatThrownBy(() -> converted(message))
                .isInstanceOfSatisfying(
                        NotConvertible.class,
                        problem -> assertThat(problem.why()).isEqualTo(why));
    }

    @Test
    void eightBitHeaderCannotBeConverted() {
        refused("Subject: schön\n\nx\n", "it has 8-bit octets in a header field: Subject");
    }

    /** RFC 1847 §2.1. */
    @Test
    void whatIsSignedIsNotTouched() {
        refused("""
            Content-Type: multipart/signed; boundary=s

            --s
            Content-Type: text/plain

            schön
            --s
            Content-Type: application/pgp-signature

            x
            --s--
            """, "it is signed and has 8-bit octets, and the signature would break");
    }

    @Test
    void whatIsEncodedWronglyIsNotEncodedAgain() {
        refused(
                "Content-Type: text/plain\nContent-Transfer-Encoding: quoted-printable\n\nschön\n",
                "it has 8-bit octets in a part of the type text/plain that can't be encoded again");
        refused(
                "Content-Type: multipart/mixed\n\nschön\n",
                "it has 8-bit octets in a part of the type multipart/mixed that can't be encoded");
    }

    @Test
    void nestingHasABound() {
        var message = new StringBuilder();
        for (int i = 0; i < 200; i++) {
            message.append("Content-Type: multipart/mixed; boundary=b")
                    .append(i)
                    .append("x\n\n--b")
                    .append(i)
                    .append("x\n");
        }
        refused(message + "\nschön\n", "its parts are nested more than 100 deep");
    }

    /** Whatever comes: 7 bits, lines that fit, and what needed nothing is as it was. */
    @Test
    void whateverComesIsSevenBitInTheEnd() {
        List<String> pieces = List.of(
                "Content-Type: multipart/mixed; boundary=b\n",
                "Content-Type: message/rfc822\n",
                "Content-Type: text/plain\n",
                "Content-Transfer-Encoding: 8bit\n",
                "\n",
                "\n",
                "--b\n",
                "--b--\n",
                "schön\n",
                "ä".repeat(3_000) + "\n",
                "text \n",
                "\r",
                "ö");
        qt().withExamples(2_000)
                .forAll(lists().of(integers().between(0, pieces.size() - 1)).ofSizeBetween(0, 30))
                .check(picks -> {
                    var message = new StringBuilder("Subject: x\n");
                    picks.forEach(pick -> message.append(pieces.get(pick)));
                    try {
                        String made = converted(message.toString());
                        return made.chars().allMatch(one -> one < 0x80)
                                && converted(made).equals(made);
                    } catch (NotConvertible saidSo) {
                        return true;
                    } catch (IOException impossible) {
                        throw new UncheckedIOException(impossible);
                    }
                });
    }
}
