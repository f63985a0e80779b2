package org.postern.smtp.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.function.UnaryOperator;
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
        return read(UnaryOperator.identity());
    }

    /** A reply of which {@code veil} leaves what others may know. */
    private Reply read(UnaryOperator<Reply> veil) throws ClientProblem {
        Reply reply = veil.apply(wire.readReply());
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

    private Reply ask(String command, String shown) throws ClientProblem {
        return ask(command, shown, UnaryOperator.identity());
    }

    /** Says a command of which others may know {@code shown}, and hears an answer of which they may know what {@code veil} leaves. */
    Reply ask(String command, String shown, UnaryOperator<Reply> veil) throws ClientProblem {
        requireSilence();
        say(command, shown);
        return read(veil);
    }

    /** A reply answers a command: what comes before it is asked for is none. */
    void requireSilence() throws ClientProblem {
        if (wire.hasSpoken()) {
            throw wire.problem(ClientProblem.Kind.GARBLED, "it spoke before it was asked");
        }
    }
}
