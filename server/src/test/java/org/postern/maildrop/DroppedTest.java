package org.postern.maildrop;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postern.message.CrlfStream;
import org.postern.smtp.Mailbox;
import org.postern.smtp.ReversePath;

/** What stands in a file of the maildrop, which anybody on the host may have written. */
class DroppedTest {
    private static Mailbox mailbox(String text) {
        return Mailbox.parse(text).orElseThrow();
    }

    @Test
    void whatIsWrittenIsReadBackAndTheMessageComesNext() throws IOException {
        var dropped = new Dropped(
                mailbox("\"a b\"@example.com"), List.of(mailbox("é@example.org"), mailbox("x@[192.0.2.1]")));
        var in = new ByteArrayInputStream((new String(dropped.toBytes(), UTF_8) + "Subject: x").getBytes(UTF_8));
        assertThat(Dropped.read(in)).isEqualTo(dropped);
        assertThat(in.readAllBytes()).isEqualTo("Subject: x".getBytes(UTF_8));

        var bounce = new Dropped(new ReversePath.Null(), List.of(mailbox("ann@example.com")));
        assertThat(Dropped.read(new ByteArrayInputStream(bounce.toBytes()))).isEqualTo(bounce);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "postern-maildrop 2;from ;to a@b.c;;|it does not begin with \"postern-maildrop 1\"",
                "postern-maildrop 1;to a@b.c;;|its second line does not begin with \"from \"",
                "postern-maildrop 1;from ;;|it has no recipient",
                "postern-maildrop 1;from ;to a@b.c|it ends before the message",
                "postern-maildrop 1;from ;cc a@b.c;;|a line is neither \"to \" nor empty",
                "postern-maildrop 1;from ;to a@b.c>x;;|an address is none",
                "postern-maildrop 1;from <>;to a@b.c;;|an address is none"
            })
    void whatIsBrokenIsSaid(String file, String why) {
        var in = new ByteArrayInputStream(file.replace(";", "\n").getBytes(UTF_8));
        assertThatThrownBy(() -> Dropped.read(in))
                .isInstanceOf(Dropped.Broken.class)
                .hasMessage(why);
    }

    @ParameterizedTest
    @CsvSource({"'a\nb\r\nc\r', 'a\r\nb\r\nc\r\n'", "'\n\n', '\r\n\r\n'", "'\r\r\n', '\r\n\r\n'", "'', ''"})
    void everyLineEndsWithCrLf(String written, String read) throws IOException {
        try (var in = new CrlfStream(new ByteArrayInputStream(written.getBytes(ISO_8859_1)))) {
            assertThat(new String(in.readAllBytes(), ISO_8859_1)).isEqualTo(read);
        }
    }

    @FuzzTest(maxDuration = "10m")
    void anyFileIsReadOrBroken(byte[] file) throws IOException {
        try {
            Dropped dropped = Dropped.read(new ByteArrayInputStream(file));
            assertThat(Dropped.read(new ByteArrayInputStream(dropped.toBytes())))
                    .isEqualTo(dropped);
        } catch (Dropped.Broken saidSo) {
            assertThat(saidSo.getMessage()).isNotEmpty();
        }
    }
}
