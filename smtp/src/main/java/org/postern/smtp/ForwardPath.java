package org.postern.smtp;

/** A recipient: the argument of RCPT, RFC 5321 §4.1.1.3. */
public sealed interface ForwardPath permits ForwardPath.Postmaster, Mailbox {

    /** {@code <postmaster>}, the one mailbox that needs no domain: every server has it. RFC 5321 §4.1.1.3, §4.5.1. */
    record Postmaster() implements ForwardPath {
        @Override
        public String path() {
            return "<postmaster>";
        }

        @Override
        public String toString() {
            return "postmaster";
        }
    }

    /** With its angle brackets. */
    String path();
}
