package org.postern.smtp.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.postern.smtp.Reply;

/** Commands and their replies, heard by a dialogue. */
record Exchange(ClientWire wire, Dialogue dialogue) {
    /** Gathers a command: it goes out with what is read next. */
    void say(String command) throws ClientProblem {
        say(command, command);
    }

    /** A command of which {@code shown} is what others may know. */
    void say(String command, String shown) throws ClientProblem {
        if (!dialogue.isUnheard()) {
            dialogue.sent(shown, wire.isSecured());
        }
        wire.write((command + "\r\n").getBytes(UTF_8));
    }

    Reply read() throws ClientProblem {
        Reply reply = wire.readReply();
        if (!dialogue.isUnheard()) {
            String text = new String(reply.toBytes(), UTF_8);
            text.lines().forEach(line -> dialogue.received(line, wire.isSecured()));
        }
        return reply;
    }

    /** Says it, and hears the answer. */
    Reply ask(String command) throws ClientProblem {
        return ask(command, command);
    }

    Reply ask(String command, String shown) throws ClientProblem {
        requireSilence();
        say(command, shown);
        return read();
    }

    /** A reply answers a command: what comes before it is asked for is none. */
    void requireSilence() throws ClientProblem {
        if (wire.hasSpoken()) {
            throw wire.problem(ClientProblem.Kind.GARBLED, "it spoke before it was asked");
        }
    }
}
