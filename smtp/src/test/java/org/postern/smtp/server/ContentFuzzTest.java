package org.postern.smtp.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.EOFException;
import java.io.IOException;
import java.util.Random;

/** Any octets after DATA: the same end and the same content as the naive reading, however they are cut into pieces. */
final class ContentFuzzTest {
    private static final Limits LIMITS = Limits.DEFAULT;

    @FuzzTest(maxDuration = "10m")
    void data(byte[] octets) throws IOException {
        NaiveContent naive = NaiveContent.of(octets);
        check(octets, naive, false);
        check(octets, naive, true);
    }

    private static void check(byte[] octets, NaiveContent naive, boolean mends) throws IOException {
        var pieces = new Random(octets.length);
        var wire = new Wire(new StubSocket(octets, remaining -> 1 + pieces.nextInt(Math.max(1, remaining))));
        Content content = Content.data(wire, LIMITS, mends);
        String got;
        try {
            got = new String(content.readAllBytes(), ISO_8859_1);
        } catch (ContentFault fault) {
            assertThat(naive.content())
                    .as("a message that breaks no rule was refused: " + fault.reply())
                    .isEmpty();
            try {
                assertThat(content.drain()).isTrue();
            } catch (EOFException noEnd) {
                assertThat(naive.end()).isEqualTo(-1);
                return;
            }
            assertThat(read(wire)).as("where the message ends").isEqualTo(naive.end());
            return;
        } catch (EOFException noEnd) {
            assertThat(naive.end()).isEqualTo(-1);
            return;
        }
        assertThat(read(wire)).as("where the message ends").isEqualTo(naive.end());
        assertThat(NaiveContent.isLegal(got))
                .as("no bare CR, LF or NUL comes out")
                .isTrue();
        if (naive.content().isPresent()) {
            assertThat(got).isEqualTo(naive.content().get());
        } else {
            assertThat(mends).as("what breaks a rule is refused").isTrue();
        }
    }

    private static int read(Wire wire) {
        return (int) (wire.octetsIn() - wire.buffered());
    }
}
