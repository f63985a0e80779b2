package org.postern.smtp.example;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postern.smtp.Mailbox;
import org.postern.smtp.Reply;
import org.postern.smtp.client.Sent;
import org.postern.smtp.server.SmtpServer;
import org.postern.smtp.transcript.Peer;

/** What docs/embed.md shows is what is compiled here, and it works. */
class EmbedDocumentTest {
    private static final Pattern JAVA = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

    @Test
    void collectsMail() throws Exception {
        var mail = new LinkedBlockingQueue<String>();
        try (SmtpServer server = Collect.start(mail);
                Peer peer = Peer.greetedBy(server.addresses().getFirst())) {
            assertThat(send(peer)).startsWith("250 2.0.0 kept");
            assertThat(mail.poll(10, TimeUnit.SECONDS)).isEqualTo("<ann@example.org>: Subject: hello\r\n\r\nHello\r\n");
        }
    }

    @Test
    void decidesAboutEachStep(@TempDir Path directory) throws Exception {
        try (SmtpServer server = SmtpServer.named("mail.example.com")
                        .listen(SmtpServer.Listener.on(0), session -> new Gate(session, directory))
                        .start();
                Peer peer = Peer.greetedBy(server.addresses().getFirst())) {
            assertThat(peer.ask("EHLO [127.0.0.1]")).startsWith("550 ");
            assertThat(send(peer)).startsWith("250 2.0.0 kept as s-");
            peer.ask("MAIL FROM:<>");
            assertThat(peer.ask("RCPT TO:<bob@example.net>")).startsWith("550 5.7.1");
            try (var files = Files.list(directory)) {
                assertThat(files)
                        .hasSize(1)
                        .allSatisfy(file ->
                                assertThat(Files.readString(file)).isEqualTo("Subject: hello\r\n\r\nHello\r\n"));
            }
        }
    }

    @Test
    void delivers() throws Exception {
        var mail = new LinkedBlockingQueue<String>();
        var ann = Mailbox.parse("ann@example.org").orElseThrow();
        var bob = Mailbox.parse("bob@example.com").orElseThrow();
        try (SmtpServer server = Collect.start(mail)) {
            Sent sent = Deliver.deliver(server.addresses().getFirst(), ann, bob, "Subject: hello\n\nHello\n");
            assertThat(sent.fates()).containsEntry(bob, new Sent.Fate.Taken(Reply.of(250, "2.0.0", "kept")));
            assertThat(mail.poll(10, TimeUnit.SECONDS)).isEqualTo("<ann@example.org>: Subject: hello\r\n\r\nHello\r\n");
        }
    }

    @Test
    void whatIsShownIsWhatIsCompiled() throws IOException {
        String sources = source("Collect.java") + source("Gate.java") + source("Deliver.java");
        String document = Files.readString(Path.of("../docs/embed.md"));
        List<String> shown =
                JAVA.matcher(document).results().map(found -> found.group(1)).toList();

        assertThat(shown).hasSize(3).allSatisfy(code -> assertThat(sources).contains(code.indent(0)));
    }

    private static String source(String name) throws IOException {
        String text = Files.readString(Path.of("src/test/java/org/postern/smtp/example", name));
        // A method is shown without the indentation that it has in its class.
        return text + text.replaceAll("(?m)^    ", "");
    }

    private static String send(Peer peer) throws IOException {
        peer.ask("EHLO client.example.org");
        peer.ask("MAIL FROM:<ann@example.org>");
        peer.ask("RCPT TO:<bob@example.com>");
        peer.ask("DATA");
        return peer.ask("Subject: hello\r\n\r\nHello\r\n.");
    }
}
