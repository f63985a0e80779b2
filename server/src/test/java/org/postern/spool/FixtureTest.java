package org.postern.spool;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.postern.smtp.Envelope;
import org.postern.smtp.ForwardPath;
import org.postern.smtp.MailParameters;
import org.postern.smtp.MailParameters.Body;
import org.postern.smtp.Mailbox;
import org.postern.smtp.ReversePath;

/**
 * Stores of each format, as earlier Posterns wrote them, are read. Another is made only when the format changes, into a directory of its
 * own: {@code mvn -pl server -am test -Dtest=FixtureTest -Dfixture=/tmp/store-3 -Dsurefire.failIfNoSpecifiedTests=false}.
 */
class FixtureTest {
    private static final Path FIXTURES = Path.of("src/test/resources/org/postern/spool");
    private static final Instant NOW = Instant.parse("2026-11-25T12:00:00Z");
    private static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);
    private static final RocksSpool.Room ROOM = new RocksSpool.Room(1 << 20, 0);

    private static final String TRACE = "Received: from fixture\r\n";
    private static final String FOUND = "X-Postern-Findings: verdict=quarantine by=iprev; iprev=fail\r\n" + TRACE;
    private static final Doubt DOUBT = Doubt.fresh(
            Doubt.Way.HELD,
            "192.0.2.1",
            "mail.example.org",
            "iprev",
            List.of(new Doubt.Note("iprev", "fail", true, "it has no name")),
            "client 192.0.2.1/32");

    private static final byte[] SMALL = "Subject: hello\r\n\r\nhello\r\n".getBytes(UTF_8);
    private static final byte[] LARGE =
            ("Subject: large\r\n\r\n" + "0123456789abcdef\r\n".repeat(8_000)).getBytes(UTF_8);

    @Test
    void storeOfFormat1IsRead(@TempDir Path directory) throws IOException {
        copy(FIXTURES.resolve("store-1"), directory);
        assertThat(SpoolCheck.check(directory)).matches(Inspection::isFine).matches(found -> found.held() == 1);
        try (RocksSpool spool = RocksSpool.open(directory, ROOM, CLOCK)) {
            List<SpooledMessage> found = spool.page(Optional.empty(), 10);
            assertThat(found).isEqualTo(expected());
            assertThat(spool.content(found.getFirst()).readAllBytes()).isEqualTo(SMALL);
            assertThat(spool.content(found.get(1)).readAllBytes()).isEqualTo(LARGE);
        }
    }

    @Test
    void storeOfFormat1IsBroughtForwardAsItIs(@TempDir Path directory) throws IOException {
        copy(FIXTURES.resolve("store-1"), directory);
        for (int i = 0; i < 2; i++) {
            try (RocksSpool spool = RocksSpool.open(directory, ROOM, CLOCK)) {
                assertThat(spool.page(Optional.empty(), 10)).isEqualTo(expected());
            }
        }
        assertThat(SpoolCheck.check(directory)).matches(Inspection::isFine);
    }

    @Test
    void storeOfFormat2IsRead(@TempDir Path directory) throws IOException {
        copy(FIXTURES.resolve("store-2"), directory);
        assertThat(SpoolCheck.check(directory)).matches(Inspection::isFine);
        try (RocksSpool spool = RocksSpool.open(directory, ROOM, CLOCK)) {
            assertThat(spool.page(Optional.empty(), 10)).isEqualTo(expected2());
        }
    }

    @Test
    @EnabledIfSystemProperty(named = "fixture", matches = ".+")
    void writeItAnew() throws IOException {
        Path directory = Path.of(System.getProperty("fixture"));
        write(directory, expected2().subList(0, 4));
        // Opening moves these into tables; the last stays in the log.
        write(directory, expected2().subList(4, 5));
        Swap.remove(directory.resolve("native"));
        for (String empty : List.of("lock", "reserve", "db/LOCK", "db/LOG")) {
            Files.delete(directory.resolve(empty));
        }
    }

    private static void write(Path directory, List<SpooledMessage> messages) throws IOException {
        try (RocksSpool spool = RocksSpool.open(directory, ROOM, CLOCK)) {
            for (SpooledMessage message : messages) {
                SpooledMessage fresh = spool.accept(
                        arrival(message), new ByteArrayInputStream(message.octets() == SMALL.length ? SMALL : LARGE));
                assertThat(fresh.checksum()).isEqualTo(message.checksum());
                if (message.isReleased()) {
                    spool.update(fresh.released(NOW.plusSeconds(60)));
                    continue;
                }
                for (int revision = 1; revision <= message.revision(); revision++) {
                    spool.update(message.with(message.age(), revision, message.recipients()));
                }
                spool.done(spool.accept(
                        new Spool.Arrival(
                                new MessageId(message.id().value() + 1_000), "s-gone", message.envelope(), ""),
                        new ByteArrayInputStream(SMALL)));
            }
        }
    }

    private static Spool.Arrival arrival(SpooledMessage message) {
        return new Spool.Arrival(
                message.id(),
                message.session(),
                message.envelope(),
                message.isReleased() ? FOUND : message.trace(),
                message.doubt().map(_ -> DOUBT),
                message.doubt().isPresent() ? Standing.UNPROVEN : Standing.OURS,
                Map.of());
    }

    /** What the present Postern writes: the former with what it knows besides, and two that were doubted. */
    private static List<SpooledMessage> expected2() {
        var all = new ArrayList<SpooledMessage>();
        expected().forEach(message -> all.add(as(message, Body.SEVEN_BIT, Optional.empty(), Standing.OURS, TRACE)));
        SpooledMessage held = message(4, SMALL, "ann@example.org", Body.SEVEN_BIT, false, mailbox("bob@example.com"));
        SpooledMessage doubted = as(held, Body.SEVEN_BIT, Optional.of(DOUBT), Standing.UNPROVEN, FOUND);
        all.add(doubted.digested());
        SpooledMessage other = message(5, SMALL, "", Body.SEVEN_BIT, false, mailbox("bob@example.com"));
        all.add(as(other, Body.SEVEN_BIT, Optional.of(DOUBT), Standing.UNPROVEN, FOUND)
                .released(NOW.plusSeconds(60)));
        return all;
    }

    private static SpooledMessage as(
            SpooledMessage message, Body body, Optional<Doubt> doubt, Standing standing, String trace) {
        List<Recipient> recipients = doubt.isEmpty()
                ? message.recipients()
                : message.recipients().stream()
                        .map(one -> Recipient.fresh(one.path(), one.original(), doubt, NOW))
                        .toList();
        return new SpooledMessage(
                message.id(),
                message.session(),
                message.from(),
                body,
                message.smtputf8(),
                doubt,
                standing,
                trace,
                message.octets(),
                message.checksum(),
                message.age(),
                message.revision(),
                recipients);
    }

    private static List<SpooledMessage> expected() {
        SpooledMessage small = message(
                1,
                SMALL,
                "\"ann lee\"@example.org",
                Body.EIGHT_BIT_MIME,
                true,
                mailbox("bob@example.com"),
                mailbox("ü@example.com"),
                new ForwardPath.Postmaster());
        SpooledMessage large = message(2, LARGE, "", Body.SEVEN_BIT, false, mailbox("bob@example.com"));
        SpooledMessage held = message(3, SMALL, "ann@example.org", Body.UNSAID, false, mailbox("eve@example.com"));
        return List.of(
                small.with(
                        Duration.ofSeconds(301),
                        2,
                        List.of(
                                small.recipients().get(0).delivered("into a Maildir"),
                                small.recipients().get(1).later(NOW.plusSeconds(900), "no such directory"),
                                small.recipients().get(2))),
                large,
                held.with(
                        Duration.ofDays(5),
                        1,
                        List.of(held.recipients().getFirst().held("given up after 120h"))));
    }

    private static SpooledMessage message(
            int number, byte[] content, String from, Body body, boolean smtputf8, ForwardPath... to) {
        var crc = new java.util.zip.CRC32C();
        crc.update(content);
        ReversePath sender = from.isEmpty() ? new ReversePath.Null() : mailbox(from);
        var id = new MessageId(NOW.toEpochMilli() << 20 | number);
        var envelope = new Envelope(sender, new MailParameters(OptionalLong.empty(), body, smtputf8), List.of(to));
        return new SpooledMessage(
                id,
                "s-" + number,
                envelope.from(),
                body,
                smtputf8,
                Optional.empty(),
                Standing.UNPROVEN,
                TRACE,
                content.length,
                (int) crc.getValue(),
                Duration.ZERO,
                0,
                envelope.recipients().stream()
                        .map(path -> Recipient.fresh(path, Optional.empty(), NOW))
                        .toList());
    }

    private static Mailbox mailbox(String text) {
        return Mailbox.parse(text).orElseThrow();
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path one : all.filter(Files::isRegularFile).toList()) {
                Path file = to.resolve(from.relativize(one).toString());
                Files.createDirectories(file.getParent());
                Files.copy(one, file);
            }
        }
    }
}
