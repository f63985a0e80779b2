package org.postern.begin;

/** What was made of somebody's words. */
public sealed interface Heard<T> {
    /**
     * They make sense.
     *
     * @param remark what whoever said them should know, a clause; empty when there is nothing
     */
    record Understood<T>(T value, String remark) implements Heard<T> {}

    /**
     * They make none.
     *
     * @param why a clause that says what would
     */
    record Refused<T>(String why) implements Heard<T> {}

    /** They make sense, and there is nothing to add. */
    static <T> Heard<T> of(T value) {
        return new Understood<>(value, "");
    }

    /** They make none. */
    static <T> Heard<T> refused(String why) {
        return new Refused<>(why);
    }
}
