package org.postern.smtp.example;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.postern.smtp.Reply;
import org.postern.smtp.server.SmtpServer;
import org.postern.smtp.server.SmtpServer.Listener;

/** Takes mail on any free port, and prints it. */
final class Collect {
    private Collect() {}

    // docs/embed.md shows this method.
    static SmtpServer start(BlockingQueue<String> mail) throws IOException {
        return SmtpServer.named("mail.example.com")
                .listen(Listener.on(0), session -> (envelope, content) -> {
                    mail.add(envelope.from().path() + ": " + new String(content.readAllBytes(), UTF_8));
                    return Reply.of(250, "2.0.0", "kept");
                })
                .start();
    }

    public static void main(String[] arguments) throws Exception {
        var mail = new LinkedBlockingQueue<String>();
        try (SmtpServer server = start(mail)) {
            System.out.println("listens on " + server.addresses());
            System.out.println(mail.take());
        }
    }
}
