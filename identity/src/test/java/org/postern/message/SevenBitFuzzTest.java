package org.postern.message;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.ByteArrayInputStream;
import java.io.IOException;

/** MIME parts as strangers nest them. */
class SevenBitFuzzTest {
    @FuzzTest(maxDuration = "10m")
    void convertedMessageHasSevenBits(byte[] message) throws IOException {
        try {
            SevenBit plan = SevenBit.plan(() -> new ByteArrayInputStream(message));
            try (var made = plan.convert(new ByteArrayInputStream(message))) {
                for (byte octet : made.readAllBytes()) {
                    assertThat(octet).isNotNegative();
                }
            }
        } catch (NotConvertible saidSo) {
            assertThat(saidSo.why()).isNotEmpty();
        }
    }
}
