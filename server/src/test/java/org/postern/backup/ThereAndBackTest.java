package org.postern.backup;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postern.backup.Import.Outcome;
import org.postern.smtp.Envelope;
import org.postern.smtp.ForwardPath;
import org.postern.smtp.MailParameters;
import org.postern.smtp.MailParameters.Body;
import org.postern.smtp.Mailbox;
import org.postern.smtp.ReversePath;
import org.postern.spool.Doubt;
import org.postern.spool.MessageId;
import org.postern.spool.Recipient;
import org.postern.spool.RocksSpool;
import org.postern.spool.Spool;
import org.postern.spool.SpooledMessage;
import org.postern.spool.Standing;

/** What is exported and imported is what it was: its octets, its recipients, and all that had become of it. */
class ThereAndBackTest {
    private static final Path FIXTURES = Path.of("src/test/resources/org/postern/spool");
    private static final Instant LATER = Instant.parse("2026-11-26T12:00:00Z");
    private static final String FOUND = "X-Postern-Findings: verdict=quarantine by=iprev; iprev=fail\r\n";
    private static final byte[] PLAIN = "Subject: hello\r\n\r\nhello\r\n".getBytes(UTF_8);

    @TempDir
    Path directory;

    private RocksSpool spool;
    private Backup backup;

    @SuppressWarnings("NullAway.Init") // each test makes them
    ThereAndBackTest() {}

    @Test
    void messagesOfAllSortsAreTheSameAgain() throws IOException {
        backup = new Backup(directory);
        Path first;
        List<SpooledMessage> before;
        try (RocksSpool opened = backup.spool("spool")) {
            spool = opened;
            fill();
            before = opened.page(Optional.empty(), 100);
            first = backup.export(opened, "first");
        }
        try (RocksSpool other = backup.spool("other")) {
            assertThat(Backup.take(other, first)).hasSize(before.size()).hasOnlyElementsOfType(Outcome.Kept.class);
            assertThat(Backup.files(backup.export(other, "second"))).isEqualTo(Backup.files(first));
            assertSame(other.page(Optional.empty(), 100), before);
            goOn(other);
        }
        // After a restart as well, and what went is gone.
        try (RocksSpool other = backup.spool("other")) {
            assertThat(other.page(Optional.empty(), 100)).hasSize(before.size() - 1);
        }
    }

    /** Whatever is done with a message next can be done with these. */
    private static void goOn(RocksSpool other) throws IOException {
        List<SpooledMessage> all = other.page(Optional.empty(), 100);
        SpooledMessage delivered = all.getFirst();
        other.update(delivered.with(Duration.ofSeconds(1), one -> one.later(LATER, "once more")));
        other.done(other.find(delivered.id()).orElseThrow());
        assertThat(other.nextId()).isGreaterThan(all.getLast().id());
    }

    private static void assertSame(List<SpooledMessage> found, List<SpooledMessage> before) {
        assertThat(found).usingRecursiveComparison().ignoringFields("revision").isEqualTo(before);
    }

    private void fill() throws IOException {
        accept(PLAIN, "bob@example.com");
        accept(
                "Subject: caf\u00e9\r\n\r\n\u00fc".getBytes(java.nio.charset.StandardCharsets.ISO_8859_1),
                "bob@example.com");
        accept(new byte[] {0, 13, 0, 10, 0, 46, (byte) 0xff}, "bob@example.com");
        accept(new byte[0], "bob@example.com");
        byte[] large = new byte[25 << 20];
        new Random(1).nextBytes(large);
        accept(large, "bob@example.com");
        accept(
                PLAIN,
                IntStream.range(0, 1_000)
                        .mapToObj(i -> "bob" + i + "@example.com")
                        .toArray(String[]::new));
        accept(PLAIN, "\u00fc@example.com", "postmaster", "\"ann\\\\ \\\"lee\"@[192.0.2.1]");

        SpooledMessage held = accept(PLAIN, "bob@example.com");
        spool.update(held.with(Duration.ofDays(5), one -> one.held("given up after 120h")));
        SpooledMessage partly = accept(PLAIN, "a@example.com", "b@example.com", "c@example.com", "d@example.com");
        spool.update(partly.with(Duration.ofMillis(301_001), one -> switch (one.path()
                .toString()) {
            case "a@example.com" -> one.delivered("into a Maildir");
            case "b@example.com" -> one.later(LATER, "450 4.2.0 Come again").withNotice();
            case "c@example.com" -> one.reported("550 5.1.1 no such user \u00fc");
            default -> one.undeliverable("nobody may be told");
        }));
        doubted(Doubt.Way.JUNK);
        spool.update(doubted(Doubt.Way.HELD).digested());
        spool.update(doubted(Doubt.Way.HELD).released(LATER));
    }

