package org.postern.spool;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The name of a message: the milliseconds of its arrival and a counter in one number that never goes back within a store, written as
 * {@code m-} and thirteen characters of Crockford's alphabet. Names sort as messages came.
 */
public record MessageId(long value) implements Comparable<MessageId> {
    private static final String ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private static final Pattern WRITTEN = Pattern.compile("m-[0-7][0-9A-HJKMNP-TV-Z]{12}");
    private static final int COUNTER_BITS = 20;

    public MessageId {
        if (value < 0) {
            throw new IllegalArgumentException("no message has the number " + value);
        }
    }

    /** The next name after {@code last}, at {@code millis} since 1970 or, when the clock went back, just behind {@code last}. */
    static MessageId after(long last, long millis) {
        return new MessageId(Math.max(last + 1, millis << COUNTER_BITS));
    }

    /** The name that {@code text} is, in either case; empty when it is none. */
    public static Optional<MessageId> parse(String text) {
        String upper = text.regionMatches(true, 0, "m-", 0, 2)
                ? "m-" + text.substring(2).toUpperCase(java.util.Locale.ROOT)
                : text;
        if (!WRITTEN.matcher(upper).matches()) {
            return Optional.empty();
        }
        long value = 0;
        for (int i = 2; i < upper.length(); i++) {
            value = value << 5 | ALPHABET.indexOf(upper.charAt(i));
        }
        return Optional.of(new MessageId(value));
    }

    /** When the message came, in milliseconds since 1970. */
    public long millis() {
        return value >>> COUNTER_BITS;
    }

    @Override
    public int compareTo(MessageId other) {
        return Long.compare(value, other.value);
    }

    @Override
    public String toString() {
        var text = new char[15];
        text[0] = 'm';
        text[1] = '-';
        long left = value;
        for (int i = 14; i > 1; i--) {
            text[i] = ALPHABET.charAt((int) (left & 31));
            left >>>= 5;
        }
        return new String(text);
    }
}
