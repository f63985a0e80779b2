package org.postern.door;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.postern.config.Config;
import org.postern.config.Listen;
import org.postern.delivery.Deliveries;
import org.postern.dns.Answer;
import org.postern.dns.RecordType;
import org.postern.dns.Resolver;
import org.postern.dns.TestZone;
import org.postern.filter.Filters;
import org.postern.journal.Journal;
import org.postern.policy.Greylist;
import org.postern.queue.Queue;
import org.postern.queue.RetrySchedule;
import org.postern.queue.SilentReporter;
import org.postern.queue.Suspensions;
import org.postern.route.Aliases;
import org.postern.route.Forwarding;
import org.postern.route.LocalDomain;
import org.postern.route.LocalDomain.Delivery;
import org.postern.route.LocalDomain.Mailboxes;
import org.postern.route.MaildirTemplate;
import org.postern.route.NextHopMailboxes;
import org.postern.route.OwnHost;
import org.postern.route.Router;
import org.postern.route.Srs;
import org.postern.signing.Signer;
import org.postern.smtp.Domain;
import org.postern.smtp.server.SmtpServer;
import org.postern.smtp.transcript.Peer;
import org.postern.smtp.transcript.Player;
import org.postern.smtp.transcript.TestCertificate;
import org.postern.smtp.transcript.Transcript;
import org.postern.spool.RocksSpool;
import org.postern.spool.Spool;

/**
 * Plays every transcript under {@code door/} against a door of its own: mx.example.com, which receives for example.com (ann and bob,
 * eve's Maildir can't be made) and any.example (anybody). {@code M:} lines are the Maildirs' files with CRLF line ends, a message's id
 * written as {@code m-ID} and the cipher as {@code CIPHER}; fields that tell findings are left out, for other tests are about them.
 *
 * <p>Settings, beside those of a listener: {@code @dns} is a record that DNS has, {@code @dns-fails} a type and a name that it can't
 * answer; without either nobody answers. {@code @policy} is a line below {@code [policy]}, and {@code @junk} leaves only the folders for
 * what is doubtful. {@code @minutes} is how long it takes until the greylist is asked again,
 * and {@code @passed} who has passed it before. {@code @alias} is a line of a file of aliases of example.com, which may lead to four
 * mailboxes at most, and {@code @srs} writes senders there.
 */
final class DoorTranscriptTest {
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-11-24T12:00:00Z"), ZoneOffset.UTC);
    private static final Domain HOSTNAME = new Domain("mx.example.com");
    private static final String TOML = """
        hostname = "mx.example.com"
        [limits]
        received-headers = 3
        header-bytes = 2_000
        """;

    /** Nobody can say who the clients are: that judges nobody. {@code JudgedByExampleTest} has the names. */
    private static final Resolver SILENCE = questions -> questions.stream()
            .map(question -> Answer.failed(question, "timed out"))
            .toList();

    private static final String FINDINGS =
            "(?m)^(Authentication-Results|Received-SPF|X-Postern-[A-Za-z-]+):.*\r\n([ \t].*\r\n)*";

    private static final RocksSpool.Room ROOM = new RocksSpool.Room(1 << 20, 0);

    @TempDir
    private Path root;

    @TestFactory
    Stream<DynamicTest> transcripts() throws IOException, URISyntaxException {
        Path directory =
                Path.of(Objects.requireNonNull(getClass().getResource("/door")).toURI());
        List<Path> files;
        try (Stream<Path> walk = Files.walk(directory)) {
            files = walk.filter(file -> file.toString().endsWith(".smtp"))
                    .sorted()
                    .toList();
        }
        return files.stream()
                .map(file ->
                        DynamicTest.dynamicTest(String.valueOf(file.getFileName()), file.toUri(), () -> play(file)));
    }

    private void play(Path file) throws IOException {
        Transcript transcript = Transcript.read(file);
        Path mail = Files.createDirectory(root.resolve(String.valueOf(file.getFileName())));
        boolean trusted = has(transcript, "trusted");
        boolean frontEnd = has(transcript, "front-end");
        var listener = SmtpServer.Listener.on(0).trusting(_ -> trusted).behind(_ -> frontEnd);
        Router router = router(mail);
        try (Spool spool = RocksSpool.open(root.resolve("spool of " + file.getFileName()), ROOM, CLOCK);
                Queue queue = queue(spool, router, mail)) {
            Path toml = Files.writeString(
                    root.resolve(file.getFileName() + ".toml"), TOML + limits(transcript) + policy(transcript));
            Config config = ((Config.Result.Valid) Config.read(toml)).config();
            Greylist greylist = Greylist.open(
                    root.resolve("greylist of " + file.getFileName()),
                    config.judging().greylist(),
                    later(arguments(transcript, "minutes")));
            Examiner examiner = new Examiner(config, names(transcript), List::of, CLOCK);
            examiner.lookAfterLists();
            for (String pool : arguments(transcript, "passed")) {
                greylist.passes(pool, "<>", "<ann@example.com>");
                assertThat(greylist.passes(pool, "<>", "<ann@example.com>")).isTrue();
            }
            var door = new Door(
                    config,
                    examiner,
                    greylist,
                    router,
                    forwarding(transcript, mail),
                    new NextHopMailboxes(
                            _ -> new NextHopMailboxes.Answer.Silent("nobody"), NextHopMailboxes.Settings.DEFAULT),
                    Filters.NONE,
                    spool,
                    queue,
                    Journal.none(),
                    CLOCK);
            var role = trusted ? Listen.Role.TRUSTED : Listen.Role.MX;
            try (greylist;
                    examiner;
                    SmtpServer server = SmtpServer.named(HOSTNAME)
                            .listen(listener, session -> door.open(session, role))
                            .tls(TestCertificate.server())
                            .start()) {
                for (Transcript.Setting setting : transcript.settings()) {
                    if (setting.word().equals("after-another-session")) {
                        Peer.greetedBy(server.addresses().getFirst()).close();
                    }
                }
                Player.play(
                        transcript,
                        server.addresses().getFirst(),
                        TestCertificate.trustAll(),
                        false,
                        () -> kept(queue, mail, has(transcript, "junk")));
            }
        }
    }

