package org.postern.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;

/** Any octets from a server: a reply comes out or none, and what it holds, written down, reads back to the same. */
final class ReplyFuzzTest {
    @FuzzTest(maxDuration = "10m")
    void reply(byte[] octets) {
        Reply.parse(octets).ifPresent(reply -> {
            assertThat(Reply.parse(reply.toBytes())).contains(reply);
            assertThat(reply.lines())
                    .allSatisfy(line -> assertThat(line.chars()).noneMatch(c -> c < 0x20 || c == 0x7f));
            Capabilities capabilities = Capabilities.of(reply);
            assertThat(Capabilities.of(capabilities.toReply("mx.example.com"))).isEqualTo(capabilities);
            assertThat(capabilities.maxMessageBytes().orElse(1)).isPositive();
        });
    }
}
