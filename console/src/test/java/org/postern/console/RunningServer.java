package org.postern.console;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.postern.config.Config;
import org.postern.dns.CachingResolver;
import org.postern.door.Examiner;
import org.postern.journal.Journal;
import org.postern.queue.Courier;
import org.postern.queue.Destination;
import org.postern.queue.Diagnosis;
import org.postern.queue.Queue;
import org.postern.queue.SilentReporter;
import org.postern.queue.Suspensions;
import org.postern.smtp.Envelope;
import org.postern.smtp.ForwardPath;
import org.postern.smtp.MailParameters;
import org.postern.smtp.Mailbox;
import org.postern.smtp.Reply;
import org.postern.smtp.ReversePath;
import org.postern.smtp.server.SmtpServer;
import org.postern.spool.Doubt;
import org.postern.spool.Recipient;
import org.postern.spool.RocksSpool;
import org.postern.spool.Spool;
import org.postern.spool.SpooledMessage;
import org.postern.spool.Standing;
import org.postern.tls.Certificates;
import org.postern.tls.SelfSigned;

/** Rooms of a server, real ones, but for who delivers: he puts everything off. */
final class RunningServer implements AutoCloseable {
    final Config config;
    final Spool spool;
    final Journal journal;
    final Queue queue;
    final SmtpServer smtp;
    final Certificates certificates;
    private final Examiner examiner;
    private final CachingResolver resolver;

    private RunningServer(Path directory, Config config) throws IOException {
        Clock clock = Clock.systemUTC();
        this.config = config;
        Files.createDirectories(directory);
        this.spool =
                RocksSpool.open(directory.resolve("spool"), config.keeping().room(), clock);
        this.journal = Journal.open(directory.resolve("journal"), config.journal(), clock);
        this.queue = new Queue(
                spool,
                new Putter(),
                new SilentReporter(),
                Suspensions.open(directory.resolve("suspended")),
                config.keeping().retry(),
                10,
                journal,
                clock);
        this.certificates = Certificates.of(
                List.of(SelfSigned.in(directory.resolve("tls"), "mx.example.com")), Duration.ofMinutes(1));
        this.resolver = new CachingResolver(config.dns().settings());
        this.examiner = new Examiner(config, resolver, List::of, clock);
        this.queue.start();
        SmtpServer.Builder builder = SmtpServer.named("mx.example.com").limits(config.limits());
        config.listen()
                .forEach(listen -> builder.listen(
                        SmtpServer.Listener.at(listen.address()), _ -> (_, _) -> Reply.of(250, "2.0.0", "ok")));
        this.smtp = builder.start();
    }

    static RunningServer in(Path directory, String more) throws IOException {
        String toml = """
            hostname = "mx.example.com"
            data = "data"
            [[listen]]
            address = "127.0.0.1:0"
            role = "trusted"
            [dns]
            servers = ["127.0.0.1:9"]
            [domains."example.com"]
            deliver = "maildir:mail/{domain}/{local}"
            mailboxes = "any"
            """ + more;
        return switch (Config.parse(toml, directory.resolve("postern.toml"), directory)) {
            case Config.Result.Valid valid -> new RunningServer(valid.config().data(), valid.config());
            case Config.Result.Invalid invalid -> throw new AssertionError(invalid.mistakes());
        };
    }

    Watched watched() {
        return new Watched(config, smtp, queue, spool, journal, certificates, examiner, resolver, Optional.empty());
    }

    InetSocketAddress address() {
        return smtp.addresses().getFirst();
    }

    /** A message for that mailbox, in spool and queue. */
    SpooledMessage bring(String to) throws IOException {
        return bring(to, Optional.empty());
    }

    /** One that is doubted, in quarantine here. */
    SpooledMessage bringDoubted(String to) throws IOException {
        return bring(
                to, Optional.of(new Doubt(Doubt.Way.HELD, false, "192.0.2.1", "client.example", "spf", List.of(), "")));
    }

    private SpooledMessage bring(String to, Optional<Doubt> doubt) throws IOException {
        var envelope = new Envelope(
                new ReversePath.Null(),
                MailParameters.NONE,
                List.of(Mailbox.parse(to).orElseThrow()));
        SpooledMessage message = spool.accept(
                new Spool.Arrival(spool.nextId(), "s-1", envelope, "", doubt, Standing.OURS, Map.of()),
                new ByteArrayInputStream("Subject: x\r\n\r\nx\r\n".getBytes(US_ASCII)));
        queue.add(message);
        return message;
    }

    @Override
    public void close() throws IOException {
        smtp.close();
        queue.close();
        examiner.close();
        certificates.close();
        journal.close();
        spool.close();
    }

    /** Who is at example.net can't be reached; all else is put off. */
    private static final class Putter implements Courier {
        @Override
        public Destination destination(ForwardPath recipient) {
            return Destination.remote(recipient.path().contains("example.net") ? "example.net" : "example.com");
        }

        @Override
        public int atOnce(Destination destination) {
            return 2;
        }

        @Override
        public Run run(Destination destination) {
            return new Run() {
                @Override
                public Map<ForwardPath, Outcome> deliver(SpooledMessage message, List<Recipient> due) {
                    Map<ForwardPath, Outcome> outcomes = new HashMap<>();
                    due.forEach(one -> outcomes.put(
                            one.path(),
                            destination.name().equals("example.net")
                                    ? new Outcome.Unreachable(Diagnosis.of("4.4.1", "nobody"))
                                    : new Outcome.Later("not now")));
                    return outcomes;
                }

                @Override
                public Duration patience() {
                    return Duration.ZERO;
                }

                @Override
                public void close() {}
            };
        }
    }
}
