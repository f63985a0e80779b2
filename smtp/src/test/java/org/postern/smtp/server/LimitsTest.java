package org.postern.smtp.server;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LimitsTest {
    @ParameterizedTest
    @CsvSource({
        "1, 1, true",
        "4, 3, false",
        "4, 4, true",
        "9, 7, false",
        "9, 8, true",
        "10, 8, false",
        "10, 9, true",
        "2147483647, 1717986917, false",
        "2147483647, 1717986918, true",
    })
    void moreThanFourFifthsOfTheSessionsAreLoad(int most, int now, boolean load) {
        assertThat(TestLimits.with(Limits.DEFAULT, "sessions=" + most).isLoad(now))
                .isEqualTo(load);
    }
}
