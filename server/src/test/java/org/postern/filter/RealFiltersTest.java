package org.postern.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.postern.filter.Looks.filter;
import static org.postern.filter.Looks.look;

import java.nio.file.Path;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Filters that we did not write, and what they say of real messages. */
class RealFiltersTest {
    @TempDir
    static Path directory;

    private static RealFilters real;
    private static String rspamd;
    private static String clamav;
    private static RealFilters.OpenDkim openDkim;

    @BeforeAll
    static void start() throws Exception {
        real = new RealFilters(directory);
        rspamd = real.rspamd();
        clamav = real.clamav();
        openDkim = real.openDkim();
    }

    @AfterAll
    static void stop() {
        real.close();
    }

    private static String message(String subject, String body) {
        return "From: ann@example.org\r\nTo: bob@example.com\r\nSubject: " + subject
                + "\r\nDate: Sat, 28 Nov 2026 12:00:00 +0000\r\nMessage-ID: <1@example.org>\r\n\r\n" + body + "\r\n";
    }

    private static String said(Outcome outcome) {
        return outcome.finding().result().word() + " " + outcome.finding().subject();
    }

    private static String fields(Outcome outcome) {
        return outcome.fields().stream().map(AddedField::text).collect(Collectors.joining());
    }

    private static String large(String subject) {
        return message(subject, ("x".repeat(998) + "\r\n").repeat(20_000));
    }

    // --- rspamd
    // --------------------------------------------------------------------------------------------------------------------

    @Test
    void rspamdRejectsItsTestMessage() throws Exception {
        Outcome outcome = look(filter(rspamd), message("test", RealFilters.GTUBE));

        assertThat(said(outcome)).isEqualTo("fail one reject");
        assertThat(outcome.finding().text()).isEqualTo("one says \"reject\": Gtube pattern; score 15 of 15: GTUBE 0");
    }

    @Test
    void rspamdAddsFieldsToWhatItDoubts() throws Exception {
        Outcome outcome = look(filter(rspamd), message("an Offer", "hello"));

        assertThat(said(outcome)).isEqualTo("softfail one add-header");
        assertThat(outcome.finding().text()).isEqualTo("one says \"add header\"; score 7 of 15: OFFER 7");
        assertThat(fields(outcome))
                .contains(
                        "X-Spamd-Bar: +++++++\r\n",
                        "X-Rspamd-Action: add header\r\n",
                        "X-Rspamd-Queue-Id: m-0000000000001\r\n",
                        "X-Spamd-Result: default: False [7.00 / 15.00];\r\n\tOFFER(7.00)[]\r\n");
    }

    @Test
    void rspamdTakesTheRest() throws Exception {
        assertThat(said(look(filter(rspamd), message("hello", "hello")))).isEqualTo("pass one no-action");
        assertThat(said(look(filter(rspamd), large("large")))).isEqualTo("pass one no-action");
    }

    // --- ClamAV
    // --------------------------------------------------------------------------------------------------------------------

    @Test
    void clamavRefusesTheTestVirus() throws Exception {
        Outcome outcome = look(filter(clamav), message("test", RealFilters.EICAR));

        assertThat(said(outcome)).isEqualTo("fail one reject");
        assertThat(outcome.finding().text()).isEqualTo("one refuses it: virus found: Eicar-Test.UNOFFICIAL");
    }

    @Test
    void clamavTakesTheRestAndSaysSo() throws Exception {
        Outcome outcome = look(filter(clamav), message("hello", "hello"));

        assertThat(said(outcome)).isEqualTo("pass one accept");
        assertThat(fields(outcome)).contains("X-Virus-Status: Clean\r\n");
        assertThat(said(look(filter(clamav), large("large")))).isEqualTo("pass one accept");
    }

    // --- OpenDKIM
    // ------------------------------------------------------------------------------------------------------------------

    @Test
    void openDkimSignsAndBelievesWhatItSigned() throws Exception {
        String message = message("hello", "hello");
        String signature = fields(look(filter(openDkim.signs()), message));
        assertThat(signature).startsWith("DKIM-Signature: v=1;").contains("\r\n\t");

        Outcome outcome = look(filter(openDkim.verifies()), signature + message);

        assertThat(said(outcome)).isEqualTo("pass one accept");
        assertThat(fields(outcome))
                .contains("Authentication-Results: mx.example.com;")
                .contains("dkim=pass");
    }

    @Test
    void openDkimRefusesWhatWasChanged() throws Exception {
        String message = message("hello", "hello");
        String signature = fields(look(filter(openDkim.signs()), message));

        Outcome outcome = look(filter(openDkim.verifies()), signature + message.replace("hello\r\n", "hollo\r\n"));

        assertThat(said(outcome)).isEqualTo("fail one reject");
        assertThat(outcome.finding().text()).startsWith("one refuses it: bad DKIM signature");
    }

    @Test
    void openDkimTakesAClientOfVersionSix() throws Exception {
        Outcome outcome = look(
                filter(openDkim.verifies()),
                Looks.transaction("2001:db8::10", "bob@example.com"),
                message("hello", "hello"));

        assertThat(said(outcome)).isEqualTo("pass one accept");
        assertThat(fields(outcome)).contains("dkim=none");
    }
}
