package org.postern.config;

import java.time.Duration;
import java.time.LocalTime;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import org.postern.config.Quarantine.Mark;

/** Reads {@code [quarantine]}. */
final class QuarantineReader {
    private static final Duration INSTANT = Duration.ofMillis(1);

    private QuarantineReader() {}

    static Quarantine read(Section policy, Section quarantine) {
        Quarantine d = Quarantine.DEFAULT;
        Optional<String> header = quarantine.text(
                "header",
                "a field as \"X-Spam-Flag: YES\" whose name begins with X-, or \"\" for none",
                text -> Optional.of(text)
                        .filter(one -> one.isEmpty() || Mark.parse(one).isPresent()));
        var settings = new Quarantine(
                policy.word("quarantine", Quarantine.Place.class, d.place()),
                quarantine.duration("keep", d.keep(), INSTANT),
                header.isPresent() ? header.flatMap(Mark::parse) : d.mark(),
                quarantine.word("digest", Quarantine.Digest.class, d.digest()),
                quarantine
                        .text("digest-at", "a time of day as \"07:00\"", QuarantineReader::time)
                        .orElse(d.digestAt()));
        quarantine.refuseOthers();
        return settings;
    }

    private static Optional<LocalTime> time(String text) {
        try {
            return text.length() == 5 ? Optional.of(LocalTime.parse(text)) : Optional.empty();
        } catch (DateTimeParseException none) {
            return Optional.empty();
        }
    }
}
