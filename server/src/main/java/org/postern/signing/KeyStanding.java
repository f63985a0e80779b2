package org.postern.signing;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Where a key that we made stands in its life. */
public sealed interface KeyStanding {
    /** Mail that was signed with a key may be on its way for so long after another has taken its place. */
    Duration FAREWELL = Duration.ofDays(7);

    /** Its record was not seen in DNS: nothing is signed with it. */
    record Waiting() implements KeyStanding {}

    /** What leaves is signed with it. */
    record Signing(Instant since) implements KeyStanding {}

    /** A newer one signs, so it never will; its record, if it is there, stays until nothing that it signed is on its way. */
    record Retired(Instant since) implements KeyStanding {
        /** From when on its record may be taken out of DNS. */
        public Instant until() {
            return since.plus(FAREWELL);
        }
    }

    /** Of {@code key}, among {@code all}. */
    static KeyStanding of(MadeKey key, List<MadeKey> all) {
        Optional<Instant> newer = all.stream()
                .filter(other -> other.isSuccessorOf(key))
                .flatMap(other -> other.stands().stream())
                .min(Instant::compareTo);
        return newer.<KeyStanding>map(Retired::new)
                .or(() -> key.stands().map(Signing::new))
                .orElseGet(Waiting::new);
    }
}
