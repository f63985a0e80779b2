package org.postern.smtp.server;

import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.postern.smtp.Envelope;
import org.postern.smtp.ForwardPath;
import org.postern.smtp.MailParameters;
import org.postern.smtp.Mailbox;
import org.postern.smtp.Reply;
import org.postern.smtp.ReversePath;
import org.postern.smtp.transcript.Player;
import org.postern.smtp.transcript.TestCertificate;
import org.postern.smtp.transcript.Transcript;

/** Plays every transcript under {@code transcripts/} against a server of its own. */
final class TranscriptTest {
    @TestFactory
    Stream<DynamicTest> transcripts() throws IOException, URISyntaxException {
        Path root = Path.of(
                Objects.requireNonNull(getClass().getResource("/transcripts")).toURI());
        List<Path> files;
        try (Stream<Path> walk = Files.walk(root)) {
            files = walk.filter(file -> file.toString().endsWith(".smtp"))
                    .sorted()
                    .toList();
        }
        return files.stream()
                .map(file -> DynamicTest.dynamicTest(root.relativize(file).toString(), file.toUri(), () -> play(file)));
    }

    private static void play(Path file) throws IOException {
        Transcript transcript = Transcript.read(file);
        var kept = new CopyOnWriteArrayList<byte[]>();
        var listener = SmtpServer.Listener.on(0);
        var limits = Limits.DEFAULT;
        for (Transcript.Setting setting : transcript.settings()) {
            switch (setting.word()) {
                case "trusted" -> listener = listener.trusting(_ -> true);
                case "front-end" -> listener = listener.behind(_ -> true);
                case "implicit-tls" -> listener = listener.with(TlsMode.IMPLICIT);
                case "no-tls" -> listener = listener.with(TlsMode.NONE);
                case "banner-delay" ->
                    listener = listener.withBannerDelay(Duration.ofMillis(Long.parseLong(setting.argument())));
                case "limit" -> limits = TestLimits.with(limits, setting.argument());
                default -> throw new IOException("line " + setting.line() + ": no such setting: " + setting.word());
            }
        }
        boolean implicit = listener.tls() == TlsMode.IMPLICIT;
        try (SmtpServer server = SmtpServer.named("mx.example.com")
                .listen(listener, _ -> new Keeper(kept))
                .limits(limits)
                .tls(TestCertificate.server())
                .start()) {
            Player.play(transcript, server.addresses().getFirst(), TestCertificate.trustAll(), implicit, () -> kept);
        }
    }

    /** Keeps every message; refuses names that say so: {@code no@}, {@code later@}, {@code lost@} (and throws for {@code bug@}). */
    private record Keeper(List<byte[]> kept) implements SessionHandler {
        @Override
        public Reply mail(ReversePath from, MailParameters parameters) {
            return from instanceof Mailbox mailbox ? answer(mailbox) : SessionHandler.super.mail(from, parameters);
        }

        @Override
        public Reply rcpt(ForwardPath to) {
            return to instanceof Mailbox mailbox ? answer(mailbox) : SessionHandler.super.rcpt(to);
        }

        private static Reply answer(Mailbox mailbox) {
            return switch (mailbox.localPart()) {
                case "no" -> Reply.of(550, "5.1.1", "no such mailbox");
                case "later" -> Reply.of(451, "4.3.0", "not now");
                case "away" -> Reply.of(421, "4.3.2", "going away");
                case "bug" -> throw new IllegalStateException("as the test asked");
                default -> Reply.of(250, "2.1.0", "fine");
            };
        }

        @Override
        public Reply message(Envelope envelope, InputStream content) throws IOException {
            String recipient = envelope.recipients().getFirst().toString();
            if (recipient.startsWith("early@")) {
                return Reply.of(554, "5.7.1", "refused before it was read");
            }
            if (recipient.startsWith("full@")) {
                throw new IOException("the disk is full, as the test asked");
            }
            if (recipient.startsWith("unread@")) {
                return Reply.of(250, "2.0.0", "kept unread");
            }
            kept.add(content.readAllBytes());
            return Reply.of(250, "2.0.0", "kept");
        }

        @Override
        public void failed(String asked, Exception problem) {}
    }
}
