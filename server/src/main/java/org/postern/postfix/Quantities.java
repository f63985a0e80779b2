package org.postern.postfix;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Writes {@code [queue]}, {@code [limits]}, {@code [[destinations]]} and {@code [[filters]]}: how much, how long, how safely. */
final class Quantities {
    private static final long MOST_BYTES = 1L << 40;

    private final Source source;

    Quantities(Source source) {
        this.source = source;
    }

    void write() throws Unreadable {
        destinations();
        filters();
        queue();
        limits();
    }

    // --- [[destinations]]
    // ----------------------------------------------------------------------------------------------------------

    private void destinations() throws Unreadable {
        Settings settings = source.settings();
        for (Row row : source.tables().rows(settings, "smtp_tls_policy_maps")) {
            boolean isBelow = row.key().startsWith(".");
            Optional<String> need = need(row.value().split("\\s", 2)[0]);
            if (need.isPresent()
                    && Source.domain(isBelow ? row.key().substring(1) : row.key())
                            .isPresent()) {
                Draft.Part part = source.draft().another("destinations");
                part.text("to", (isBelow ? "*" : "") + row.key().toLowerCase(Locale.ROOT));
                part.text("tls", need.get());
                if (row.value().contains(" ")) {
                    source.draft()
                            .remark(
                                    part,
                                    row.where(),
                                    row.toString(),
                                    "the certificate must be for the host's own name here");
                }
            } else {
                source.draft()
                        .remark(
                                row.where(),
                                row.toString(),
                                "has no counterpart: TLS is none, may, require or verify for a domain or a host");
            }
        }
        String level = settings.value("smtp_tls_security_level");
        if (level.isEmpty() && settings.isYes("smtp_use_tls")) {
            level = "may";
        }
        Optional<String> need = need(level);
        if (need.isPresent() && !level.equals("may")) {
            Draft.Part part = source.draft().another("destinations");
            part.text("to", "*");
            part.text("tls", need.get());
        } else if (level.isEmpty()) {
            source.remark(
                    "smtp_tls_security_level",
                    "Postfix sends in clear then; Postern uses TLS where it is offered. [[destinations]] to = \"*\","
                            + " tls = \"none\" would be the same");
        }
        if (level.startsWith("dane")) {
            source.remark("smtp_tls_security_level", "there is no DANE yet: TLS is used where it is offered, \"may\"");
        }
    }

    private static Optional<String> need(String level) {
        return switch (level) {
            case "none" -> Optional.of("none");
            case "may" -> Optional.of("may");
            case "encrypt" -> Optional.of("require");
            case "verify", "secure" -> Optional.of("verify");
            default -> Optional.empty();
        };
    }

    // --- [[filters]]
    // ---------------------------------------------------------------------------------------------------------------

    private void filters() throws Unreadable {
        List<String> milters = source.settings().words("smtpd_milters");
        String down = source.settings().value("milter_default_action");
        source.settings().see("milter_protocol");
        int number = 0;
        for (String milter : milters) {
            String place = Words.bare(milter).split("[,\\s]", 2)[0];
            Draft.Part part = source.draft().another("filters");
            part.text("name", "milter-" + ++number);
            part.text("address", place.startsWith("inet:") ? place.replaceFirst("^inet:([^@]*)$", "tcp://$1") : place);
            part.text("temperror", down.equals("accept") ? "accept" : "defer");
        }
    }

    // --- [queue]
    // -------------------------------------------------------------------------------------------------------------------

    private void queue() throws Unreadable {
        Settings settings = source.settings();
        Duration least = time("minimal_backoff_time", 's');
        Duration most = time("maximal_backoff_time", 's');
        Draft.Part queue = source.draft().table("queue");
        queue.list("retry", Times.backoff(least, most));
        Duration expire = time("maximal_queue_lifetime", 'd');
        queue.text("expire", Times.write(expire));
        Duration notice = Times.of(settings.value("delay_warning_time"), 'h').orElse(Duration.ZERO);
        // Postfix says nothing by default: after the message is given up there is nothing to say.
        queue.text("delay-notice", Times.write(notice.isZero() ? Duration.ofDays(365) : notice));
        Duration bounces = time("bounce_queue_lifetime", 'd');
        if (settings.isWritten("bounce_queue_lifetime") && !bounces.equals(expire)) {
            source.remark("bounce_queue_lifetime", "reports are tried as long as other mail: queue.expire");
        }
    }

    private Duration time(String setting, char unit) throws Unreadable {
        Optional<Duration> time = Times.of(source.settings().value(setting), unit);
        if (time.isEmpty()) {
            source.remark(setting, "is no time: a day was taken in its place");
        }
        Duration found = time.orElse(Duration.ofDays(1));
        return found.isZero() ? Duration.ofSeconds(1) : found;
    }

    // --- [limits]
    // ------------------------------------------------------------------------------------------------------------------

    private void limits() throws Unreadable {
        Draft.Part limits = source.draft().table("limits");
        Settings settings = source.settings();
        long bytes = number("message_size_limit");
        if (bytes == 0) {
            source.remark("message_size_limit", "no limit at all there is not here: 1 TiB was taken");
        }
        limits.plain("message-bytes", Long.toString(bytes == 0 ? MOST_BYTES : Math.min(bytes, MOST_BYTES)));
        limits.plain("recipients", Long.toString(between(number("smtpd_recipient_limit"), 1, 999_999)));
        limits.plain("sessions-per-client", Long.toString(sessionsPerClient()));
        String errors = settings.value("smtpd_hard_error_limit");
        if (errors.matches("[0-9]{1,9}")) {
            limits.plain("errors-per-session", Long.toString(between(number("smtpd_hard_error_limit"), 1, 1_000_000)));
        }
        perHour(limits, "smtpd_client_connection_rate_limit", "sessions-per-client-per-hour");
        perHour(limits, "smtpd_client_message_rate_limit", "messages-per-client-per-hour");
        perHour(limits, "smtpd_client_recipient_rate_limit", "recipients-per-client-per-hour");
    }

    private long sessionsPerClient() throws Unreadable {
        long sessions = number("smtpd_client_connection_count_limit");
        return sessions == 0 ? 1_000_000 : between(sessions, 1, 1_000_000);
    }

    private void perHour(Draft.Part limits, String setting, String key) throws Unreadable {
        long rate = number(setting);
        long unit = Math.max(1, time("anvil_rate_time_unit", 's').toSeconds());
        if (rate > 0) {
            limits.plain(key, Long.toString(between(rate * 3_600 / unit, 1, 1_000_000_000)));
            source.remark(setting, "is counted by the hour here, not by " + Times.write(Duration.ofSeconds(unit)));
        }
    }

    private long number(String setting) throws Unreadable {
        String value = source.settings().value(setting);
        if (!value.matches("[0-9]{1,15}")) {
            if (!value.isEmpty()) {
                source.remark(setting, "is no number: it counts as 0");
            }
            return 0;
        }
        return Long.parseLong(value);
    }

    private static long between(long value, long least, long most) {
        return Math.clamp(value, least, most);
    }
}