    private static String limits(Transcript transcript) {
        var lines = new StringBuilder();
        for (Transcript.Setting setting : transcript.settings()) {
            if (setting.word().endsWith("-per-hour")) {
                lines.append(setting.word().replace("-per-hour", "-per-client-per-hour"))
                        .append(" = ")
                        .append(setting.argument())
                        .append('\n');
            }
        }
        return lines.toString();
    }

    private static boolean has(Transcript transcript, String word) {
        return !arguments(transcript, word).isEmpty();
    }

    private static List<String> arguments(Transcript transcript, String word) {
        return transcript.settings().stream()
                .filter(setting -> setting.word().equals(word))
                .map(Transcript.Setting::argument)
                .toList();
    }

    private static String policy(Transcript transcript) {
        return "[policy]\n" + String.join("\n", arguments(transcript, "policy")) + "\n";
    }

    private static Resolver names(Transcript transcript) {
        List<String> records = arguments(transcript, "dns");
        List<String> failing = arguments(transcript, "dns-fails");
        if (records.isEmpty() && failing.isEmpty()) {
            return SILENCE;
        }
        var zone = new TestZone(String.join("\n", records) + "\n");
        for (String one : failing) {
            String[] words = one.split(" ", 2);
            zone.failing(RecordType.valueOf(words[0]), words[1], "SERVFAIL");
        }
        return zone.resolver();
    }

    /** Each time it is asked, so many minutes have passed. */
    private static Clock later(List<String> minutes) {
        if (minutes.isEmpty()) {
            return CLOCK;
        }
        Duration step = Duration.ofMinutes(Long.parseLong(minutes.getFirst()));
        var asked = new AtomicInteger();
        return new Clock() {
            @Override
            public Instant instant() {
                return CLOCK.instant().plus(step.multipliedBy(asked.getAndIncrement()));
            }

            @Override
            public ZoneId getZone() {
                return CLOCK.getZone();
            }

            @Override
            public Clock withZone(ZoneId zone) {
                return this;
            }
        };
    }

    private static Router router(Path mail) throws IOException {
        Delivery maildirs = new Delivery.IntoMaildir(new MaildirTemplate(mail + "/{domain}/{local}"));
        var domains = List.of(
                new LocalDomain(
                        new Domain("example.com"),
                        maildirs,
                        new Mailboxes.Listed(Set.of("ann", "bob", "eve")),
                        Optional.empty()),
                new LocalDomain(new Domain("any.example"), maildirs, new Mailboxes.Any(), Optional.empty()));
        Files.createDirectory(mail.resolve("example.com"));
        Files.writeString(mail.resolve("example.com/eve"), "a file where the Maildir should be");
        return new Router(HOSTNAME, domains, List.of(), Optional.empty(), mail.resolve("postmaster"));
    }

    private static Forwarding forwarding(Transcript transcript, Path mail) throws IOException {
        Path file = Files.write(mail.resolve("aliases"), arguments(transcript, "alias"));
        var aliases = new Aliases(Map.of(), List.of(file), new Domain("example.com"), 4, Duration.ofDays(1));
        boolean srs = has(transcript, "srs");
        return new Forwarding(
                aliases,
                srs ? Optional.of(new Srs(new Domain("example.com"), mail.resolve("srs"), CLOCK)) : Optional.empty());
    }

    private static Queue queue(Spool spool, Router router, Path data) throws IOException {
        var courier = new Deliveries(
                Config.defaults().config(),
                spool,
                router,
                Forwarding.none(),
                new TestZone("").resolver(),
                new OwnHost(Set.of(), Set.of()),
                Signer.none(new Domain("mx.example.com")));
        var queue = new Queue(
                spool,
                courier,
                new SilentReporter(),
                Suspensions.open(data.resolve("suspended")),
                RetrySchedule.DEFAULT,
                1,
                CLOCK);
        queue.start();
        return queue;
    }

    /** Every message in a Maildir below, in the order of their paths. */
    private static List<byte[]> kept(Queue queue, Path mail, boolean junkOnly) {
        try {
            assertThat(queue.awaitQuiet(Duration.ofSeconds(10))).isTrue();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
        try (Stream<Path> files = Files.walk(mail)) {
            var messages = new ArrayList<byte[]>();
            List<Path> inNew = files.filter(file -> file.toString().contains(junkOnly ? "/.Junk/new/" : "/new/"))
                    .sorted(Comparator.naturalOrder())
                    .toList();
            for (Path file : inNew) {
                messages.add(Files.readString(file, ISO_8859_1)
                        .replace("\n", "\r\n")
                        .replaceAll(FINDINGS, "")
                        .replaceAll("m-[0-9A-Z]{13}", "m-ID")
                        .replaceAll("TLS_[A-Z0-9_]+", "CIPHER")
                        .getBytes(ISO_8859_1));
            }
            return messages;
        } catch (IOException wrong) {
            throw new UncheckedIOException(wrong);
        }
    }
}
