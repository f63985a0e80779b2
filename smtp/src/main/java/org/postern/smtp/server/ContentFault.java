package org.postern.smtp.server;

import java.io.IOException;
import org.postern.smtp.Reply;

/** The content breaks a rule: nobody may keep it, and once its end has come the client gets this reply. */
final class ContentFault extends IOException {
    private static final long serialVersionUID = 1;

    private final transient Reply reply;

    ContentFault(Reply reply) {
        super(reply.toString());
        this.reply = reply;
    }

    Reply reply() {
        return reply;
    }
}
