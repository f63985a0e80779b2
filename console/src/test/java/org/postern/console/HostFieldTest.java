package org.postern.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postern.console.Answer.Status;

class HostFieldTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost",
                "LocalHost:8025",
                "127.0.0.1",
                "127.0.0.1:8025",
                "127.7.7.7:1",
                "[::1]",
                "[::1]:8025",
                " localhost "
            })
    void loopbackIsNamed(String field) {
        assertThat(HostField.fault(List.of(field), false, true)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "evil.example",
                "evil.example:8025",
                "localhost.evil.example",
                "127.0.0.1.evil.example",
                "::1",
                "[127.0.0.1]",
                "192.0.2.1",
                "0.0.0.0:8025",
                "[::]:8025",
                "localhost:80:80",
                "localhost:x",
                "2130706433",
                "127.1"
            })
    void anythingElseIsForAnotherServer(String field) {
        assertThat(HostField.fault(List.of(field), false, true)).contains(Status.MISDIRECTED);
        assertThat(HostField.fault(List.of(field), false, false))
                .as("who listens elsewhere has whatever name leads there")
                .isEmpty();
    }

    @Test
    void oneIsNeededButOfHttp10() {
        assertThat(HostField.fault(List.of(), false, true)).contains(Status.BAD);
        assertThat(HostField.fault(List.of(), true, true)).isEmpty();
        assertThat(HostField.fault(List.of("localhost", "evil.example"), false, true))
                .contains(Status.BAD);
    }
}
