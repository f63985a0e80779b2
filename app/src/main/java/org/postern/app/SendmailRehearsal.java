package org.postern.app;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.postern.smtp.Domain;
import org.postern.smtp.Reply;
import org.postern.smtp.server.SmtpServer;
import org.postern.smtp.server.SmtpServer.Listener;

/**
 * {@code sendmail} once through all that it does, to a server and to a maildrop in a directory: the build runs it to write the JVM's cache
 * of loaded classes (JEP 514).
 */
final class SendmailRehearsal {
    private SendmailRehearsal() {}

    public static void main(String[] arguments) throws IOException {
        Path stage = Path.of(arguments[0]);
        Path config =
                Files.writeString(stage.resolve("postern.toml"), "hostname = \"mx.example.com\"\ndata = \"data\"\n");
        Path data = Files.createDirectories(stage.resolve("data"));
        Files.createDirectories(Whereabouts.maildrop(data));
        try (SmtpServer server = SmtpServer.named("mx.example.com")
                .listen(Listener.on(0), _ -> (_, content) -> {
                    content.transferTo(OutputStream.nullOutputStream());
                    return Reply.of(250, "2.0.0", "kept");
                })
                .start()) {
            new Whereabouts(
                            new Domain("mx.example.com"),
                            Optional.of(server.addresses().getFirst()))
                    .write(data);
            send("sendmail", "-C", config.toString(), "-t", "-i", "-F", "Ann");
            send("sendmail", "-C", config.toString(), "-f", "ann@example.com", "bob");
        }
        send("sendmail", "-C", config.toString(), "bob");
        // As most are called; here nobody listens.
        send("sendmail", "bob");
    }

    private static void send(String... arguments) {
        var message = new ByteArrayInputStream("To: bob\nSubject: rehearsal\n\nHello\n.\n".getBytes(US_ASCII));
        var unheard = new PrintStream(OutputStream.nullOutputStream(), false, US_ASCII);
        new Sendmail(message, unheard, unheard)
                .run(arguments[0], java.util.Arrays.copyOfRange(arguments, 1, arguments.length));
    }
}
