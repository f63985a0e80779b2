package org.postern.filter;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A filter, as the configuration has it.
 *
 * @param name what it is called in findings: a word of small letters, digits and hyphens
 * @param address says by itself what is spoken there: HTTP with rspamd, else milter
 * @param timeout how long mail waits for it, all its waits for this message together
 * @param maxBytes octets of a message; a larger one is not shown to it
 * @param password a file whose first line is what rspamd wants to hear
 */
public record FilterSettings(
        String name, FilterAddress address, Duration timeout, long maxBytes, Optional<Path> password) {
    /** The default of {@link #timeout}. */
    public static final Duration TIMEOUT = Duration.ofSeconds(10);

    /** The default of {@link #maxBytes}. */
    public static final long MAX_BYTES = 26_214_400;

    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,31}");

    /** @throws IllegalArgumentException when the name is none, or nothing is ever given to it */
    public FilterSettings {
        if (!isName(name)) {
            throw new IllegalArgumentException("no name of a filter: " + name);
        }
        if (timeout.isNegative() || timeout.isZero() || maxBytes < 1) {
            throw new IllegalArgumentException("a filter needs time and octets");
        }
        if (password.isPresent() && !(address instanceof FilterAddress.Http)) {
            throw new IllegalArgumentException("only rspamd is told a password");
        }
    }

    /** With the defaults. */
    public static FilterSettings of(String name, FilterAddress address) {
        return new FilterSettings(name, address, TIMEOUT, MAX_BYTES, Optional.empty());
    }

    /** Whether a filter may be called so. */
    public static boolean isName(String text) {
        return NAME.matcher(text).matches();
    }
}
