package org.postern.config;

import java.time.Duration;
import java.time.LocalTime;
import java.util.Optional;
import java.util.regex.Pattern;
import org.postern.finding.FindingsHeader;

/**
 * {@code [quarantine]}, and where {@code [policy]} says that doubtful mail goes.
 *
 * @param keep how old held mail becomes before it is forgotten
 * @param mark the field that next hops sort by; none: no more than our findings
 * @param digestAt when digests are sent, in the server's own time
 */
public record Quarantine(Place place, Duration keep, Optional<Mark> mark, Digest digest, LocalTime digestAt) {
    /** The defaults. */
    public static final Quarantine DEFAULT = new Quarantine(
            Place.JUNK,
            Duration.ofDays(30),
            Optional.of(new Mark("X-Spam-Flag", "YES")),
            Digest.POSTMASTER,
            LocalTime.of(7, 0));

    /** Where what is in quarantine lies. */
    public enum Place {
        /** In the folder Junk of its recipients, or with a mark for the next hop. */
        JUNK,
        /** Here, for the operator. */
        HOLD
    }

    /** Who is told once a day what was held. */
    public enum Digest {
        RECIPIENTS,
        POSTMASTER,
        OFF
    }

    /** A field of a header, as {@code X-Spam-Flag: YES}: one line. */
    public record Mark(String name, String value) {
        /** Nothing else of a message may be taken away or said by it. */
        private static final Pattern NAME = Pattern.compile("[Xx]-[A-Za-z0-9-]{1,60}");

        private static final Pattern VALUE = Pattern.compile("[!-~](?:[ -~]{0,198}[!-~])?");

        public Mark {
            if (!NAME.matcher(name).matches()
                    || !VALUE.matcher(value).matches()
                    || name.equalsIgnoreCase(FindingsHeader.FIELD)) {
                throw new IllegalArgumentException("no field of our own: " + name + ": " + value);
            }
        }

        static Optional<Mark> parse(String text) {
            int colon = text.indexOf(':');
            try {
                return colon < 0
                        ? Optional.empty()
                        : Optional.of(new Mark(
                                text.substring(0, colon).strip(),
                                text.substring(colon + 1).strip()));
            } catch (IllegalArgumentException none) {
                return Optional.empty();
            }
        }

        /** The field with its line end. */
        public String field() {
            return this + "\r\n";
        }

        @Override
        public String toString() {
            return name + ": " + value;
        }
    }
}
