package org.postern.config;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Times as the configuration writes them: {@code 250ms}, {@code 30s}, {@code 5m}, {@code 1h30m}, {@code 5d}. */
final class Durations {
    private static final Pattern TIME =
            Pattern.compile("(?:(\\d{1,6})d)?(?:(\\d{1,6})h)?(?:(\\d{1,6})m)?(?:(\\d{1,6})s)?(?:(\\d{1,6})ms)?");

    private Durations() {}

    static Optional<Duration> parse(String text) {
        Matcher time = TIME.matcher(text);
        if (text.isEmpty() || !time.matches()) {
            return Optional.empty();
        }
        return Optional.of(Duration.ofDays(part(time, 1))
                .plusHours(part(time, 2))
                .plusMinutes(part(time, 3))
                .plusSeconds(part(time, 4))
                .plusMillis(part(time, 5)));
    }

    private static long part(Matcher time, int group) {
        String digits = time.group(group);
        return digits == null ? 0 : Long.parseLong(digits);
    }

    static String write(Duration time) {
        var text = new StringBuilder();
        write(text, time.toDaysPart(), "d");
        write(text, time.toHoursPart(), "h");
        write(text, time.toMinutesPart(), "m");
        write(text, time.toSecondsPart(), "s");
        write(text, time.toMillisPart(), "ms");
        return text.isEmpty() ? "0s" : text.toString();
    }

    private static void write(StringBuilder text, long count, String unit) {
        if (count > 0) {
            text.append(count).append(unit);
        }
    }
}