    private SpooledMessage accept(byte[] content, String... to) throws IOException {
        Map<ForwardPath, ForwardPath> originals = Map.of(path("bob7@example.com"), path("sales@example.com"));
        return accept(content, Optional.empty(), originals, to);
    }

    private SpooledMessage doubted(Doubt.Way way) throws IOException {
        var notes = List.of(new Doubt.Note("iprev", "fail", true, "it has no name"));
        Doubt doubt = Doubt.fresh(way, "192.0.2.1", "mail.example.org", "iprev", notes, "client 192.0.2.1/32");
        return accept(PLAIN, Optional.of(doubt), Map.of(), "bob@example.com");
    }

    private SpooledMessage accept(
            byte[] content, Optional<Doubt> doubt, Map<ForwardPath, ForwardPath> originals, String... to)
            throws IOException {
        List<ForwardPath> paths = Stream.of(to).map(ThereAndBackTest::path).toList();
        var parameters = new MailParameters(OptionalLong.empty(), Body.UNSAID, to[0].startsWith("\u00fc"));
        ReversePath from = to.length > 1
                ? new ReversePath.Null()
                : Mailbox.parse("ann@example.org").orElseThrow();
        MessageId id = spool.nextId();
        String trace = (doubt.isPresent() ? FOUND : "") + "Received: from \u00e9\r\n\tby us\r\n";
        return spool.accept(
                new Spool.Arrival(
                        id,
                        "s-1",
                        new Envelope(from, parameters, paths),
                        to.length == 1 && content.length == 0 ? "" : trace,
                        doubt,
                        doubt.isPresent() ? Standing.UNPROVEN : Standing.OURS,
                        originals),
                new ByteArrayInputStream(content));
    }

    private static ForwardPath path(String text) {
        return text.equals("postmaster")
                ? new ForwardPath.Postmaster()
                : Mailbox.parse(text).orElseThrow();
    }

