package org.postern.smtp.server;

import java.security.SecureRandom;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Names for sessions and messages, as {@code s-01JD4Z6X9M2K7QF}: unique within a process and, by time and a random start, all but
 * certainly beyond it; in the order of their time; without letters that look like digits (Crockford's alphabet).
 */
public final class TraceId {
    private static final String ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private static final AtomicLong COUNTER = new AtomicLong(new SecureRandom().nextInt(1 << 25));

    private TraceId() {}

    /** A new name: {@code kind}, a hyphen, ten characters of milliseconds since 1970 and five of a counter. */
    public static String next(char kind) {
        var name = new char[17];
        name[0] = kind;
        name[1] = '-';
        write(System.currentTimeMillis(), name, 2, 10);
        write(COUNTER.getAndIncrement(), name, 12, 5);
        return new String(name);
    }

    /** When {@code name}, in either case, was made; empty when it is no such name. */
    public static Optional<Instant> time(String name) {
        if (name.length() != 17 || name.charAt(1) != '-') {
            return Optional.empty();
        }
        long millis = 0;
        for (int i = 2; i < 12; i++) {
            int digit = ALPHABET.indexOf(Character.toUpperCase(name.charAt(i)));
            if (digit < 0) {
                return Optional.empty();
            }
            millis = millis << 5 | digit;
        }
        return Optional.of(Instant.ofEpochMilli(millis));
    }

    private static void write(long value, char[] into, int at, int length) {
        for (int i = at + length - 1; i >= at; i--) {
            into[i] = ALPHABET.charAt((int) (value & 31));
            value >>>= 5;
        }
    }
}
