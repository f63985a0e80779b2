package org.postern.console;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;

/** Any head at all: what comes out reads back to the same, and whom a Host names on loopback is loopback. */
final class RequestHeadFuzzTest {
    @FuzzTest(maxDuration = "10m")
    void head(byte[] octets) {
        RequestHead.parse(octets).ifPresent(head -> {
            assertThat(head.method()).matches("\\S+");
            assertThat(head.path()).doesNotContain("?", " ", "\r", "\n");
            String written = head.method() + " " + head.path() + " HTTP/1." + (head.isOld() ? "0" : "1") + "\r\n"
                    + String.join(
                            "",
                            head.hosts().stream()
                                    .map(host -> "Host: " + host + "\r\n")
                                    .toList()) + "\r\n";
            if (!head.path().contains("://")) {
                assertThat(RequestHead.parse(written.getBytes(ISO_8859_1))).contains(head);
            }
            if (HostField.fault(head.hosts(), false, true).isEmpty()) {
                assertThat(head.hosts().getFirst())
                        .containsPattern("(?i)^(localhost|127\\.[0-9.]+|\\[[0-9a-f:.]+])(:[0-9]*)?$");
            }
        });
    }
}
