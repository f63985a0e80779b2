package org.postern.smtp;

/** Whom a failure is reported to: the argument of MAIL, RFC 5321 §4.1.1.2. Prints as it is written, in angle brackets. */
public sealed interface ReversePath permits ReversePath.Null, Mailbox {

    /** {@code <>}: nobody; the message is itself a report. RFC 5321 §4.5.5. */
    record Null() implements ReversePath {
        @Override
        public String path() {
            return "<>";
        }

        @Override
        public String toString() {
            return "";
        }
    }

    /** With its angle brackets. */
    String path();
}
