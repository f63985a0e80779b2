package org.postern.postfix;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Times as postconf(5) writes them, {@code 300s}, {@code 4h}, {@code 1w}, as the configuration takes them. */
final class Times {
    private static final Pattern TIME = Pattern.compile("([0-9]{1,9})([smhdw]?)");
    private static final Duration LONGEST = Duration.ofDays(365);

    private Times() {}

    /**
     * A time, at most a year.
     *
     * @param unit of one that says none
     */
    static Optional<Duration> of(String text, char unit) {
        Matcher time = TIME.matcher(text.strip());
        if (!time.matches()) {
            return Optional.empty();
        }
        long count = Long.parseLong(time.group(1));
        Duration duration =
                switch (time.group(2).isEmpty() ? unit : time.group(2).charAt(0)) {
                    case 'm' -> Duration.ofMinutes(count);
                    case 'h' -> Duration.ofHours(count);
                    case 'd' -> Duration.ofDays(count);
                    case 'w' -> Duration.ofDays(7 * count);
                    default -> Duration.ofSeconds(count);
                };
        return Optional.of(duration.compareTo(LONGEST) > 0 ? LONGEST : duration);
    }

    static Optional<String> text(String text, char unit) {
        return of(text, unit).map(Times::write);
    }

    static String write(Duration time) {
        long seconds = time.toSeconds();
        return seconds > 0 && seconds % 86_400 == 0
                ? seconds / 86_400 + "d"
                : seconds > 0 && seconds % 3_600 == 0
                        ? seconds / 3_600 + "h"
                        : seconds > 0 && seconds % 60 == 0 ? seconds / 60 + "m" : minutesAndSeconds(seconds);
    }

    private static String minutesAndSeconds(long seconds) {
        return (seconds >= 60 ? seconds / 60 + "m" : "") + seconds % 60 + "s";
    }

    /** Postfix waits as long as the message is old, between two bounds; here each wait is written. */
    static List<String> backoff(Duration least, Duration most) {
        if (!least.isPositive()) {
            throw new IllegalArgumentException("without any wait there is no end");
        }
        var waits = new ArrayList<String>();
        waits.add(write(least));
        for (Duration age = least; age.compareTo(most) < 0 && waits.size() < 20; age = age.multipliedBy(2)) {
            waits.add(write(age));
        }
        waits.add(write(most.compareTo(least) < 0 ? least : most));
        return waits;
    }
}
