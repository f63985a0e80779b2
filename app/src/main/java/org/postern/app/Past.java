package org.postern.app;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A time in the past as people write it: {@code 2h}, {@code 7d}, {@code today}, {@code 2026-11-28}, {@code 2026-11-28T22:15}. */
final class Past implements ITypeConverter<Instant> {
    private static final Pattern AGO = Pattern.compile("(\\d{1,6})(s|m|h|d|w)");

    @Override
    public Instant convert(String text) {
        ZoneId zone = ZoneId.systemDefault();
        return parse(text, Instant.now(), zone)
                .orElseThrow(() -> new TypeConversionException("'" + Harmless.text(text)
                        + "' is no time: write 90s, 30m, 2h, 7d or 4w ago, today, 2026-11-28, or 2026-11-28T22:15"));
    }

    static Optional<Instant> parse(String text, Instant now, ZoneId zone) {
        Matcher ago = AGO.matcher(text);
        if (ago.matches()) {
            long count = Long.parseLong(ago.group(1));
            return Optional.of(now.minus(
                    switch (ago.group(2)) {
                        case "s" -> Duration.ofSeconds(count);
                        case "m" -> Duration.ofMinutes(count);
                        case "h" -> Duration.ofHours(count);
                        case "d" -> Duration.ofDays(count);
                        default -> Duration.ofDays(7 * count);
                    }));
        }
        if (text.equals("today")) {
            return Optional.of(now.atZone(zone).toLocalDate().atStartOfDay(zone).toInstant());
        }
        try {
            if (text.length() == 10) {
                return Optional.of(LocalDate.parse(text).atStartOfDay(zone).toInstant());
            }
            return text.endsWith("Z") || text.matches(".*[+-]\\d\\d:\\d\\d")
                    ? Optional.of(OffsetDateTime.parse(text).toInstant())
                    : Optional.of(LocalDateTime.parse(text).atZone(zone).toInstant());
        } catch (DateTimeException none) {
            return Optional.empty();
        }
    }
}
