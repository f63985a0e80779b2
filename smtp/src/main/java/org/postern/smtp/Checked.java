package org.postern.smtp;

/** What was read from the other side: a value, or the reply that says what is wrong with it. */
public sealed interface Checked<T> {
    /** It is right. */
    record Fine<T>(T value) implements Checked<T> {}

    /** It breaks a rule. */
    record Faulty<T>(Reply reply) implements Checked<T> {}
}
