package org.postern.smtp.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** A name tells when it was made. */
class TraceIdTest {
    @Test
    void nameTellsItsTime() {
        Instant before = Instant.ofEpochMilli(System.currentTimeMillis());
        String name = TraceId.next('s');
        assertThat(name).matches("s-[0-9A-HJKMNP-TV-Z]{15}");
        Instant time = TraceId.time(name).orElseThrow();
        assertThat(time).isBetween(before, Instant.ofEpochMilli(System.currentTimeMillis()));
        assertThat(TraceId.time(name.toLowerCase(Locale.ROOT))).contains(time);
    }

    @Test
    void whatIsNoNameTellsNone() {
        assertThat(TraceId.time("")).isEmpty();
        assertThat(TraceId.time("s-01JD4Z6X9M2K7Q")).isEmpty();
        assertThat(TraceId.time("s-01JD4Z6X9U2K7QF")).isEmpty();
        assertThat(TraceId.time("s_01JD4Z6X9M2K7QF")).isEmpty();
    }
}
