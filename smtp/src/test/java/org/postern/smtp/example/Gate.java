package org.postern.smtp.example;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.postern.smtp.Envelope;
import org.postern.smtp.ForwardPath;
import org.postern.smtp.Greeting;
import org.postern.smtp.Mailbox;
import org.postern.smtp.Reply;
import org.postern.smtp.server.Session;
import org.postern.smtp.server.SessionHandler;

/** Decides about each step of a session, and keeps each message as a file. */
record Gate(Session session, Path directory) implements SessionHandler {
    @Override
    public Reply greeted(Greeting greeting, Reply welcome) {
        return greeting.name() instanceof Greeting.Literal
                ? Reply.of(550, "greet me by your name, not by your address")
                : welcome;
    }

    @Override
    public Reply rcpt(ForwardPath to) {
        return to instanceof Mailbox mailbox && mailbox.host().toString().equals("example.com")
                ? Reply.of(250, "2.1.5", "recipient noted")
                : Reply.of(550, "5.7.1", "mail is taken for example.com only");
    }

    @Override
    public Reply message(Envelope envelope, InputStream content) throws IOException {
        Path file = directory.resolve(session.id() + ".eml");
        Files.copy(content, file);
        return Reply.of(250, "2.0.0", "kept as " + file.getFileName());
    }
}