    // --- stores of earlier Posterns
    // --------------------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(strings = {"store-1", "store-2"})
    void everyEarlierStoreGoesThroughAnExport(String fixture) throws IOException {
        backup = new Backup(directory);
        copy(FIXTURES.resolve(fixture), directory.resolve("old"));
        Path first;
        List<SpooledMessage> before;
        try (RocksSpool old = backup.spool("old")) {
            before = old.page(Optional.empty(), 100);
            first = backup.export(old, "first");
        }
        try (RocksSpool other = backup.spool("other")) {
            assertThat(Backup.take(other, first)).hasSize(before.size()).hasOnlyElementsOfType(Outcome.Kept.class);
            assertSame(other.page(Optional.empty(), 100), before);
            assertThat(Backup.files(backup.export(other, "second"))).isEqualTo(Backup.files(first));
        }
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

    // --- once, and as a person wants it
    // ----------------------------------------------------------------------------------------

    @Test
    void secondImportLeavesAllAsItIs() throws IOException {
        backup = new Backup(directory);
        try (RocksSpool opened = backup.spool("spool")) {
            spool = opened;
            SpooledMessage message = accept(PLAIN, "bob@example.com");
            Path export = backup.export(opened, "first");
            opened.update(message.with(Duration.ofSeconds(1), one -> one.held("by hand")));

            assertThat(Backup.take(opened, export)).containsExactly(new Outcome.Known(message.id()));
            assertThat(opened.find(message.id()).orElseThrow().isHeld()).isTrue();
        }
    }

    // Its name was in the store before, and was deleted there: RocksDB's SingleDelete must find each again.
    @Test
    void messageThatLeftComesBackAndLeavesAgain() throws IOException {
        backup = new Backup(directory);
        Path export;
        List<SpooledMessage> all = new ArrayList<>();
        try (RocksSpool opened = backup.spool("spool")) {
            spool = opened;
            SpooledMessage message = accept(new byte[200_000], "bob@example.com");
            opened.update(message.with(Duration.ofSeconds(1), one -> one.held("by hand")));
            export = backup.export(opened, "first");
        }
        for (int time = 0; time < 3; time++) {
            try (RocksSpool opened = backup.spool("spool")) {
                opened.done(opened.page(Optional.empty(), 1).getFirst());
            }
            try (RocksSpool opened = backup.spool("spool")) {
                assertThat(opened.page(Optional.empty(), 1)).isEmpty();
                assertThat(Backup.take(opened, export)).hasOnlyElementsOfType(Outcome.Kept.class);
                all.addAll(opened.page(Optional.empty(), 10));
            }
        }
        assertThat(all).hasSize(3).allMatch(SpooledMessage::isHeld);
    }

    @Test
    void recipientThatAPersonTookOutGetsNothing() throws IOException {
        backup = new Backup(directory);
        Path export;
        MessageId id;
        try (RocksSpool opened = backup.spool("spool")) {
            spool = opened;
            id = accept(PLAIN, "bob@example.com", "eve@example.com").id();
            export = backup.export(opened, "first");
        }
        Path json = export.resolve(id + ".json");
        String text = Files.readString(json);
        int eve = text.indexOf("}, {", text.indexOf("bob@example.com"));
        assertThat(eve).as(text).isPositive();
        Files.writeString(json, text.substring(0, eve + 1) + text.substring(text.indexOf("} ]", eve) + 1));

        try (RocksSpool other = backup.spool("other")) {
            assertThat(Backup.take(other, export)).hasOnlyElementsOfType(Outcome.Kept.class);
            SpooledMessage found = other.find(id).orElseThrow();
            assertThat(found.recipients()).extracting(Recipient::path).containsExactly(path("bob@example.com"));
            assertThat(other.content(found).readAllBytes()).isEqualTo(PLAIN);
        }
    }

    @Test
    void whatNothingIsLeftToDoForIsLeftOut() throws IOException {
        backup = new Backup(directory);
        try (RocksSpool opened = backup.spool("spool");
                RocksSpool other = backup.spool("other")) {
            spool = opened;
            SpooledMessage message = accept(PLAIN, "bob@example.com");
            opened.update(message.with(Duration.ofSeconds(1), one -> one.delivered("into a Maildir")));
            assertThat(Backup.take(other, backup.export(opened, "first")))
                    .containsExactly(new Outcome.Done(message.id()));
            assertThat(other.page(Optional.empty(), 1)).isEmpty();
        }
    }

    @Test
    void filesAreNobodyElses() throws IOException {
        backup = new Backup(directory);
        try (RocksSpool opened = backup.spool("spool")) {
            spool = opened;
            accept(PLAIN, "bob@example.com");
            Path export = backup.export(opened, "first");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(export)))
                    .isEqualTo("rwx------");
            try (Stream<Path> files = Files.list(export)) {
                assertThat(files.toList())
                        .hasSize(2)
                        .allSatisfy(
                                file -> assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                                        .isEqualTo("rw-------"));
            }
        }
    }
}
