package org.postern.smtp;

/** How a parser inside this package gives up: the reply that tells the other side what is wrong. Never leaves the package. */
final class SyntaxFault extends Exception {
    private static final long serialVersionUID = 1;

    private final transient Reply reply;

    SyntaxFault(Reply reply) {
        super(reply.toString(), null, false, false);
        this.reply = reply;
    }

    Reply reply() {
        return reply;
    }
}
