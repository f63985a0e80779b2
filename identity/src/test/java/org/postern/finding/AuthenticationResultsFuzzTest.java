package org.postern.finding;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;

/** Any value at all: what is read from it is written in lines that are none else, and read as the same again. */
final class AuthenticationResultsFuzzTest {
    @FuzzTest(maxDuration = "10m")
    void field(byte[] octets) {
        AuthenticationResults.parse(new String(octets, ISO_8859_1)).ifPresent(results -> {
            String field = results.field();
            assertThat(Written.linesOf(field)).allMatch(line -> line.length() <= 998);
            assertThat(AuthenticationResults.parse(Written.valueOf(field))).contains(results);
        });
    }
}
