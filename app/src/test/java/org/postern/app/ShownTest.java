package org.postern.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShownTest {
    private final Shown page = new Shown();

    private boolean isShown(String shown, String said) {
        return page.difference(shown.lines().toList(), said).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        received  2026-11-25 12:00:20 Z, 12s ago | received  2027-01-02 03:04:05 Z, 1m ago
        Wed, 25 Nov 2026 12:00:20 +0000          | Sat, 2 Jan 2027 03:04:05 +0100
        A mx.example: 192.0.2.1  [ttl 300, 36 ms, 127.0.0.1:53, insecure] | A mx.example: 192.0.2.1  [ttl 9, 0 ms, cache, insecure]
        size      25 octets                      | size      1025 octets
        Postern 0.1.0 is mx                      | Postern in development is mx
        p=MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQ... | p=MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA51cvdx
        db.damaged-20261125T120405               | db.damaged-20270102T030405
        """)
    void whatChangesFromRunToRunIsFree(String shown, String said) {
        assertThat(isShown(shown, said + "\n")).isTrue();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        2 messages are due now                   | 3 messages are due now
        550 5.1.1 nobody                         | 550 5.1.2 nobody
        192.0.2.1 has no PTR record              | 192.0.2.2 has no PTR record
        held, tried 1 time                       | held, tried 2 times
        fine                                     | fine, but
        """)
    void whatDoesNotIsHeldTo(String shown, String said) {
        assertThat(isShown(shown, said + "\n")).isFalse();
    }

    @Test
    void anIdStandsForWhatItStoodForBefore() {
        assertThat(isShown(
                        "m-1M89981FP0000 held\nm-1M89981FP0000 free", "m-1M8M86HD70000 held\nm-1M8M86KKF0000 free\n"))
                .isFalse();
        assertThat(isShown("m-1M89981FP0000 held", "m-1M8M86HD70000 held\n")).isTrue();
        assertThat(page.meant("postern queue show m-1M89981FP0000")).isEqualTo("postern queue show m-1M8M86HD70000");
        assertThat(isShown("m-1M89981FP0000 due", "m-1M8M86KKF0000 due\n")).isFalse();
        assertThat(isShown("m-1M89981FP0000 due", "m-1M8M86HD70000 due\n")).isTrue();
        assertThat(isShown("m-1M89981HJ0000 due", "m-1M8M86HD70000 due\n")).isFalse();
    }

    @Test
    void dotsAloneStandForAnyLines() {
        assertThat(isShown("a\n    ...\nb", "a\nb\n")).isTrue();
        assertThat(isShown("a\n    ...\nb", "a\nx\ny\nb\n")).isTrue();
        assertThat(isShown("a\n    ...\nb", "a\nx\ny\n")).isFalse();
    }

    @Test
    void firstLineThatIsNotAsShownIsNamed() {
        assertThat(page.difference(List.of("a", "b", "c"), "a\nx\nc\n"))
                .hasValueSatisfying(why -> assertThat(why).contains("line 2", "b"));
        assertThat(page.difference(List.of("a"), "a\nb\n")).contains("more is said than is shown");
    }
}
