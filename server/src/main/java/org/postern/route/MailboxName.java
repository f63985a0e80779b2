package org.postern.route;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.text.Normalizer;
import java.util.Locale;
import java.util.Optional;

/**
 * A local part as the name of a directory: one path segment, in lower case, that can't lead anywhere else. It never gets near a
 * shell, so {@code ;|$} are letters like any others.
 */
record MailboxName(String segment) {
    /** What file systems take, in octets. */
    private static final int MAX_OCTETS = 255;

    MailboxName {
        if (!isSafe(segment)) {
            throw new IllegalArgumentException("not a safe path segment");
        }
    }

    /** Empty when {@code localPart} can't name a directory below its mailbox root. */
    static Optional<MailboxName> of(String localPart) {
        String segment = Normalizer.normalize(localPart, Normalizer.Form.NFC).toLowerCase(Locale.ROOT);
        return isSafe(segment) ? Optional.of(new MailboxName(segment)) : Optional.empty();
    }

    private static boolean isSafe(String segment) {
        return !segment.isEmpty()
                && segment.charAt(0) != '.'
                && segment.indexOf('/') < 0
                && segment.chars().noneMatch(Character::isISOControl)
                && UTF_8.newEncoder().canEncode(segment)
                && segment.getBytes(UTF_8).length <= MAX_OCTETS;
    }
}
