package org.postern.smtp.server;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a transcript can't see of content. */
class ContentTest {
    // 4,000 octets at 500 a second are 8 seconds on top of the grace, in whatever packets they came.
    @Test
    @Tag("slow-2")
    void chunkThatCameWithItsCommandEarnsItsTime() throws IOException {
        var wire = new Wire(new StubSocket("x".repeat(4_000).getBytes(US_ASCII), remaining -> remaining));
        wire.grow();
        wire.fill(false);
        long before = System.nanoTime();
        var next = new AtomicLong();
        Content content = Content.chunked(wire, Limits.DEFAULT, false, new Content.Chunk(4_000, false), paceEnd -> {
            next.set(paceEnd);
            return new Content.Chunk(0, true);
        });

        assertThat(content.readAllBytes()).hasSize(4_000);
        assertThat(next.get() - before)
                .isGreaterThanOrEqualTo(Duration.ofSeconds(68).toNanos());
        assertThat(next.get() - System.nanoTime())
                .isLessThanOrEqualTo(Duration.ofSeconds(68).toNanos());
    }
}
