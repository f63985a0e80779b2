package org.postern.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.postern.journal.Entry;
import org.postern.journal.Entry.Told;

class MetersTest {
    private static final String NASTY = "x\"} 1\npostern_fake 1\n\\\u0000";

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Meters meters = new Meters(registry);

    private static Entry.Caller caller(String role, String tls) {
        return new Entry.Caller(role, false, "192.0.2.1", "", "ehlo", NASTY, "", tls, false);
    }

    private static Entry.Transaction transaction(Told whole, String message, Entry.Found... findings) {
        return new Entry.Transaction(
                1,
                "s-1",
                caller("mx", ""),
                Entry.Stage.CONTENT,
                "<a@example.org>",
                List.of(
                        new Entry.Recipient("<b@example.com>", List.of(), new Told("", "", "250 2.1.5 ok")),
                        new Entry.Recipient("<c@example.com>", List.of(), new Told("refused", "", "550 5.1.1 no"))),
                whole,
                message,
                "",
                message.isEmpty() ? 0 : 1_000,
                List.of(findings),
                List.of(),
                List.of());
    }

    private static Entry.Tried tried(String outcome) {
        return new Entry.Tried("<b@example.com>", outcome, "", NASTY, "", NASTY, NASTY, "", 0);
    }

    private List<String> page() {
        return registry.scrape().lines().toList();
    }

    private int series() {
        return (int) page().stream().filter(line -> !line.startsWith("#")).count();
    }

    @Test
    void aMessageIsCountedWithItsVerdictAndRecipients() {
        var spf = new Entry.Found("spf", "fail", "quarantine", "", "", "", List.of());
        meters.accept(List.of(transaction(new Told("quarantine", "spf", "250 ok"), "m-1", spf)));

        assertThat(page())
                .contains(
                        "postern_messages_received_total{role=\"mx\"} 1.0",
                        "postern_messages_received_bytes_total{role=\"mx\"} 1000.0",
                        "postern_verdicts_total{by=\"spf\",role=\"mx\",verdict=\"quarantine\"} 1.0",
                        "postern_recipients_total{result=\"taken\"} 1.0",
                        "postern_recipients_total{result=\"refused\"} 1.0",
                        "postern_findings_total{check=\"spf\",result=\"fail\"} 1.0");
    }

    @Test
    void whatWasRefusedIsNoMessage() {
        meters.accept(List.of(transaction(new Told("reject", "iprev", "550 no"), "")));

        assertThat(page())
                .contains(
                        "postern_messages_received_total{role=\"mx\"} 0.0",
                        "postern_verdicts_total{by=\"iprev\",role=\"mx\",verdict=\"reject\"} 1.0");
    }

    @Test
    void sessionsAreCountedByTheirEndAndTls() {
        meters.accept(List.of(
                new Entry.Session(
                        1,
                        "s-1",
                        caller("mx", "TLSv1.3 TLS_AES_256_GCM_SHA384"),
                        "quit",
                        1,
                        1,
                        7,
                        2,
                        300,
                        500,
                        1_500,
                        List.of()),
                new Entry.Session(1, "s-2", caller("trusted", ""), "gone", 0, 0, 1, 0, 10, 50, 20, List.of())));

        assertThat(page())
                .contains(
                        "postern_sessions_total{end=\"quit\",role=\"mx\",tls=\"TLSv1.3\"} 1.0",
                        "postern_sessions_total{end=\"gone\",role=\"trusted\",tls=\"none\"} 1.0",
                        "postern_session_commands_total{role=\"mx\"} 7.0",
                        "postern_session_refusals_total{role=\"mx\"} 2.0",
                        "postern_session_received_bytes_total{role=\"mx\"} 300.0",
                        "postern_session_sent_bytes_total{role=\"mx\"} 500.0",
                        "postern_session_duration_seconds_sum{role=\"mx\"} 1.5");
    }

    @Test
    void deliveriesAreCountedByWhereTheyGo() {
        meters.accept(List.of(
                new Entry.Attempt(1, "m-1", "local", 20, 300, List.of(tried("delivered"), tried("stuck"))),
                new Entry.Attempt(1, "m-2", "smtp://127.0.0.1:2610", 20, 7_000, List.of(tried("delivered"))),
                new Entry.Attempt(1, "m-3", "example.net", 20, 7_000, List.of(tried("unreachable")))));

        assertThat(page())
                .contains(
                        "postern_deliveries_total{kind=\"local\",result=\"delivered\"} 1.0",
                        "postern_deliveries_total{kind=\"local\",result=\"stuck\"} 1.0",
                        "postern_deliveries_total{kind=\"host\",result=\"delivered\"} 1.0",
                        "postern_deliveries_total{kind=\"mx\",result=\"unreachable\"} 1.0",
                        "postern_delivery_age_seconds_bucket{kind=\"local\",le=\"0.25\"} 0",
                        "postern_delivery_age_seconds_bucket{kind=\"local\",le=\"1.0\"} 1",
                        "postern_delivery_age_seconds_count{kind=\"host\"} 1",
                        "postern_delivery_age_seconds_count{kind=\"mx\"} 0");
    }

    @Test
    void eventsAreCounted() {
        meters.accept(List.of(
                new Entry.Event(1, Entry.What.LEFT_HERE, "m-1", "", "", List.of(), ""), new Entry.Gap(1, 1, 5, "why")));

        assertThat(page()).contains("postern_message_events_total{event=\"left-here\"} 1.0");
    }

    /** Whatever a client says or names makes neither a series nor a line. */
    @Test
    void nothingThatCameFromOutsideBecomesALabel() {
        Entry.Found odd = new Entry.Found(NASTY, NASTY, "", "", "", "", List.of());
        List<Entry> nasty = List.of(
                transaction(new Told(NASTY, NASTY, NASTY), "m-1", odd),
                new Entry.Session(1, NASTY, caller(NASTY, NASTY), NASTY, 0, 0, 0, 0, 0, 0, 0, List.of()),
                new Entry.Attempt(1, "m-3", NASTY, 20, 7_000, List.of(tried(NASTY))));
        meters.accept(nasty);
        int before = series();
        for (int i = 0; i < 1_000; i++) {
            String other = NASTY + i;
            meters.accept(List.of(
                    transaction(
                            new Told(other, other, other),
                            "m-1",
                            new Entry.Found(other, other, "", "", "", "", List.of())),
                    new Entry.Session(1, other, caller(other, other), other, 0, 0, 0, 0, 0, 0, 0, List.of()),
                    new Entry.Attempt(1, "m-3", other, 20, 7_000, List.of(tried(other)))));
        }

        assertThat(series()).isEqualTo(before);
        assertThat(registry.scrape()).doesNotContain("postern_fake");
        assertThat(page())
                .contains(
                        "postern_verdicts_total{by=\"other\",role=\"mx\",verdict=\"other\"} 1001.0",
                        "postern_sessions_total{end=\"other\",role=\"other\",tls=\"other\"} 1001.0",
                        "postern_findings_total{check=\"other\",result=\"other\"} 1001.0",
                        "postern_deliveries_total{kind=\"mx\",result=\"other\"} 1001.0");
    }
}
